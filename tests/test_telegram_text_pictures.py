"""Pictures that a text only leads to on Telegram: links and custom emoji."""

from collections.abc import AsyncIterator

import pytest

from bot.errors import AttachmentError
from bot.events import AttachmentRef, MessageReceived, Source
from tests.drawing import photo
from tests.emulators.telegram import TelegramEmulator
from tests.emulators.telegram_types import Chat, Person
from tests.telegram_bot import Bot, running

LIMIT = 1_000_000
CAT = "https://a.example/cat.png"
DOG = "https://b.example/dog.jpg"
STILL = photo(90, 90)


@pytest.fixture
async def bot(telegram_emulator: TelegramEmulator) -> AsyncIterator[Bot]:
    async with running(telegram_emulator) as bot:
        yield bot


@pytest.fixture
def ann(telegram_emulator: TelegramEmulator) -> Person:
    return telegram_emulator.add_person("Ann Lee", username="ann_lee")


@pytest.fixture
def bob(telegram_emulator: TelegramEmulator) -> Person:
    return telegram_emulator.add_person("Bob")


@pytest.fixture
def chat(telegram_emulator: TelegramEmulator, ann: Person) -> Chat:
    return telegram_emulator.private(ann)


@pytest.fixture
def group(telegram_emulator: TelegramEmulator) -> Chat:
    return telegram_emulator.add_group("Friends")


async def offered(bot: Bot) -> tuple[AttachmentRef, ...]:
    event: MessageReceived = await bot.hears()
    return event.attachments


def told(refs: tuple[AttachmentRef, ...]) -> list[tuple[Source, str]]:
    return [(ref.source, ref.about) for ref in refs]


# --- links --------------------------------------------------------------------------------------


async def test_links_to_pictures_are_found_in_the_text_and_behind_words(
    telegram_emulator: TelegramEmulator, bot: Bot, chat: Chat, ann: Person
) -> None:
    text = f"😀 {CAT} and this or c.example.com/x.webp, not https://a.example/page"
    behind = {**telegram_emulator.world.entity("text_link", text, "this"), "url": DOG}
    await telegram_emulator.say(chat, ann, text, entities=[behind])
    refs = await offered(bot)

    assert [ref.handle for ref in refs] == [CAT, DOG, "https://c.example.com/x.webp"]
    assert told(refs) == [(Source.LINK, host) for host in ("a.example", "b.example", "c.example.com")]


async def test_an_address_in_code_is_no_link(
    telegram_emulator: TelegramEmulator, bot: Bot, chat: Chat, ann: Person
) -> None:
    await telegram_emulator.say(chat, ann, CAT, entities=[telegram_emulator.world.entity("code", CAT, CAT)])

    assert await offered(bot) == ()


async def test_links_are_found_in_captions_and_in_what_is_replied_to(
    telegram_emulator: TelegramEmulator, bot: Bot, group: Chat, ann: Person, bob: Person
) -> None:
    said = await telegram_emulator.say(group, bob, f"see {CAT} and {DOG}")
    await telegram_emulator.send_photo(group, ann, STILL, caption=f"@glimpse_bot like {DOG}?", reply_to=said)
    whole: MessageReceived = await bot.hears()
    await telegram_emulator.say(group, ann, "@glimpse_bot and this?", reply_to=said, quote=DOG)
    part: MessageReceived = await bot.hears()

    assert [ref.source for ref in whole.attachments] == [Source.FILE, Source.LINK]
    assert [ref.handle for ref in whole.quoted[0].attachments] == [CAT, DOG]
    assert [ref.handle for ref in part.quoted[0].attachments] == [DOG]


async def test_links_are_found_in_forwards_and_in_quotes_from_other_chats(
    telegram_emulator: TelegramEmulator, bot: Bot, chat: Chat, group: Chat, ann: Person, bob: Person
) -> None:
    said = await telegram_emulator.say(group, bob, f"see {CAT}", preview=DOG)
    await telegram_emulator.forward(chat, ann, said)
    forward: MessageReceived = await bot.hears()
    await telegram_emulator.say(chat, ann, "What is it?", reply_to=said)
    reply: MessageReceived = await bot.hears()
    await telegram_emulator.say(chat, ann, "What is it?", reply_to=said, quote=CAT)
    part: MessageReceived = await bot.hears()

    assert [ref.handle for ref in forward.quoted[0].attachments] == [CAT, DOG]
    assert [ref.handle for ref in reply.quoted[0].attachments] == [DOG]
    assert [ref.handle for ref in part.quoted[0].attachments] == [CAT]


async def test_of_a_text_in_another_chat_nothing_is_seen_and_said_so(
    telegram_emulator: TelegramEmulator, bot: Bot, chat: Chat, group: Chat, ann: Person, bob: Person
) -> None:
    said = await telegram_emulator.say(group, bob, "Look at this")
    await telegram_emulator.say(chat, ann, "What does it mean?", reply_to=said)
    (quoted,) = (await bot.hears()).quoted

    assert (quoted.text, quoted.author) == ("[A text of another chat, of which bots see only what is quoted]", "Bob")


async def test_links_in_the_bots_own_answers_are_not_followed(
    telegram_emulator: TelegramEmulator, bot: Bot, chat: Chat, ann: Person
) -> None:
    content = telegram_emulator.world.text_content(f"Perhaps {CAT}")
    own = telegram_emulator.world.post(chat, telegram_emulator.bot, content, topic=None, reply_to=None, options={})
    await telegram_emulator.say(chat, ann, "And?", reply_to=own)

    assert (await bot.hears()).quoted[0].attachments == ()


async def test_a_preview_of_a_page_is_told_in_words_where_the_text_does_not_name_it(
    telegram_emulator: TelegramEmulator, bot: Bot, chat: Chat, ann: Person
) -> None:
    page = "https://a.example/page"
    await telegram_emulator.say(chat, ann, "See there", preview=page)
    hidden: MessageReceived = await bot.hears()
    await telegram_emulator.say(chat, ann, f"See {page}", preview=page)
    named: MessageReceived = await bot.hears()

    assert (hidden.text, hidden.attachments) == (f"See there\n[Shown with a preview of {page}]", ())
    assert (named.text, named.attachments) == (f"See {page}", ())


async def test_links_in_rich_messages_are_found(
    telegram_emulator: TelegramEmulator, bot: Bot, chat: Chat, ann: Person
) -> None:
    link = {"type": "url", "url": CAT, "text": "this"}
    await telegram_emulator.send_rich(chat, ann, [{"type": "paragraph", "text": ["See ", link]}])
    event: MessageReceived = await bot.hears()

    assert (event.text, [ref.handle for ref in event.attachments]) == ("See this", [CAT])


# --- custom emoji -------------------------------------------------------------------------------


async def test_a_custom_emoji_is_a_picture(
    telegram_emulator: TelegramEmulator, bot: Bot, chat: Chat, ann: Person
) -> None:
    text = "😀 what are 👍 and 🎉?"
    still = telegram_emulator.custom_emoji(text, "👍", b"webp")
    moving = telegram_emulator.custom_emoji(text, "🎉", b"tgs", animated=True, thumbnail=STILL)
    await telegram_emulator.say(chat, ann, text, entities=[still, moving])
    refs = await offered(bot)

    assert told(refs) == [(Source.EMOJI, "👍"), (Source.EMOJI, "🎉")]
    assert [await bot.chat.fetch(ref, max_bytes=LIMIT) for ref in refs] == [b"webp", STILL]


async def test_the_first_four_custom_emoji_count_each_once(
    telegram_emulator: TelegramEmulator, bot: Bot, chat: Chat, ann: Person
) -> None:
    text = "🐸🐸🐶🐱🐭🐹"
    entities = [telegram_emulator.custom_emoji(text, emoji, b"webp") for emoji in "🐸🐶🐱🐭🐹"]
    again = {**entities[0], "offset": 2}
    await telegram_emulator.say(chat, ann, text, entities=[entities[0], again, *entities[1:]])

    assert [ref.about for ref in await offered(bot)] == ["🐸", "🐶", "🐱", "🐭"]


@pytest.mark.parametrize(("text", "expected"), [(" 👍", [Source.EMOJI]), ("fine 👍", [])])
async def test_a_reply_is_about_a_custom_emoji_if_nothing_else_was_said(
    telegram_emulator: TelegramEmulator,
    bot: Bot,
    chat: Chat,
    group: Chat,
    ann: Person,
    bob: Person,
    text: str,
    expected: list[Source],
) -> None:
    emoji = telegram_emulator.custom_emoji(text, "👍", b"webp")
    said = await telegram_emulator.say(group, bob, text, entities=[emoji])
    await telegram_emulator.say(group, ann, "@glimpse_bot what is this?", reply_to=said)
    reply: MessageReceived = await bot.hears()
    await telegram_emulator.forward(chat, ann, said)
    forward: MessageReceived = await bot.hears()

    for event in (reply, forward):
        assert [ref.source for ref in event.quoted[0].attachments] == expected


async def test_a_custom_emoji_that_is_gone_is_said(
    telegram_emulator: TelegramEmulator, bot: Bot, chat: Chat, ann: Person
) -> None:
    await telegram_emulator.say(chat, ann, "👍", entities=[telegram_emulator.custom_emoji("👍", "👍", b"webp")])
    (ref,) = await offered(bot)
    telegram_emulator.media.custom_emoji.clear()

    with pytest.raises(AttachmentError) as failed:
        await bot.chat.fetch(ref, max_bytes=LIMIT)
    assert failed.value.person == "Telegram no longer has it"


async def test_no_handle_holds_the_token(
    telegram_emulator: TelegramEmulator, bot: Bot, chat: Chat, ann: Person, bob: Person
) -> None:
    text = f"👍 {CAT}, and Bob's avatar"
    emoji = telegram_emulator.custom_emoji(text, "👍", b"webp")
    mention = telegram_emulator.text_mention(text, "Bob", bob)
    await telegram_emulator.say(chat, ann, text, entities=[emoji, mention])
    refs = await offered(bot)

    assert [ref.source for ref in refs] == [Source.LINK, Source.EMOJI, Source.AVATAR]
    assert not any(telegram_emulator.token in ref.handle for ref in refs)
