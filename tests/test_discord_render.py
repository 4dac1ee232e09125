"""How an answer is written and split for Discord."""

import pytest

from adapters.discord.render import render
from bot.markup.graphemes import cut_before
from tests.discord_markdown import read, text_of
from tests.work import GROWS_AS_ITS_TEXT, growth

LIMIT = 2000


def texts(markdown: str, *, final: bool = True) -> list[str]:
    return [part.text for part in render(markdown, final=final)]


def shown(parts: list[str]) -> str:
    """What people read, without blanks."""
    return "".join("".join(text_of(read(part)).split()) for part in parts)


@pytest.mark.parametrize(
    "markdown",
    [
        "**Hi** *there* ~~you~~ `code`,\n\n- one\n  - two\n1. three\n\n> quote\n> more",
        "# One\n## Two\n### Three",
        "```python\nx = [1]\n```\n\ntext",
        "***both*** and **bold *italic* bold**",
        "`` a`b `` and `2**3`",
        "snake_case_name and 2 * 3 * 4 and ~ one",
        "Use List<String> and <div>, a_1 and C:\\dir",
        "[1] and (x) and a|b and #tag and 10:30 and -5",
    ],
)
def test_what_discord_shows_as_meant_is_sent_as_it_is(markdown: str) -> None:
    assert texts(markdown) == [markdown.replace("`` a`b ``", "``a`b``")]


@pytest.mark.parametrize(
    ("markdown", "written"),
    [
        ("__bold__ and _italic_", "**bold** and *italic*"),
        ("a __b c__d", "a \\_\\_b c\\_\\_d"),
        ("||no spoiler||", "\\|\\|no spoiler\\|\\|"),
        ("-# not small", "\\-# not small"),
        ("text\n2. no list", "text\n2\\. no list"),
        ("\\> no quote", "\\> no quote"),
        ("*not closed", "\\*not closed"),
        ("2**3**4 5", "2**3**4 5"),
        ("2 ** 3 ** 4", "2 \\*\\* 3 \\*\\* 4"),
        ("<@12> <@&3> <#4> <:a:5> <t:6:R> </b:7>", "\\<@12> \\<@&3> \\<#4> \\<:a:5> \\<t:6:R> \\</b:7>"),
        ("@everyone and @here", "\\@everyone and \\@here"),
        ("a \\\\ b \\", "a \\\\\\ b \\\\"),
        ("#### Deep", "### Deep"),
        ("# C#", "# C#\u2060"),
        ("- # Head", "- **Head**"),
        ("- > quote", "- \\> quote"),
        ("> > inner", "> \\> inner"),
        ("- [ ] to do\n- [x] done", "- ☐ to do\n- ☑ done"),
        ("a\n\n---\n\nb", "a\n\n──────────\n\nb"),
        ("**a***b*", "**a**\u2060*b*"),
        ("*a `b*c` d*", "a `b*c` d"),
        ("````\n```\n````", "```\n``\u2060`\n```"),
        ("- a\n  ```py\n  x\n  ```", "- a\n```py\nx\n```"),
        ("| a | b |\n|---|--:|\n| c | 1 |", "```\na  b\n-  -\nc  1\n```"),
        ("so $x^2$", "so x²"),
    ],
)
def test_what_discord_would_show_otherwise_is_written_anew(markdown: str, written: str) -> None:
    assert texts(markdown) == [written]


@pytest.mark.parametrize(
    ("markdown", "written"),
    [
        ("see https://x.de/__a__/b_.", "see <https://x.de/__a__/b>\\_."),
        ("<https://x.de>", "<https://x.de>"),
        ("HTTPS://x.de/?said=1234 Http://x.de", "<HTTPS://x.de/?said=1234> <Http://x.de>"),
        ("[a](https://x.de)", "[a](<https://x.de>)"),
        ("[a](https://x.de/b_(c))", "[a](<https://x.de/b_%28c%29>)"),
        ("[[1]](https://x.de)", "[[1]](<https://x.de>)"),
        ("[https://y.de](https://x.de)", "<https://y.de> (<https://x.de>)"),
        ("![cat](https://x.de/c.png)", "[cat](<https://x.de/c.png>)"),
        ("![](https://x.de/c.png)", "<https://x.de/c.png>"),
        ("[docs](./docs.md)", "[docs]\\(./docs.md)"),
        ("```x https://x.de\ncode\n```", "https\\://x.de\n```x\ncode\n```"),
    ],
)
def test_links_lead_there_and_unfold_nothing(markdown: str, written: str) -> None:
    assert texts(markdown) == [written]


@pytest.mark.parametrize("blank", ["", " ", "\n\n\t", "\u200b\n\ufeff", "```\n```"])
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


def test_three_thousand_emoji_are_all_shown() -> None:
    assert "".join(texts("🙂" * 3000)) == "🙂" * 3000


@pytest.mark.parametrize("cluster", ["👨‍👩‍👧‍👦", "👍🏽", "🇩🇪", "e\u0301", "각", "क्षि", "1\ufe0f\u20e3", "شّ"])
def test_what_a_person_sees_as_one_character_is_never_torn(cluster: str) -> None:
    parts = [part.removeprefix("\u200f") for part in texts("x" + cluster * 1500)]

    assert "".join(parts) == "x" + cluster * 1500
    assert all(part.endswith(cluster) for part in parts)
    assert all(part.startswith((cluster, "x")) for part in parts)


def test_a_cluster_without_end_is_cut_all_the_same() -> None:
    zalgo = "a" + "\u0301" * 5000

    assert "".join(texts(zalgo)) == zalgo
    assert cut_before(zalgo, 1000) == 1000


def test_a_long_code_block_goes_on_in_the_next_message_with_its_language() -> None:
    code = "\n".join(f"    value_{number} = compute({number})" for number in range(200))

    parts = texts(f"Here:\n\n```python\n{code}\n```\n\nDone.")

    assert len(parts) > 2
    assert all(part.startswith("```python\n    ") for part in parts[1:])
    assert all(part.endswith("\n```") for part in parts[:-1])
    assert parts[-1].endswith("Done.")
    inside = [part.removeprefix("Here:\n\n").removesuffix("\n\nDone.") for part in parts]
    assert "\n".join(part.removeprefix("```python\n").removesuffix("\n```") for part in inside) == code


def test_a_code_block_that_fits_into_the_next_message_is_not_cut() -> None:
    code = "print('hello')\n" * 60
    markdown = "word " * 250 + f"\n```python\n{code}```"

    parts = texts(markdown)

    assert len(parts) == 2
    assert parts[1] == f"```python\n{code}```"


def test_no_message_is_an_empty_code_block() -> None:
    for length in range(1850, 1990):
        for part in texts("```py\n" + "x" * length + "\n```\n\nEnd."):
            assert shown([part]), part
        for part in texts("y" * length + "\n```py\ncode\n```"):
            assert shown([part]), part


def test_bold_text_that_is_cut_is_bold_in_both_messages() -> None:
    parts = texts("**" + "word " * 600 + "end**")

    assert len(parts) == 2
    assert all(part.startswith("**") and part.endswith("**") and part.count("**") == 2 for part in parts)


def test_a_quote_that_is_cut_is_a_quote_in_both_messages() -> None:
    parts = texts("> " + "words of a quote " * 200)

    assert len(parts) == 2
    assert all(part.startswith("> ") for part in parts)


def test_a_cut_prefers_a_place_outside_of_inline_code() -> None:
    first, second = texts("word " * 360 + "`" + "code " * 60 + "end` word word")

    assert first.endswith("word")
    assert "`code code" in second


@pytest.mark.parametrize(
    ("growing", "written"),
    [
        ("a **bold", "a **bold**"),
        ("a **bold*", "a **bold**"),
        ("an *it", "an *it*"),
        ("***both", "***both***"),
        ("~~gone", "~~gone~~"),
        ("some `code", "some `code`"),
        ("a path `C:\\`", "a path `C:\\`"),
        ("snake_case", "snake_case"),
        ("* item\n* it", "- item\n- it"),
        ("text\n``", "text"),
        ("text\n```", "text"),
        ("text\n```py\n", "text"),
        ("```py\nx = 1", "```py\nx = 1\n```"),
        ("```py\nx = 1\n``", "```py\nx = 1\n```"),
        ("```py\nx = 1\n```", "```py\nx = 1\n```"),
        ("> ```py\n> x = 1", "> ```py\n> x = 1\n> ```"),
        ("see [the do", "see the do"),
        ("see [the docs](https://x.d", "see the docs"),
        ("see https://x.d", "see <https://x.d>"),
        ("| a | b", "```\na  b\n-  -\n```"),
    ],
)
def test_what_is_half_written_is_shown_closed_while_the_answer_grows(growing: str, written: str) -> None:
    assert texts(growing, final=False) == [written]


def test_a_block_that_the_model_never_closed_is_closed_at_the_end() -> None:
    assert texts("```py\nx = 1") == ["```py\nx = 1\n```"]


@pytest.mark.parametrize("char", "`~*_>#-|\\\n[]<@")
def test_thousands_of_one_sign_are_survived(char: str) -> None:
    for markdown in (char * 7000, f"a{char}" * 3500, f"{char} " * 3500):
        for final in (True, False):
            assert all(0 < len(part) <= LIMIT for part in texts(markdown, final=final))


def test_the_work_of_rendering_grows_as_the_answer_does() -> None:
    def answer(paragraphs: int) -> str:
        return "".join(
            f"Some **words** of answer {paragraphs}.{number}, with `code` in it. " * 20
            + "\n\n```py\n"
            + "x = 1\n" * 30
            + "```\n\n"
            for number in range(paragraphs)
        )

    assert growth(lambda markdown: render(markdown, final=False), answer, 8) < GROWS_AS_ITS_TEXT
