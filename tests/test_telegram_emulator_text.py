import pytest
import telegram
from telegram import LinkPreviewOptions, MessageEntity

from tests.emulators.telegram import TelegramEmulator
from tests.telegram_client import refused


async def test_a_message_is_shown_with_what_the_bot_and_telegram_marked(
    world: TelegramEmulator, bot: telegram.Bot
) -> None:
    ann = world.add_person("Ann", username="ann_w")
    chat = world.private(ann)

    sent = await bot.send_message(
        chat.id,
        "😀 bold @ann_w code @ann_w",
        entities=[MessageEntity("bold", 3, 4), MessageEntity("code", 15, 11)],
        link_preview_options=LinkPreviewOptions(is_disabled=True),
    )

    (shown,) = world.visible(chat)
    assert (shown.id, shown.text) == (sent.message_id, "😀 bold @ann_w code @ann_w")
    assert [(e["type"], shown.marked(e)) for e in shown.entities] == [
        ("bold", "bold"),
        ("mention", "@ann_w"),
        ("code", "code @ann_w"),
    ]
    assert shown.options["link_preview_options"] == {"is_disabled": True}
    assert world.pinged(shown) == [ann]
    assert [e.type for e in sent.entities] == ["bold", "mention", "code"]


@pytest.mark.parametrize("text", ["x" * 4096, "😀" * 2048])
async def test_text_up_to_4096_utf16_units_is_taken(world: TelegramEmulator, bot: telegram.Bot, text: str) -> None:
    chat = world.private(world.add_person("Ann"))

    await bot.send_message(chat.id, text)

    assert [message.text for message in world.visible(chat)] == [text]


@pytest.mark.parametrize("text", ["x" * 4097, "😀" * 2048 + "x"])
async def test_longer_text_is_refused(world: TelegramEmulator, bot: telegram.Bot, text: str) -> None:
    chat = world.private(world.add_person("Ann"))

    async with refused(world, "Message is too long", violation="too long"):
        await bot.send_message(chat.id, text)

    assert world.visible(chat) == []


@pytest.mark.parametrize("text", [" \n ", "\r"])
async def test_blank_text_is_refused(world: TelegramEmulator, bot: telegram.Bot, text: str) -> None:
    chat = world.private(world.add_person("Ann"))

    async with refused(world, "Message text is empty", violation="empty"):
        await bot.send_message(chat.id, text)


async def test_outer_blanks_go_and_entities_move_along(world: TelegramEmulator, bot: telegram.Bot) -> None:
    chat = world.private(world.add_person("Ann"))

    await bot.send_message(chat.id, "\r\n  so bold \n", entities=[MessageEntity("bold", 7, 6)])

    (shown,) = world.visible(chat)
    assert shown.text == "so bold"
    assert [shown.marked(e) for e in shown.entities] == ["bold"]


@pytest.mark.parametrize(("offset", "length"), [(1, 1), (0, 3), (2, 5), (-1, 2), (0, -1), (9, 1)])
async def test_entities_outside_of_the_text_or_in_half_a_pair_are_refused(
    world: TelegramEmulator, bot: telegram.Bot, offset: int, length: int
) -> None:
    chat = world.private(world.add_person("Ann"))

    async with refused(world, "ntity", violation="entity"):
        await bot.send_message(chat.id, "😀😀", entities=[MessageEntity("bold", offset, length)])


@pytest.mark.parametrize(
    "entity",
    [
        MessageEntity("wobbly", 0, 2),
        MessageEntity("mention", 0, 2),
        MessageEntity("bold", 0, 0),
        MessageEntity("code", 0, 2, language="python"),
        MessageEntity("text_link", 0, 2),
        MessageEntity("text_link", 0, 2, url="no link"),
        MessageEntity("text_mention", 0, 2, user=telegram.User(5, "Nobody", is_bot=False)),
    ],
    ids=["unknown", "found", "empty", "language", "no-url", "bad-url", "nobody"],
)
async def test_entities_that_the_server_drops_are_violations(
    world: TelegramEmulator, bot: telegram.Bot, entity: MessageEntity
) -> None:
    chat = world.private(world.add_person("Ann"))

    await bot.send_message(chat.id, "some text", entities=[entity])

    assert world.visible(chat)[0].entities == []
    assert len(world.violations) == 1
    world.violations.clear()


async def test_more_than_100_entities_and_parse_mode_are_violations(world: TelegramEmulator, bot: telegram.Bot) -> None:
    chat = world.private(world.add_person("Ann"))

    await bot.send_message(chat.id, "x" * 101, entities=[MessageEntity("bold", i, 1) for i in range(101)])
    await bot.send_message(chat.id, "*bold*", parse_mode="MarkdownV2")

    assert len(world.visible(chat)[0].entities) == 100
    assert ["101 entities" in world.violations[0], "parse_mode" in world.violations[1]] == [True, True]
    world.violations.clear()
