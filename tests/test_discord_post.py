"""What the bot does on Discord, as people see it: the real discord.py on real sockets."""

import pytest

from bot.errors import PlatformRefused, PlatformThrottled, PlatformUnavailable, PlatformUncertain
from bot.events import MessageId
from tests.discord_bot import STOP, chat_with, key_of, part, running
from tests.emulators.discord import DiscordEmulator
from tests.emulators.discord_kinds import MessageKind
from tests.emulators.discord_permissions import Permission


async def test_an_answer_is_a_plain_reply_that_pings_nobody(discord_emulator: DiscordEmulator) -> None:
    channel, ann = discord_emulator.add_channel(), discord_emulator.add_person("Ann")
    question = await discord_emulator.say(channel, ann, "hello")
    async with running(discord_emulator, listens=False) as bot:
        text = f"Hello {ann.mention} and @everyone"
        posted = await bot.chat.post(
            key_of(channel.id), part(text), reply_to=MessageId(str(question.id)), nonce="a-nonce-of-25-characters."
        )
        await bot.chat.edit(key_of(channel.id), posted, part(f"{text}!"))

    [answer] = discord_emulator.visible(channel)
    assert (answer.text, answer.reply_to, answer.kind) == (f"{text}!", question, MessageKind.REPLY)
    assert answer.embeds == ()
    assert discord_emulator.pings == []


async def test_the_same_nonce_never_shows_twice(discord_emulator: DiscordEmulator) -> None:
    channel = discord_emulator.add_channel()
    discord_emulator.fail("POST /channels/*/messages", drop=True, after_effect=True)
    async with running(discord_emulator, listens=False) as bot:
        with pytest.raises(PlatformUncertain):
            await bot.post(key_of(channel.id), "hello", nonce="same")
        again = await bot.post(key_of(channel.id), "hello", nonce="same")

    [message] = discord_emulator.visible(channel)
    assert again == str(message.id)


async def test_a_part_can_be_sent_again_after_its_message_was_deleted(discord_emulator: DiscordEmulator) -> None:
    channel = discord_emulator.add_channel()
    async with running(discord_emulator, listens=False) as bot:
        first = await bot.post(key_of(channel.id), "hello", nonce="same")
        await bot.chat.delete(key_of(channel.id), MessageId(first), instead="")
        await bot.post(key_of(channel.id), "hello again", nonce="same")

    assert [message.text for message in discord_emulator.visible(channel)] == ["hello again"]


async def test_the_answer_to_a_deleted_question_still_comes(discord_emulator: DiscordEmulator) -> None:
    channel, ann = discord_emulator.add_channel(), discord_emulator.add_person("Ann")
    question = await discord_emulator.say(channel, ann, "hello")
    await discord_emulator.delete(question)
    async with running(discord_emulator, listens=False) as bot:
        await bot.chat.post(key_of(channel.id), part("hi"), reply_to=MessageId(str(question.id)), nonce="n1")

    assert [message.text for message in discord_emulator.visible(channel)] == ["hi"]


async def test_a_reply_to_a_message_that_the_library_cannot_read_is_sent_and_changed(
    discord_emulator: DiscordEmulator,
) -> None:
    channel, ann = discord_emulator.add_channel(), discord_emulator.add_person("Ann")
    strange = await discord_emulator.say(channel, ann, "hello", stickers=[{"id": "no number", "name": "x"}])
    async with running(discord_emulator, listens=False) as bot:
        posted = await bot.chat.post(key_of(channel.id), part("hi"), reply_to=MessageId(str(strange.id)), nonce="n1")
        await bot.chat.edit(key_of(channel.id), posted, part("hi!"))

    [answer] = discord_emulator.visible(channel)
    assert (answer.text, answer.reply_to) == ("hi!", strange)


async def test_without_the_right_to_reply_it_writes_plainly_and_says_so_once(
    discord_emulator: DiscordEmulator, caplog: pytest.LogCaptureFixture
) -> None:
    channel, ann = discord_emulator.add_channel(), discord_emulator.add_person("Ann")
    question = await discord_emulator.say(channel, ann, "hello")
    discord_emulator.deny(channel, Permission.READ_MESSAGE_HISTORY)
    async with running(discord_emulator, listens=False) as bot:
        for nonce in ("n1", "n2"):
            await bot.chat.post(key_of(channel.id), part(nonce), reply_to=MessageId(str(question.id)), nonce=nonce)
        tries = len([request for request in discord_emulator.requests if request.path.endswith("/messages")])
        discord_emulator.allow(channel, Permission.READ_MESSAGE_HISTORY)
        bot.clock.passed_s += 3601
        await bot.chat.post(key_of(channel.id), part("n3"), reply_to=MessageId(str(question.id)), nonce="n3")

    answers = discord_emulator.visible(channel)
    assert [(message.text, message.reply_to) for message in answers] == [("n1", None), ("n2", None), ("n3", question)]
    assert tries == 3
    assert caplog.text.count("Read Message History") == 1


async def test_deleting_takes_the_message_away_and_twice_is_no_error(discord_emulator: DiscordEmulator) -> None:
    channel = discord_emulator.add_channel()
    async with running(discord_emulator, listens=False) as bot:
        posted = MessageId(await bot.post(key_of(channel.id), "hello"))
        await bot.chat.delete(key_of(channel.id), posted, instead="")
        await bot.chat.delete(key_of(channel.id), posted, instead="")

    assert discord_emulator.visible(channel) == []


async def test_typing_is_one_request(discord_emulator: DiscordEmulator) -> None:
    channel = discord_emulator.add_channel()
    async with running(discord_emulator, listens=False) as bot:
        await bot.chat.typing(key_of(channel.id), reply_to=MessageId("1"))

    assert [typing.channel for typing in discord_emulator.typing_events] == [channel]


async def test_a_private_chat_needs_no_cache(discord_emulator: DiscordEmulator) -> None:
    chat = discord_emulator.dm(discord_emulator.add_person("Ann"))
    async with running(discord_emulator, listens=False) as bot:
        posted = await bot.post(key_of(chat.id), "hello")
        await bot.chat.edit(key_of(chat.id), MessageId(posted), part("hello Ann"))

    assert [message.text for message in discord_emulator.visible(chat)] == ["hello Ann"]


@pytest.mark.parametrize(
    ("permission", "remedy"),
    [(Permission.SEND_MESSAGES, "Send Messages"), (Permission.VIEW_CHANNEL, "View Channel")],
)
async def test_a_missing_permission_is_refused_with_its_remedy(
    discord_emulator: DiscordEmulator, permission: Permission, remedy: str
) -> None:
    channel = discord_emulator.add_channel()
    discord_emulator.deny(channel, permission)
    async with running(discord_emulator, listens=False) as bot:
        with pytest.raises(PlatformRefused) as refused:
            await bot.post(key_of(channel.id), "hello")

    assert remedy in refused.value.remedy
    assert remedy in str(refused.value)


async def test_a_person_who_takes_no_private_messages_is_a_refusal(discord_emulator: DiscordEmulator) -> None:
    ann = discord_emulator.add_person("Ann")
    ann.accepts_dms = False
    async with running(discord_emulator, listens=False) as bot:
        with pytest.raises(PlatformRefused, match="private"):
            await bot.post(key_of(discord_emulator.dm(ann).id), "hello")


async def test_a_long_rate_limit_surfaces_with_its_wait(discord_emulator: DiscordEmulator) -> None:
    channel = discord_emulator.add_channel()
    discord_emulator.fail(
        "POST /channels/*/messages",
        status=429,
        body={"message": "You are being rate limited.", "retry_after": 120.0, "global": False},
    )
    async with running(discord_emulator, listens=False) as bot:
        with pytest.raises(PlatformThrottled) as throttled:
            await bot.post(key_of(channel.id), "hello")

    assert throttled.value.retry_after_s == 120


async def test_a_ban_by_cloudflare_is_a_wait(discord_emulator: DiscordEmulator) -> None:
    channel = discord_emulator.add_channel()
    discord_emulator.fail(
        "POST /channels/*/messages", status=429, body="<html>1015</html>", headers={"Via": "", "Retry-After": "77"}
    )
    async with running(discord_emulator, listens=False) as bot:
        with pytest.raises(PlatformThrottled) as throttled:
            await bot.post(key_of(channel.id), "hello")

    assert throttled.value.retry_after_s == 77


@pytest.mark.parametrize("fault", [{"status": 503}, {"drop": True}, {"status": 200, "body": "<html>proxy</html>"}])
async def test_when_nobody_can_tell_whether_it_arrived_it_is_uncertain(
    discord_emulator: DiscordEmulator, fault: dict[str, object]
) -> None:
    channel = discord_emulator.add_channel()
    discord_emulator.fail("POST /channels/*/messages", **fault)
    async with running(discord_emulator, listens=False) as bot:
        with pytest.raises(PlatformUncertain):
            await bot.post(key_of(channel.id), "hello")


async def test_an_unreachable_server_is_safe_to_try_again(discord_emulator: DiscordEmulator) -> None:
    channel = discord_emulator.add_channel()
    async with running(discord_emulator, listens=False) as bot:
        await discord_emulator._server.stop()
        # A connection from before is only found dead once something was written to it.
        with pytest.raises(PlatformUncertain):
            await bot.post(key_of(channel.id), "hello")
        with pytest.raises(PlatformUnavailable):
            await bot.post(key_of(channel.id), "hello")


async def test_after_closing_everything_is_unavailable(discord_emulator: DiscordEmulator) -> None:
    channel = discord_emulator.add_channel()
    async with chat_with(discord_emulator) as chat:
        pass

    with pytest.raises(PlatformUnavailable):
        await chat.post(key_of(channel.id), part("hello"), reply_to=None, nonce="n1")
    with pytest.raises(PlatformUnavailable):
        await chat.typing(key_of(channel.id), reply_to=MessageId("1"))


async def test_a_closed_session_under_an_answer_is_unavailable(discord_emulator: DiscordEmulator) -> None:
    channel = discord_emulator.add_channel()
    async with running(discord_emulator, listens=False) as bot:
        connected = bot.chat._connected
        assert connected is not None
        await bot.chat.__aexit__(None, None, None)
        with pytest.raises(PlatformUnavailable):
            await connected.posting.typing(key_of(channel.id), reply_to=MessageId("1"))


async def test_a_gateway_that_dies_leaves_answers_in_hand_alone(discord_emulator: DiscordEmulator) -> None:
    channel = discord_emulator.add_channel()
    async with running(discord_emulator) as bot:
        await discord_emulator.disconnect(4004)
        await bot.post(key_of(channel.id), "still here")

    assert [message.text for message in discord_emulator.visible(channel)] == ["still here"]


async def test_a_growing_answer_carries_a_button_until_an_edit_without_it(discord_emulator: DiscordEmulator) -> None:
    channel = discord_emulator.add_channel()
    async with running(discord_emulator, listens=False) as bot:
        posted = await bot.chat.post(key_of(channel.id), part("Hel", STOP), reply_to=None, nonce="n1")
        [answer] = discord_emulator.visible(channel)
        labels = [button["label"] for row in answer.versions[-1].components for button in row["components"]]
        await bot.chat.edit(key_of(channel.id), posted, part("Hello", STOP))
        growing = answer.versions[-1].components
        await bot.chat.edit(key_of(channel.id), posted, part("Hello"))

    assert labels == ["Stop"]
    assert growing
    assert [(version.text, bool(version.components)) for version in answer.versions] == [
        ("Hel", True),
        ("Hello", True),
        ("Hello", False),
    ]


async def test_a_part_sent_again_after_a_preview_loses_its_button(discord_emulator: DiscordEmulator) -> None:
    channel = discord_emulator.add_channel()
    async with running(discord_emulator, listens=False) as bot:
        await bot.chat.post(key_of(channel.id), part("Hello", STOP), reply_to=None, nonce="same")
        await bot.chat.post(key_of(channel.id), part("Hello"), reply_to=None, nonce="same")

    [answer] = discord_emulator.visible(channel)
    assert (answer.text, answer.versions[-1].components) == ("Hello", ())


async def test_an_answer_whose_id_was_never_learned_is_found_after_a_restart(discord_emulator: DiscordEmulator) -> None:
    channel, ann = discord_emulator.add_channel(), discord_emulator.add_person("Ann")
    key = key_of(channel.id)
    other = await discord_emulator.say(channel, ann, "earlier")
    question = await discord_emulator.say(channel, ann, "hello")
    asked, asked_before = MessageId(str(question.id)), MessageId(str(other.id))
    async with running(discord_emulator, listens=False) as bot:
        await bot.chat.post(key, part("to the earlier one"), reply_to=asked_before, nonce="n0")
        await bot.chat.post(key, part("part one"), reply_to=asked, nonce="n1")
        await bot.chat.post(key, part("part two"), reply_to=None, nonce="n2")
    for number in range(120):
        await discord_emulator.say(channel, ann, str(number))
    _, one, two = (MessageId(str(message.id)) for message in discord_emulator.visible(channel))

    async with running(discord_emulator, listens=False) as restarted:
        find = restarted.chat.find
        found = [
            await find(key, after=asked, reply_to=asked, known=[]),
            await find(key, after=asked, reply_to=asked, known=[one]),
            await find(key, after=one, reply_to=None, known=[one]),
            await find(key, after=two, reply_to=None, known=[one, two]),
        ]

    assert found == [one, None, two, None]


async def test_what_a_bot_may_not_read_it_does_not_find(discord_emulator: DiscordEmulator) -> None:
    channel, ann = discord_emulator.add_channel(), discord_emulator.add_person("Ann")
    question = MessageId(str((await discord_emulator.say(channel, ann, "hello")).id))
    async with running(discord_emulator, listens=False) as bot:
        await bot.chat.post(key_of(channel.id), part("hi"), reply_to=question, nonce="n1")
        discord_emulator.deny(channel, Permission.VIEW_CHANNEL)
        found = await bot.chat.find(key_of(channel.id), after=question, reply_to=question, known=[])

    assert found is None


async def test_an_unreachable_discord_is_no_proof_that_there_is_no_answer(discord_emulator: DiscordEmulator) -> None:
    channel, ann = discord_emulator.add_channel(), discord_emulator.add_person("Ann")
    question = MessageId(str((await discord_emulator.say(channel, ann, "hello")).id))
    discord_emulator.fail("GET /channels/*/messages", status=503)
    async with running(discord_emulator, listens=False) as bot:
        with pytest.raises(PlatformUncertain):
            await bot.chat.find(key_of(channel.id), after=question, reply_to=question, known=[])
