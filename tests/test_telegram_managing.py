"""Who may change a chat's settings, and the quiet sign that a message was seen."""

import pytest

from adapters.telegram.chat import TelegramChat
from adapters.telegram.limits import TELEGRAM
from bot.errors import PlatformRefused
from bot.events import ConversationKey, MessageId, PersonId
from tests.emulators.telegram import TelegramEmulator
from tests.emulators.telegram_types import Chat, Person
from tests.telegram_bot import HastyClock, chat_on


def key_of(chat: Chat) -> ConversationKey:
    return ConversationKey(platform=TELEGRAM, chat_id=str(chat.id))


def id_of(person: Person) -> PersonId:
    return PersonId(str(person.id))


@pytest.mark.parametrize("basic", [True, False])
async def test_in_a_group_its_creator_and_administrators_manage_it(
    telegram_emulator: TelegramEmulator, basic: bool
) -> None:
    ann, bob = (telegram_emulator.add_person(name) for name in ("Ann", "Bob"))
    group = telegram_emulator.add_group("Group", basic=basic)
    group.admins.append(bob)
    async with chat_on(telegram_emulator, HastyClock()) as chat:
        may = [await chat.may_manage(key_of(group), id_of(person)) for person in (ann, bob, group.owner)]
        anonymous = await chat.may_manage(key_of(group), PersonId(str(group.id)))

    assert (may, anonymous) == ([False, True, True], True)


async def test_in_private_everybody_does(telegram_emulator: TelegramEmulator) -> None:
    ann = telegram_emulator.add_person("Ann")
    async with chat_on(telegram_emulator, HastyClock()) as chat:
        assert await chat.may_manage(key_of(telegram_emulator.private(ann)), id_of(ann))


async def test_who_can_not_be_looked_up_is_an_error(telegram_emulator: TelegramEmulator) -> None:
    group = telegram_emulator.add_group("Group")
    async with chat_on(telegram_emulator, HastyClock()) as chat:
        with pytest.raises(PlatformRefused):
            await chat.may_manage(key_of(group), PersonId("-1001"))


@pytest.mark.parametrize(("reacts", "reaction"), [(True, "👀"), (False, None)])
async def test_a_message_is_acknowledged_by_a_reaction_where_that_is_wanted(
    telegram_emulator: TelegramEmulator, reacts: bool, reaction: str | None
) -> None:
    group = telegram_emulator.add_group("Group")
    question = await telegram_emulator.say(group, group.owner, "@glimpse_bot what?")
    async with TelegramChat(
        telegram_emulator.token, api_url=telegram_emulator.api_url, clock=HastyClock(), reacts=reacts
    ) as chat:
        for _ in range(2):
            await chat.acknowledge(key_of(group), MessageId(str(question.id)))

    assert question.reaction == reaction


async def test_where_reactions_are_forbidden_it_is_a_refusal(telegram_emulator: TelegramEmulator) -> None:
    group = telegram_emulator.add_group("Group")
    group.without_reactions = True
    question = await telegram_emulator.say(group, group.owner, "@glimpse_bot what?")
    async with TelegramChat(
        telegram_emulator.token, api_url=telegram_emulator.api_url, clock=HastyClock(), reacts=True
    ) as chat:
        with pytest.raises(PlatformRefused):
            await chat.acknowledge(key_of(group), MessageId(str(question.id)))
