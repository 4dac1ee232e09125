"""How an answer is split and shown on Discord."""

import itertools
import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from adapters.discord.render import render
from adapters.graphemes import cut_before

LIMIT = 2000


def texts(markdown: str, *, final: bool = True) -> list[str]:
    return [part.text for part in render(markdown, final=final)]


def visible(markdown: str) -> str:
    """What a person reads: without the lines of fences, delimiters and blanks."""
    without_fences = re.sub(r"(?m)^[ \t]*(?:>[ ]?|[-*+] |\d+\. )*[ \t]*(?:```|~~~).*$", "", markdown)
    return re.sub(r"[\s*_~`>]", "", without_fences)


def code_in(markdown: str) -> list[str]:
    return [token.content for token in MarkdownIt().parse(markdown) if token.type == "fence"]


def test_a_short_answer_is_one_message_as_it_is() -> None:
    assert texts("**Hi** Ann,\n\n- one\n- two\n") == ["**Hi** Ann,\n\n- one\n- two"]


@pytest.mark.parametrize("blank", ["", " ", "\n\n\t", "\u200b\n\ufeff"])
@pytest.mark.parametrize("final", [True, False])
def test_blank_text_gives_no_message(blank: str, final: bool) -> None:
    assert texts(blank, final=final) == []


def test_a_long_text_is_cut_between_paragraphs_first() -> None:
    paragraphs = [f"{number} " + "word " * 150 + "end." for number in range(6)]

    parts = texts("\n\n".join(paragraphs))

    assert "\n\n".join(parts) == "\n\n".join(paragraphs)
    assert all(part.endswith("end.") for part in parts)


def test_lines_come_next_then_sentences_then_words() -> None:
    lines = texts("\n".join("line " * 20 for _ in range(40)))
    sentences = texts("This is one sentence of some length, and it ends here. " * 60)
    words = texts("word " * 1000)

    assert len(lines) > 1
    assert all(part.endswith("line") for part in lines)
    assert all(len(line.split()) == 20 for part in lines for line in part.splitlines())
    assert all(part.endswith("here.") for part in sentences)
    assert all(set(part.split()) == {"word"} for part in words)


def test_a_heading_stays_with_what_follows_it() -> None:
    markdown = "word " * 370 + "\n\n## Next\n\n" + "more " * 200

    assert texts(markdown)[1].startswith("## Next")


def test_a_heading_deeper_than_discord_knows_is_still_a_heading() -> None:
    markdown = "#### Soil\n\n```md\n#### code\n```\n###### Light\n#### "
    assert texts(markdown) == ["### Soil\n\n```md\n#### code\n```\n### Light\n###"]
    assert texts("####no heading, ####### neither") == ["####no heading, ####### neither"]


def test_three_thousand_emoji_are_all_shown() -> None:
    assert "".join(texts("🙂" * 3000)) == "🙂" * 3000


@pytest.mark.parametrize("cluster", ["👨‍👩‍👧‍👦", "👍🏽", "🇩🇪", "e\u0301", "각", "क्षि", "1\ufe0f\u20e3"])
def test_what_a_person_sees_as_one_character_is_never_torn(cluster: str) -> None:
    parts = texts("x" + cluster * 1500)

    assert "".join(parts) == "x" + cluster * 1500
    assert all(part.endswith(cluster) for part in parts)
    assert all(part.startswith((cluster, "x")) for part in parts)


def test_a_cluster_without_end_is_cut_all_the_same() -> None:
    zalgo = "a" + "\u0301" * 5000

    assert "".join(texts(zalgo)) == zalgo
    assert cut_before(zalgo, 1000) == 1000


def test_a_long_code_block_goes_on_in_the_next_message_with_its_language() -> None:
    code = "\n".join(f"value_{number} = compute({number})" for number in range(200))

    parts = texts(f"Here:\n\n```python\n{code}\n```\n\nDone.")

    assert len(parts) > 2
    assert all(part.startswith("```python\n") for part in parts[1:])
    assert all(part.endswith("\n```") for part in parts[:-1])
    assert parts[-1].endswith("Done.")
    assert "".join("".join(code_in(part)) for part in parts) == code + "\n"


@pytest.mark.parametrize(
    ("opening", "closing"),
    [("```py", "```"), ("~~~ruby", "~~~"), ("````md", "````"), ("   ```js", "   ```"), ("- ```sh", "  ```")],
)
def test_every_kind_of_fence_is_closed_and_opened_again(opening: str, closing: str) -> None:
    code = "\n".join(f"line {number} of the code" for number in range(200))

    parts = texts(f"{opening}\n{code}\n{closing}\nEnd.")

    marks = closing.strip()
    language = opening.strip(" -`~")
    assert len(parts) > 1
    assert all(part.rstrip().endswith(marks) for part in parts[:-1])
    assert all(part.lstrip().startswith(marks + language + "\n") for part in parts[1:])
    assert visible("".join(parts)) == visible(code + "End.")


def test_a_shorter_fence_inside_a_longer_one_is_code() -> None:
    inner = "```\n" + "x = 1\n" * 20 + "```\n"

    parts = texts("````markdown\n" + inner * 30 + "````")

    assert len(parts) > 1
    assert all(part.startswith("````markdown\n") and part.endswith("\n````") for part in parts)


def test_a_code_block_that_fits_into_the_next_message_is_not_cut() -> None:
    code = "print('hello')\n" * 60
    markdown = "word " * 250 + f"\n```python\n{code}```"

    parts = texts(markdown)

    assert len(parts) == 2
    assert parts[1] == f"```python\n{code}```"


def test_no_message_is_an_empty_code_block() -> None:
    for length in range(1850, 1960):
        for part in texts("```py\n" + "x" * length + "\n```\n\nEnd."):
            assert visible(part), part
        for part in texts("y" * length + "\n```py\ncode\n```"):
            assert visible(part), part


def test_bold_text_that_is_cut_is_bold_in_both_messages() -> None:
    parts = texts("**" + "word " * 600 + "end**")

    assert len(parts) == 2
    assert all(part.startswith("**") and part.endswith("**") and part.count("**") == 2 for part in parts)


def test_a_cut_prefers_a_place_outside_of_inline_code() -> None:
    first, second = texts("word " * 360 + "`" + "code " * 60 + "end` word word")

    assert first.endswith("word")
    assert "`code code" in second


@pytest.mark.parametrize(
    ("growing", "shown"),
    [
        ("a **bold", "a **bold**"),
        ("a **bold*", "a **bold**"),
        ("a **bold**", "a **bold**"),
        ("an *it", "an *it*"),
        ("***both", "***both***"),
        ("~~gone", "~~gone~~"),
        ("some `code", "some `code`"),
        ("a path `C:\\`", "a path `C:\\`"),
        ("snake_case", "snake_case"),
        ("2 * 3 * 4", "2 * 3 * 4"),
        ("* item\n* it", "* item\n* it"),
        ("text\n``", "text"),
        ("text\n```", "text"),
        ("text\n```py\n", "text"),
        ("```py\nx = 1", "```py\nx = 1\n```"),
        ("```py\nx = 1\n``", "```py\nx = 1\n```"),
        ("```py\nx = 1\n```", "```py\nx = 1\n```"),
        ("> ```py\n> x = 1", "> ```py\n> x = 1\n> ```"),
    ],
)
def test_what_is_half_written_is_shown_closed_while_the_answer_grows(growing: str, shown: str) -> None:
    assert texts(growing, final=False) == [shown]


def test_a_block_that_the_model_never_closed_is_closed_at_the_end() -> None:
    assert texts("```py\nx = 1") == ["```py\nx = 1\n```"]


def test_a_star_that_is_none_of_markdown_stays_as_it_is_at_the_end() -> None:
    assert texts("*not closed") == ["*not closed"]


def test_html_and_generics_are_not_lost() -> None:
    assert texts("Use List<String> and <div>, a_1 and C:\\dir") == ["Use List<String> and <div>, a_1 and C:\\dir"]


def test_an_answer_of_nine_thousand_characters_is_rendered_in_milliseconds() -> None:
    markdown = (
        "Some **words** of an answer, with `code` in it. " * 20 + "\n\n```py\n" + "x = 1\n" * 30 + "```\n\n"
    ) * 8
    began = time.perf_counter()

    for _ in range(10):
        render(markdown, final=False)

    assert (time.perf_counter() - began) / 10 < 0.05


WORDS = st.text(alphabet="abcdefgh ABC.,!?äß中🙂\u0301", min_size=1, max_size=400).map(str.strip).filter(bool)
PARAGRAPH = st.lists(
    st.tuples(st.sampled_from(["", "", "", "**", "*", "`", "~~"]), st.text("abc déf.", min_size=1, max_size=300)),
    min_size=1,
    max_size=12,
).map(lambda runs: " ".join(f"{style}{words.strip() or 'x'}{style}" for style, words in runs))
CODE = st.tuples(
    st.sampled_from([("```", ""), ("```python", "```"), ("~~~c", "~~~"), ("````js", "````")]),
    st.lists(st.text("abc (){}=+", max_size=120), max_size=60),
).map(lambda block: "\n".join([block[0][0], *block[1], block[0][1] or "```"]))
LIST = st.lists(WORDS.map(lambda words: " ".join(words.split())), min_size=1, max_size=20).map(
    lambda items: "\n".join(f"- {item}" for item in items)
)
HEADING = st.text("abcdef", min_size=1, max_size=30).map(lambda words: f"## {words}")
ANSWER = st.lists(st.one_of(PARAGRAPH, CODE, LIST, HEADING), min_size=1, max_size=12).map("\n\n".join)
NASTY = st.text(alphabet=st.sampled_from("ab *_~`>-#1.\n\t\\()[]🙂\u0301\u200d"), max_size=6000)


@settings(max_examples=60, deadline=None)
@given(ANSWER)
def test_every_visible_character_of_an_answer_is_kept_once_in_order(markdown: str) -> None:
    parts = texts(markdown)

    assert visible("\n".join(parts)) == visible(markdown)
    assert all(0 < len(part) <= LIMIT and part.strip() for part in parts)
    assert [line for part in parts for code in code_in(part) for line in code.split("\n") if line.strip()] == [
        line for code in code_in(markdown) for line in code.split("\n") if line.strip()
    ]


@settings(max_examples=40, deadline=None)
@given(st.one_of(ANSWER, NASTY), st.data())
def test_messages_but_the_last_stay_as_they_are_while_the_answer_grows(markdown: str, data: st.DataObject) -> None:
    lengths = sorted(data.draw(st.lists(st.integers(0, len(markdown)), max_size=8)))
    versions = [texts(markdown[:length], final=False) for length in lengths]
    versions += [texts(markdown, final=False), texts(markdown)]

    for earlier, later in itertools.pairwise(versions):
        settled = earlier[:-1]
        assert later[: len(settled)] == settled


@settings(max_examples=60, deadline=None)
@given(st.one_of(NASTY, st.text(max_size=5000)), st.booleans())
def test_no_text_breaks_the_splitting(markdown: str, final: bool) -> None:
    assert all(0 < len(part) <= LIMIT and part.strip() for part in texts(markdown, final=final))


@pytest.mark.parametrize("char", "`~*_>#-|\\\n")
def test_thousands_of_one_sign_are_survived(char: str) -> None:
    for markdown in (char * 7000, f"a{char}" * 3500, f"{char} " * 3500):
        assert all(0 < len(part) <= LIMIT for final in (True, False) for part in texts(markdown, final=final))
