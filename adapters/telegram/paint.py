"""From parsed Markdown to a canvas: what a chat without headings, lists and tables can show of them."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType

from markdown_it.rules_block.table import escapedSplit
from markdown_it.token import Token

from adapters.telegram.canvas import Canvas
from adapters.telegram.tables import laid_out
from bot.ports.chat import MarkKind

_BULLETS = ("•", "◦", "▪")
_RULE = "─" * 10
_FEW_CELLS = 200
_TASK = re.compile(r"\[([ xX])\](?:\s|\Z)")
_LANGUAGE = re.compile(r"[\w.+#-]{1,30}")
_QUOTE_PREFIX = re.compile(r"\A[\s>]*")
_STYLES: Mapping[str, MarkKind] = MappingProxyType(
    {"strong": MarkKind.BOLD, "em": MarkKind.ITALIC, "s": MarkKind.STRIKETHROUGH, "heading": MarkKind.BOLD}
)


def paint(tokens: Sequence[Token], source: Sequence[str]) -> Canvas:
    """Draw a parsed text.

    Args:
        tokens: As `adapters.telegram.dialect.parse` gives them.
        source: The lines that were parsed: blank lines between blocks are kept as they are there.
    """
    painter = _Painter(source)
    painter.blocks(tokens)
    return painter.canvas


class _Painter:
    def __init__(self, source: Sequence[str]) -> None:
        self.canvas = Canvas()
        self._source = source
        self._indents: list[str] = []
        self._lists: list[str] = []
        self._link_open = Token("link_open", "a", 1)
        self._link_start = 0
        self._at_start = True
        """Nothing stands on the line yet but, in a list or quote, what begins it."""

    def blocks(self, tokens: Sequence[Token]) -> None:
        position = 0
        while position < len(tokens):
            token = tokens[position]
            if token.type == "table_open":
                end = next(i for i in range(position, len(tokens)) if tokens[i].type == "table_close")
                self._table(tokens[position:end])
                position = end
            elif token.type == "list_item_open":
                self._begin(token)
                self._bullet(token, tokens[position + 2] if position + 2 < len(tokens) else None)
            else:
                self._block(token)
            position += 1

    def _block(self, token: Token) -> None:
        match token.type:
            case "paragraph_open":
                self._begin(token)
            case "heading_open":
                self._begin(token)
                self.canvas.open(MarkKind.BOLD)
            case "heading_close":
                self.canvas.close(MarkKind.BOLD)
            case "inline":
                self._inline(token.children or [])
            case "fence" | "code_block":
                self._code(token)
            case "hr" | "formula_block":
                self._begin(token)
                self._lines(_RULE if token.type == "hr" else token.content)
            case _:
                self._container(token)

    def _container(self, token: Token) -> None:
        match token.type:
            case "bullet_list_open" | "ordered_list_open":
                self._lists.append(token.type)
            case "bullet_list_close" | "ordered_list_close":
                self._lists.pop()
            case "list_item_close":
                self._indents.pop()
                self._at_start = False
            case "blockquote_open":
                self._quote(token)
            case "blockquote_close":
                self._indents.pop()
                self.canvas.close(MarkKind.QUOTE)
                self._at_start = False

    def _begin(self, token: Token, *, is_indented: bool = True) -> None:
        """Go to where a block begins: a new line, after a blank one if the source has it."""
        if not self._at_start:
            line = token.map[0] if token.map else 0
            is_apart = line > 0 and not _QUOTE_PREFIX.sub("", self._source[line - 1])
            self.canvas.write("\n\n" if is_apart else "\n")
            self.canvas.write("".join(self._indents) if is_indented else "")
        self._at_start = False

    def _bullet(self, item: Token, first: Token | None) -> None:
        depth = len(self._lists)
        is_ordered = self._lists[-1] == "ordered_list_open"
        bullet = f"{item.info}{item.markup}" if is_ordered else _BULLETS[min(depth, len(_BULLETS)) - 1]
        task = _TASK.match(first.content) if first is not None and first.type == "inline" else None
        if task is not None and first is not None and first.children and first.children[0].type == "text":
            box = "☐" if task[1] == " " else "☑"
            bullet = f"{bullet} {box}" if is_ordered else box
            first.children[0].content = first.children[0].content[len(task[0]) :]
        self.canvas.write(f"{bullet} ")
        self._indents.append("  ")
        self._at_start = True

    def _quote(self, token: Token) -> None:
        self._begin(token)
        # Telegram has no quotes within quotes.
        prefix = "> " if self.canvas.is_open(MarkKind.QUOTE) else ""
        self.canvas.write(prefix)
        self._indents.append(prefix)
        self.canvas.open(MarkKind.QUOTE)
        self._at_start = True

    def _code(self, token: Token) -> None:
        info = token.info.strip()
        language, _, rest = info.partition(" ")
        is_empty = not token.content.strip()
        if is_empty or not _LANGUAGE.fullmatch(language):
            language, rest = "", info
        if rest:
            self._begin(token)
            self.canvas.write(rest)
        if not is_empty:
            self._pre(token, token.content.rstrip("\n"), language or None)

    def _pre(self, token: Token, code: str, language: str | None) -> None:
        if self._at_start and self._lists:  # A block of code does not share its line with a bullet.
            self.canvas.write("\n")
        self._begin(token, is_indented=False)
        self.canvas.write_code(code, MarkKind.PRE, language)

    def _table(self, tokens: Sequence[Token]) -> None:
        rows: list[list[str]] = []
        aligns: list[str] = []
        is_whole = True
        for token in tokens:
            if token.type == "tr_open":
                rows.append([])
                is_whole = is_whole and (len(rows) == 1 or self._cells(token) <= len(rows[0]))
            elif token.type == "th_open":
                aligns.append(str(token.attrs.get("style", "")).removeprefix("text-align:"))
            elif token.type == "inline":
                rows[-1].append("".join(_plain(token.children or [])))
        first, last = tokens[0].map or [0, 0]
        as_written = "\n".join(_QUOTE_PREFIX.sub("", line) for line in self._source[first:last]).strip()
        # Short rows below a wide header would become a hundred times as long as they were written.
        is_whole = is_whole and sum(map(len, rows)) <= 2 * as_written.count("|") + _FEW_CELLS
        self._pre(tokens[0], laid_out(rows, aligns) if is_whole else as_written, None)

    def _cells(self, row: Token) -> int:
        """How many cells a row has in the source: the parser drops those that the header has no column for."""
        cells = escapedSplit(_QUOTE_PREFIX.sub("", self._source[row.map[0]] if row.map else "").strip())
        return len(cells) - (cells[0] == "") - (cells[-1] == "")

    def _inline(self, tokens: Iterable[Token]) -> None:
        for token in tokens:
            match token.type:
                case "softbreak" | "hardbreak":
                    self._lines("\n")
                case "code_inline":
                    self.canvas.write_code(token.content, MarkKind.CODE)
                case "strong_open" | "em_open" | "s_open":
                    self.canvas.open(_STYLES[token.type.removesuffix("_open")])
                case "strong_close" | "em_close" | "s_close":
                    self.canvas.close(_STYLES[token.type.removesuffix("_close")])
                case "link_open" | "link_close":
                    self._link(token)
                case "image":
                    self._image(token)
                case _:
                    self._lines(token.content)

    def _link(self, token: Token) -> None:
        if token.nesting > 0:
            self.canvas.open(MarkKind.LINK, str(token.attrs["href"]))
            self._link_open, self._link_start = token, self.canvas.length
            return
        if self.canvas.inked <= self._link_start:
            self.canvas.write(str(self._link_open.attrs["href"]))
        self.canvas.close(MarkKind.LINK)
        self.canvas.write(_title(self._link_open))

    def _image(self, token: Token) -> None:
        address = str(token.attrs["src"])
        words = "".join(_plain(token.children or []))
        if self.canvas.is_open(MarkKind.LINK):
            self.canvas.write(f"{words} ({address})".lstrip())
        else:
            self.canvas.open(MarkKind.LINK, address)
            self.canvas.write(words if words.strip() else address)
            self.canvas.close(MarkKind.LINK)
        self.canvas.write(_title(token))

    def _lines(self, text: str) -> None:
        """Write text whose lines belong to the current list or quote."""
        self.canvas.write(text.replace("\n", "\n" + "".join(self._indents)))


def _title(token: Token) -> str:
    title = token.attrs.get("title")
    return f" ({title})" if title else ""


def _plain(tokens: Iterable[Token]) -> Iterator[str]:
    """What is left of a stretch of text without marks; the addresses of links stand behind them."""
    behind = ""
    for token in tokens:
        match token.type:
            case "softbreak" | "hardbreak":
                yield " "
            case "link_open":
                behind = "" if token.markup == "autolink" else f" ({token.attrs['href']}){_title(token)}"
            case "link_close":
                yield behind
            case "image":
                yield from _plain(token.children or [])
                yield f" ({token.attrs['src']}){_title(token)}"
            case _:
                yield token.content
