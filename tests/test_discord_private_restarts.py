"""Answers for one person alone on Discord, after a restart: the real discord.py on real sockets."""

import pytest

from adapters.discord.interactions.sealing import Seal
from bot.events import Action, ButtonPressed, MessageId
from tests.discord_bot import STOP, Bot, HastyClock, part, running
from tests.elsewhere import Elsewhere
from tests.emulators.common import eventually


async def test_after_a_restart_an_answer_goes_on_in_place(elsewhere: Elsewhere) -> None:
    async with running(elsewhere.discord) as bot:
        waits, _ = await elsewhere.asks(bot, "One?")
        grows, _ = await elsewhere.asks(bot, "Two?")
        half = await bot.chat.post(grows.key, part("Tw", STOP), reply_to=grows.message_id, nonce="m0")
        more = await bot.chat.post(grows.key, part("mor", STOP), reply_to=None, nonce="m1")
    async with running(elsewhere.discord, core=bot.core) as restarted:
        await restarted.chat.edit(grows.key, half, part("Two."))
        await restarted.chat.edit(grows.key, more, part("more"))
        for number in range(2, 7):
            await restarted.chat.post(grows.key, part(str(number)), reply_to=None, nonce=f"m{number}")
        await restarted.chat.post(waits.key, part("One."), reply_to=waits.message_id, nonce="n0")

    assert sorted(elsewhere.shown) == sorted(["Two.", "more", "2", "3", "4", "5", "One."])
    assert elsewhere.written == ["6"]


async def test_what_another_version_kept_of_commands_is_left_alone(elsewhere: Elsewhere) -> None:
    async with running(elsewhere.discord) as bot:
        event, _ = await elsewhere.asks(bot)
    [name] = [name for name in bot.core.cursors if name.endswith(":interactions")]
    bot.core.cursors[name] = Seal(elsewhere.discord.token).close('[{"of": "tomorrow"}]')
    async with running(elsewhere.discord, core=bot.core) as restarted:
        await restarted.chat.post(event.key, part("Here."), reply_to=event.message_id, nonce="n1")

    assert elsewhere.written == ["Here."]


async def test_an_answer_long_after_a_restart_goes_to_the_private_chat(elsewhere: Elsewhere) -> None:
    async with running(elsewhere.discord) as bot:
        event, _ = await elsewhere.asks(bot)
    async with running(elsewhere.discord, core=bot.core, clock=HastyClock(passed_s=15 * 60)) as restarted:
        await restarted.caught_up()
        assert await restarted.chat.find(event.key, after=event.message_id, reply_to=event.message_id, known=[]) is None
        await restarted.chat.post(event.key, part("Sorry, once more."), reply_to=event.message_id, nonce="n1")

    assert (elsewhere.shown, elsewhere.written) == ([], ["Sorry, once more."])


async def test_what_answers_a_command_is_stored_so_that_only_the_bot_can_use_it(elsewhere: Elsewhere) -> None:
    async with running(elsewhere.discord) as bot:
        _, used = await elsewhere.asks(bot)
    [kept] = [value for name, value in bot.core.cursors.items() if name.endswith(":interactions")]
    opened = Seal(elsewhere.discord.token).open(kept)

    assert used.token not in kept
    assert opened is not None
    assert used.token in opened
    assert Seal("another bot's token").open(kept) is None
    assert [Seal(elsewhere.discord.token).open(damaged) for damaged in ("", "?", kept[:-8])] == [None, None, None]


async def test_nobody_looks_back_where_the_bot_is_not(elsewhere: Elsewhere) -> None:
    async with running(elsewhere.discord) as bot:
        await elsewhere.asks(bot)
    async with running(elsewhere.discord, core=bot.core) as restarted:
        await restarted.caught_up()

    paths = [request.path for request in elsewhere.discord.requests]
    assert [path for path in paths if str(elsewhere.channel.id) in path] == []


@pytest.mark.parametrize("restarts", [False, True])
async def test_buttons_of_private_answers_work_also_after_a_restart(elsewhere: Elsewhere, restarts: bool) -> None:
    async with running(elsewhere.discord) as bot:
        event, _ = await elsewhere.asks(bot)
        answer = await bot.chat.post(event.key, part("Be", STOP), reply_to=event.message_id, nonce="n1")
        if not restarts:
            await press(bot, elsewhere, answer)
    if restarts:
        async with running(elsewhere.discord, core=bot.core) as restarted:
            await press(restarted, elsewhere, answer)

    assert elsewhere.shown == ["Stopped.", "More."]
    pressed = bot.core.events[-1]
    assert isinstance(pressed, ButtonPressed)
    assert (pressed.key, pressed.message_id, pressed.action) == (event.key, answer, Action.STOP)
    assert pressed.is_private


async def press(bot: Bot, elsewhere: Elsewhere, answer: MessageId) -> None:
    """Press the button, and change and follow its message by the token that came with it."""
    [shown] = elsewhere.discord.visible(elsewhere.channel)
    pressed = await elsewhere.discord.press(shown, elsewhere.ann)
    event = await bot.notices(ButtonPressed)
    await eventually(lambda: pressed.acknowledged_at)
    await bot.chat.edit(event.key, answer, part("Stopped."))
    await bot.chat.post(event.key, part("More."), reply_to=None, nonce="n2")
