"""What is Telegram's own, end to end: the bot as its own process, in all kinds of chats."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.drawing import photo
from tests.emulators.common import eventually
from tests.emulators.model import ModelEmulator
from tests.emulators.telegram import TelegramEmulator
from tests.emulators.telegram_types import Chat, Message, Person, Topic
from tests.process import BotProcess
from tests.seeing import prompt_of


@dataclass
class Home:
    """A bot that answers ``Answer 1.``, ``Answer 2.`` and so on."""

    telegram: TelegramEmulator
    model: ModelEmulator
    ann: Person
    bot: BotProcess

    async def say(self, chat: Chat, text: str, *, mention: bool = False, **how: object) -> Message:
        words = f"@{self.telegram.username} {text}" if mention else text
        return await self.telegram.say(chat, self.ann, words, **how)  # type: ignore[arg-type]  # as `say` has them

    async def shows(self, chat: Chat, *texts: str, topic: Topic | None = None) -> list[Message]:
        """Wait until the bot's messages there read so."""
        await eventually(
            lambda: [message.text for message in self.telegram.visible(chat, topic)] == list(texts),
            what=f"{texts}, not {[message.text for message in self.telegram.visible(chat, topic)]}",
        )
        return self.telegram.visible(chat, topic)

    async def hears_nothing(self) -> None:
        """All that was said is read, and nothing of it is being answered."""
        await eventually(lambda: self.telegram.pending_updates == 0)
        calls = len(self.model.calls)
        await asyncio.sleep(0.3)
        assert len(self.model.calls) == calls


@pytest.fixture
async def home(
    telegram_emulator: TelegramEmulator, model_emulator: ModelEmulator, tmp_path: Path
) -> AsyncIterator[Home]:
    model_emulator.reply(*(f"Answer {number}." for number in range(1, 20)))
    async with BotProcess(
        tmp_path,
        TELEGRAM_TOKEN=telegram_emulator.token,
        TELEGRAM_API_URL=telegram_emulator.api_url,
        MODEL_API_URL=model_emulator.url,
        MODEL_API_KEY="model-key",
    ) as bot:
        yield Home(telegram_emulator, model_emulator, telegram_emulator.add_person("Ann"), bot)
        assert await bot.terminate() == 0


async def test_a_command_with_the_bots_name_is_obeyed_and_one_with_anothers_is_not(home: Home) -> None:
    group = home.telegram.add_group("Group", admin=True)
    await home.say(group, "/ask@robo_bot who are you?")
    await home.say(group, "/help@robo_bot")
    await home.say(group, f"/ask@{home.telegram.username} who are you?")
    await home.shows(group, "Answer 1.")
    assert len(home.model.calls) == 1


async def test_with_privacy_mode_on_it_says_so_where_it_was_added_and_answers_what_reaches_it(home: Home) -> None:
    group = home.telegram.add_group("Group")
    home.telegram.join(group, home.ann)
    (told,) = await eventually(lambda: home.telegram.visible(group))
    assert "/setprivacy" in told.text
    await home.say(group, "nobody in particular")
    await home.say(group, "hello", mention=True)
    _, answer = await home.shows(group, told.text, "Answer 1.")
    await home.say(group, "and now?", reply_to=answer)
    await home.shows(group, told.text, "Answer 1.", "Answer 2.")


async def test_with_privacy_mode_off_only_what_is_meant_for_it_is_answered(home: Home) -> None:
    home.telegram.world.privacy = False
    group = home.telegram.add_group("Group")
    home.telegram.join(group, home.ann)
    await home.say(group, "nobody in particular")
    await home.say(group, "hello", mention=True)
    await home.shows(group, "Answer 1.")


async def test_general_and_each_topic_are_answered_where_they_are_and_know_nothing_of_each_other(home: Home) -> None:
    forum = home.telegram.add_group("Group", forum=True)
    topic = home.telegram.add_topic(forum, "Trip")
    await home.say(forum, "in general", mention=True)
    await home.shows(forum, "Answer 1.")
    await home.say(forum, "in the topic", mention=True, topic=topic)
    await home.shows(forum, "Answer 2.", topic=topic)
    await home.shows(forum, "Answer 1.")
    assert "in general" not in prompt_of(home.model.calls[1])


async def test_topics_in_a_private_chat_are_conversations_of_their_own(home: Home) -> None:
    home.telegram.world.topics = True
    private = home.telegram.private(home.ann)
    one, other = (home.telegram.add_topic(private, name) for name in ("One", "Other"))
    await home.say(private, "first", topic=one)
    await home.shows(private, "Answer 1.", topic=one)
    await home.say(private, "second", topic=other)
    await home.shows(private, "Answer 2.", topic=other)
    assert "first" not in prompt_of(home.model.calls[1])


async def test_a_quote_of_another_chat_brings_its_words_and_its_picture(home: Home) -> None:
    group, elsewhere = home.telegram.add_group("Group"), home.telegram.add_group("Elsewhere")
    ben = home.telegram.add_person("Ben")
    theirs = await home.telegram.send_photo(elsewhere, ben, photo(64, 48), caption="the boat and the sea")
    await home.say(group, "what is that?", mention=True, reply_to=theirs, quote="the boat")
    await home.shows(group, "Answer 1.")
    (call,) = home.model.calls
    assert "the boat" in prompt_of(call)
    assert "the sea" not in prompt_of(call)
    assert [image.size for image in call.images] == [(64, 48)]


async def test_an_album_is_one_question(home: Home) -> None:
    group = home.telegram.add_group("Group", admin=True)
    await home.telegram.send_album(
        group, home.ann, [photo(64, 48), photo(48, 64), photo(32, 32)], caption=f"@{home.telegram.username} which?"
    )
    await home.shows(group, "Answer 1.")
    (call,) = home.model.calls
    assert len(call.images) == 3


async def test_an_edited_caption_is_answered_anew_in_place(home: Home) -> None:
    private = home.telegram.private(home.ann)
    picture = await home.telegram.send_photo(private, home.ann, photo(64, 48), caption="what?")
    await home.shows(private, "Answer 1.")
    await home.telegram.edit(picture, "how many?")
    await home.shows(private, "Answer 2.")
    assert "how many?" in home.model.calls[1].text


async def test_in_a_channel_a_mention_is_answered_and_other_posts_are_not(home: Home) -> None:
    channel = home.telegram.add_channel()
    await home.say(channel, "news of the day")
    await home.say(channel, "what is new?", mention=True)
    await home.shows(channel, "Answer 1.")


async def test_an_administrator_who_writes_as_the_group_is_answered(home: Home) -> None:
    group = home.telegram.add_group("Group")
    await home.say(group, "hello", mention=True, anonymous=True)
    await home.shows(group, "Answer 1.")


async def test_other_bots_are_never_answered(home: Home) -> None:
    group = home.telegram.add_group("Group", admin=True)
    robo = home.telegram.add_person("Robo", username="robo_bot", is_bot=True)
    await home.telegram.say(group, robo, f"@{home.telegram.username} hello")
    await home.say(group, "hello", mention=True)
    (answer,) = await home.shows(group, "Answer 1.")
    await home.telegram.say(group, robo, "nice", reply_to=answer)
    await home.hears_nothing()
    await home.shows(group, "Answer 1.")


async def test_messages_to_a_business_account_never_reach_it(home: Home) -> None:
    """It does not ask for them: who connects a bot to an account wants to decide what it says in their name."""
    private = home.telegram.private(home.ann)
    await home.say(private, "hello")
    await home.shows(private, "Answer 1.")
    assert home.telegram.world.updates.add("business_message", {}) is None
