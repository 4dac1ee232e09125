"""The readers of formatted text see what people see on each platform."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.transcript import discord_text, telegram_text
from tests.transcript.formatted import Kind, Styled, stretches, visible_text

DISCORD = {
    "**a** *b* _c_ __d__ ~~e~~ ||f||": [
        (Kind.BOLD, "a"),
        (Kind.ITALIC, "b"),
        (Kind.ITALIC, "c"),
        (Kind.UNDERLINE, "d"),
        (Kind.STRIKETHROUGH, "e"),
        (Kind.SPOILER, "f"),
    ],
    "***both***": [(Kind.BOLD, "both"), (Kind.ITALIC, "both")],
    "# One\n### Three ##\n-# small": [(Kind.HEADING, "One"), (Kind.HEADING, "Three "), (Kind.SUBTEXT, "small")],
    "`` a`b `` and `c`": [(Kind.CODE, "a`b"), (Kind.CODE, "c")],
    "```py\nx = '**'\n```": [(Kind.PRE, "x = '**'")],
    "> a\n> b\nc": [(Kind.QUOTE, "a\nb")],
    ">>> a\nb": [(Kind.QUOTE, "a\nb")],
    "[a](https://x.de/b_(c)) <https://y.de> https://z.de.": [
        (Kind.LINK, "a"),
        (Kind.LINK, "https://y.de"),
        (Kind.LINK, "https://z.de"),
    ],
    "<@1> <@2> </ask:3> <:smile:4>": [
        (Kind.MENTION, "@Ann"),
        (Kind.MENTION, "@unknown"),
        (Kind.TOUCHABLE, "/ask"),
        (Kind.EMOJI, ":smile:"),
    ],
}

AS_WRITTEN = [
    "snake_case_name and 2 * 3 * 4",
    "List<String> and <div>",
    "C:\\dir and 100 %",
    "a - b\n#no heading\n#### too deep\n>no quote\n1) no list\n---",
    "[docs](./docs.md) [x](javascript:alert(1))",
    "| a | b |\n|---|---|",
    "@everyone",
    "```",
    "**open and `open",
]


@pytest.mark.parametrize("text", DISCORD)
def test_discord_shows_its_own_markdown(text: str) -> None:
    nodes = discord_text.read(text, {"<@1>": "@Ann"})

    found = [(styled.kind, visible_text(styled.nodes)) for kind in Kind for styled in stretches(nodes, kind)]
    assert sorted(found) == sorted(DISCORD[text])


@pytest.mark.parametrize("text", AS_WRITTEN)
def test_what_discord_does_not_know_is_shown_as_written(text: str) -> None:
    assert discord_text.read(text) == [text]


def test_discord_lists_nest_and_a_blank_line_ends_them() -> None:
    nodes = discord_text.read("3. a\n  - b\n    more\n4. c\n\n  ```\nd\n```")

    assert visible_text(nodes) == "3. a\n• b\nmore\n\n4. c\n  d\n"
    assert [styled.value for styled in stretches(nodes, Kind.ITEM)] == ["3.", "•", "4."]


@given(st.text(alphabet=st.sampled_from("ab1 *_~|`>-#.\n\\()[]<@:/!🙂é"), max_size=400))
def test_no_text_breaks_the_reader_and_letters_stay_in_order(text: str) -> None:
    shown = visible_text(discord_text.read(text))

    assert re.sub("[^🙂é]", "", shown) == re.sub("[^🙂é]", "", text)


def test_hostile_depth_is_read() -> None:
    for text in ("- " * 1000, "> " * 1000, "-# " * 660, "**_" * 660, "[(" * 1000, "*" * 2000):
        assert discord_text.read(text)


def test_telegram_shows_entities_by_their_utf_16_offsets() -> None:
    nodes = telegram_text.read(
        "🙂 bold code",
        [{"type": "bold", "offset": 3, "length": 4}, {"type": "pre", "offset": 8, "length": 4, "language": "py"}],
    )

    assert nodes == ["🙂 ", Styled(Kind.BOLD, ["bold"]), " ", Styled(Kind.PRE, ["code"], "py")]


def test_telegram_entities_nest_and_those_that_cross_are_cut() -> None:
    nodes = telegram_text.read(
        "abcdef", [{"type": "italic", "offset": 2, "length": 4}, {"type": "bold", "offset": 0, "length": 4}]
    )

    assert nodes == [Styled(Kind.BOLD, ["ab", Styled(Kind.ITALIC, ["cd"])]), Styled(Kind.ITALIC, ["ef"])]


_ENTITY = st.builds(
    lambda kind, offset, length: {"type": kind, "offset": offset, "length": length},
    st.sampled_from(["bold", "italic", "url", "bot_command", "blockquote"]),
    st.integers(0, 30),
    st.integers(1, 20),
)


@given(st.text("ab é", max_size=40), st.lists(_ENTITY, max_size=6))
def test_telegram_text_is_shown_once_and_in_order(text: str, entities: list[dict[str, Any]]) -> None:
    inside = [entity for entity in entities if entity["offset"] + entity["length"] <= len(text)]

    assert visible_text(telegram_text.read(text, inside)).replace("\n", "") == text
