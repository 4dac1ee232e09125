"""A sentence of the bot's own is English to everything that takes text, and can be said in other languages."""

import copy
import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot import texts
from bot.choices import AnswerMode
from bot.commands import data_texts, settings_texts
from bot.languages import LANGUAGES, nearest
from bot.markup.literal import literal
from bot.personal import Spent
from bot.records.attachments import Medium, Verdict
from bot.records.pictures import Prepared
from bot.sentences import Argument, Sentence, counted, joined, sentence, verbatim
from tests.happenings import message, photo
from tests.process import ROOT
from tests.storing import accept, attachments_of, store_at

NAMES = st.sampled_from(["number", "reason", "why", "count"])


def sentences() -> st.SearchStrategy[Sentence]:
    plain = st.one_of(st.text(max_size=20), st.integers(), st.floats())
    known = st.sampled_from([str(texts.STOP_LABEL), "*(I could not look at {what}: {reason}.)*", "{a} {{b}}"])

    def extend(inner: st.SearchStrategy[Sentence]) -> st.SearchStrategy[Sentence]:
        arguments: st.SearchStrategy[dict[str, Argument]] = st.dictionaries(NAMES, st.one_of(plain, inner), max_size=3)
        return st.builds(
            Sentence, st.one_of(st.text(max_size=20), known), arguments, st.sampled_from(["", "{count} s"])
        )

    return st.recursive(st.builds(Sentence, known), extend, max_leaves=4)


@given(sentences())
@example(Sentence("{count} s", {"count": 10**25}))
@example(Sentence("{number}", {"number": 1e300}))
def test_what_is_stored_says_the_same_in_every_language(one: Sentence) -> None:
    again = Sentence.from_storage(one.for_storage())
    assert again == one
    assert [again.in_language(tag) for tag in LANGUAGES] == [one.in_language(tag) for tag in LANGUAGES]


@example('{"msgid":"{a}","plural":"","arguments":{"a":' * 200 + '"deep"' + "}}" * 200)
@given(st.text(max_size=60) | st.sampled_from(['{"msgid": "x"}', "[" * 9999, "{" * 9999, '{"msgid":"","arguments":3}']))
def test_anything_can_be_read_as_a_stored_sentence(text: str) -> None:
    assert isinstance(Sentence.from_storage(text).in_language("de"), str)


@given(st.text(max_size=60))
def test_somebodys_words_are_never_changed(text: str) -> None:
    assert verbatim(text) == text
    for tag in LANGUAGES:
        assert verbatim(text).in_language(tag) == text
        assert literal(text) in settings_texts.answers_to(AnswerMode.WAKE_WORD, text).in_language(tag)


@pytest.mark.parametrize("stored", ["it is a program", texts.too_large(25_000_000).for_storage()])
def test_what_an_older_version_stored_is_translated_where_it_is_still_said(stored: str) -> None:
    assert Sentence.from_storage(stored).in_language("de") in ("es ist ein Programm", "die Datei ist größer als 25 MB")


@pytest.mark.parametrize("tag", ["", "en", "en-GB", "nl", "tlh", "x", "-", "de_", "äöü"])
def test_who_speaks_another_language_reads_english(tag: str) -> None:
    assert (texts.INTERNAL.in_language(tag) == texts.INTERNAL) == (nearest(tag) == "en")


@pytest.mark.parametrize(
    ("tag", "language"),
    [("pt-BR", "pt"), ("pt_PT", "pt"), ("zh-Hant-TW", "zh"), ("zh-CN", "zh"), ("ES-419", "es"), ("uk", "uk")],
)
def test_the_nearest_language_counts(tag: str, language: str) -> None:
    assert nearest(tag) == language
    assert texts.INTERNAL.in_language(tag) == texts.INTERNAL.in_language(language) != texts.INTERNAL


@pytest.mark.parametrize(
    ("tag", "count", "words"),
    [
        ("ru", 1, "1 минуту"),
        ("ru", 3, "3 минуты"),
        ("ru", 11, "11 минут"),
        ("ru", 21, "21 минуту"),
        ("ar", 2, "دقيقتين"),
        ("ar", 5, "5 دقائق"),
        ("ja", 1, "1 分"),
        ("de", 1, "1 Minute"),
        ("en", 1, "1 minute"),
        ("en", 2, "2 minutes"),
    ],
)
def test_numbers_have_the_form_of_their_language(tag: str, count: int, words: str) -> None:
    assert counted("{count} minute", "{count} minutes", count=count).in_language(tag) == words


@pytest.mark.parametrize(
    ("tag", "tokens", "cost"),
    [
        ("en", "1,234,567", "$0.0125"),
        ("de", "1.234.567", "0,0125 $"),
        ("de-CH", "1’234’567", "0.0125 $"),
        ("ar", "1,234,567", "0.0125 $"),
        ("pt-BR", "1.234.567", "0,0125 $"),
    ],
)
def test_usage_is_written_as_people_write_numbers_there(tag: str, tokens: str, cost: str) -> None:
    spent = Spent(questions=3, prompt_tokens=1_234_000, completion_tokens=567, cost_usd=0.0125)
    shown = data_texts.usage_here(spent, Spent()).in_language(tag)
    assert tokens in shown
    assert cost in shown


def test_a_format_from_outside_is_not_obeyed() -> None:
    stored = json.dumps({"msgid": "{a.__class__} {a:>999999999} {b}", "plural": "", "arguments": {"a": 1}})
    assert Sentence.from_storage(stored) == "{a.__class__} {a:>999999999} {b}"


def test_a_copy_is_still_a_sentence() -> None:
    one = texts.not_seen(texts.called(Medium.VIDEO, 2), sentence("the file is empty"))
    for again in (copy.copy(one), copy.deepcopy(one)):
        assert again.in_language("de") == one.in_language("de") != one


def test_several_are_said_one_after_the_other() -> None:
    assert (
        joined("; ", [texts.STOP_LABEL, verbatim("{x}"), settings_texts.ON_LABEL]).in_language("de") == "Stopp; {x}; Ja"
    )
    assert joined("\n", []).in_language("de") == ""


async def test_the_reason_of_a_picture_is_kept_so_that_it_can_be_said_in_any_language(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        turn = await accept(store, message("?", attachments=[photo("a"), photo("b")]))
        one, other = await attachments_of(store, turn)
        await store.settle(one.id, texts.too_large(25_000_000))
        shown = Prepared(text="x", origin="text file", left_out=sentence("{before}, and {last}", before="a", last="b"))
        await store.settle(other.id, shown)
        one, other = await attachments_of(store, turn)

    assert (one.verdict, one.reason) == (Verdict.UNUSABLE, "it is larger than 25 MB")
    assert one.reason.in_language("fr") == "le fichier dépasse 25 Mo"
    assert other.left_out.in_language("de") == "a, und b"


def test_an_english_bot_never_loads_babel() -> None:
    program = (
        "import sys, bot.core; from bot import texts; from bot.commands.settings_texts import memory_label; "
        "texts.HELP.in_language('en-GB'), texts.HELP.in_language('nl'), memory_label(99999).in_language('en'); "
        "sys.exit('babel' in sys.modules)"
    )
    assert subprocess.call([sys.executable, "-c", program], cwd=ROOT) == 0  # noqa: S603 - a program of our own
