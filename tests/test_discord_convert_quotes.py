"""What a Discord message replies to and forwards."""

import json

import pytest

from adapters.discord.convert import message_received, unresolved_reply
from adapters.discord.places import place_of
from bot.events import Address
from tests.discord_payloads import (
    BEN,
    BEN_USER,
    BOT,
    BOT_USER,
    DM,
    GENERAL,
    NOW_ID,
    Payload,
    World,
    attachment,
    mentioned,
    replying,
    said,
)


@pytest.fixture
def world() -> World:
    return World()


@pytest.mark.parametrize("ping", [True, False])
def test_a_reply_to_the_bot_is_for_the_bot_whether_it_pings_or_not(world: World, ping: bool) -> None:
    mentions = [mentioned(BOT, "Glimpse")] if ping else []

    event = world.event("and now?", mentions=mentions, **replying(said("An **answer**", BOT_USER)))

    assert event.address is Address.REPLY
    [quoted] = event.quoted
    assert (quoted.message_id, quoted.author, quoted.is_own, quoted.text) == ("77", "Glimpse", True, "An **answer**")


def test_a_reply_that_also_names_the_bot_is_a_mention(world: World) -> None:
    event = world.event(f"<@{BOT}> and now?", mentions=[mentioned(BOT, "Glimpse")], **replying(said("hello", BEN_USER)))

    assert (event.address, event.quoted[0].author, event.quoted[0].is_own) == (Address.MENTION, "Ben", False)


def test_a_pinging_reply_to_a_deleted_message_of_the_bot_is_a_reply_without_quote(world: World) -> None:
    event = world.event("and?", mentions=[mentioned(BOT, "Glimpse")], **(replying() | {"referenced_message": None}))

    assert (event.address, event.quoted) == (Address.REPLY, ())


def test_a_reply_between_people_is_not_for_the_bot(world: World) -> None:
    event = world.event("yes", mentions=[mentioned(BEN, "Ben")], **replying(said("no?", BEN_USER)))

    assert event.address is None


def test_a_quote_keeps_the_mention_of_the_bot_readable(world: World) -> None:
    quoted = said(f"<@{BOT}> look", BEN_USER, mentions=[mentioned(BOT, "Glimpse")])

    assert world.event("hm", **replying(quoted)).quoted[0].text == "@Glimpse look"


def test_a_reply_that_discord_did_not_resolve_has_to_be_fetched(world: World) -> None:
    message = world.message("and now?", **replying())
    answer = world.message("An answer", id="77", author=BOT_USER, attachments=[attachment(5)])

    reference = unresolved_reply(message)
    event = message_received(message, place=place_of(message.channel), bot_id=BOT, replied_to=answer)

    assert reference is not None
    assert (reference.message_id, reference.channel_id) == (77, GENERAL)
    assert (event.address, event.quoted[0].text, len(event.quoted[0].attachments)) == (Address.REPLY, "An answer", 1)


@pytest.mark.parametrize("payload", [{}, replying(said("x", BEN_USER)), replying() | {"referenced_message": None}])
def test_nothing_is_fetched_that_is_known(world: World, payload: Payload) -> None:
    assert unresolved_reply(world.message("x", **payload)) is None


def forward(content: str, *files: Payload) -> Payload:
    snapshot = {
        "type": 0,
        "content": content,
        "embeds": [],
        "attachments": list(files),
        "timestamp": "2026-11-21T12:00:00+00:00",
        "edited_timestamp": None,
        "flags": 0,
    }
    return {
        "message_reference": {"type": 1, "message_id": "66", "channel_id": "5", "guild_id": "6"},
        "message_snapshots": [{"message": snapshot}],
    }


def test_a_forward_is_quoted_without_author(world: World) -> None:
    event = world.event(place=DM, **forward("look <:rose:55>", attachment(5)))

    [quoted] = event.quoted
    assert (quoted.message_id, quoted.author, quoted.is_own, quoted.text) == (None, None, False, "look :rose:")
    # Fetched anew through the message that forwards: the bot may not see the original's channel.
    assert json.loads(quoted.attachments[0].handle)[:3] == [DM, int(NOW_ID), 5]
    assert event.attachments == ()


def test_a_reply_to_a_forward_quotes_what_was_forwarded(world: World) -> None:
    forwarded = said("", BEN_USER) | forward("look", attachment(5))

    [quoted] = world.event(f"<@{BOT}> what?", mentions=[mentioned(BOT, "Glimpse")], **replying(forwarded)).quoted

    assert (quoted.author, quoted.text, len(quoted.attachments)) == ("Ben", "look", 1)
