"""What people read on Telegram of what the model wrote."""

import re
from collections.abc import Callable

import pytest

from adapters.telegram.render import render
from bot.ports.parts import MarkKind, Part
from tests.telegram_marks import check_part, marked
from tests.work import GROWS_AS_ITS_TEXT, growth

BOLD, ITALIC, UNDERLINE, STRIKE, CODE, PRE, QUOTE, LINK = (
    MarkKind.BOLD,
    MarkKind.ITALIC,
    MarkKind.UNDERLINE,
    MarkKind.STRIKETHROUGH,
    MarkKind.CODE,
    MarkKind.PRE,
    MarkKind.QUOTE,
    MarkKind.LINK,
)

FORMATTED = {
    "**bold** and __too__": ("bold and too", [(BOLD, "bold"), (BOLD, "too")]),
    "*it* _it_ ~~gone~~": ("it it gone", [(ITALIC, "it"), (ITALIC, "it"), (STRIKE, "gone")]),
    "***both***": ("both", [(BOLD, "both"), (ITALIC, "both")]),
    "**a `b` c**": ("a b c", [(BOLD, "a "), (CODE, "b"), (BOLD, " c")]),
    "# Head **ing**\ntext": ("Head ing\ntext", [(BOLD, "Head ing"), (UNDERLINE, "Head ing")]),
    "## A\n### *B* c\n###### D": (
        "A\nB c\nD",
        [(BOLD, t) for t in ("A", "B c", "D")] + [(ITALIC, "B c"), (ITALIC, "D")],
    ),
    "### a `b` c": ("a b c", [(BOLD, "a "), (BOLD, " c"), (ITALIC, "a "), (ITALIC, " c"), (CODE, "b")]),
    "a\n\n\n\nb": ("a\n\nb", []),
    "Above\n---\nbelow": ("Above\n──────────\nbelow", []),
    "- a\n- b\n  - c\n    - d\n      more": ("• a\n• b\n  ◦ c\n    ▪ d\n      more", []),
    "3. a\n4) b": ("3. a\n4) b", []),
    "- [ ] to do\n- [x] done\n1. [X] too": ("☐ to do\n☑ done\n1. ☑ too", []),
    "> a\n> b\n\nc": ("a\nb\n\nc", [(QUOTE, "a\nb")]),
    "> a\n> > b\n> > c": ("a\n> b\n> c", [(QUOTE, "a\n> b\n> c")]),
    "- > a": ("• a", [(QUOTE, "a")]),
    "```py\n  x\n\n  y\n```": ("  x\n\n  y", [(PRE, "  x\n\n  y")]),
    "- a\n  ```\n  x\n  ```\n- b": ("• a\nx\n• b", [(PRE, "x")]),
    "- ```\n  x\n  ```": ("• \nx", [(PRE, "x")]),
    "[a](https://x.de)": ("a", [(LINK, "a")]),
    "![a](https://x.de/p.png)": ("a", [(LINK, "a")]),
    "[](https://x.de)": ("https://x.de", [(LINK, "https://x.de")]),
    '[a](https://x.de "T") b': ("a (T) b", [(LINK, "a")]),
    "[![a](https://x.de/p)](https://x.de)": ("a (https://x.de/p) (https://x.de)", [(LINK, "a (https://x.de/p)")]),
    "[https://good.de](https://evil.de)": ("https://good.de (https://evil.de)", [(LINK, "https://good.de")]),
    "![to https://good.de](https://evil.de)": ("to https://good.de (https://evil.de)", [(LINK, "to https://good.de")]),
    "[https://x.de](https://x.de)": ("https://x.de", [(LINK, "https://x.de")]),
    "[`a`](https://x.de)": ("a", [(LINK, "a")]),
    "<https://x.de>": ("https://x.de", [(LINK, "https://x.de")]),
    "| a | bc |\n|---|--:|\n| d | e |": ("a  bc\n-  --\nd   e", [(PRE, "a  bc\n-  --\nd   e")]),
    "| 名 | b |\n|---|---|\n| x | y |": ("名  b\n--  -\nx   y", [(PRE, "名  b\n--  -\nx   y")]),
    "| a |\n|---|\n| [b](https://x.de) `c` |": ("• a: b c", [(BOLD, "b "), (LINK, "b"), (CODE, "c")]),
    "| a | b |\n|---|---|\n| c | d | more |\n| e |": (
        "a  b\n-  -  ----\nc  d  more\ne",
        [(PRE, "a  b\n-  -  ----\nc  d  more\ne")],
    ),
    "| name | what |\n|---|---|\n| x | " + "word " * 8 + "|\n| y |": (
        "• name: x · what: word word word word word word word word\n• name: y",
        [(BOLD, "x"), (BOLD, "y")],
    ),
    "so $x^2$ and \\(a_1\\)": ("so x² and a₁", []),
    "\\[\n\\frac{a}{b}\n\\]": ("a/b", []),
    "السعر $x^2$": ("السعر \u2066x²\u2069", []),
    "````\n```\n````": ("```", [(PRE, "```")]),
}


@pytest.mark.parametrize("markdown", FORMATTED)
def test_markdown_is_shown_by_marks(markdown: str) -> None:
    (part,) = render(markdown, final=True)

    text, marks = FORMATTED[markdown]
    assert part.text == text
    assert sorted(marked(part)) == sorted(marks)


@pytest.mark.parametrize(
    "text",
    [
        "List<String> and <div class='a'>x</div>",
        "<script>\nalert(1)\n</script>",
        "snake_case_name and 2 * 3 * 4",
        "it costs $5 or $6, 7$ or US$8, $HOME/$USER",
        r"\(see below\) and $ a $ and \[1",
        r"C:\dir\new and \alpha and \frac{a}{b} \\",
        "&lt;b&gt; &amp; &nbsp;",
        "[1]: https://x.de",
        "[docs](docs.md)",
        "[x](javascript:alert(1))",
        "[x](tg://user?id=1)",
        "[mail](mailto:ann@x.de)",
        "<ann@x.de>",
        "[here](http://localhost:80)",
        "#hashtag",
        "a\nb",
        "Text\n===",
        ":-) ;-) ^_^",
        "a|b",
    ],
)
def test_what_is_no_markup_stays_as_written(text: str) -> None:
    assert render(text, final=True) == (Part(text),)


def test_escaped_markup_is_shown_without_its_backslash() -> None:
    (part,) = render(r"\*a\* \_b\_ \`c\` 1\. \# \~ \<", final=True)

    assert part == Part("*a* _b_ `c` 1. # ~ <")


def test_code_keeps_its_language_and_what_else_stands_there() -> None:
    (part,) = render('```python title="a b"\nx\n```', final=True)

    assert part.text == 'title="a b"\nx'
    assert [(mark.kind, mark.value) for mark in part.marks] == [(PRE, "python")]


@pytest.mark.parametrize("blank", ["", " \n\t\n ", "```\n```", "#", "\u200b", "****\u2060"[4:], "\u200e\n\u200f"])
def test_blank_text_gives_no_parts(blank: str) -> None:
    assert render(blank, final=True) == ()


@pytest.mark.parametrize(
    ("markdown", "shown"),
    [
        ("Ask @ann, @bob_1", "Ask @\u2060ann, @\u2060bob_1"),
        ("(@ann) *@ann*", "(@\u2060ann) @\u2060ann"),
        ("@*ann*", "@\u2060ann"),
        ("see http://x/@ann", "see http://x/@\u2060ann"),
        ("https://x.de,@ann", "https://x.de,@ann"),
        ("`@ann` ann@x.de [@ann](https://x.de)", "@ann ann@x.de @ann"),
        ("@ alone and a@b", "@ alone and a@b"),
    ],
)
def test_text_of_the_model_mentions_nobody(markdown: str, shown: str) -> None:
    (part,) = render(markdown, final=True)

    assert part.text == shown
    check_part(part)


@pytest.mark.parametrize(
    ("markdown", "shown", "code"),
    [
        ("(-b ± √x)/2a", "(-b ± √x)/\u20602a", []),
        (r"$$\frac{\sqrt{x}}{2a}$$", "√x/2a", []),
        ("See /etc, /srv.", "See /etc, /srv.", ["/etc", "/srv"]),
        ("**/etc** and **/et**c", "/etc and /\u2060etc", ["/etc"]),
        ("/my-cmd ./docs.md", "/\u2060my-cmd ./\u2060docs.md", []),
        ("/usr/bin and/or 1/2 https://x.de/?/foo", "/usr/bin and/or 1/2 https://x.de/?/foo", []),
        ("`/etc` [/etc](https://x.de)", "/etc /etc", ["/etc"]),
        ("Say /help or (/settings).", "Say /help or (/settings).", []),
    ],
)
def test_only_the_bots_own_commands_can_be_tapped(markdown: str, shown: str, code: list[str]) -> None:
    (part,) = render(markdown, final=True)

    check_part(part)
    assert part.text == shown
    assert [text for kind, text in marked(part) if kind is CODE] == code


def test_address_with_an_at_sign_becomes_a_link_and_stays_whole() -> None:
    (part,) = render("**see https://medium.com/@joe/x.**", final=True)

    assert part.text == "see https://medium.com/@joe/x."
    assert (LINK, "https://medium.com/@joe/x") in marked(part)


def test_nothing_flickers_while_the_text_grows() -> None:
    whole = (
        "Hello **bold _it `code x` y_ z** [link](https://ab.de/c) ~~gone~~ and \\(a_1 + \\frac{c}{d}\\)\n\n"
        "| a | b |\n|---|---|\n| c | **d** |\n\n```py\nx = 1\n```\nend"
    )

    for length in range(1, len(whole) + 1):
        for part in render(whole[:length], final=False):
            check_part(part)
            assert not re.search(r"[_~`$\\]|\*\*|\*\w+\*\w+ |\]\(|\|\s*-", part.text), part.text


@pytest.mark.parametrize(
    ("growing", "shown", "marks"),
    [
        ("a **b", "a b", [(BOLD, "b")]),
        ("a **b*", "a b", [(BOLD, "b")]),
        ("a **", "a", []),
        ("a `b", "a b", [(CODE, "b")]),
        ("a ``b `c", "a b `c", [(CODE, "b `c")]),
        ("a `**b", "a **b", [(CODE, "**b")]),
        ("**a `b", "a b", [(BOLD, "a "), (CODE, "b")]),
        ("[lab", "lab", []),
        ("![alt](https://x", "alt", []),
        ("> **a", "a", [(BOLD, "a"), (QUOTE, "a")]),
        ("```py\nx\n``", "x", [(PRE, "x")]),
        ("```", None, []),
        ("| a | b", "a  b\n-  -", [(PRE, "a  b\n-  -")]),
        ("x\n\n| a |\n|-", "x\n\na\n-", [(PRE, "a\n-")]),
        ("|", None, []),
        (r"so \(a_1 + \fra", "so a₁ +", []),
        (r"so \(\frac{a", "so a/", []),
        ("so $x^", "so x", []),
        ("so $5", "so", []),
        ("so $5 and", "so $5 and", []),
        ("[a [b] c", "a [b] c", []),
        ("[**a** b]", "a b", [(BOLD, "a")]),
        ("参见[文档](https://x.de/a_(b", "参见文档", []),
        ("[![a](https://x.de/p)](https://x", "a", [(LINK, "a")]),
        ("$$\n\\begin{aligned}\na", "a", []),
        ("$$\na\n", "a", []),
        ("- [", "•", []),
        ("- [ ", "•", []),
        ("- - -", None, []),
        ("a\n***", "a", []),
        ("a\n***\n", "a\n──────────", []),
        ("see <https://x.d", "see https://x.d", []),
        ("5 * 3", "5 * 3", []),
    ],
)
def test_half_open_markup_is_shown_closed(growing: str, shown: str | None, marks: list[tuple[MarkKind, str]]) -> None:
    parts = render(growing, final=False)

    assert [part.text for part in parts] == ([] if shown is None else [shown])
    assert sorted(mark for part in parts for mark in marked(part)) == sorted(marks)


def test_the_final_text_closes_nothing() -> None:
    assert render("a **b and `c", final=True) == (Part("a **b and `c"),)


def test_nesting_beyond_all_reason_is_shown_as_written() -> None:
    (part,) = render(">" * 500 + " deep *here*", final=True)

    assert part.text.replace(" ", "").endswith(">" * 400 + "deep*here*")


@pytest.mark.parametrize("final", [True, False])
@pytest.mark.parametrize(
    ("size", "text_of"),
    [
        (5_000, lambda n: "![" * n),
        (5_000, lambda n: "[" * n),
        (5_000, lambda n: "[" * n + "]" * n),
        (1_000, lambda n: "|" + "|".join("a" * n) + "\n|" + "|".join("-" * n) + "\n|a" * n),
        (5_000, lambda n: "|" + "|".join("a" * 40) + "\n|" + "|".join("-" * 40) + "\n|a" * n),
        (5_000, lambda n: "*a" * n),
        (5_000, lambda n: "`a" * n),
        (5_000, lambda n: "\\(" * n),
        (5_000, lambda n: "\\[\n" * n),
        (5_000, lambda n: "[a](" * n),
        (5_000, lambda n: "> " * n),
        (5_000, lambda n: "- " * n),
    ],
)
def test_an_answer_made_to_keep_the_parser_busy_holds_up_nobody(
    size: int, text_of: Callable[[int], str], final: bool
) -> None:
    assert growth(lambda text: render(text, final=final), text_of, size) < GROWS_AS_ITS_TEXT
    longest = text_of(15_000)
    assert sum(len(part.text) for part in render(longest, final=final)) <= 3 * len(longest)


def test_a_wide_table_of_short_rows_does_not_become_dozens_of_messages() -> None:
    text = "|" + "|".join("h" * 60) + "\n|" + "|".join("-" * 60) + "\n" + "|a\n" * 600

    assert len(render(text, final=True)) <= 2


def test_nobody_is_mentioned_behind_a_letter_that_telegram_may_not_know() -> None:
    (part,) = render("\U00010570@ann", final=True)

    assert part.text == "\U00010570@\u2060ann"


def test_the_work_of_formatting_grows_as_the_answer_does() -> None:
    some = "Some **bold** words, a `name` and [a link](https://x.de).\n\n- one\n- two\n\n```py\nx = 1\n```\n\n"

    assert growth(lambda answer: render(answer, final=True), lambda n: some * n, 50) < GROWS_AS_ITS_TEXT
