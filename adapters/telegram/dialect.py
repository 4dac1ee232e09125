"""The Markdown that models write, parsed so that nothing of it is lost.

CommonMark with tables and strikethrough, except for what would drop or invent something in a chat:

- HTML, entities (``&lt;``) and link definitions are ordinary text;
- a line of ``---`` below a paragraph is a rule, never a heading (it would change the text above while it grows);
- a backslash is markup only before the characters of `_ESCAPABLE`, so that ``\\(a_1\\)`` and ``C:\\dir`` stay;
- formulas (``\\(…\\)``, ``\\[…\\]``, ``$$…$$``, ``$…$``) are kept as written;
- links that Telegram does not show (other than http and https, without a domain) are kept as written.
"""

import functools
import re
from typing import Any, TypeAlias

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

MAX_NESTING = 60
"""Levels of lists and quotes (a list counts twice). The parser drops what is deeper: `parse` refuses it."""
_MAX_URL = 2048

_ESCAPABLE = frozenset("*_`~#+-.<>")
_LINK = re.compile(r"https?://[^\s/?#@]*[^\s/?#@.]\.[^\s/?#@.][^\s]*", re.IGNORECASE)
_FORMULA = re.compile(
    r"\\\(.+?\\\)"
    r"|\\\[.+?\\\]"
    r"|\$\$.+?\$\$"
    # As Pandoc has it: no blank inside of the dollars and no digit behind them, else these are prices.
    r"|\$(?=[^\s$])[^$\n]*(?<=[^\s$])\$(?!\d)",
    re.DOTALL,
)
_BLOCK_FORMULA = {"$$": "$$", "\\[": "\\]"}

Env: TypeAlias = dict[str, Any]


class TooDeep(ValueError):
    """The text is nested deeper than `MAX_NESTING`."""


def parse(markdown: str, *, growing: bool) -> list[Token]:
    """Markdown to markdown-it's tokens.

    Args:
        markdown: With ``\\n`` as the only line break.
        growing: Show what is half-open at the end as closed.

    Raises:
        TooDeep: part of the text would be lost.
    """
    tokens = _parser().parse(markdown, {"growing": growing})
    if any(token.level >= MAX_NESTING - 1 for token in tokens):
        raise TooDeep
    return tokens


def is_link(url: str) -> bool:
    """Whether Telegram shows a link to this address: http or https, and a host with a dot."""
    return len(url) <= _MAX_URL and _LINK.fullmatch(url) is not None


class _Parser(MarkdownIt):
    """Which addresses are links, and that they stay as written."""

    def validateLink(self, url: str) -> bool:  # noqa: N802 - markdown-it's name
        return is_link(url)

    def normalizeLink(self, url: str) -> str:  # noqa: N802 - markdown-it's name
        return url

    def normalizeLinkText(self, link: str) -> str:  # noqa: N802 - markdown-it's name
        return link


@functools.cache
def _parser() -> MarkdownIt:
    parser = _Parser("commonmark", {"html": False, "maxNesting": MAX_NESTING})
    parser.enable(["table", "strikethrough"])
    parser.disable(["lheading", "reference", "entity", "html_block", "html_inline"])
    parser.block.ruler.before("fence", "formula", _formula_block, {"alt": ["paragraph", "blockquote", "list"]})
    parser.inline.ruler.before("escape", "formula", _formula)
    parser.inline.ruler.at("escape", _escape)
    parser.inline.ruler.before("backticks", "open_code", _note_open_code)
    parser.inline.ruler2.after("balance_pairs", "open_styles", _note_open_styles)
    parser.core.ruler.before("inline", "closing", _close_growing)
    return parser


def _escape(state: StateInline, silent: bool) -> bool:
    following = state.src[state.pos + 1 : state.pos + 2]
    if state.src[state.pos] != "\\" or following not in _ESCAPABLE or not following or state.pos + 1 >= state.posMax:
        return False
    if not silent:
        token = state.push("text_special", "", 0)
        token.content = following
        token.markup = f"\\{following}"
        token.info = "escape"
    state.pos += 2
    return True


def _formula(state: StateInline, silent: bool) -> bool:
    if state.src[state.pos] not in "\\$":
        return False
    found = _FORMULA.match(state.src, state.pos, state.posMax)
    if found is None:
        return False
    if not silent:
        state.push("formula", "", 0).content = found[0]
    state.pos = found.end()
    return True


def _formula_block(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Lines from ``$$`` or ``\\[`` to the line that ends with its counterpart; without one it is a paragraph."""
    first = state.src[state.bMarks[start] + state.tShift[start] : state.eMarks[start]]
    closing = _BLOCK_FORMULA.get(first[:2])
    if closing is None or state.is_code_block(start):
        return False
    line = start
    text = first[2:]
    while not text.rstrip().endswith(closing):
        line += 1
        if line >= end or state.isEmpty(line) or state.sCount[line] < state.blkIndent:
            return False
        text = state.src[state.bMarks[line] : state.eMarks[line]]
    if not silent:
        token = state.push("formula_block", "", 0)
        token.content = state.getLines(start, line + 1, state.blkIndent, False).strip("\n")
        token.map = [start, line + 1]
        state.line = line + 1
    return True


def _close_growing(state: Any) -> None:
    """Before the inline parsing of a growing text: close what is open in its last paragraph."""
    if not state.env.get("growing"):
        return
    last = next((token for token in reversed(state.tokens) if not token.type.endswith("_close")), None)
    if last is not None and last.type == "inline":
        last.content = _closed(last.content, state.md)


_UNFINISHED_RUN = re.compile(r"[*_~`]+\Z")
_UNFINISHED_LINK = re.compile(r"!?\[([^\[\]\n]+)\](?:\([^()\s]*)?\Z")
_UNFINISHED_LABEL = re.compile(r"(?:(?<=\s)|(?<=\A))!?\[(?=[^\W\d_][^\[\]\n]*\Z)")


def _closed(content: str, parser: MarkdownIt) -> str:
    content = _UNFINISHED_RUN.sub("", content).rstrip()
    if "](" in content:
        content = _UNFINISHED_LINK.sub(lambda found: found[1], content)
    content = _UNFINISHED_LABEL.sub("", content)
    noted: Env = {"noting": True}
    parser.inline.parse(content, parser, noted, [])
    return content + noted.get("open_code", "") + noted.get("open_styles", "")


def _note_open_code(state: StateInline, silent: bool) -> bool:
    """While noting: a run of backticks without its counterpart makes code of the rest."""
    if "noting" not in state.env or silent or state.src[state.pos] != "`":
        return False
    run = re.compile("`+").match(state.src, state.pos, state.posMax)
    if run is None or re.search(rf"(?<!`){run[0]}(?!`)", state.src[run.end() :]) or state.posMax < len(state.src):
        return False
    state.env["open_code"] = run[0]
    state.pos = state.posMax
    return True


def _note_open_styles(state: StateInline) -> None:
    """While noting: what would close the emphasis that is open at the end."""
    if "noting" in state.env:
        openers = [chr(d.marker) for d in state.delimiters if d.open and d.end < 0]
        state.env["open_styles"] = "".join("~~" if opener == "~" else opener for opener in reversed(openers))
