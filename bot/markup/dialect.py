r"""The Markdown that models write, set up so that nothing of it is lost.

CommonMark with tables, task lists and strikethrough, except for what would drop or invent something in a chat:

- HTML, entities (``&lt;``) and link definitions are ordinary text;
- a line of ``---`` below a paragraph is a rule, never a heading (it would change the text above while it grows);
- a backslash is markup only before the characters of `ESCAPABLE`, so that ``\(see below)`` and ``C:\dir`` stay;
- formulas are known (``\(…\)``, ``\[…\]``, ``$$…$$``, ``$…$``), and bare addresses;
- links that chats do not show (other than http and https, without a domain) are kept as written;
- what is nested deeper than anybody reads is kept as written.
"""

import functools
import re

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline, image, link
from markdown_it.token import Token

from bot.markup.block_rules import DEEPEST, formula_block, table, too_deep
from bot.markup.delimiters import Memory, code_end, formula_at

_MAX_URL = 1000
"""Code points, so that a link fits into a message of any platform several times over."""
_MOST_LABELS_WITHIN_LABELS = 8
"""Parsing costs as many times the length of the text."""
ESCAPABLE = frozenset("*_`~#+-.<>|")
"""What a backslash takes for itself. Before other signs it is shown."""
_LINK = re.compile(r"https?://[^\s/?#@]*[^\s/?#@.]\.[^\s/?#@.][^\s]*", re.IGNORECASE)
_ADDRESS = re.compile(r"https?://[^\s<>\"'`|\[\]«»“”‘’…]*[^\s<>\"'`|\[\]«»“”‘’….,;:!?)*_~]", re.IGNORECASE)
_IN_LABELS = re.compile(r"\\`|`+|[\[\]]")


def block_tokens(markdown: str, *, growing: bool) -> list[Token]:
    """The blocks; the text in them is not parsed yet.

    Args:
        markdown: With LF as the only line break.
        growing: A table is one from its first line on.
    """
    tokens: list[Token] = []
    env = {"growing_lines": markdown.count("\n") + 1} if growing else {}
    parser().block.parse(markdown, parser(), env, tokens)
    return tokens


def inline_tokens(text: str) -> list[Token]:
    """The stretches of one block's text."""
    return parser().inline.parse(text, parser(), {}, [])


def is_link(url: str) -> bool:
    """Whether chats show a link to this address: http or https, and a host with a dot."""
    return len(url) <= _MAX_URL and _LINK.fullmatch(url) is not None


def addresses(text: str) -> list[re.Match[str]]:
    """Where a text holds bare web addresses, without the punctuation behind them."""
    return list(_ADDRESS.finditer(text))


class _Parser(MarkdownIt):
    """Which addresses are links, and that they stay as written."""

    def validateLink(self, url: str) -> bool:  # noqa: N802 - markdown-it's name
        return is_link(url)

    def normalizeLink(self, url: str) -> str:  # noqa: N802 - markdown-it's name
        return url

    def normalizeLinkText(self, link: str) -> str:  # noqa: N802 - markdown-it's name
        return link


@functools.cache
def parser() -> MarkdownIt:
    """The parser, made when it is needed first."""
    made = _Parser("commonmark", {"html": False, "maxNesting": 2 * DEEPEST, "tasklists": True})
    made.enable(["table", "strikethrough"])
    made.disable(["lheading", "reference", "entity", "html_block", "html_inline"])
    made.block.ruler.at("table", table, {"alt": ["paragraph"]})
    made.block.ruler.before("table", "too_deep", too_deep)
    made.block.ruler.before("fence", "formula", formula_block, {"alt": ["paragraph", "blockquote", "list"]})
    made.inline.ruler.before("escape", "formula", _formula)
    made.inline.ruler.before("escape", "address", _address)
    made.inline.ruler.at("escape", _escape)
    made.inline.ruler.at("link", _link)
    made.inline.ruler.at("image", _image)
    return made


def _escape(state: StateInline, silent: bool) -> bool:
    following = state.src[state.pos + 1 : state.pos + 2]
    if state.src[state.pos] != "\\" or following not in ESCAPABLE or not following or state.pos + 1 >= state.posMax:
        return False
    if not silent:
        state.append_pending(following)
    state.pos += 2
    return True


def _address(state: StateInline, silent: bool) -> bool:
    """A bare address is text as it stands: ``https://x.de/__init__.py`` has no bold part."""
    if state.src[state.pos] != ":":
        return False
    before = state.src[max(0, state.pos - len("https")) : state.pos]
    scheme = next((before[-len(word) :] for word in ("https", "http") if before.lower().endswith(word)), None)
    if scheme is None or (found := _ADDRESS.match(state.src, state.pos - len(scheme), state.posMax)) is None:
        return False
    if not silent:
        if not state.pending.endswith(scheme):  # It was written as something else, e.g. with an escape in it.
            return False
        state.pending = state.pending.removesuffix(scheme)
        state.push("address", "", 0).content = found[0]
    state.pos = found.end()
    return True


def _formula(state: StateInline, silent: bool) -> bool:
    found = formula_at(state.src, state.pos, state.posMax, state.env)
    if found is None:
        return False
    if not silent:
        state.push("formula", "", 0).content = found.tex
    state.pos = found.end
    return True


def _link(state: StateInline, silent: bool) -> bool:
    return state.src[state.pos] == "[" and _is_label(state, state.pos) and link(state, silent)


def _image(state: StateInline, silent: bool) -> bool:
    following = state.pos + 1
    return state.src.startswith("![", state.pos) and _is_label(state, following) and image(state, silent)


def _is_label(state: StateInline, opening: int) -> bool:
    """Whether the bracket is closed and an address may follow. Without this each open one would cost a whole parse."""
    end = label_end(state, opening)
    return end >= 0 and state.src.startswith("](", end)


def label_end(state: StateInline, opening: int) -> int:
    """Where the bracket is closed that opens here; -1 if it is not."""
    ends = state.env.setdefault("labels", {})
    if state.src not in ends:
        ends[state.src] = _label_ends(state.src)
    return int(ends[state.src].get(opening, -1))


def _label_ends(text: str) -> dict[int, int]:
    """For each ``[`` with a counterpart, where that is. Linear in the length of the text."""
    ends: dict[int, int] = {}
    opened: list[int] = []
    memory: Memory = {}
    place = 0
    while (found := _IN_LABELS.search(text, place)) is not None:
        place = found.end()
        match found[0][0]:
            case "[":
                opened.append(found.start())
            case "]" if opened:
                start = opened.pop()
                if len(opened) < _MOST_LABELS_WITHIN_LABELS:
                    ends[start] = found.start()
            case "`":
                place = max(place, code_end(text, found[0], place, memory))
    return ends
