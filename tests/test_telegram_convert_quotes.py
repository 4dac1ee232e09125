"""What a Telegram message replies to, quotes or forwards."""

from typing import Any

import pytest

from bot.events import Address, MessageId, PersonId, Quoted
from tests.telegram_payloads import (
    BOB,
    BOT,
    CHANNEL,
    DATE,
    GROUP,
    OTHER_BOT,
    PHOTO,
    PHOTO_REF,
    entity,
    in_group,
    message,
    seen,
)


def test_reply_brings_the_text_and_pictures_of_what_it_answers() -> None:
    answered = {**message(message_id=4, chat=GROUP, photo=PHOTO, caption="Look"), "from": BOB}

    event = seen(chat=GROUP, text="what?", reply_to_message=answered)

    assert event.quoted == (
        Quoted(
            message_id=MessageId("4"),
            author="Bob",
            author_id=PersonId(str(BOB["id"])),
            is_own=False,
            text="Look",
            attachments=(PHOTO_REF,),
        ),
    )
    assert (event.address, event.attachments) == (None, ())


def test_reply_to_the_bot_is_addressed_and_its_own() -> None:
    event = seen(chat=GROUP, text="and?", reply_to_message={**message(message_id=4, chat=GROUP, text="x"), "from": BOT})

    assert event.address is Address.REPLY
    assert (event.quoted[0].is_own, event.quoted[0].author) == (True, "Glimpse")


def test_reply_to_another_bot_is_not_addressed() -> None:
    answered = {**message(message_id=4, chat=GROUP, text="x"), "from": OTHER_BOT}

    assert seen(chat=GROUP, text="and?", reply_to_message=answered).address is None


@pytest.mark.parametrize(("is_manual", "text"), [(True, "two"), (None, "one two three")])
def test_of_a_text_quoted_by_hand_the_quoted_part_counts(is_manual: bool | None, text: str) -> None:
    quote = {"text": "two", "position": 4, **({"is_manual": True} if is_manual else {})}
    answered = message(message_id=4, text="one two three")

    assert seen(text="why?", reply_to_message=answered, quote=quote).quoted[0].text == text


def test_reply_across_chats_brings_what_telegram_shows_of_it() -> None:
    event = seen(
        text="what?",
        external_reply={
            "origin": {"type": "channel", "date": DATE, "chat": CHANNEL, "message_id": 9},
            "photo": PHOTO,
            "chat": CHANNEL,
            "message_id": 9,
        },
        quote={"text": "a part https://a.example/b.png", "position": 0},
    )

    (quoted,) = event.quoted
    assert (quoted.message_id, quoted.author, quoted.is_own) == (None, "News", False)
    assert quoted.text == "a part https://a.example/b.png"
    assert [ref.handle for ref in quoted.attachments] == [PHOTO_REF.handle, "https://a.example/b.png"]


@pytest.mark.parametrize(
    ("origin", "author", "is_own"),
    [
        ({"type": "user", "sender_user": BOB}, "Bob", False),
        ({"type": "user", "sender_user": BOT}, "Glimpse", True),
        ({"type": "hidden_user", "sender_user_name": "Carl"}, "Carl", False),
        ({"type": "chat", "sender_chat": GROUP}, "Group", False),
        ({"type": "channel", "chat": CHANNEL, "message_id": 1}, "News", False),
    ],
)
def test_forwarded_content_is_quoted_and_not_said(origin: dict[str, Any], author: str, is_own: bool) -> None:
    event = seen(photo=PHOTO, caption="Look", forward_origin={**origin, "date": DATE})

    assert (event.text, event.raw_text, event.attachments, event.address) == ("", "Look", (), Address.PRIVATE)
    assert event.quoted == (
        Quoted(message_id=None, author=author, is_own=is_own, text="Look", attachments=(PHOTO_REF,)),
    )


def test_mentions_and_commands_in_a_forward_are_not_the_forwarders() -> None:
    origin = {"type": "user", "sender_user": BOB, "date": DATE}
    text = "/reset @glimpse_bot"
    entities = [entity("bot_command", text, "/reset"), entity("mention", text, "@glimpse_bot")]

    in_private = seen(text=text, entities=entities, forward_origin=origin)
    assert (in_private.address, in_private.command) == (Address.PRIVATE, None)
    assert in_group(text, *entities, forward_origin=origin).address is None
