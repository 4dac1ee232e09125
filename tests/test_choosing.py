"""What people choose for a conversation: by menu or by words, with the right to, kept, and heeded."""

from pathlib import Path

import pytest

from adapters.telegram.render import render as on_telegram
from bot import texts
from bot.choices import NOTHING_CHOSEN, AnswerMode, ConversationSettings
from bot.commands import settings_texts
from bot.commands.menus import Menus
from bot.errors import PlatformUnavailable
from bot.events import Action, ConversationKey, MessageId, PersonId
from bot.ports.parts import MarkKind
from tests.core import OFFERS, Core, running_core
from tests.fake_chat import FakeChat, Shown
from tests.happenings import FAKE, KEY, command, message, pressed
from tests.scripted_model import prompt_text, said

THREAD = ConversationKey(platform=FAKE, chat_id="1", thread_id="t")


def wide() -> FakeChat:
    return FakeChat(text_length=2000)


def last(core: Core) -> Shown:
    return list(core.chat.screen.values())[-1]


def labels(core: Core) -> list[str]:
    return [button.label for row in last(core).buttons for button in row]


async def menu(core: Core, text: str = "/settings", *, is_private: bool = False) -> MessageId:
    """Ask for a menu. Returns its message."""
    await core.hear(command(text, is_private=is_private))
    await core.finish()
    return list(core.chat.screen)[-1]


async def press(core: Core, menu: MessageId, value: str, *, sender: str = "Ann") -> None:
    await core.hear(pressed(Action.CHOOSE, menu, value=value, sender=sender))
    await core.finish()


async def test_the_menu_shows_how_it_is_and_changes_in_place(tmp_path: Path) -> None:
    async with running_core(tmp_path, chat=wide()) as core:
        shown = await menu(core)
        assert "I look back at up to 20 earlier questions and answers." in last(core).text
        assert labels(core)[:2] == ["When I answer", "Pictures"]
        await press(core, shown, "page:memory")
        assert labels(core) == ["Nothing", "Up to 5", "✓ Up to 20", "‹ Back"]
        await press(core, shown, "memory:5")
        assert labels(core) == ["Nothing", "✓ Up to 5", "Up to 20", "‹ Back"]
        await press(core, shown, "page:main")
        assert "I look back at up to 5 earlier questions and answers." in last(core).text
        assert len(core.chat.screen) == 1
        assert await core.store.settings(KEY) == ConversationSettings(exchanges=5)
        assert await core.store.settings(THREAD) == ConversationSettings(), "each thread has its own"


async def test_pressing_what_is_ticked_already_changes_nothing_on_screen(tmp_path: Path) -> None:
    async with running_core(tmp_path, chat=wide()) as core:
        shown = await menu(core, "/settings memory")
        await press(core, shown, "memory:5")
        versions = list(last(core).versions)
        await press(core, shown, "memory:5")
        assert last(core).versions == versions
        await press(core, shown, "memory:0")
        assert labels(core) == ["✓ Nothing", "Up to 5", "Up to 20", "‹ Back"]


async def test_who_may_not_manage_the_chat_is_told_so_in_the_menu_and_nothing_changes(tmp_path: Path) -> None:
    async with running_core(tmp_path, chat=wide()) as core:
        shown = await menu(core)
        await press(core, shown, "memory:5", sender="Ben")
        assert last(core).text.startswith(texts.NOT_ALLOWED)
        await press(core, shown, "memory:5")
        assert not last(core).text.startswith(texts.NOT_ALLOWED)
        await menu(core, "/persona brief")
        await core.hear(command("/persona pirate", sender="Ben"))
        await core.finish()
        assert last(core).text.startswith(texts.NOT_ALLOWED)
        assert await core.store.settings(KEY) == ConversationSettings(exchanges=5, persona="brief")


async def test_two_presses_at_once_both_count_each_with_its_own_right(tmp_path: Path) -> None:
    async with running_core(tmp_path, chat=wide()) as core:
        shown = await menu(core)
        await core.hear(
            pressed(Action.CHOOSE, shown, value="memory:5", sender="Ben"),
            pressed(Action.CHOOSE, shown, value="language:de"),
            pressed(Action.CHOOSE, shown, value="pictures:on"),
        )
        await core.finish()
        assert await core.store.settings(KEY) == ConversationSettings(language="de", describes_pictures=True)


async def test_a_right_that_cannot_be_found_out_changes_nothing(tmp_path: Path) -> None:
    chat = wide()

    async def away(key: ConversationKey, person: PersonId) -> bool:
        raise PlatformUnavailable("reset")

    chat.may_manage = away  # type: ignore[method-assign]  # the platform fails
    async with running_core(tmp_path, chat=chat) as core:
        await press(core, await menu(core), "memory:5")
        assert last(core).text.startswith(texts.RIGHTS_UNKNOWN)
        assert await core.store.settings(KEY) == ConversationSettings()


async def test_a_press_on_a_menu_works_after_a_restart(tmp_path: Path) -> None:
    chat = wide()
    async with running_core(tmp_path, chat=chat) as core:
        shown = await menu(core)
    async with running_core(tmp_path, chat=chat, crashes=True) as core:
        await core.hear(pressed(Action.CHOOSE, shown, value="memory:5"))
    async with running_core(tmp_path, chat=chat, resume=True) as core:
        await core.finish()
        assert "✓ Up to 5" in labels(core)
        assert await core.store.settings(KEY) == ConversationSettings(exchanges=5)


async def test_words_behind_the_command_choose_too(tmp_path: Path) -> None:
    async with running_core(tmp_path, chat=wide()) as core:
        await menu(core, "/settings memory 3")
        await menu(core, "/settings wake Computer")
        await menu(core, "/settings language pt")
        await menu(core, "/persona You are a Pirate")
        await menu(core, "/model OTHER")
        assert await core.store.settings(KEY) == ConversationSettings(
            answers=AnswerMode.WAKE_WORD,
            wake_word="computer",
            exchanges=3,
            language="pt",
            persona="You are a Pirate",
            model="other/model",
        )
        await menu(core, "/persona usual")
        await menu(core, "/model scripted")
        assert (await core.store.settings(KEY)).persona == ""
        assert (await core.store.settings(KEY)).model == ""
        await menu(core, "/settings make me a sandwich")
        assert last(core).text.startswith(texts.NOT_A_CHOICE.in_language("pt"))
        await menu(core, "/settings language")
        assert "✓ Português" in labels(core)


async def test_words_may_be_those_on_the_buttons(tmp_path: Path) -> None:
    async with running_core(tmp_path, chat=wide()) as core:
        await menu(core, "/settings pictures yes")
        await menu(core, "/settings answers every message")
        await menu(core, "/settings manner Brief")
        await menu(core, "/settings language German")
        assert await core.store.settings(KEY) == ConversationSettings(
            answers=AnswerMode.EVERY, describes_pictures=True, persona="brief", language="de"
        )
        await menu(core, "/settings Bilder nein")
        await menu(core, "/settings Stil wie üblich")
        await menu(core, "/settings Sprache Arabisch")
        assert await core.store.settings(KEY) == ConversationSettings(answers=AnswerMode.EVERY, language="ar")
        await menu(core, "/settings language français")
        assert (await core.store.settings(KEY)).language == "fr"


async def test_a_misspelt_page_is_not_passed_over(tmp_path: Path) -> None:
    async with running_core(tmp_path, chat=wide()) as core:
        await menu(core, "/settings memry")
        assert last(core).text.startswith(texts.NOT_A_CHOICE)
        assert labels(core)[:2] == ["When I answer", "Pictures"]


async def test_a_wake_word_without_the_word_shows_how_it_is_chosen(tmp_path: Path) -> None:
    async with running_core(tmp_path, chat=wide()) as core:
        await menu(core, "/settings wake")
        assert settings_texts.PAGE_HINTS["answers"] in last(core).text
        assert not last(core).text.startswith(texts.NOT_A_CHOICE)


async def test_the_longest_memory_by_words_is_ticked(tmp_path: Path) -> None:
    async with running_core(tmp_path, chat=wide()) as core:
        await menu(core, "/settings memory 9999")
        assert "✓ Up to 20" in labels(core)


async def test_in_private_only_what_makes_a_difference_there_is_offered(tmp_path: Path) -> None:
    async with running_core(tmp_path, chat=wide()) as core:
        await menu(core, is_private=True)
        assert labels(core) == ["Pictures", "Memory", "Language", "Manner", "Model"]


async def test_what_was_chosen_is_what_the_model_is_told(tmp_path: Path) -> None:
    async with running_core(tmp_path, said("a"), said("b"), said("c"), chat=wide()) as core:
        await core.hear(message("first"))
        await core.finish()
        for words in ("/persona pirate", "/settings language de", "/settings memory 0", "/model other"):
            await menu(core, words)
        await core.hear(message("second"))
        await core.finish()
        system, *rest = prompt_text(core.model.prompts[1]).split("\nuser: ")
        assert system == (
            "system: Be kind.\n\n"
            "The people of this chat chose how you speak here: Speak like a pirate.\n\n"
            "Here, answer in the language with the IETF tag de, whatever the question is in."
        )
        assert rest == ["[Ann] second"], "nothing is remembered"
        assert core.model.names == [None, "other/model"]


async def test_a_model_that_is_no_longer_offered_is_not_asked(tmp_path: Path) -> None:
    async with running_core(tmp_path) as core:
        await core.hear(message("first"))
        await core.finish()
        await core.store.change_settings(
            KEY, ConversationSettings(model="gone"), before=NOTHING_CHOSEN, now=core.clock.now()
        )
        await core.hear(message("second"))
        await core.finish()
        assert core.model.names == [None, None]


async def test_describing_every_picture_needs_the_right_too(tmp_path: Path) -> None:
    async with running_core(tmp_path, chat=wide()) as core:
        await core.hear(command("/alt on", sender="Ben"))
        await core.finish()
        assert last(core).text == texts.NOT_ALLOWED
        await core.hear(command("/alt on"))
        await core.finish()
        assert last(core).text == texts.ALT_ON
        assert await core.store.settings(KEY) == ConversationSettings(describes_pictures=True)


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("Be kind.\n```\nrm -rf", "Be kind. ``` rm -rf"),
        ("[Log in](https://evil.example)", "[Log in](https://evil.example)"),
        ("# Big\n- list", "# Big - list"),
    ],
)
def test_a_manner_in_somebodys_words_is_shown_as_it_was_written(words: str, shown: str) -> None:
    menu, _ = Menus(OFFERS).show("persona", ConversationSettings(persona=words), is_private=True)
    [part] = on_telegram(menu, final=True)
    told = part.text.replace("\u2060", "")
    assert told.startswith(f"I speak as somebody here described it: {shown}\n\nIn which manner")
    assert {mark.value for mark in part.marks} <= {None, "https://evil.example"}
    assert [mark.kind for mark in part.marks if mark.kind is not MarkKind.LINK] == [MarkKind.CODE]


@pytest.mark.parametrize("word", ["\u200b", ".", "\ufe0f", "?!"])
async def test_what_nobody_can_see_or_say_is_no_wake_word(tmp_path: Path, word: str) -> None:
    async with running_core(tmp_path, chat=wide()) as core:
        await menu(core, f"/settings wake {word}")
        assert last(core).text.startswith(texts.NOT_A_CHOICE)
        assert await core.store.settings(KEY) == NOTHING_CHOSEN
