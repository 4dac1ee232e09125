"""The menus of commands: in private and in groups, by language, set only when they changed."""

from collections import Counter

from adapters.telegram.chat import TelegramChat
from adapters.telegram.menu import Wording
from bot.commands.known import COMMANDS
from tests.emulators.telegram import TelegramEmulator
from tests.telegram_bot import HastyClock, chat_on

GERMAN = {name: f"auf Deutsch: {name}" for name in COMMANDS}


def called(telegram: TelegramEmulator) -> Counter[str]:
    return Counter(request.path for request in telegram.requests if "MyCommands" in request.path)


async def start(telegram: TelegramEmulator, wording: Wording) -> None:
    async with TelegramChat(telegram.token, api_url=telegram.api_url, clock=HastyClock(), wording=wording):
        pass


async def test_everything_is_offered_in_private(telegram_emulator: TelegramEmulator) -> None:
    ann = telegram_emulator.add_person("Ann")
    async with chat_on(telegram_emulator, HastyClock()):
        pass

    assert telegram_emulator.menu(telegram_emulator.private(ann), ann) == COMMANDS


async def test_in_a_group_only_administrators_are_offered_what_changes_it(telegram_emulator: TelegramEmulator) -> None:
    ann, bob = (telegram_emulator.add_person(name) for name in ("Ann", "Bob"))
    group = telegram_emulator.add_group("Group")
    group.admins.append(bob)
    async with chat_on(telegram_emulator, HastyClock()):
        pass

    assert set(COMMANDS) - set(telegram_emulator.menu(group, ann)) == {"settings", "persona", "model"}
    assert telegram_emulator.menu(group, bob) == telegram_emulator.menu(group, group.owner) == COMMANDS


async def test_everybody_reads_the_menu_in_their_own_language_or_in_english(
    telegram_emulator: TelegramEmulator,
) -> None:
    people = {code: telegram_emulator.add_person(code, language=code) for code in ("de", "fr", "en")}
    await start(telegram_emulator, {"": COMMANDS, "de": GERMAN})

    group = telegram_emulator.add_group("Group")
    menus = {code: telegram_emulator.menu(group, person)["help"] for code, person in people.items()}
    assert menus == {"de": GERMAN["help"], "fr": COMMANDS["help"], "en": COMMANDS["help"]}


async def test_menus_are_set_once_and_again_only_where_they_changed(telegram_emulator: TelegramEmulator) -> None:
    wording = {"": COMMANDS, "de": GERMAN}
    for _ in range(2):
        await start(telegram_emulator, wording)
    assert called(telegram_emulator) == {"/getMyCommands": 12, "/setMyCommands": 6}

    await start(telegram_emulator, {"": COMMANDS, "de": {**GERMAN, "help": "Hilfe"}})

    assert called(telegram_emulator) == {"/getMyCommands": 18, "/setMyCommands": 9}


async def test_a_menu_that_is_refused_keeps_no_other_from_being_set(telegram_emulator: TelegramEmulator) -> None:
    ann = telegram_emulator.add_person("Ann")
    telegram_emulator.fail("POST /setMyCommands", status=400)
    async with chat_on(telegram_emulator, HastyClock()):
        pass

    group = telegram_emulator.add_group("Group")
    menus = [
        telegram_emulator.menu(telegram_emulator.private(ann), ann),
        telegram_emulator.menu(group, ann),
        telegram_emulator.menu(group, group.owner),
    ]
    assert menus.count({}) <= 1
    assert COMMANDS in menus
