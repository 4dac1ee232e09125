"""Long answers on Telegram: where they are cut, and that nothing is lost there."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.telegram.render import render
from bot.ports.parts import MarkKind, Part
from tests.telegram_marks import check_part, marked, utf16


def parts_of(text: str, *, limit: int = 40, max_marks: int = 100) -> list[Part]:
    parts = render(text, final=True, text_length=limit, max_marks=max_marks)
    for part in parts:
        check_part(part, text_length=limit, max_marks=max_marks)
    return list(parts)


def texts_of(text: str, *, limit: int = 40) -> list[str]:
    return [part.text for part in parts_of(text, limit=limit)]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("One paragraph.\n\nAnother. With more words in it.", ["One paragraph.", "Another. With more words in it."]),
        ("One line here\nAnother. With more words in it.", ["One line here", "Another. With more words in it."]),
        ("One sentence here. Another with more words.", ["One sentence here.", "Another with more words."]),
        ("彼は走った。彼女は歩いた。" * 3, ["彼は走った。彼女は歩いた。" * 3]),
        ("彼は走った。彼女は歩いた。" * 4, ["彼は走った。彼女は歩いた。" * 3, "彼は走った。彼女は歩いた。"]),
        ("word " * 10, ["word word word word word word word word", "word word"]),
        ("x" * 90, ["x" * 40, "x" * 40, "x" * 10]),
        ("😀" * 45, ["😀" * 20, "😀" * 20, "😀" * 5]),
        ("👨‍👩‍👧‍👦" * 5, ["👨‍👩‍👧‍👦" * 3, "👨‍👩‍👧‍👦" * 2]),
        ("🇩🇪" * 11 + "x", ["🇩🇪" * 10, "🇩🇪x"]),
        ("e\u0301" * 25, ["e\u0301" * 20, "e\u0301" * 5]),
        ("👍🏽" * 11, ["👍🏽" * 10, "👍🏽"]),
    ],
)
def test_text_is_cut_where_it_hurts_least(text: str, parts: list[str]) -> None:
    assert texts_of(text) == parts


def test_three_thousand_emoji_all_arrive() -> None:
    parts = render("😀" * 3000, final=True)

    assert [len(utf16(part.text)) // 2 for part in parts] == [4096, 1904]
    assert "".join(part.text for part in parts) == "😀" * 3000


def test_code_is_continued_in_the_next_part_with_its_language() -> None:
    code = "\n".join(f"    line_{number} = {number}" for number in range(6))

    parts = parts_of(f"```python\n{code}\n```", limit=60)

    assert len(parts) > 1
    assert [[(mark.kind, mark.value) for mark in part.marks] for part in parts] == [[(MarkKind.PRE, "python")]] * len(
        parts
    )
    assert "\n".join(part.text for part in parts) == code
    assert all(marked(part) == [(MarkKind.PRE, part.text)] for part in parts)


def test_code_that_fits_into_a_part_is_not_cut() -> None:
    parts = texts_of("Here is the code for it:\n```\na\n\nb\n\nc\nd = 1234567890\n```\nDone.")

    assert parts == ["Here is the code for it:", "a\n\nb\n\nc\nd = 1234567890\nDone."]


def test_styles_and_links_are_continued_in_the_next_part() -> None:
    parts = parts_of(f"**{' '.join(['bold'] * 12)}** [{' '.join(['link'] * 12)}](https://x.de)")

    kinds = [{mark.kind for mark in part.marks} for part in parts]
    assert kinds[0] == {MarkKind.BOLD}
    assert kinds[-1] == {MarkKind.LINK}
    assert all(mark.value == "https://x.de" for part in parts for mark in part.marks if mark.kind is MarkKind.LINK)


def test_too_many_styles_lose_the_least_important_and_no_text() -> None:
    text = "**b** *i* `c` " * 40

    (part,) = parts_of(text, limit=4096)

    assert part.text == ("b i c " * 40).strip()
    kinds = [mark.kind for mark in part.marks]
    assert kinds.count(MarkKind.CODE) == 40
    assert kinds.count(MarkKind.BOLD) == 40
    assert kinds.count(MarkKind.ITALIC) == 20


def test_too_many_links_end_a_part_early_since_their_addresses_would_be_lost() -> None:
    parts = parts_of(" ".join(f"[a](https://x.de/{number})" for number in range(250)), limit=4096)

    assert [mark.value for part in parts for mark in part.marks] == [f"https://x.de/{n}" for n in range(250)]
    assert len(parts) == 3


def test_an_address_cut_in_two_mentions_nobody() -> None:
    assert texts_of("x" * 40 + "@ann.de") == ["x" * 39, "x@ann.de"]


WORDS = st.sampled_from(
    [
        "word",
        "Sentence.",
        "😀",
        "👨‍👩‍👧",
        "é",
        "名前。",
        "https://x.de/a",
        "`code`",
        "**bold**",
        "*it*",
        "\n",
        "\n\n",
        "@ann",
        "x" * 30,
    ]
)
PROSE = st.lists(WORDS, max_size=80).map(" ".join)


@given(PROSE, st.integers(20, 120), st.integers(5, 100))
def test_every_visible_character_arrives_once_and_in_order(text: str, limit: int, max_marks: int) -> None:
    parts = parts_of(text, limit=limit, max_marks=max_marks)

    whole = render(text, final=True, text_length=100_000, max_marks=100_000)
    assert "".join("".join(part.text.split()) for part in parts) == "".join("".join(p.text.split()) for p in whole)


@given(st.lists(WORDS, max_size=80), st.integers(20, 120), st.data())
def test_parts_but_the_last_stay_when_text_is_appended(words: list[str], limit: int, data: st.DataObject) -> None:
    text = " ".join(words)
    length = data.draw(st.integers(0, len(text)))

    # Half a character is never followed by more of it in a stream of text.
    before = render(text[:length], final=False, text_length=limit)
    after = render(text, final=True, text_length=limit)

    open_since = text.rfind("\n\n", 0, length) + 1  # Markdown may change its mind about the last paragraph only.
    settled = render(text[:open_since], final=True, text_length=limit)
    stable = max(0, min(len(settled), len(before)) - 1)
    assert before[:stable] == after[:stable]


def test_a_long_stream_never_changes_what_stands() -> None:
    dice = random.Random(7)
    blocks = [
        "Some **bold** words and `code` in a sentence. " * dice.randint(1, 12)
        if dice.random() < 0.7
        else "```py\n" + "x = 1\n" * dice.randint(1, 80) + "```"
        for _ in range(60)
    ]
    text = "\n\n".join(blocks)
    standing: tuple[Part, ...] = ()

    for length in range(0, len(text), 97):
        parts = render(text[:length], final=False, text_length=1000)
        assert parts[: len(standing)] == standing
        standing = parts[:-1]
    assert render(text, final=True, text_length=1000)[: len(standing)] == standing
