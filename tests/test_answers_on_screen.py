"""What the model writes, read back as people see it on Discord and Telegram: whole, in order, and nothing else."""

import itertools
import re
from collections.abc import Sequence

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.ports.parts import Part
from tests.answers_read import ANSWERS, KINDS, PLATFORMS, WIDE, answers_of, check, letters_of, shows

_FORMULA = re.compile(r"\$\$.+?\$\$|\\\[.+?\\\]|\\\(.+?\\\)|\$[^\s$][^$\n]*\$", re.DOTALL)
_TABLE_HEADER = re.compile(r"(?m)^[ >]*\|.*\n[ >]*\|[-:| ]+$")
_WORD = re.compile(r"\w{3,}")

both = pytest.mark.parametrize("platform", PLATFORMS)


def test_there_are_two_hundred_answers() -> None:
    assert len(ANSWERS) >= 200


@both
@pytest.mark.parametrize("kind", KINDS)
def test_an_answer_is_shown_whole_and_in_order(kind: str, platform: str) -> None:
    for answer in answers_of(kind):
        parts = PLATFORMS[platform](answer, final=True)

        check(platform, parts, 2000 if platform == "discord" else 4096)
        shown = shows(platform, parts)
        place = 0
        for word in _WORD.findall(_TABLE_HEADER.sub("", _FORMULA.sub(" ", answer))):
            found = shown.find(letters_of(word), place)
            assert found >= 0, (word, answer)
            place = found + len(letters_of(word))


@pytest.mark.parametrize("kind", KINDS)
def test_both_platforms_show_the_same(kind: str) -> None:
    for answer in answers_of(kind):
        seen = {
            platform: shows(platform, render(answer, final=True, text_length=WIDE, table_width=35))
            for platform, render in PLATFORMS.items()
        }
        assert seen["discord"] == seen["telegram"]


@both
@pytest.mark.parametrize("kind", KINDS)
def test_parts_stay_while_an_answer_grows(kind: str, platform: str) -> None:
    for answer in (answer for answer in answers_of(kind) if len(answer) > 60):
        limit = 1100 if len(answer) > 2000 else 150
        standing: Sequence[Part] = ()
        for length in [*range(0, len(answer), max(7, len(answer) // 15)), len(answer)]:
            parts = PLATFORMS[platform](answer[:length], final=False, text_length=limit)
            check(platform, parts, limit)
            assert parts[: len(standing)] == standing, answer[:length]
            standing = parts[:-1]
        assert PLATFORMS[platform](answer, final=True, text_length=limit)[: len(standing)] == standing


PIECES = [
    *"ab1*_~`[]()>#|-+.\\$@!x \n\t:/<^{}",
    *(
        "😀",
        "é",
        "👨‍👩‍👧",
        "عر",
        "名",
        "https://x.de/",
        "https://x.de/@a",
        "](https://y.de)",
        "![",
        "&amp;",
        "<b>",
        "@ann",
    ),
    *("<@12>", "||", "__", "-# ", "@everyone", "<t:1:R>", "~~", "**", "```", "[a](https://z.de/_*)", "`a_`", "`*`"),
    *(
        "\r\n",
        "\x0b",
        "\x1c",
        "\x85",
        "\u2028",
        "\xa0",
        "\u3000",
        "\u200b",
        "\u200d",
        "\u202e",
        "\u0301",
        "\ufe0f",
        "\ud83d",
    ),
    *("\n\n", "\n- ", "\n1. ", "\n> ", "\n# ", "    ", "\n```py\n", "- [ ] ", "word ", "A sentence. "),
]
FORMULAS = ["\n\\[", "\\]", "$$", "\\(", "\\)", "$x^2$", "\\frac", "\\alpha "]
TABLES = ["\n| a | b |\n|---|---|\n", "\n| a |", "|-|\n", "| b |\n", "\n| " + "w " * 20 + "| z |\n|-|-|\n"]
MARKDOWN = st.lists(st.sampled_from(PIECES), max_size=60).map("".join)
RICH = st.lists(st.sampled_from([*PIECES, *FORMULAS, *TABLES]), max_size=40).map("".join)


@both
@given(markdown=MARKDOWN)
@example(markdown="`@`name")
@example(markdown="~~a~~_b_ **c***d*")
@example(markdown="[a](https://z.de/_*)\n```py\n](https://y.de)")
def test_nothing_that_the_model_writes_is_lost(platform: str, markdown: str) -> None:
    shown = shows(platform, PLATFORMS[platform](markdown, final=True, text_length=WIDE))

    # [x] may be a task or just a letter in brackets; a language stands before what stood beside it.
    shown, written = shown.replace("x", ""), letters_of(markdown).replace("x", "")
    assert sorted(shown) == sorted(written) if "```" in markdown else shown == written


@given(RICH)
@example("\\[ ](https://y.de)")
@example("```é\n- ")
@example("*[a](https://z.de/_*)*[a](https://z.de/_*)")
@example("[a](https://z.de/_*)\n```py\n](https://y.de)")
def test_both_platforms_show_the_same_of_any_markdown(markdown: str) -> None:
    seen = {
        platform: shows(platform, render(markdown, final=True, text_length=WIDE, table_width=35))
        for platform, render in PLATFORMS.items()
    }

    assert seen["discord"] == seen["telegram"]


@both
@given(markdown=st.one_of(st.text(), RICH), final=st.booleans(), limit=st.integers(60, 300))
@example(markdown="/HTTP://0", final=True, limit=60)
@example(markdown="/x`-`", final=True, limit=60)
@example(markdown="0" * 54 + ":/0:0/0", final=True, limit=60)
@example(markdown="0" * 54 + ":/ab/cde", final=True, limit=60)
@example(markdown="0" * 30 + "https://x.de/aaaaaaa。b/ccccccccccc\\/help0", final=True, limit=60)
def test_every_part_of_any_text_is_valid_by_itself(platform: str, markdown: str, final: bool, limit: int) -> None:
    check(platform, PLATFORMS[platform](markdown, final=final, text_length=limit), limit)


@both
@given(
    words=st.lists(
        st.sampled_from(["word", "عربي", "名前。", "😀", "**b**", "`c`", "A b.", "\n", "\n\n", "- "]), max_size=80
    )
)
def test_splitting_loses_and_repeats_nothing(platform: str, words: list[str]) -> None:
    markdown = " ".join(words)
    parts = PLATFORMS[platform](markdown, final=True, text_length=70)

    whole = shows(platform, PLATFORMS[platform](markdown, final=True, text_length=WIDE))
    assert shows(platform, parts) == whole


@both
@given(markdown=RICH, limit=st.integers(60, 200), data=st.data())
def test_parts_but_the_last_stay_when_text_is_appended(
    platform: str, markdown: str, limit: int, data: st.DataObject
) -> None:
    render = PLATFORMS[platform]
    lengths = sorted(data.draw(st.lists(st.integers(0, len(markdown)), max_size=8)))
    versions = [render(markdown[:length], final=False, text_length=limit) for length in [*lengths, len(markdown)]]
    versions.append(render(markdown, final=True, text_length=limit))

    for earlier, later in itertools.pairwise(versions):
        settled = earlier[:-1]
        assert later[: len(settled)] == settled
