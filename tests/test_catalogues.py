"""The catalogues hold every sentence of the code, whole and in a form that the platforms take."""

import ast
import gettext
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po

from adapters.discord.client import Payload
from adapters.discord.interactions import forms
from adapters.discord.interactions.commands import in_menus
from adapters.telegram.menu import every_wording
from bot import texts
from bot.commands import settings_texts
from bot.commands.known import COMMANDS
from bot.languages import CATALOGUES, DOMAIN, ENGLISH, LANGUAGES
from bot.sentences import Sentence
from tests.core import OFFERS
from tests.process import ROOT

OTHERS = [language for language in LANGUAGES if language != ENGLISH]
KEYWORDS: dict[str, tuple[int, ...] | None] = {"sentence": None, "counted": (1, 2)}
FILES = sorted(path for folder in ("bot", "adapters") for path in (ROOT / folder).rglob("*.py"))
USED_NUMBERS = range(1, 1000)
"""Where there is something to count."""
LABEL_LENGTH = 40  # See `bot.ports.parts.Button`.


def catalogue_of(language: str) -> Catalog:
    with (CATALOGUES / language / "LC_MESSAGES" / f"{DOMAIN}.po").open("rb") as file:
        return read_po(file, locale=language, abort_invalid=True)


def ids(message: Message) -> tuple[str, ...]:
    return (message.id,) if isinstance(message.id, str) else tuple(message.id)


def forms_of(message: Message) -> tuple[str, ...]:
    return (message.string,) if isinstance(message.string, str) else tuple(message.string or ())


def messages(language: str) -> Iterator[Message]:
    return (message for message in catalogue_of(language) if message.id)


def in_code() -> set[tuple[str, ...]]:
    found = set()
    for path in FILES:
        for _, message, _, _ in extract_from_file("python", path, keywords=KEYWORDS):
            found.add((message,) if isinstance(message, str) else tuple(message))
    return found


@pytest.mark.parametrize("language", OTHERS)
def test_every_sentence_is_translated_and_nothing_else(language: str) -> None:
    catalogue = catalogue_of(language)
    assert {ids(message) for message in messages(language)} == in_code()
    assert not catalogue.obsolete
    assert [message.id for message in messages(language) if message.fuzzy or not all(forms_of(message))] == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_sentences_are_written_out_where_they_are_marked(path: Path) -> None:
    """Or nobody would find them to translate them."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in KEYWORDS:
            wanted = len(KEYWORDS[node.func.id] or (1,))
            assert [type(one) for one in node.args] == [ast.Constant] * wanted, f"line {node.lineno}"


@pytest.mark.parametrize("language", OTHERS)
def test_what_is_not_words_stays_as_it_is(language: str) -> None:
    for message in messages(language):
        for original, translated in zip(ids(message)[-1:] * 9, forms_of(message), strict=False):
            for kept in (r"`[^`]*`", r"(?<![\w/])/\w+", r"@\w+", r"[A-Z]+_[A-Z_]+"):
                assert Counter(re.findall(kept, translated)) == Counter(re.findall(kept, original)), translated
            for mark in ("*(", ")*", "**", "\n", "‹ "):
                assert translated.count(mark) == original.count(mark), translated
            assert translated.lstrip("\u200f")[:2] == original[:2] or original[:2] not in ("- ", "**", "*("), translated
            assert translated.endswith(" ") == original.endswith(" ")
            assert translated.endswith(")*") == original.endswith(")*"), "see bot.delivery.final"


@pytest.mark.parametrize("language", OTHERS)
def test_every_form_has_all_that_is_put_in(language: str) -> None:
    catalogue = catalogue_of(language)
    for message in messages(language):
        places = {place for one in ids(message) for place in re.findall(r"\{\w+\}", one)}
        for number, form in enumerate(forms_of(message)):
            missing = places - set(re.findall(r"\{\w+\}", form))
            assert set(re.findall(r"\{\w+\}", form)) <= places, form
            if missing:
                # "One" and "two" can be said in words, where the form is for nothing else.
                assert missing == {"{count}"}, form
                assert sum(form_of(catalogue, count) == number for count in USED_NUMBERS) <= 1, form


def form_of(catalogue: Catalog, count: int) -> int:
    return gettext.c2py(catalogue.plural_expr)(count)


@pytest.mark.parametrize("language", OTHERS)
def test_what_discord_shows_in_menus_and_forms_fits(language: str) -> None:
    """Discord docs, Application Command Structure and Modals."""
    for payload in in_menus(COMMANDS):
        is_entry = "options" not in payload
        for text in localized(payload):
            assert 1 <= len(text) <= (32 if is_entry else 100), text
    for sentence in (forms._TITLE, forms._LABEL):
        assert 1 <= len(sentence.in_language(language)) <= 45


def localized(payload: Payload) -> Iterator[str]:
    for name, value in payload.items():
        if name.endswith("_localizations"):
            assert len(value) == 10
            yield from value.values()
        elif isinstance(value, list):
            for one in value:
                yield from localized(one)


def test_what_telegram_shows_in_menus_fits() -> None:
    """Bot API, BotCommand."""
    wording = every_wording()
    assert set(wording) == {"", *OTHERS}
    for descriptions in wording.values():
        assert list(descriptions) == list(COMMANDS)
        assert all(1 <= len(description) <= 256 for description in descriptions.values())
    assert len({descriptions["help"] for descriptions in wording.values()}) == len(LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_labels_fit_on_buttons(language: str) -> None:
    labels = [value for name, value in vars(texts).items() if name.endswith("_LABEL")]
    for mapping in (settings_texts.PAGE_LABELS, settings_texts.ANSWER_LABELS):
        labels += mapping.values()
    labels += [
        *(settings_texts.manner_label(name) for name in OFFERS.personas),
        settings_texts.memory_label(0),
        settings_texts.memory_label(9999),
    ]
    for label in labels:
        assert isinstance(label, Sentence)
        assert 1 <= len(f"✓ {label.in_language(language)}") <= LABEL_LENGTH


def test_notes_that_are_longest_are_still_found_under_an_answer() -> None:
    """See `bot.delivery.final`."""
    for language in OTHERS:
        for message in messages(language):
            if ids(message)[0].startswith("*("):
                assert all(len(form) <= 300 for form in forms_of(message)), forms_of(message)
