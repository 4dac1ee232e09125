"""Markdown to a tree."""

import functools
import re
from collections.abc import Iterator

from markdown_it.token import Token

from bot.markup import growing as growth
from bot.markup.block_rules import cells_of
from bot.markup.dialect import block_tokens
from bot.markup.formulas import readable
from bot.markup.inlines import growing_inlines, inlines
from bot.markup.nodes import (
    Block,
    CodeBlock,
    Document,
    Formula,
    Heading,
    Inlines,
    Item,
    List,
    Paragraph,
    Quote,
    Rule,
    Table,
    Text,
)

LONGEST = 50_000
"""Code points that are parsed, within half a second whatever they are; what follows is shown as written."""

_LONGEST_REMEMBERED = 2000
_INDENTED = 4
_LANDMARK = re.compile(
    r"^(?P<lead>[ \t>]*(?:(?:[-+*]|\d{1,9}[.)])[ \t]+)*)(?P<marks>`{3,}|~{3,})(?P<info>.*)$|\n[ \t]*\n(?=\S)",
    re.MULTILINE,
)
"""A line of a fence, or a blank line above one that is not indented."""
_QUOTE_PREFIX = re.compile(r"\A[\s>]*")
_LANGUAGE = re.compile(r"[\w.+#-]{1,30}", re.ASCII)
_CODE = frozenset({"fence", "code_block"})


def parse(markdown: str, *, final: bool) -> Document:
    """Parse an answer. Pure; drops nothing that is visible.

    Args:
        markdown: Any text whatsoever.
        final: False while it grows: what is half-open at the end is closed, and `nodes.Unsettled` stands before what
            may still change.
    """
    source = cleaned(markdown)
    parsed, rest = _bounded(source)
    *above, last = _chunks(parsed)
    blocks = [block for number, chunk in enumerate(above) for block in _settled(chunk, is_first=number == 0)]
    if rest:
        beyond = Paragraph(line=0, is_apart=False, inside=(Text(rest),))
        return Document(settled=(*blocks, *_settled(last, is_first=not above), beyond))
    if final:
        return Document(settled=(*blocks, *_settled(last, is_first=not above)))
    growing = _Builder(last, is_first=not above, is_growing=True)
    return Document(settled=tuple(blocks), growing=growing.blocks(), unsettled_line=growing.unsettled_line)


def cleaned(markdown: str) -> str:
    """One kind of line break, and no half of a surrogate pair (U+FFFD instead)."""
    if not markdown.isascii():
        markdown = markdown.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return markdown.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "\ufffd")


def _bounded(source: str) -> tuple[str, str]:
    if len(source) <= LONGEST:
        return source, ""
    end = source.rfind("\n", 0, LONGEST) + 1 or LONGEST
    return source[:end], source[end:]


def _chunks(source: str) -> Iterator[str]:
    """Stretches that can be parsed by themselves: cut at blank lines outside of lists, quotes and code."""
    start = 0
    fence = ""
    for found in _LANDMARK.finditer(source):
        marks = found["marks"]
        if not marks:
            if not fence:
                yield source[start : found.end()]
                start = found.end()
        elif fence:
            is_closing = marks.startswith(fence) and not found["info"].strip() and found["lead"].strip(" ") == ""
            fence = "" if is_closing and len(found["lead"]) < _INDENTED else fence
        elif found["lead"]:
            break  # Whether this block of code ends with its list or quote is the parser's to tell.
        elif marks[0] == "~" or "`" not in found["info"]:
            fence = marks
    yield source[start:]


def _settled(chunk: str, *, is_first: bool) -> tuple[Block, ...]:
    return (_remembered if len(chunk) <= _LONGEST_REMEMBERED else _parsed)(chunk, is_first)


def _parsed(chunk: str, is_first: bool) -> tuple[Block, ...]:
    return _Builder(chunk, is_first=is_first, is_growing=False).blocks()


_remembered = functools.lru_cache(maxsize=128)(_parsed)
"""An answer that grows is parsed some hundred times: only its last paragraph is new each time."""


class _Builder:
    """Reads markdown-it's tokens from first to last."""

    def __init__(self, chunk: str, *, is_first: bool, is_growing: bool) -> None:
        self._tokens = block_tokens(chunk, growing=is_growing)
        self._lines = chunk.split("\n")
        self._is_first = is_first
        self._at = 0
        self._open_leaf = -1
        self.unsettled_line: int | None = None
        if is_growing:
            self._find_open_leaf()

    def _find_open_leaf(self) -> None:
        """What the text ends in, and from which line on blocks may still become something else."""
        self.unsettled_line = growth.unsettled_line(self._lines)
        leaves = (number for number in reversed(range(len(self._tokens))) if self._tokens[number].nesting == 0)
        leaf = next(leaves, -1)
        lines = self._tokens[leaf].map if leaf >= 0 else None
        if lines is None or any(token.nesting > 0 for token in self._tokens[leaf:]):
            return
        below = self._lines[lines[1] :]
        if self._tokens[leaf].type in _CODE or (len(below) <= 1 and not _QUOTE_PREFIX.sub("", "".join(below))):
            self._open_leaf = leaf

    def blocks(self) -> tuple[Block, ...]:
        """All blocks up to the end of the container."""
        found = []
        while self._at < len(self._tokens) and self._tokens[self._at].nesting >= 0:
            found.append(self._block(self._tokens[self._at]))
        return tuple(found)

    def _block(self, token: Token) -> Block:
        line, is_apart = self._place(token)
        match token.type:
            case "blockquote_open":
                return Quote(line=line, is_apart=is_apart, blocks=self._inside())
            case "bullet_list_open" | "ordered_list_open":
                return List(line=line, is_apart=is_apart, items=tuple(self._items()))
            case "heading_open":
                return Heading(line=line, is_apart=is_apart, level=int(token.tag[1:]), inside=self._text())
            case "paragraph_open":
                return Paragraph(line=line, is_apart=is_apart, inside=self._text())
            case _:
                self._at += 1
                return self._leaf(token, line, is_apart)

    def _leaf(self, token: Token, line: int, is_apart: bool) -> Block:
        match token.type:
            case "hr" if self._is_last_line(line):  # ``- - -`` may become lists within lists, ``***`` bold words.
                return Paragraph(line=line, is_apart=is_apart, inside=())
            case "hr":
                return Rule(line=line, is_apart=is_apart)
            case "table":
                return self._table(token, line, is_apart)
            case "formula_block":
                return Paragraph(line=line, is_apart=is_apart, inside=(Formula(readable(token.content)),))
            case _:
                return self._code(token, line, is_apart)

    def _place(self, token: Token) -> tuple[int, bool]:
        line = token.map[0] if token.map else 0
        is_apart = not _QUOTE_PREFIX.sub("", self._lines[line - 1]) if line else not self._is_first
        return line, is_apart

    def _inside(self) -> tuple[Block, ...]:
        self._at += 1
        blocks = self.blocks()
        self._at += 1
        return blocks

    def _items(self) -> Iterator[Item]:
        self._at += 1
        while (token := self._tokens[self._at]).nesting > 0:
            line, is_apart = self._place(token)
            number = f"{token.info}{token.markup}" if token.info else ""
            is_done = token.meta.get("checked")
            yield Item(line=line, is_apart=is_apart, number=number, is_done=is_done, blocks=self._inside())
        self._at += 1

    def _text(self) -> Inlines:
        token = self._tokens[self._at + 1]
        is_last = self._at + 1 == self._open_leaf
        self._at += 3
        if token.info:
            return (Text(token.content),)
        if not is_last and not self._may_go_on(token):
            return inlines(token.content)
        lines = token.content.split("\n")
        unsure = max(0, token.map[1] - (self.unsettled_line or 0)) if token.map else len(lines)
        sure_length = len("\n".join(lines[: max(0, len(lines) - unsure)]))
        return growing_inlines(token.content, changeable_from=sure_length, is_last=is_last)

    def _is_last_line(self, line: int) -> bool:
        """Where a growing text goes on."""
        return self.unsettled_line is not None and line == len(self._lines) - 1

    def _may_go_on(self, token: Token) -> bool:
        """What comes next is not sure to end this block."""
        return self.unsettled_line is not None and token.map is not None and token.map[1] >= self.unsettled_line

    def _code(self, token: Token, line: int, is_apart: bool) -> CodeBlock:
        code = token.content
        info = token.info.strip()
        is_growing = self._at - 1 == self._open_leaf
        if is_growing:
            if not self._is_closed(token):
                code = _without_unfinished_fence(code, token.markup)
            if not code.strip():  # The language may not be whole yet.
                info = ""
        language, _, rest = info.partition(" ")
        if not code.strip() or not _LANGUAGE.fullmatch(language):
            language, rest = "", info
        return CodeBlock(
            line=line,
            is_apart=is_apart,
            language=language,
            info=rest,
            code=code.rstrip("\n"),
            is_growing=is_growing,
        )

    def _is_closed(self, token: Token) -> bool:
        first, last = token.map or [0, 0]
        closing = self._lines[last - 1].strip(" \t>")
        return last - 1 > first and closing.startswith(token.markup or "\n") and not closing.strip(token.markup[:1])

    def _table(self, token: Token, line: int, is_apart: bool) -> Table:
        rows = [cells_of(_QUOTE_PREFIX.sub("", row)) for row in token.content.split("\n")]
        is_last = self._at - 1 == self._open_leaf
        is_growing = is_last or self._may_go_on(token)
        parsed = [tuple(map(inlines, row)) for row in rows]
        if is_last and rows[-1]:
            parsed[-1] = (*parsed[-1][:-1], growing_inlines(rows[-1][-1], changeable_from=0, is_last=True))
        aligns = tuple(str(token.attrs["aligns"]).split())
        return Table(line=line, is_apart=is_apart, rows=tuple(parsed), aligns=aligns, is_growing=is_growing)


def _without_unfinished_fence(code: str, markup: str) -> str:
    above, line_end, last = code.removesuffix("\n").rpartition("\n")
    is_fence = bool(markup) and bool(last) and not last.strip().strip(markup[0]) and len(last.strip()) < len(markup)
    return above + line_end if is_fence else code
