"""Formatted text as HTML."""

import re
from collections.abc import Sequence
from html import escape

from tests.transcript.formatted import Kind, Node, Styled

_TAGS = {
    Kind.BOLD: "b",
    Kind.ITALIC: "i",
    Kind.UNDERLINE: "u",
    Kind.STRIKETHROUGH: "s",
    Kind.CODE: "code",
    Kind.QUOTE: "blockquote",
    Kind.FOLDED_QUOTE: "blockquote",
    Kind.SUBTEXT: "small",
    Kind.ITEM: "li",
}
_ADDRESS = re.compile(r"(?:https?://|mailto:)")
_DIGITS = re.compile(r"\d+")


def html_of(nodes: Sequence[Node]) -> str:
    """Escaped, for an element that keeps blanks and newlines as they are."""
    return "".join(escape(node) if isinstance(node, str) else _styled(node) for node in nodes)


def _styled(node: Styled) -> str:
    inside, value = html_of(node.nodes), escape(node.value)
    match node.kind:
        case Kind.PRE:
            language = f' data-language="{value}"' if value else ""
            return f"<pre{language}><code>{inside}</code></pre>"
        case Kind.HEADING:
            # The page has headings of its own above: these are two levels down.
            return f"<h{int(node.value) + 3}>{inside}</h{int(node.value) + 3}>"
        case Kind.LIST:
            return _list(node, inside)
        case Kind.LINK:
            return f'<a href="{value}">{inside}</a>' if _ADDRESS.match(node.value) else f"<a>{inside}</a>"
        case Kind.SPOILER | Kind.MENTION | Kind.TOUCHABLE | Kind.EMOJI as kind:
            return f'<span class="{kind}">{inside}</span>'
        case kind:
            return f'<{_TAGS[kind]} class="{kind}">{inside}</{_TAGS[kind]}>'


def _list(node: Styled, inside: str) -> str:
    first = next((item.value for item in node.nodes if isinstance(item, Styled)), "")
    number = _DIGITS.match(first)
    return f'<ol start="{number[0]}">{inside}</ol>' if number else f"<ul>{inside}</ul>"
