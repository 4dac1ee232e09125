"""What the bot understands of Telegram's updates, as the Bot API sends them."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from adapters.telegram.content.entities import Identity
from adapters.telegram.convert import event_of
from adapters.telegram.limits import TELEGRAM
from adapters.telegram.writing.keyboard import PROBES, keyboard
from bot.events import (
    Action,
    Address,
    AttachmentRef,
    ButtonPressed,
    Command,
    ConversationKey,
    Entity,
    EntityKind,
    Event,
    MessageEdited,
    MessageId,
    MessageReceived,
    PersonId,
    Quoted,
    Source,
)
from bot.ports.parts import Button
from tests.fake_chat import STOP_ROW

ME = Identity(id=7, username="Glimpse_bot")
ANN = {"id": 11, "is_bot": False, "first_name": "Ann", "last_name": "Lee", "language_code": "pt-BR"}
BOB = {"id": 12, "is_bot": False, "first_name": "Bob"}
BOT = {"id": 7, "is_bot": True, "first_name": "Glimpse", "username": "Glimpse_bot"}
OTHER_BOT = {"id": 8, "is_bot": True, "first_name": "Robo", "username": "robo_bot"}
PRIVATE = {"id": 11, "type": "private", "first_name": "Ann"}
GROUP = {"id": -1001, "type": "supergroup", "title": "Group"}
CHANNEL = {"id": -1002, "type": "channel", "title": "News"}
DATE = 1_790_000_000
PHOTO = [
    {"file_id": "small", "file_unique_id": "s", "width": 90, "height": 60, "file_size": 100},
    {"file_id": "large", "file_unique_id": "l", "width": 1280, "height": 853, "file_size": 90_000},
    {"file_id": "middle", "file_unique_id": "m", "width": 320, "height": 213, "file_size": 900},
]
PHOTO_REF = AttachmentRef(
    handle='{"file_id":"large","kind":"photo"}', name="", media_type="image/jpeg", size_bytes=90_000
)


def message(**fields: Any) -> dict[str, Any]:
    sender = {} if "sender_chat" in fields and fields.get("from") is None else {"from": ANN}
    return {"message_id": 5, "date": DATE, "chat": PRIVATE, **sender, **fields}


def read(kind: str = "message", **fields: Any) -> MessageReceived | None:
    # Through JSON, so that a converter that changes its input would not be noticed by the next test only.
    event = event_of(json.loads(json.dumps({"update_id": 1, kind: message(**fields)})), ME)
    assert event is None or isinstance(event, MessageReceived)
    return event


def seen(kind: str = "message", **fields: Any) -> MessageReceived:
    event = read(kind, **fields)
    assert event is not None
    return event


def entity(kind: str, text: str, part: str, **more: Any) -> dict[str, Any]:
    """The entity for `part` of `text`, in UTF-16 units as Telegram counts."""
    start = text.index(part)
    units = [len(piece.encode("utf-16-le")) // 2 for piece in (text[:start], part)]
    return {"type": kind, "offset": units[0], "length": units[1], **more}


def in_group(text: str, *entities: dict[str, Any], **more: Any) -> MessageReceived:
    return seen(chat=GROUP, text=text, entities=list(entities), **more)


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


@pytest.mark.parametrize("chat", [PRIVATE, GROUP])
@pytest.mark.parametrize(
    ("text", "command", "expected"),
    [
        ("/reset", "/reset", Command(name="reset")),
        ("/RESET@glimpse_bot now", "/RESET@glimpse_bot", Command(name="reset", argument="now")),
        ("/start", "/start", Command(name="help")),
        ("@glimpse_bot /help", "/help", Command(name="help")),
    ],
)
def test_own_commands_are_commands(chat: dict[str, Any], text: str, command: str, expected: Command) -> None:
    entities = [entity("bot_command", text, command)]
    if text.startswith("@"):
        entities.insert(0, entity("mention", text, "@glimpse_bot"))

    event = seen(chat=chat, text=text, entities=entities)

    assert (event.address, event.command) == (Address.COMMAND, expected)


@pytest.mark.parametrize(
    ("text", "command", "address"),
    [
        ("/weather Rome", "/weather", None),
        ("please /help", "/help", None),
        ("/weather@glimpse_bot Rome", "/weather@glimpse_bot", Address.MENTION),
    ],
)
def test_commands_of_others_are_not_ours(text: str, command: str, address: Address | None) -> None:
    event = in_group(text, entity("bot_command", text, command))

    assert (event.address, event.command) == (address, None)
    assert event.text == text.replace("@glimpse_bot", "")


@pytest.mark.parametrize("chat", [PRIVATE, GROUP])
def test_a_command_for_another_bot_is_ignored_even_as_a_reply(chat: dict[str, Any]) -> None:
    text = "/help@robo_bot me"
    answered = {**message(message_id=4, chat=chat, text="x"), "from": BOT}
    entities = [entity("bot_command", text, "/help@robo_bot")]

    assert read(chat=chat, text=text, entities=entities, reply_to_message=answered) is None


def test_a_question_about_another_bots_command_is_one() -> None:
    text = "@glimpse_bot what does /help@robo_bot do?"

    event = in_group(text, entity("mention", text, "@glimpse_bot"), entity("bot_command", text, "/help@robo_bot"))

    assert (event.address, event.text) == (Address.MENTION, "what does /help@robo_bot do?")


def test_command_without_its_entity_is_text() -> None:
    assert seen(text="/reset").command is None


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


FILE = {"file_id": "F", "file_unique_id": "U", "file_size": 9}
SHAPE = {"width": 8, "height": 8}


@pytest.mark.parametrize(
    ("fields", "kind", "name", "media_type"),
    [
        ({"document": {**FILE, "file_name": "a.heic", "mime_type": "image/heic"}}, "document", "a.heic", "image/heic"),
        ({"document": FILE}, "document", "", ""),
        (
            {"animation": {**FILE, **SHAPE, "duration": 1}, "document": {**FILE, "file_id": "other"}},
            "animation",
            "",
            "video/mp4",
        ),
        ({"video": {**FILE, **SHAPE, "duration": 1, "mime_type": "video/webm"}}, "video", "", "video/webm"),
        ({"video_note": {**FILE, "length": 8, "duration": 1}}, "video_note", "", "video/mp4"),
        ({"audio": {**FILE, "duration": 1, "file_name": "s.mp3"}}, "audio", "s.mp3", "audio/mpeg"),
        ({"voice": {**FILE, "duration": 1}}, "voice", "", "audio/ogg"),
        (
            {"sticker": {**FILE, **SHAPE, "type": "regular", "is_animated": False, "is_video": False}},
            "sticker",
            "",
            "image/webp",
        ),
        (
            {"sticker": {**FILE, **SHAPE, "type": "regular", "is_animated": True, "is_video": False}},
            "sticker",
            "",
            "application/x-tgsticker",
        ),
        (
            {"sticker": {**FILE, **SHAPE, "type": "regular", "is_animated": False, "is_video": True}},
            "sticker",
            "",
            "video/webm",
        ),
        (
            {"live_photo": {**FILE, **SHAPE, "duration": 1, "photo": [{**FILE, **SHAPE}]}},
            "photo",
            "",
            "image/jpeg",
        ),
        (
            {"paid_media": {"star_count": 1, "paid_media": [{"type": "photo", "photo": [{**FILE, **SHAPE}]}]}},
            "photo",
            "",
            "image/jpeg",
        ),
    ],
)
def test_every_kind_of_file_is_an_attachment(fields: dict[str, Any], kind: str, name: str, media_type: str) -> None:
    event = seen(**fields)

    assert event.attachments == (
        AttachmentRef(
            handle=json.dumps({"file_id": "F", "kind": kind}, separators=(",", ":")),
            source=Source.STICKER if kind == "sticker" else Source.FILE,
            name=name,
            media_type=media_type,
            size_bytes=9,
        ),
    )


def test_album_items_share_their_id() -> None:
    event = seen(chat=GROUP, photo=PHOTO, media_group_id="77")

    assert (event.album_id, event.address) == ("77", None)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"location": {"latitude": 52.52, "longitude": 13.405}}, "[Location: 52.52000, 13.40500]"),
        (
            {"venue": {"location": {"latitude": 1, "longitude": 2}, "title": "Café", "address": "Main St"}},
            "[Place: Café, Main St]",
        ),
        ({"contact": {"phone_number": "+1", "first_name": "Bob", "last_name": "Low"}}, "[Contact: Bob Low]"),
        ({"dice": {"emoji": "🎲", "value": 4}}, "[🎲 showed 4]"),
        (
            {
                "poll": {
                    "id": "1",
                    "question": "Tea?",
                    "options": [
                        {"persistent_id": "a", "text": "Yes", "voter_count": 0},
                        {"persistent_id": "b", "text": "No", "voter_count": 0},
                    ],
                    "total_voter_count": 0,
                    "is_closed": False,
                    "is_anonymous": True,
                    "type": "regular",
                    "allows_multiple_answers": False,
                    "allows_revoting": False,
                    "members_only": False,
                }
            },
            "[Poll: Tea?]\n- Yes\n- No",
        ),
        ({"story": {"chat": CHANNEL, "id": 3}}, "[A story, which bots can't see]"),
        (
            {"paid_media": {"star_count": 1, "paid_media": [{"type": "preview", "width": 8, "height": 8}]}},
            "[Paid media, which bots can't see before it is paid for]",
        ),
        (
            {
                "rich_message": {
                    "blocks": [
                        {"type": "paragraph", "text": ["One ", {"type": "bold", "text": ["and", " a"]}, " half"]},
                        {"type": "divider"},
                        {"type": "list", "items": [{"blocks": [{"type": "paragraph", "text": {"text": "two"}}]}]},
                        {"type": "paragraph", "text": {"type": "custom_emoji", "alternative_text": "👍"}},
                    ]
                }
            },
            "One and a half\ntwo\n👍",
        ),
    ],
)
def test_content_that_is_no_text_is_said_in_words(fields: dict[str, Any], words: str) -> None:
    event = seen(**fields)

    assert (event.text, event.address) == (words, Address.PRIVATE)


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


def pressed(data: str | None, **fields: Any) -> Event | None:
    query = {"id": "99", "from": BOB, "chat_instance": "5", **({} if data is None else {"data": data}), **fields}
    return event_of({"update_id": 1, "callback_query": query}, ME)


def data_of(markup: str | None) -> str:
    return str(json.loads(markup or "")["inline_keyboard"][0][0]["callback_data"])


@pytest.mark.parametrize("markup", [keyboard(STOP_ROW), *PROBES])
def test_a_pressed_stop_button_says_which_answer_it_stood_under(markup: str) -> None:
    data = data_of(markup)
    answer = {"message_id": 8, "date": DATE, "chat": GROUP, "from": BOT, "text": "It is"}

    event = pressed(data, message={**answer, "message_thread_id": 3, "is_topic_message": True})

    key = ConversationKey(platform=TELEGRAM, chat_id="-1001", thread_id="3")
    assert isinstance(event, ButtonPressed)
    assert (event.key, event.message_id, event.action, event.press_id) == (key, "8", Action.STOP, "99")
    assert (event.sender.id, event.is_private) == (str(BOB["id"]), False)
    assert pressed(data, message=answer) == replace(event, key=replace(key, thread_id=None))
    assert pressed(data, message={"message_id": 8, "date": 0, "chat": GROUP}) is None, "too old to tell its topic"


@pytest.mark.parametrize("action", list(Action))
def test_every_button_comes_back_with_what_it_means(action: Action) -> None:
    data = data_of(keyboard([[Button(action=action, label="✓ Größe", value="memory:20")]]))
    assert len(data.encode()) <= 64
    event = pressed(data, message={"message_id": 8, "date": DATE, "chat": GROUP, "from": BOT, "text": "It is"})
    assert isinstance(event, ButtonPressed)
    assert (event.action, event.value) == (action, "memory:20")


@pytest.mark.parametrize("data", [None, "like", "", "like:stop"])
def test_another_button_is_nothing(data: str | None) -> None:
    assert pressed(data, message={"message_id": 8, "date": DATE, "chat": GROUP, "from": BOT, "text": "It is"}) is None
    assert pressed("stop", inline_message_id="x") is None


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
