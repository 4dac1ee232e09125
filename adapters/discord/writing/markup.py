"""Marked text as Discord's own Markdown.

Discord's rules are those of Khan Academy's simple-markdown, which it is built on, with changes of its own (Discord's
help, "Markdown Text 101"). They work by patterns: a style ends at the first sign that fits, even within code.
"""

import re
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from adapters.discord.writing.escapes import as_it_is, escaped_places
from bot.markup.flat import Flat, Kind, Span

_JOINER = "\u2060"
"""WORD JOINER: not visible. Signs of two styles would run together."""
_SIGNS: Mapping[Kind, str] = MappingProxyType({Kind.BOLD: "**", Kind.ITALIC: "*", Kind.STRIKETHROUGH: "~~"})
_RUN_TOGETHER = ("*", "~", "`")
_DEEPEST_HEADING = 3
_WITHIN_FENCE = re.compile("(?<=``)(?=`)")
_LABEL = re.compile(r"[^\[\]]*(?:\[[^\[\]]*\][^\[\]]*)*")
"""What Discord takes for the text of a link: brackets in pairs, none within others."""
_PAIR_OF_BRACKETS = re.compile(r"\[[^\[\]]*\]")
_WHOLE_ADDRESS = re.compile(r"https?://[^\s<>]+", re.IGNORECASE)
_URL_CODES = str.maketrans({sign: f"%{ord(sign):02X}" for sign in "()<>\\\"'*~|`[]"})
_LONGEST_SIGNS: Mapping[Kind, int] = MappingProxyType(
    {
        Kind.BOLD: 5,
        Kind.ITALIC: 3,
        Kind.STRIKETHROUGH: 5,
        Kind.CODE: 7,
        Kind.PRE: 10,
        Kind.QUOTE: 3,
        Kind.HEADING: 6,
        Kind.ADDRESS: 3,
        Kind.LINK: 8,
        Kind.MARKER: 0,
        Kind.RIGHT_TO_LEFT: 0,
    }
)


def overhead(span: Span) -> int:
    """How much longer a text becomes by one span at most, in code points; escapes and line ends apart."""
    value = len(_encoded(span.value)) if span.kind is Kind.LINK else len(span.value)
    return _LONGEST_SIGNS[span.kind] + value


def written(part: Flat) -> str:
    """One message as Discord's Markdown."""
    return _Writer(part).written()


class _Writer:
    def __init__(self, part: Flat) -> None:
        self._text = part.text
        self._spans = part.spans
        self._escapes = escaped_places(part)
        # Discord looks for the end of a link's text even in code.
        code = (as_it_is(span, part.text) for span in part.spans)
        self._may_link = not any("](" in _PAIR_OF_BRACKETS.sub("", text) for text in code if "](" in text)

    def written(self) -> str:
        return self._within(0, len(self._text), self._spans)

    def _within(self, start: int, end: int, spans: Sequence[Span]) -> str:
        """A stretch with the spans in it."""
        pieces: list[str] = []
        number = 0
        while number < len(spans):
            span = spans[number]
            following = number + 1
            while following < len(spans) and spans[following].start < span.end:
                following += 1
            pieces.append(self._plain(start, span.start))
            piece = self._spanned(span, spans[number + 1 : following])
            if start == span.start and pieces[-2:] and piece[:1] in _RUN_TOGETHER and pieces[-2:][0][-1:] == piece[0]:
                pieces.append(_JOINER)
            pieces.append(piece)
            start, number = span.end, following
        pieces.append(self._plain(start, end))
        return "".join(pieces)

    def _plain(self, start: int, end: int) -> str:
        pieces = []
        for place in self._escapes[bisect_left(self._escapes, start) : bisect_left(self._escapes, end)]:
            pieces.append(f"{self._text[start:place]}\\")
            start = place
        return "".join([*pieces, self._text[start:end]])

    def _spanned(self, span: Span, inner: Sequence[Span]) -> str:
        match span.kind:
            case Kind.LINK:
                return self._link(span, inner)
            case Kind.QUOTE:
                return "> " + self._within(span.start, span.end, inner).replace("\n", "\n> ")
            case Kind.HEADING:
                return self._heading(span, inner)
            case Kind.BOLD | Kind.ITALIC | Kind.STRIKETHROUGH:
                return self._styled(span, inner)
            case _:
                return self._as_it_is(span)

    def _as_it_is(self, span: Span) -> str:
        text = self._text[span.start : span.end]
        match span.kind:
            case Kind.PRE:
                return _fenced(text, span.value)
            case Kind.CODE:
                return _code(text) or self._plain(span.start, span.end)
            case Kind.ADDRESS:
                return f"<{text}>" if _WHOLE_ADDRESS.fullmatch(text) else self._plain(span.start, span.end)
            case _:
                return text

    def _styled(self, span: Span, inner: Sequence[Span]) -> str:
        sign = _SIGNS[span.kind]
        content = self._within(span.start, span.end, inner)
        words = content.strip()
        if not words or any(sign in as_it_is(other, self._text) for other in inner):
            return content  # Discord would end the style within code or an address.
        before, _, behind = content.partition(words)
        return f"{before}{sign}{words}{sign}{behind}"

    def _heading(self, span: Span, inner: Sequence[Span]) -> str:
        content = self._within(span.start, span.end, inner)
        if span.start == 0 or self._text[span.start - 1] == "\n":
            sign = "#" * min(int(span.value), _DEEPEST_HEADING)
            # Discord drops a sign that ends a heading, as in "C#".
            return f"{sign} {content}{_JOINER if content.endswith('#') else ''}"
        if any(other.kind is Kind.BOLD for other in inner):
            return content
        return self._styled(Span(span.start, span.end, Kind.BOLD), inner)

    def _link(self, span: Span, inner: Sequence[Span]) -> str:
        text = self._text[span.start : span.end]
        address = f"<{_encoded(span.value)}>"
        if text == span.value:
            return f"<{text}>" if _WHOLE_ADDRESS.fullmatch(text) else address
        label = self._within(span.start, span.end, inner)
        # Discord shows no link whose text holds another address, so that nobody is led astray.
        if "://" in text or not (self._may_link and _LABEL.fullmatch(text)):
            return f"{label} ({address})"
        return f"[{label}]({address})"


def _fenced(code: str, language: str) -> str:
    return f"```{language}\n{_WITHIN_FENCE.sub(_JOINER, code)}\n```"


def _code(text: str) -> str | None:
    """Code within a line; None if Discord can't show it as such."""
    runs = set(re.findall("`+", text))
    sign = next((sign for sign in ("`", "``") if sign not in runs), None)
    if sign is None or not text.strip():
        return None
    before, behind = (" " if text[place] == "`" else "" for place in (0, -1))
    return f"{sign}{before}{text}{behind}{sign}"


def _encoded(url: str) -> str:
    return url.translate(_URL_CODES)
