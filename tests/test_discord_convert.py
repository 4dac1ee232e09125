"""From Discord's payloads, through discord.py's own objects, to the core's events."""

import itertools
import json
from datetime import UTC, datetime
from typing import Any

import discord
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.discord.content.text import Names, read
from adapters.discord.convert import is_from_a_person, message_received
from adapters.discord.places import place_of
from bot.events import Address, Command, Entity, EntityKind
from tests.discord_payloads import (
    ANN,
    BEN,
    BEN_USER,
    BOT,
    BOT_ROLE,
    BOT_USER,
    COOKS,
    DM,
    GENERAL,
    GUILD,
    NOW_ID,
    THREAD,
    Payload,
    World,
    attachment,
    mentioned,
    replying,
    said,
    user,
)


@pytest.fixture
def world() -> World:
    return World()


def test_sender_time_and_place_are_the_true_ones(world: World) -> None:
    event = world.event("hello")

    assert (event.key.chat_id, event.key.thread_id, event.message_id) == (str(GENERAL), None, NOW_ID)
    assert (event.sender.id, event.sender.name, event.sender.language) == (str(ANN), "Annie", None)
    assert event.sent_at == datetime.fromtimestamp(1_790_000_000, UTC)
    assert (event.is_private, event.address, event.command) == (False, None, None)


def test_a_thread_belongs_to_its_parent(world: World) -> None:
    event = world.event("hello", place=THREAD)

    assert (event.key.chat_id, event.key.thread_id) == (str(GENERAL), str(THREAD))


def test_a_channel_that_the_library_does_not_know_is_no_private_chat(world: World) -> None:
    message = world.message("hello", place=999)
    event = message_received(message, place=place_of(message.channel), bot_id=BOT)

    assert isinstance(message.channel, discord.PartialMessageable)
    assert (event.key.chat_id, event.is_private, event.address) == ("999", False, None)


def test_a_private_chat_is_private(world: World) -> None:
    event = world.event("hello", place=DM)

    assert (event.key.chat_id, event.is_private, event.address, event.sender.name) == (
        str(DM),
        True,
        Address.PRIVATE,
        "Ann",
    )


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (f"<@{BOT}> what is this?", "what is this?"),
        (f"<@!{BOT}>, what is this?", "what is this?"),
        (f"<@{BOT}>: :smile:", ":smile:"),
        (f"<@{BOT}>:smile:", ":smile:"),
        (f"what is <@{BOT}> this?", "what is this?"),
        (f"what is this <@{BOT}>", "what is this"),
        (f"so <@{BOT}>, what is this?", "so, what is this?"),
        (f"what is this <@{BOT}>?", "what is this?"),
        (f"what\n<@{BOT}>\nis this", "what\n\nis this"),
        (f"<@{BOT}>", ""),
        (f"<@{BOT}> <@{BOT}> hi", "hi"),
        (f"hi<@{BOT}>you", "hiyou"),
    ],
)
def test_the_bots_own_mention_is_taken_out(world: World, content: str, text: str) -> None:
    event = world.event(content, mentions=[mentioned(BOT, "Glimpse")])

    assert (event.text, event.raw_text, event.address) == (text, content, Address.MENTION)


def test_the_bots_own_role_is_taken_out_and_another_role_is_not(world: World) -> None:
    event = world.event(f"<@&{BOT_ROLE}> ask the <@&{COOKS}>", mention_roles=[str(BOT_ROLE), str(COOKS)])

    assert (event.text, event.address) == ("ask the @Cooks", Address.ROLE_MENTION)


def test_another_role_is_no_address(world: World) -> None:
    assert world.event(f"<@&{COOKS}> dinner", mention_roles=[str(COOKS)]).address is None


def test_other_mentions_become_readable_and_keep_their_place(world: World) -> None:
    content = f"🙂 <@{BEN}> see <#{GENERAL}> <:rose:55> <a:wave:56> </reset:9> <#{THREAD}>"

    event = world.event(content, mentions=[mentioned(BEN, "Ben")])

    assert event.text == "🙂 @Ben see #general :rose: :wave: /reset #roses"
    assert event.entities[0] == Entity(kind=EntityKind.MENTION, offset=2, length=len(f"<@{BEN}>"), target=str(BEN))
    assert [entity.kind for entity in event.entities[1:]] == [
        EntityKind.CHANNEL,
        EntityKind.EMOJI,
        EntityKind.EMOJI,
        EntityKind.COMMAND,
        EntityKind.CHANNEL,
    ]
    assert [content[e.offset : e.offset + e.length] for e in event.entities][1] == f"<#{GENERAL}>"


@pytest.mark.parametrize("content", [f"`<@{BOT}>` is code", f"```\n<@{BOT}>\n```", f"<@{BOT}> typed without effect"])
def test_what_discord_does_not_list_is_no_mention(world: World, content: str) -> None:
    event = world.event(content)

    assert (event.text, event.address, event.entities) == (content, None, ())


def test_an_unknown_channel_stays_as_it_is(world: World) -> None:
    assert world.event("see <#424242>").text == "see <#424242>"


def test_attachments_of_all_kinds_are_offered_with_what_is_claimed(world: World) -> None:
    event = world.event(
        attachments=[attachment(5, content_type="image/png"), attachment(6, "notes.pdf"), attachment(7, "")]
    )

    assert [(ref.name, ref.media_type, ref.size_bytes) for ref in event.attachments] == [
        ("a.png", "image/png", 5),
        ("notes.pdf", "", 5),
        ("", "", 5),
    ]
    channel_id, message_id, attachment_id = json.loads(event.attachments[0].handle)
    assert (channel_id, message_id, attachment_id) == (GENERAL, int(NOW_ID), 5)


@pytest.mark.parametrize(
    ("content", "payload", "command"),
    [
        (f"<@{BOT}> /reset", {"mentions": [mentioned(BOT, "Glimpse")]}, Command(name="reset")),
        (f"<@{BOT}> /Help me", {"mentions": [mentioned(BOT, "Glimpse")]}, Command(name="help", argument="me")),
        (f"<@{BOT}> /nonsense", {"mentions": [mentioned(BOT, "Glimpse")]}, None),
        ("/reset", {"place": DM}, Command(name="reset")),
        ("/reset\nand go", {"place": DM}, Command(name="reset", argument="and go")),
        ("/reset", {}, None),
    ],
)
def test_a_written_command_counts_where_the_bot_is_spoken_to(
    world: World, content: str, payload: Payload, command: Command | None
) -> None:
    event = world.event(content, **payload)

    assert event.command == command
    assert (event.address is Address.COMMAND) == (command is not None)


@pytest.mark.parametrize(
    ("payload", "is_person"),
    [
        ({}, True),
        (replying(said("x", BEN_USER)), True),
        ({"author": user(5, "Other", bot=True)}, False),
        ({"author": BOT_USER}, False),
        ({"webhook_id": "5"}, False),
        ({"type": 7}, False),
        ({"type": 18}, False),
        ({"type": 20}, False),
        ({"type": 21}, False),
        ({"type": 250}, False),
    ],
)
def test_only_people_are_listened_to(world: World, payload: Payload, is_person: bool) -> None:
    assert is_from_a_person(world.message("x", **payload)) is is_person


def test_every_kind_of_place_has_its_conversation(world: World) -> None:
    places: list[Any] = [world.state._get_guild(GUILD).get_channel(GENERAL), world.client.get_partial_messageable(5)]

    assert [place_of(place).key.chat_id for place in places] == [str(GENERAL), "5"]


TOKENS = st.sampled_from(
    [f"<@{BOT}>", f"<@!{BOT}>", f"<@{BEN}>", "<@5>", "<#1>", "<:a:1>", "`", "```", "hi", " ", "\n", "🙂", ","]
)


@given(st.lists(TOKENS, max_size=12).map("".join))
def test_any_text_can_be_read_and_entities_point_at_what_they_name(content: str) -> None:
    names = Names(users={BOT: "Glimpse", BEN: "Ben"}, own_user=BOT)

    reading = read(content, names, drop_own=True)

    assert all(content[e.offset : e.offset + e.length].startswith("<") for e in reading.entities)
    assert all(a.offset + a.length <= b.offset for a, b in itertools.pairwise(reading.entities))
    assert "@Glimpse" not in reading.text
    assert reading.text.count("hi") == content.count("hi")


WAVE = {"id": "41", "name": "Wave", "format_type": 3}


def test_a_sticker_that_is_no_picture_is_not_taken_for_silence(world: World) -> None:
    event = world.event(place=DM, sticker_items=[WAVE])
    [quoted] = world.event(**replying(said("", BEN_USER, sticker_items=[WAVE]))).quoted

    words = "[Sticker: Wave, an animation that bots can't see]"
    assert (event.text, event.raw_text, quoted.text) == (words, "", words)


def test_what_another_bot_wrote_into_an_embed_is_quoted(world: World) -> None:
    embed = {
        "type": "rich",
        "title": "Frost tonight",
        "description": "Down to -3 °C.",
        "fields": [{"name": "Where", "value": "the valley", "inline": True}],
    }
    [quoted] = world.event(**replying(said("", BEN_USER, embeds=[embed]))).quoted

    assert quoted.text == "Frost tonight\nDown to -3 °C.\nWhere: the valley"


def test_a_poll_can_be_read(world: World) -> None:
    poll = {
        "question": {"text": "Which soil?"},
        "answers": [{"answer_id": 1, "poll_media": {"text": "Clay"}}, {"answer_id": 2, "poll_media": {"text": "Sand"}}],
        "expiry": "2026-11-23T12:00:00+00:00",
        "allow_multiselect": False,
        "layout_type": 1,
    }
    [quoted] = world.event(**replying(said("", BEN_USER, poll=poll))).quoted

    assert quoted.text == "[Poll: Which soil?]\n- Clay\n- Sand"
