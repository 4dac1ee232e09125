"""What the bot understands of Telegram's updates, as the Bot API sends them."""

from datetime import UTC, datetime
from typing import Any

import pytest

from adapters.telegram.convert import event_of
from bot.events import Address, Entity, EntityKind, MessageEdited
from tests.telegram_payloads import (
    ANN,
    BOB,
    BOT,
    CHANNEL,
    DATE,
    GROUP,
    ME,
    OTHER_BOT,
    PHOTO,
    PHOTO_REF,
    PRIVATE,
    entity,
    in_group,
    message,
    read,
    seen,
)


def test_private_message_keeps_sender_place_and_time() -> None:
    event = seen(text=" Hello ")

    assert (event.key.platform, event.key.chat_id, event.key.thread_id) == ("telegram", "11", None)
    assert (event.sender.id, event.sender.name, event.sender.language) == ("11", "Ann Lee", "pt-BR")
    assert event.sent_at == datetime.fromtimestamp(DATE, UTC)
    assert (event.message_id, event.is_private, event.address) == ("5", True, Address.PRIVATE)
    assert (event.text, event.raw_text, event.command) == ("Hello", " Hello ", None)


@pytest.mark.parametrize("chat", [PRIVATE, GROUP])
def test_topic_is_a_conversation_of_its_own_also_in_private(chat: dict[str, Any]) -> None:
    begin = {"message_id": 3, "date": DATE, "chat": chat, "from": ANN}
    begin["forum_topic_created"] = {"name": "Topic", "icon_color": 7322096}

    event = seen(chat=chat, text="x", message_thread_id=3, is_topic_message=True, reply_to_message=begin)

    assert event.key.thread_id == "3"
    assert event.quoted == ()


def test_reply_chain_outside_of_topics_is_no_conversation_of_its_own() -> None:
    assert seen(chat=GROUP, text="x", message_thread_id=3).key.thread_id is None


@pytest.mark.parametrize(
    ("text", "mention", "said"),
    [
        ("@glimpse_BOT what is this?", "@glimpse_BOT", "what is this?"),
        ("@glimpse_bot, what?", "@glimpse_bot", "what?"),
        ("@glimpse_bot: what?", "@glimpse_bot", "what?"),
        ("@glimpse_bot :)", "@glimpse_bot", ":)"),
        ("Hey @glimpse_bot, what?", "@glimpse_bot", "Hey, what?"),
        ("What is this @glimpse_bot?", "@glimpse_bot", "What is this?"),
        ("What is this @glimpse_bot", "@glimpse_bot", "What is this"),
        ("One @glimpse_bot two", "@glimpse_bot", "One two"),
        ("😀 @glimpse_bot 😀", "@glimpse_bot", "😀 😀"),
        (":) @glimpse_bot", "@glimpse_bot", ":)"),
        ("@glimpse_bot", "@glimpse_bot", ""),
    ],
)
def test_mention_is_found_by_entity_and_taken_out(text: str, mention: str, said: str) -> None:
    event = in_group(text, entity("mention", text, mention))

    assert (event.address, event.text, event.raw_text) == (Address.MENTION, said, text)


def test_mention_by_name_is_found_by_the_bots_id() -> None:
    text = "Glimpse what? Ann"
    event = in_group(
        text, entity("text_mention", text, "Glimpse", user=BOT), entity("text_mention", text, "Ann", user=ANN)
    )

    assert (event.address, event.text) == (Address.MENTION, "what? Ann")
    assert [(e.kind, e.target) for e in event.entities] == [(EntityKind.MENTION, "7"), (EntityKind.MENTION, "11")]


def test_text_that_only_looks_like_a_mention_is_none() -> None:
    text = "write to @glimpse_bot_fans or me@glimpse_bot.de"

    assert in_group(text, entity("mention", text, "@glimpse_bot_fans")).address is None
    assert in_group("@glimpse_bot in code", entity("code", text, "@glimpse_bot")).address is None


def test_mention_in_a_caption_is_found() -> None:
    caption = "@glimpse_bot look"
    event = seen(
        chat=GROUP, photo=PHOTO, caption=caption, caption_entities=[entity("mention", caption, "@glimpse_bot")]
    )

    assert (event.address, event.text, event.attachments) == (Address.MENTION, "look", (PHOTO_REF,))


def test_entities_count_in_code_points() -> None:
    text = "😀😀 @ann see https://x.de and here 👍"
    event = in_group(
        text,
        entity("mention", text, "@ann"),
        entity("url", text, "https://x.de"),
        entity("text_link", text, "here", url="https://y.de/p.png"),
        entity("custom_emoji", text, "👍", custom_emoji_id="99"),
        entity("bold", text, "see"),
    )

    assert event.text == text
    assert event.entities == (
        Entity(kind=EntityKind.MENTION, offset=3, length=4, target="ann"),
        Entity(kind=EntityKind.LINK, offset=12, length=12, target="https://x.de"),
        Entity(kind=EntityKind.LINK, offset=29, length=4, target="https://y.de/p.png"),
        Entity(kind=EntityKind.EMOJI, offset=34, length=1, target="99"),
    )


@pytest.mark.parametrize(
    "fields",
    [
        {"new_chat_members": [BOB]},
        {"forum_topic_created": {"name": "T", "icon_color": 7322096}},
        {"pinned_message": {"message_id": 2, "date": DATE, "chat": PRIVATE, "from": ANN, "text": "x"}},
        {"from": OTHER_BOT, "text": "hello"},
        {"from": BOT, "text": "hello"},
    ],
)
def test_service_messages_and_bots_are_ignored(fields: dict[str, Any]) -> None:
    assert read(**fields) is None


def test_other_kinds_of_updates_are_nothing() -> None:
    assert event_of({"update_id": 1, "something_new": {}}, ME) is None


@pytest.mark.parametrize("kind", ["message", "channel_post"])
def test_an_edited_message_reads_like_a_new_one(kind: str) -> None:
    fields = message(text="Hi @Glimpse_bot", entities=[entity("mention", "Hi @Glimpse_bot", "@Glimpse_bot")])
    edited = event_of({"update_id": 1, f"edited_{kind}": {**fields, "edit_date": DATE + 60}}, ME)

    assert edited == MessageEdited(message=seen(kind, **fields))


def test_an_edit_of_what_says_nothing_is_nothing() -> None:
    assert event_of({"update_id": 1, "edited_message": message(pinned_message=message(text="x"))}, ME) is None


@pytest.mark.parametrize(
    ("sender_chat", "more", "name"),
    [(GROUP, {}, "Group"), (GROUP, {"author_signature": "Chief"}, "Chief"), (CHANNEL, {}, "News")],
)
def test_who_writes_as_a_chat_is_that_chat(sender_chat: dict[str, Any], more: dict[str, Any], name: str) -> None:
    anonymous = {"id": 1087968824, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"}

    fields: dict[str, Any] = {"from": anonymous, "sender_chat": sender_chat, **more}
    event = seen(chat=GROUP, text="x", **fields)

    assert (event.sender.id, event.sender.name) == (str(sender_chat["id"]), name)


def test_of_who_writes_as_a_chat_no_stand_ins_profile_picture_is_looked_up() -> None:
    text = "@glimpse_bot what is on their avatar?"
    stand_in = {"id": 136817688, "is_bot": True, "first_name": "Channel", "username": "Channel_Bot"}
    post = {**message(message_id=4, chat=GROUP, text="Hi"), "from": stand_in}
    ask = entity("mention", text, "@glimpse_bot")

    as_channel = in_group(text, ask, reply_to_message={**post, "sender_chat": CHANNEL})
    as_bot = in_group(text, ask, reply_to_message=post)

    assert (len(as_channel.attachments), len(as_bot.attachments)) == (0, 1)


def test_mention_in_a_channel_is_addressed_and_its_copy_in_the_discussion_is_not() -> None:
    text = "@glimpse_bot what?"
    entities = [entity("mention", text, "@glimpse_bot")]
    post = seen("channel_post", chat=CHANNEL, sender_chat=CHANNEL, text=text, entities=entities)
    origin = {"type": "channel", "chat": CHANNEL, "message_id": 5, "date": DATE}
    copy = in_group(text, *entities, sender_chat=CHANNEL, is_automatic_forward=True, forward_origin=origin)

    assert (post.address, post.sender.name, post.is_private) == (Address.MENTION, "News", False)
    assert copy.address is None


@pytest.mark.parametrize(
    ("offset", "length"), [(0, 500), (400, 3), (1, 1)], ids=["too long", "beyond the end", "inside a pair"]
)
def test_entities_that_do_not_fit_the_text_harm_nothing(offset: int, length: int) -> None:
    event = in_group("😀 hello", {"type": "mention", "offset": offset, "length": length})

    assert event.text == "😀 hello"
