"""The bot as its own process, the same on both platforms: what it says itself is in the reader's language."""

from pathlib import Path

from adapters.model import troubles
from bot import texts
from bot.commands import data_texts, known, settings_texts
from bot.personal import Spent
from bot.pictures.kinds import _ARCHIVE
from bot.records.attachments import Medium
from bot.sentences import Sentence
from tests.emulators.common import eventually
from tests.emulators.model import ModelEmulator, Script
from tests.people import People, Place
from tests.process import BotProcess

FRIENDS = {"Jörg": "de", "João": "pt-BR", "Юрій": "uk", "健": "ja", "明": "zh-CN", "Piet": "nl"}
ZIP = b"PK\x03\x04" + bytes(60)


def process(people: People, model: ModelEmulator, folder: Path) -> BotProcess:
    address = {"MODEL_API_URL": model.url, "MODEL_API_KEY": "model-key", "MODEL_ATTEMPTS": "1"}
    return BotProcess(folder, **address, **people.environment)


def words(text: str) -> str:
    """Without what one platform shows as written, and the other by offsets."""
    return text.replace("*", "").replace("`", "").replace("\n- ", "\n• ").replace("\n\n", "\n")


async def reads(people: People, place: Place, sentence: Sentence, language: str) -> None:
    """Somebody finds it in one of the messages there."""
    wanted = words(sentence.in_language(language))
    await eventually(lambda: any(wanted in words(text) for text in people.shown(place)), what=wanted)


async def test_in_one_group_everybody_is_told_in_their_own_language(
    people: People, model_emulator: ModelEmulator, tmp_path: Path
) -> None:
    group = people.group()
    for name, language in FRIENDS.items():
        people.introduce(name, language)
    async with process(people, model_emulator, tmp_path) as bot:
        await people.ready()
        for name, language in FRIENDS.items():
            await people.command(group, "help", who=name)
            await reads(people, group, texts.HELP, language)
        assert await bot.terminate() == 0
    assert len(set(people.shown(group))) == len(FRIENDS)


async def test_a_failure_and_its_buttons_are_in_the_language_of_who_asked(
    people: People, model_emulator: ModelEmulator, tmp_path: Path
) -> None:
    group = people.group()
    people.introduce("Jörg", "de")
    people.introduce("健", "ja")
    async with process(people, model_emulator, tmp_path) as bot:
        await people.ready()
        for name, language in (("Jörg", "de"), ("健", "ja")):
            model_emulator.reply_with(Script(status=402, message="no more credits"))
            await people.command(group, "ask", "how tall is it?", who=name)
            await reads(people, group, troubles.CREDITS.person, language)
            labels = [label.in_language(language) for label in (texts.RETRY_LABEL, texts.FORGET_LABEL)]
            assert people.buttons(group) == labels
        assert await bot.terminate() == 0


async def test_the_language_chosen_for_a_conversation_goes_before_that_of_the_person(
    people: People, model_emulator: ModelEmulator, tmp_path: Path
) -> None:
    people.introduce("Jörg", "de")
    place = people.private("Jörg")
    async with process(people, model_emulator, tmp_path) as bot:
        await people.ready()
        await people.command(place, "settings", "language", who="Jörg")
        await reads(people, place, settings_texts.PAGE_HINTS["language"], "de")
        await people.press(place, "Français", who="Jörg")
        await reads(people, place, settings_texts.PAGE_HINTS["language"], "fr")
        assert "✓ Français" in people.buttons(place)
        assert settings_texts.BACK_LABEL.in_language("fr") in people.buttons(place)
        await people.command(place, "usage", who="Jörg")
        await reads(people, place, data_texts.usage_everywhere(Spent(), Spent()), "fr")
        assert await bot.terminate() == 0


async def test_notes_under_an_answer_are_translated_again_after_a_restart(
    people: People, model_emulator: ModelEmulator, tmp_path: Path
) -> None:
    place = people.private()
    model_emulator.reply("شكرًا.", "Danke.")
    note = texts.not_seen(texts.called(Medium.FILE, None), _ARCHIVE)
    async with process(people, model_emulator, tmp_path) as bot:
        await people.ready()
        await people.command(place, "settings", "language ar")
        await reads(people, place, settings_texts.PAGE_HINTS["language"], "ar")
        await people.send_file(place, ZIP, "holiday.zip", "application/zip", "ما هذا؟")
        await eventually(lambda: "شكرًا." in people.shown(place)[-1])
        await reads(people, place, note, "ar")
        await bot.terminate()
        await bot.start()
        await people.ready()
        await people.command(place, "settings", "language de")
        await reads(people, place, settings_texts.PAGE_HINTS["language"], "de")
        await people.command(place, "retry")
        await eventually(lambda: any("Danke." in text for text in people.shown(place)))
        await reads(people, place, note, "de")
        assert await bot.terminate() == 0
    assert str(note) not in "".join(people.shown(place))
    told = str(model_emulator.requests[-1].body)
    assert _ARCHIVE in told, "the model is told in English"


async def test_menus_of_commands_are_in_every_language(
    people: People, model_emulator: ModelEmulator, tmp_path: Path
) -> None:
    async with process(people, model_emulator, tmp_path) as bot:
        await people.ready()
        assert await bot.terminate() == 0
    told = "".join(str(request.body) for request in people.emulated.requests if "ommands" in request.path)
    for language in ("de", "uk", "zh"):
        assert known.COMMANDS["help"].in_language(language) in told
