"""The menu of settings on both platforms, with the bot's own process: of one conversation, by right, and kept."""

import json
from pathlib import Path

import pytest

from bot import texts
from bot.choices import AnswerMode
from bot.commands import settings_texts
from tests.emulators.common import eventually
from tests.home import OTHER_MODEL, Home, at_home, plain, system_of, told
from tests.stored import presses_done_in

CHOICES = {
    "answers": (
        settings_texts.ANSWER_LABELS[AnswerMode.WAKE_WORD],
        settings_texts.answers_to(AnswerMode.WAKE_WORD, "glimpse"),
    ),
    "pictures": (settings_texts.ON_LABEL, settings_texts.DESCRIBES_ALL),
    "sharing": (settings_texts.APART_LABEL, settings_texts.APART),
    "memory": (settings_texts.memory_label(5), settings_texts.remembers(5)),
    "persona": ("brief", settings_texts.in_manner("brief", is_named=True)),
    "model": (OTHER_MODEL, settings_texts.answered_by(OTHER_MODEL)),
}
"""Page to a choice on it, and what is said of it. Other pages have tests of their own."""


async def test_every_page_can_be_chosen_from_by_buttons_and_is_kept(home: Home) -> None:
    people, group = home.people, home.people.hearing_group()
    people.make_manager(group, "Ann")
    await people.command(group, "settings")
    for page, (label, sentence) in CHOICES.items():
        await home.buttons(group, settings_texts.PAGE_LABELS[page])
        await people.press(group, settings_texts.PAGE_LABELS[page])
        await home.buttons(group, label)
        await people.press(group, label)
        await home.buttons(group, f"✓ {label}")
        assert home.shown(group)[-1].startswith(plain(sentence)), page
        await people.press(group, settings_texts.BACK_LABEL)
    await home.buttons(group, settings_texts.PAGE_LABELS["memory"])
    await home.restart()
    await people.command(group, "settings")
    menu = await home.next(group, 2, beginning=settings_texts.SETTINGS)
    assert all(plain(sentence) in menu for _, sentence in CHOICES.values())


async def test_the_language_of_a_conversation_is_chosen_and_kept(home: Home) -> None:
    people, place = home.people, home.people.private()
    await people.command(place, "settings")
    await home.buttons(place, settings_texts.PAGE_LABELS["language"])
    await people.press(place, settings_texts.PAGE_LABELS["language"])
    await home.buttons(place, "Deutsch", "日本語", "العربية")
    await people.press(place, "Deutsch")
    await home.buttons(place, "✓ Deutsch")
    await home.restart()
    await people.say(place, "hello")
    await home.next(place, 2)
    assert "tag de" in system_of(await home.asked(1))


async def test_what_is_ticked_already_can_be_pressed_without_a_useless_edit(home: Home) -> None:
    people, place = home.people, home.people.private()
    await people.command(place, "settings", "memory 5")
    ticked = f"✓ {settings_texts.memory_label(5)}"
    await home.buttons(place, ticked)
    await people.press(place, ticked)
    await eventually(lambda: presses_done_in(home.database.parent) == 1)
    await people.press(place, settings_texts.BACK_LABEL)
    await home.buttons(place, settings_texts.PAGE_LABELS["memory"])


async def test_a_member_without_the_right_is_refused_kindly_by_button_and_by_word(home: Home) -> None:
    people, group = home.people, home.people.group()
    people.make_manager(group, "Ann")
    await people.command(group, "settings", "memory", who="Bob")
    await home.buttons(group, settings_texts.memory_label(5))
    await people.press(group, settings_texts.memory_label(5), who="Bob")
    await home.next(group, 1, beginning=texts.NOT_ALLOWED)
    assert f"✓ {settings_texts.memory_label(5)}" not in people.buttons(group)
    await people.press(group, settings_texts.memory_label(5))
    await home.buttons(group, f"✓ {settings_texts.memory_label(5)}")
    assert texts.NOT_ALLOWED not in home.shown(group)[0]
    for number, (command, words) in enumerate(
        [("settings", "memory 0"), ("persona", "You are a Pirate"), ("model", "other"), ("alt", "on")], start=2
    ):
        await people.command(group, command, words, who="Bob")
        await home.next(group, number, beginning=texts.NOT_ALLOWED)
    await people.command(group, "settings")
    await home.next(group, 6, beginning=settings_texts.SETTINGS)
    for sentence in (
        settings_texts.remembers(5),
        settings_texts.in_manner("", is_named=False),
        settings_texts.DESCRIBES_ASKED,
    ):
        assert sentence in home.shown(group)[-1]


@pytest.mark.parametrize("kind", ["another group", "a side room"])
async def test_settings_are_of_one_conversation(home: Home, kind: str) -> None:
    people, group = home.people, home.people.group()
    elsewhere = people.group() if kind == "another group" else people.side_room(group)
    people.make_manager(group, "Ann")
    await people.command(group, "persona", "formal")
    await home.next(group, 1)
    await people.say(elsewhere, "hi", mention=True)
    await home.next(elsewhere, 1)
    assert "Speak formally" not in system_of(await home.asked(1))
    await people.say(group, "hi", mention=True)
    await home.next(group, 2)
    assert "Speak formally" in system_of(await home.asked(2))


async def test_the_length_of_memory_is_what_the_model_is_shown(home: Home) -> None:
    people, place = home.people, home.people.private()
    await people.command(place, "settings", "memory 1")
    await home.next(place, 1)
    for number, fruit in enumerate(["apple", "plum", "cherry"], start=1):
        await people.say(place, fruit)
        await home.next(place, 1 + number)
    words = told(await home.asked(3))
    assert "apple" not in words
    assert "plum" in words
    await people.command(place, "settings", "memory 0")
    await home.next(place, 5)
    await people.say(place, "kiwi")
    await home.next(place, 6)
    assert "cherry" not in told(await home.asked(4))


@pytest.mark.parametrize("platform", ["discord", "telegram"])
async def test_a_model_that_the_operator_lists_twice_is_offered_once(platform: str, tmp_path: Path) -> None:
    listed = json.dumps([OTHER_MODEL, OTHER_MODEL, "usual/model"])
    async with at_home(platform, tmp_path, MODEL_NAME="usual/model", MODEL_CHOICES=listed) as home:
        place = home.people.private()
        await home.people.command(place, "model")
        await home.buttons(place, "✓ usual/model", OTHER_MODEL, settings_texts.BACK_LABEL)
        assert len(home.people.buttons(place)) == 3
        await home.people.command(place, "model", "usual")
        await home.next(place, 2, beginning=settings_texts.answered_by("usual/model"))
