"""Everything that Markdown has, in everything else: shown whole, in parts, and while it grows."""

import csv
import io
import re
from collections.abc import Callable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.discord.render import render as discord
from adapters.telegram.render import render as telegram
from bot.markup.sheets import sheets
from bot.ports.parts import Part
from tests.answers_read import WIDE, check
from tests.discord_markdown import read, text_of
from tests.known_markdown import ANSWER, STEADY_ANSWER, VALUE, Known, lines_in, table

Render = Callable[..., Sequence[Part]]
PLATFORMS: dict[str, Render] = {"discord": discord, "telegram": telegram}
both = pytest.mark.parametrize("platform", PLATFORMS)

_APART = dict.fromkeys(map(ord, "\u200e\u200f\u2060\u2066\u2069->•◦▪"))
"""Signs of direction, joiners, bullets, rules of tables, quotes in quotes."""


def counted(text: str) -> str:
    return "".join(text.translate(_APART).split())


def seen(platform: str, parts: Sequence[Part]) -> str:
    """Every sign as a person reads it."""
    return counted("".join(part.text if platform == "telegram" else text_of(read(part.text)) for part in parts))


@both
@given(known=ANSWER)
def test_every_sign_is_shown_once_and_in_order(platform: str, known: Known) -> None:
    markdown, expected = known
    parts = PLATFORMS[platform](markdown, final=True, text_length=WIDE, table_width=WIDE)

    check(platform, parts, WIDE)
    assert seen(platform, parts) == counted(expected)


@both
@given(known=ANSWER, limit=st.integers(110, 400))
def test_so_it_is_in_parts_each_valid_by_itself(platform: str, known: Known, limit: int) -> None:
    markdown, expected = known
    parts = PLATFORMS[platform](markdown, final=True, text_length=limit, table_width=WIDE)

    check(platform, parts, limit)
    assert seen(platform, parts) == counted(expected)


@both
@given(known=STEADY_ANSWER, limit=st.integers(110, 400), data=st.data())
def test_while_it_grows_nothing_is_shown_that_goes_again_and_parts_but_the_last_stay(
    platform: str, known: Known, limit: int, data: st.DataObject
) -> None:
    markdown, expected = known
    standing: Sequence[Part] = ()
    for length in sorted(data.draw(st.lists(st.integers(1, len(markdown)), min_size=1, max_size=12))):
        parts = PLATFORMS[platform](markdown[:length], final=False, text_length=limit, table_width=WIDE)
        check(platform, parts, limit)
        assert parts[: len(standing)] == standing
        standing = parts[:-1]
        left = iter(counted(expected))
        assert all(sign in left for sign in seen(platform, parts)), markdown[:length]
    whole = PLATFORMS[platform](markdown, final=True, text_length=limit, table_width=WIDE)
    assert whole[: len(standing)] == standing


@given(
    rows=st.lists(st.lists(VALUE, min_size=4, max_size=4), min_size=8, max_size=20),
    container=st.sampled_from([("", ""), ("- ", "  "), ("> ", "> "), ("- > 7. ", "  >    ")]),
)
def test_a_large_table_is_a_sheet_with_every_value_and_nothing_to_calculate(
    rows: list[list[Known]], container: tuple[str, str]
) -> None:
    markdown, _ = lines_in(*container)((table(rows), ""))

    (sheet,) = sheets(f"So:\n\n{markdown}\n\nend", width=3)

    values = list(csv.reader(io.StringIO(sheet[1:], newline="")))
    assert [[counted(value.removeprefix("'")) for value in row] for row in values] == [
        [counted(shown) for _, shown in row] for row in rows
    ]
    assert not any(re.match(r"[=@\t]|[-+].*[A-Za-z(]", value) for row in values for value in row)
