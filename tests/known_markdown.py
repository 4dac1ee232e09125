"""Markdown as models write it, nested in every way, of which it is known what a person should see."""

from collections.abc import Callable, Sequence
from typing import TypeAlias

from hypothesis import strategies as st

from bot.markup.direction import RIGHT_TO_LEFT

Known: TypeAlias = tuple[str, str]
"""Markdown, and what is seen of it, blanks and the marks of lists, quotes and tables apart."""

WORDS = st.sampled_from(
    [
        *("word", "Ünïcode", "名前。", "日本語", "12", "3.5", "it's", "(aside)", "yes!", "why?", '"so"', "a,b;"),
        *("عربي", "שלום", "مِنْ", "क्षि", "각", "e\u0301", "z\u0351\u0327\u0310", "می\u200cخواهم", "\u202bعربي\u202c"),
        *("😀", "👨‍👩‍👧‍👦", "🇩🇪", "👍🏽", "1️⃣", "❤️", "a\u200db", "\u0301", "🇩", "\u200d", "ﷺ", "𝕏"),
        *("50%", "R&D", "&lt;", "a=b", "10:30", "and/or", "x/y_z", "snake_case", "C:\\dir", "5 < 6", "List<String>"),
        *("@everyone", "@here", "@ann", "a@b.de", "<@12>", "<@&12>", "<#12>", "<t:1:R>", "<:a:12>", "</ask:12>"),
        *("/help", "/etc", "#tag", "a^b", "{x}", "C#", "-", "<br>", "1.", "(c)", "…", "x" * 70),
    ]
)
ESCAPED = st.sampled_from("*_`~#+-.<>|").map(lambda sign: (f"\\{sign}", sign))
PLAIN = st.one_of(WORDS.map(lambda word: (word, word)), ESCAPED)
CODE = st.text(st.sampled_from("ab1 *_~[(<>)@#$\\:/!名😀é{}^-+."), min_size=1, max_size=20).filter(
    lambda text: text.strip() == text
)
ADDRESS = st.sampled_from(["https://x.de", "https://x.de/a_(b)_c", "https://x.de/?q=*a*&r=_b_#c", "https://x.de/@ann"])
FORMULA = st.sampled_from(
    [
        ("$x^2$", "x²"),
        ("\\(a_1 + b\\)", "a₁+b"),
        ("$\\alpha$", "α"),
        ("\\(\\frac{a}{b}\\)", "a/b"),
        ("$E = mc^2$", "E=mc²"),
    ]
)


def joined(pieces: Sequence[Known], between: str) -> Known:
    """One behind the other."""
    return between.join(markdown for markdown, _ in pieces), "".join(shown for _, shown in pieces)


def around(sign: str) -> Callable[[Known], Known]:
    """A style."""
    return lambda known: (f"{sign}{known[0]}{sign}", known[1])


def lines_in(first: str, others: str, shown: str = "") -> Callable[[Known], Known]:
    """Blocks in a list or quote."""
    return lambda known: (first + known[0].replace("\n", f"\n{others}"), shown + known[1])


CODED = CODE.map(lambda text: (f"`{text}`", text))
BARE = ADDRESS.map(lambda url: (url, url))
# A bracket without its counterpart in a link's name is shown as written until the link is whole: no answer has it.
NAME = st.one_of(PLAIN, CODED.filter(lambda known: "[" not in known[1]))
LINKED = st.tuples(NAME, ADDRESS).map(lambda both: (f"[{both[0][0]}]({both[1]})", both[0][1]))
PICTURED = st.tuples(st.sampled_from(["cat", "名前"]), ADDRESS).map(lambda both: (f"![{both[0]}]({both[1]})", both[0]))
STYLED = st.one_of(*(PLAIN.filter(lambda known: known[1].isalnum()).map(around(sign)) for sign in ("**", "*", "~~")))
SPAN = st.one_of(PLAIN, PLAIN, CODED, BARE, LINKED, PICTURED, STYLED, FORMULA)


def line_of(spans: st.SearchStrategy[Known]) -> st.SearchStrategy[Known]:
    """Begins with a letter, so that it is no list or quote."""
    return st.lists(spans, min_size=1, max_size=8).map(lambda known: joined([("So", "So"), *known], " "))


LONG_STYLE = st.tuples(
    st.sampled_from(["**", "*", "~~", "***"]),
    line_of(st.one_of(WORDS.filter(str.isalnum).map(lambda word: (word, word)), CODED, BARE, LINKED, FORMULA)),
).map(lambda both: around(both[0])((f"{both[1][0]} end", f"{both[1][1]}end")))
LINE = line_of(st.one_of(SPAN, SPAN, LONG_STYLE))
PARAGRAPH = st.lists(LINE, min_size=1, max_size=2).map(lambda lines: joined(lines, "\n"))
HEADING = st.tuples(st.integers(1, 6), LINE).map(lambda both: (f"{'#' * both[0]} {both[1][0]}", both[1][1]))
CODE_LINES = st.lists(
    st.text(st.sampled_from("ab *_[(<>)|@#$\\é名😀`~-"), max_size=30).filter(lambda line: "`" * 5 not in line),
    min_size=1,
    max_size=6,
)
FENCED = st.tuples(st.sampled_from(["", "py", "c++"]), CODE_LINES).map(
    lambda both: (f"`````{both[0]}\nx{chr(10).join(both[1])}\n`````", "x" + "".join(both[1]))
)
FORMULA_BLOCK = st.sampled_from([("$$\nE = mc^2\n$$", "E=mc²"), ("\\[\nx^2\n\\]", "x²"), ("$$x^2$$", "x²")])


def rows_of(cell: st.SearchStrategy[Known]) -> st.SearchStrategy[list[list[Known]]]:
    """A table's; the first one is its header."""
    return st.integers(1, 4).flatmap(
        lambda columns: st.lists(st.lists(cell, min_size=columns, max_size=columns), min_size=2, max_size=4)
    )


def table(rows: Sequence[Sequence[Known]]) -> str:
    lines = [f"| {' | '.join(markdown for markdown, _ in row)} |" for row in rows]
    return "\n".join([lines[0], "|" + "---|" * len(rows[0]), *lines[1:]])


def aligned(rows: Sequence[Sequence[Known]]) -> Known:
    return table(rows), "".join(shown for row in rows for _, shown in row)


def told(rows: Sequence[Sequence[Known]]) -> Known:
    """In words, since it holds a link."""
    header = [("name", "name"), *rows[0]]
    told_rows = [[("[docs](https://x.de)", "docs"), *row] for row in rows[1:]]
    shown = [
        "·".join(f"{name}:{value}" for (_, name), (_, value) in zip(header, row, strict=True)) for row in told_rows
    ]
    return table([header, *told_rows]), "".join(shown)


CELL_SPAN = st.one_of(PLAIN, CODED, STYLED, FORMULA).filter(lambda known: "|" not in known[1])
CELL = st.lists(CELL_SPAN, min_size=1, max_size=2).map(lambda spans: joined([("so", "so"), *spans], " "))
FROM_LEFT = CELL.filter(lambda known: not RIGHT_TO_LEFT.search(known[1]))
VALUE = st.one_of(PLAIN, CODED, FORMULA).filter(lambda known: "|" not in known[1])
TABLE = rows_of(FROM_LEFT).map(aligned)
TOLD_TABLE = rows_of(CELL).map(told)

TASK = st.tuples(st.booleans(), LINE).map(
    lambda both: (f"- [{'x' if both[0] else ' '}] {both[1][0]}", ("☑" if both[0] else "☐") + both[1][1])
)


def nested(inner: st.SearchStrategy[Known]) -> st.SearchStrategy[Known]:
    """Lists and quotes of blocks."""
    several = st.lists(inner, min_size=1, max_size=2).map(lambda blocks: joined(blocks, "\n\n"))
    return st.one_of(
        st.lists(several.map(lines_in("- ", "  ")), min_size=1, max_size=3).map(lambda items: joined(items, "\n")),
        several.map(lines_in("7. ", "   ", "7.")),
        several.map(lines_in("> ", "> ")),
        st.lists(TASK, min_size=1, max_size=3).map(lambda items: joined(items, "\n")),
    )


def answers(*leaves: st.SearchStrategy[Known]) -> st.SearchStrategy[Known]:
    blocks = st.recursive(st.one_of(*leaves), nested, max_leaves=5)
    return st.lists(blocks, min_size=1, max_size=4).map(lambda known: joined(known, "\n\n"))


STEADY_ANSWER = answers(PARAGRAPH, PARAGRAPH, HEADING, FENCED, FORMULA_BLOCK, TABLE)
"""Without what is laid out anew when its end is known."""
ANSWER = answers(PARAGRAPH, PARAGRAPH, HEADING, FENCED, FORMULA_BLOCK, TABLE, TOLD_TABLE)
