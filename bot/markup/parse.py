"""Markdown to a tree."""

import re
from collections.abc import Iterator, Sequence

from markdown_it.token import Token

from bot.markup import growing as growth
from bot.markup.block_rules import cells_of
from bot.markup.dialect import block_tokens, inline_tokens
from bot.markup.formulas import readable
from bot.markup.nodes import (
    Address,
    Block,
    Code,
    CodeBlock,
    Document,
    Formula,
    Heading,
    Image,
    Inline,
    Inlines,
    Item,
    LineBreak,
    Link,
    List,
    Paragraph,
    Quote,
    Rule,
    Style,
    Styled,
    Table,
    Text,
    Unsettled,
    plain,
)

LONGEST = 200_000
"""Code points that are parsed, in some 0.5 s; what follows is shown as written."""

_QUOTE_PREFIX = re.compile(r"\A[\s>]*")
_LANGUAGE = re.compile(r"[\w.+#-]{1,30}")
_UNFINISHED_FENCE = re.compile(r"(?:\A|\n) {0,3}(?:`{1,2}|~{1,2})\n?\Z")
_STYLES = {"strong": Style.BOLD, "em": Style.ITALIC, "s": Style.STRIKETHROUGH}


def parse(markdown: str, *, final: bool) -> Document:
    """Parse an answer. Pure; drops nothing that is visible.

    Args:
        markdown: Any text whatsoever.
        final: False while it grows: what is half-open at the end is closed, and `nodes.Unsettled` stands before what
            may still change.
    """
    source = _cleaned(markdown)
    parsed, rest = _bounded(source)
    lines = parsed.split("\n")
    blocks = _Builder(block_tokens(parsed, growing=not final), lines, is_growing=not final and not rest).blocks()
    if rest:
        blocks = (*blocks, Paragraph(line=len(lines), is_apart=False, inside=(Text(rest),)))
    return Document(blocks=blocks, unsettled_line=None if final else growth.unsettled_line(lines))


def _cleaned(markdown: str) -> str:
    """One kind of line break, and no half of a surrogate pair (U+FFFD instead)."""
    if not markdown.isascii():
        markdown = markdown.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return markdown.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "\ufffd")


def _bounded(source: str) -> tuple[str, str]:
    if len(source) <= LONGEST:
        return source, ""
    end = source.rfind("\n", 0, LONGEST) + 1 or LONGEST
    return source[:end], source[end:]


class _Builder:
    """Reads markdown-it's tokens from first to last."""

    def __init__(self, tokens: Sequence[Token], lines: Sequence[str], *, is_growing: bool) -> None:
        self._tokens = tokens
        self._lines = lines
        self._at = 0
        leaves = (number for number in reversed(range(len(tokens))) if tokens[number].nesting == 0)
        self._open_leaf = next(leaves, -1) if is_growing else -1
        self._unsettled_line = growth.unsettled_line(list(lines)) if is_growing else len(lines)

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
        return line, line > 0 and not _QUOTE_PREFIX.sub("", self._lines[line - 1])

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
        is_open = self._at + 1 == self._open_leaf
        self._at += 3
        if token.info:
            return (Text(token.content),)
        if not is_open:
            return inlines(token.content)
        first = token.map[0] if token.map else 0
        lines = token.content.split("\n")[: max(0, self._unsettled_line - first)]
        return _growing_inlines(token.content, changeable_from=len("\n".join([*lines, ""])))

    def _code(self, token: Token, line: int, is_apart: bool) -> CodeBlock:
        code = token.content
        info = token.info.strip()
        if self._at - 1 == self._open_leaf:
            code = _UNFINISHED_FENCE.sub("", code)
            if not code.strip():  # The language may not be whole yet.
                info = ""
        language, _, rest = info.partition(" ")
        if not code.strip() or not _LANGUAGE.fullmatch(language):
            language, rest = "", info
        return CodeBlock(line=line, is_apart=is_apart, language=language, info=rest, code=code.rstrip("\n"))

    def _table(self, token: Token, line: int, is_apart: bool) -> Table:
        rows = [cells_of(_QUOTE_PREFIX.sub("", row)) for row in token.content.split("\n")]
        is_growing = self._at - 1 == self._open_leaf
        parsed = [tuple(map(inlines, row)) for row in rows]
        if is_growing and rows[-1]:
            parsed[-1] = (*parsed[-1][:-1], _growing_inlines(rows[-1][-1], changeable_from=0))
        aligns = tuple(str(token.attrs["aligns"]).split())
        return Table(line=line, is_apart=is_apart, rows=tuple(parsed), aligns=aligns, is_growing=is_growing)


def inlines(text: str) -> Inlines:
    """The stretches of one block's text."""
    levels: list[list[Inline]] = [[]]
    opened: list[Token] = []
    for token in inline_tokens(text):
        if token.nesting > 0:
            opened.append(token)
            levels.append([])
        elif token.nesting < 0:
            inside = tuple(levels.pop())
            levels[-1] += _around(inside, opened.pop(), opened)
        elif (inline := _inline(token)) is not None:
            levels[-1].append(inline)
    return tuple(levels[0])


def _growing_inlines(text: str, *, changeable_from: int) -> Inlines:
    settled, rest = growth.closed(text, changeable_from)
    return (*inlines(settled), Unsettled(), *inlines(rest))


def _around(inside: Inlines, opening: Token, outer: Sequence[Token]) -> Inlines:
    if opening.tag == "a":
        return (Link(str(opening.attrs["href"]), inside, str(opening.attrs.get("title", ""))),)
    if any(token.tag == opening.tag for token in outer):
        return inside
    return (Styled(_STYLES[opening.tag], inside),)


def _inline(token: Token) -> Inline | None:
    match token.type:
        case "softbreak" | "hardbreak":
            return LineBreak()
        case "code_inline":
            return Code(token.content)
        case "formula":
            return Formula(readable(token.content))
        case "address":
            return Address(token.content)
        case "image":
            words = "".join(plain(filter(None, map(_inline, token.children or ()))))
            return Image(str(token.attrs["src"]), words, str(token.attrs.get("title", "")))
        case _:
            return Text(token.content) if token.content else None
