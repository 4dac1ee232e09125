"""Markdown of which it is known what a person should see, read back sign by sign; and how much work any text makes."""

import random
import sys
import unicodedata
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.console.render import render as console
from adapters.discord.render import render as discord
from adapters.telegram.render import render as telegram
from bot.ports.parts import Part
from tests.answers_read import KINDS, WIDE, answers_of, check
from tests.discord_markdown import read, text_of
from tests.known_markdown import ADDRESS, ESCAPED, Known, around, joined, lines_in
from tests.telegram_marks import stretch

Render = Callable[..., Sequence[Part]]
PLATFORMS: dict[str, Render] = {"discord": discord, "telegram": telegram}
both = pytest.mark.parametrize("platform", PLATFORMS)

_INVISIBLE = dict.fromkeys(map(ord, "\u200e\u200f\u2060\u2066\u2069"))
_BULLETS = dict.fromkeys(map(ord, "•◦▪"))
_SIGNS = frozenset("*_~`$[]\\#<>{}^")

WORDS = st.sampled_from(
    [
        *(
            "word",
            "Ünïcode",
            "名前。",
            "日本語",
            "عربي",
            "שלום",
            "क्षि",
            "각",
            "e\u0301",
            "12",
            "3.5",
            "it's",
            "(aside)",
        ),
        *(
            "😀",
            "👨‍👩‍👧‍👦",
            "🇩🇪",
            "👍🏽",
            "1️⃣",
            "❤️",
            "yes!",
            "why?",
            '"so"',
            "a,b;",
            "50%",
            "R&D",
            "a=b",
            "10:30",
            "and/or",
        ),
        *(
            "snake_case",
            "x/y_z",
            "C:\\dir",
            "@everyone",
            "@ann",
            "a@b.de",
            "#tag",
            "5 < 6",
            "List<String>",
            "a^b",
            "{x}",
        ),
    ]
)
PLAIN = st.one_of(WORDS.map(lambda word: (word, word)), ESCAPED)
CODE = st.text(st.sampled_from("ab1 *_~[(<>)|@#$\\:/!名😀é{}^-+."), min_size=1, max_size=20).filter(
    lambda text: text.strip() == text
)


SPANS = st.one_of(
    PLAIN,
    PLAIN,
    CODE.map(lambda text: (f"`{text}`", text)),
    ADDRESS.map(lambda url: (url, url)),
    st.tuples(PLAIN, ADDRESS).map(lambda both: (f"[{both[0][0]}]({both[1]})", both[0][1])),
)
STYLED = st.one_of(
    *(WORDS.filter(str.isalnum).map(lambda word: (word, word)).map(around(s)) for s in ("**", "*", "~~"))
)
LINE = st.lists(st.one_of(SPANS, SPANS, STYLED), min_size=1, max_size=8).map(lambda spans: joined(spans, " "))
PARAGRAPH = LINE.map(lambda line: (f"So {line[0]}", f"So{line[1]}"))
FENCED = st.tuples(
    st.sampled_from(["", "py", "c++"]),
    st.lists(st.text(st.sampled_from("ab *_[(<>)|@#$\\é名😀"), max_size=30), min_size=1, max_size=6),
).map(lambda both: (f"```{both[0]}\nx{chr(10).join(both[1])}\n```", "x" + "".join(both[1])))
LEAF = st.one_of(PARAGRAPH, FENCED, PARAGRAPH.map(lambda known: (f"## {known[0]}", known[1])))
BLOCK = st.recursive(
    LEAF,
    lambda inner: st.one_of(
        st.lists(inner.map(lines_in("- ", "  ")), min_size=1, max_size=3).map(lambda items: joined(items, "\n")),
        inner.map(lambda known: (lines_in("7. ", "   ")(known)[0], f"7.{known[1]}")),
    ),
    max_leaves=4,
)
QUOTE = LEAF.map(lines_in("> ", "> "))
ANSWER = st.lists(st.one_of(BLOCK, BLOCK, QUOTE), min_size=1, max_size=5).map(lambda blocks: joined(blocks, "\n\n"))


def seen(platform: str, parts: Sequence[Part]) -> str:
    """Every visible sign as a person reads it, but for the bullets of lists."""
    if platform == "telegram":
        shown = "".join(part.text for part in parts).translate(_BULLETS)
    else:
        signs = (sign for part in parts for sign in read(part.text))
        shown = "".join(sign for sign, styles in signs if not (sign == "-" and "marker" in styles))
    return "".join(shown.translate(_INVISIBLE).split())


@both
@given(known=ANSWER)
def test_every_visible_sign_is_shown_once_and_in_order(platform: str, known: Known) -> None:
    markdown, expected = known

    assert seen(platform, PLATFORMS[platform](markdown, final=True, text_length=WIDE)) == "".join(expected.split())


@both
@given(known=ANSWER, limit=st.integers(90, 300))
def test_so_it_is_in_parts(platform: str, known: Known, limit: int) -> None:
    markdown, expected = known
    parts = PLATFORMS[platform](markdown, final=True, text_length=limit)

    check(platform, parts, limit)
    assert seen(platform, parts) == "".join(expected.split())


@both
@given(st.text(st.characters(exclude_categories=["Cs", "Cc", "Cf"], exclude_characters="`\u2028\u2029\x85")))
def test_code_is_shown_to_the_letter(platform: str, code: str) -> None:
    (part,) = PLATFORMS[platform](f"```\n|{code}|\n```", final=True, text_length=WIDE)

    shown = part.text if platform == "telegram" else text_of(read(part.text)).rstrip("\n")
    assert shown == f"|{code}|"


@both
@pytest.mark.parametrize("kind", KINDS)
def test_no_character_is_torn(kind: str, platform: str) -> None:
    shown = [(answer, PLATFORMS[platform](answer, final=True, text_length=120)) for answer in answers_of(kind)]
    for answer, part in ((answer, part) for answer, parts in shown for part in parts):
        edges = [part.text, *(stretch(part, mark) for mark in part.marks)]
        for text in edges:
            assert not text.endswith("\u200d") or answer.endswith(text)
            assert unicodedata.category(text[0]) not in ("Mn", "Mc", "Me")
            assert text[0] not in "\u200d\ufe0f\u20e3\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff"


@both
@pytest.mark.parametrize("kind", KINDS)
def test_what_is_half_open_is_never_shown_raw(kind: str, platform: str) -> None:
    """What looks like markup while the answer grows is there in the whole answer, too."""
    render, chance = PLATFORMS[platform], random.Random(kind)
    for answer in (answer[:3000] for answer in answers_of(kind)):
        lengths = chance.sample(range(1, len(answer) + 1), min(len(answer), 12))
        whole = _signs_of(platform, render(answer, final=True, text_length=WIDE))
        for length in [*lengths, *range(1, min(len(answer), 8))]:
            now = _signs_of(platform, render(answer[:length], final=False, text_length=WIDE))
            left = iter(whole)
            assert all(sign in left for sign in now), answer[:length]


def _signs_of(platform: str, parts: Sequence[Part]) -> str:
    shown = "".join(part.text if platform == "telegram" else text_of(read(part.text)) for part in parts)
    return "".join(sign for sign in shown if sign in _SIGNS)


@pytest.mark.parametrize("kind", KINDS)
def test_a_terminal_shows_what_it_has_shown(kind: str) -> None:
    for answer in answers_of(kind):
        before = ""
        for length in [*range(0, len(answer), max(7, len(answer) // 12)), len(answer)]:
            now = "".join(part.text for part in console(answer[:length], final=False))
            assert now.startswith(before)
            before = now
        assert "".join(part.text for part in console(answer, final=True)).startswith(before)


def test_code_that_must_be_cut_is_cut_between_functions() -> None:
    function = "def name():\n    first = 1\n\n    second = 2\n\n    return first + second"
    code = "\n\n\n".join([function] * 12)

    for platform, render in PLATFORMS.items():
        parts = render(f"```python\n{code}\n```", final=True, text_length=300)
        assert len(parts) > 2, platform
        for part in parts:
            text = part.text.removeprefix("```python\n").removesuffix("\n```")
            assert text.startswith("def name")
            assert text.endswith("return first + second")


def test_code_is_not_cut_before_its_closing_bracket() -> None:
    code = "f({\n" + "  'key': 1,\n\n" * 30 + "})"

    for part in telegram(f"```js\n{code}\n```", final=True, text_length=100):
        assert not part.text.startswith("}")


@pytest.mark.parametrize(
    "markdown", ["- ```\n  {}\n  ```", "7. - ```\n     {}\n     ```", "- a\n  - ```\n    {}\n    ```"]
)
def test_no_part_ends_in_an_empty_bullet(markdown: str) -> None:
    for render in PLATFORMS.values():
        for part in render(markdown.format("x" * 150), final=True, text_length=100):
            assert part.text.rstrip()[-1] not in "-•◦."


def calls(work: Callable[[], Any]) -> int:
    """How many functions are called, of Python and of C."""
    count = 0

    def counted(_frame: object, event: str, _argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(counted)
    try:
        work()
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize("final", [True, False])
@pytest.mark.parametrize(
    "unit",
    [
        *("[", "]", "*", "`", ">", "|", "$", "_", "~", "\\", "<", "@", "!["),
        *("[a](", "**a", "*a ", "`a ", "$a ", "\\(", "\\[\n", "$$\n", "> ", "- ", "1. ", "\n> - "),
        *("| a |\n", "|-|\n", "```\n", "https://x.de/", "_a_ ", "a\n", "a\n\n", "🇩🇪", "e\u0301", "مرحبا ", "@عر `x` "),
    ],
)
def test_twice_the_text_is_twice_the_work(unit: str, final: bool) -> None:
    discord("warm", final=final)
    # A formula is looked for in 2000 characters, so that there is much more than that in both.
    shorter = 6000 if unit in ("$", "\\(") else 2500
    once, twice = (unit * (length // len(unit)) for length in (shorter, 2 * shorter))

    assert calls(lambda: discord(twice, final=final)) < 2.8 * calls(lambda: discord(once, final=final)) + 500
