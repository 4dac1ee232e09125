r"""The Markdown that models write, parsed so that nothing of it is lost.

CommonMark with tables and strikethrough, except for what would drop or invent something in a chat:

- HTML, entities (``&lt;``) and link definitions are ordinary text;
- a line of ``---`` below a paragraph is a rule, never a heading (it would change the text above while it grows);
- a backslash is markup only before the characters of `_ESCAPABLE`, so that ``\(a_1\)`` and ``C:\dir`` stay;
- formulas (``\(…\)``, ``\[…\]``, ``$$…$$``, ``$…$``) are kept as written;
- bare addresses are kept as written;
- links that Telegram does not show (other than http and https, without a domain) are kept as written.
"""

import functools
import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, TypeAlias

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

MAX_NESTING = 30
"""Levels of lists and quotes (a list counts twice). The parser drops what is deeper: `parse` refuses it."""
_MAX_URL = 2048
_MOST_BRACKETS = 1500
"""Each ``[`` that stays open costs the parser up to 0.2 ms (measured), in which nobody is answered."""
_MOST_PIPES = 100
"""In one line. A wider table is for no chat, and the parser fills up every shorter row below it."""

_ESCAPABLE = frozenset("*_`~#+-.<>")
_LINK = re.compile(r"https?://[^\s/?#@]*[^\s/?#@.]\.[^\s/?#@.][^\s]*", re.IGNORECASE)
_ADDRESS = re.compile(r"https?://[^\s<>\"'`|\[\]«»“”‘’…]*[^\s<>\"'`|\[\]«»“”‘’….,;:!?)*_~]", re.IGNORECASE)
_FORMULA_ENDS: Mapping[str, str] = MappingProxyType({"\\(": "\\)", "\\[": "\\]", "$$": "$$"})
_DOLLARS = re.compile(r"\$(?=[^\s$])[^$\n]*(?<=[^\s$])\$(?!\d)")
"""As Pandoc has it: no blank inside of the dollars and no digit behind them, else these are prices."""

Env: TypeAlias = dict[str, Any]


class TooDeep(ValueError):
    """The text is nested deeper than `MAX_NESTING`, or made to keep the parser busy."""


def parse(markdown: str, *, growing: bool) -> list[Token]:
    """Markdown to markdown-it's tokens.

    Args:
        markdown: With LF as the only line break.
        growing: Show what is half-open at the end as closed.

    Raises:
        TooDeep: part of the text would be lost, or parsing it would hold up everybody.
    """
    if markdown.count("[") > _MOST_BRACKETS or any(line.count("|") > _MOST_PIPES for line in markdown.split("\n")):
        raise TooDeep
    tokens = _parser().parse(markdown, {"growing": growing})
    if any(token.level >= MAX_NESTING - 1 for token in tokens):
        raise TooDeep
    return tokens


def is_link(url: str) -> bool:
    """Whether Telegram shows a link to this address: http or https, and a host with a dot."""
    return len(url) <= _MAX_URL and _LINK.fullmatch(url) is not None


def addresses(text: str) -> Iterator[re.Match[str]]:
    """Where a text holds bare web addresses, without the punctuation behind them."""
    return _ADDRESS.finditer(text)


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
    parser.inline.ruler.before("escape", "address", _address)
    parser.inline.ruler.at("escape", _escape)
    parser.inline.ruler.before("formula", "open_verbatim", _note_open_verbatim)
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


def _address(state: StateInline, silent: bool) -> bool:
    """A bare address is text as it stands: ``https://x.de/__init__.py`` has no bold part."""
    if state.src[state.pos] != ":":
        return False
    for scheme in ("https", "http"):
        start = state.pos - len(scheme)
        if start >= 0 and (found := _ADDRESS.match(state.src, start, state.posMax)) is not None:
            if not silent:
                state.append_pending(state.src[state.pos : found.end()])
            state.pos = found.end()
            return True
    return False


def _formula(state: StateInline, silent: bool) -> bool:
    start = state.pos
    if state.src[start] not in "\\$":
        return False
    end = _formula_end(state.src, start, state.posMax)
    if end is None:
        return False
    if not silent:
        state.push("formula", "", 0).content = state.src[start:end]
    state.pos = end
    return True


def _formula_end(text: str, start: int, limit: int) -> int | None:
    closing = _FORMULA_ENDS.get(text[start : start + 2])
    if closing is None:
        found = _DOLLARS.match(text, start, limit)
        return None if found is None else found.end()
    # Searched for without a pattern, since thousands may stand open. At least one character is inside.
    place = text.find(closing, start + 3, limit)
    return None if place < 0 else place + len(closing)


def _formula_block(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    r"""Lines from ``$$`` or ``\[`` to the line that ends with its counterpart; without one it is a paragraph."""
    first = state.src[state.bMarks[start] + state.tShift[start] : state.eMarks[start]]
    closing = _FORMULA_ENDS.get(first[:2]) if first[:2] != "\\(" else None
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


_UNFINISHED_RUN = re.compile(r"[*_~`]+\Z")
_UNFINISHED_LINK = re.compile(r"!?\[([^\[\]\n]+)\]\([^()\s]*\Z")
_UNFINISHED_LABEL = re.compile(r"(?:(?<=\s)|(?<=\A))!?\[(?=\Z|[^\W\d_][^\[\]\n]*\Z)")
_UNFINISHED_FENCE = re.compile(r"(?:\A|\n) {0,3}(?:`{1,2}|~{1,2})\n?\Z")
_VERBATIM = re.compile(r"`+|\\\(|\\\[|\$\$")


def _close_growing(state: Any) -> None:
    """Before the inline parsing of a growing text: close what is open in its last block."""
    if not state.env.get("growing"):
        return
    last = next((token for token in reversed(state.tokens) if not token.type.endswith("_close")), None)
    if last is None:
        return
    if last.type == "inline":
        last.content = _closed(last.content, state.md)
    elif last.type == "fence":
        last.content = _UNFINISHED_FENCE.sub("", last.content)
        if not last.content.strip():  # The language may not be whole yet.
            last.info = ""


def _closed(content: str, parser: MarkdownIt) -> str:
    content = _UNFINISHED_RUN.sub("", content).rstrip()
    if "](" in content:
        content = _UNFINISHED_LINK.sub(lambda found: found[1], content)
    content = _UNFINISHED_LABEL.sub("", content)
    noted: Env = {"noting": True, "verbatim": "", "styles": ""}
    parser.inline.parse(content, parser, noted, [])
    return f"{content}{noted['verbatim']}{noted['styles']}"


def _note_open_verbatim(state: StateInline, silent: bool) -> bool:
    """While noting: code or a formula without its end takes the rest of the text."""
    if silent or "noting" not in state.env or state.posMax < len(state.src):
        return False
    opener = _VERBATIM.match(state.src, state.pos)
    if opener is None:
        return False
    end = _FORMULA_ENDS.get(opener[0], opener[0])
    if re.search(rf"(?<!`){end}(?!`)" if "`" in end else re.escape(end), state.src[opener.end() :]):
        return False
    state.env["verbatim"] = end
    state.pos = state.posMax
    return True


def _note_open_styles(state: StateInline) -> None:
    """While noting: what would close the emphasis that is open at the end."""
    if "noting" in state.env:
        openers = [chr(d.marker) for d in state.delimiters if d.open and d.end < 0]
        state.env["styles"] = "".join("~~" if opener == "~" else opener for opener in reversed(openers))
