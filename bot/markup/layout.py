"""A tree laid out as marked text, in the manner of a platform."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from bot.markup.direction import ISOLATE, MARK, RIGHT_TO_LEFT, begins_left_to_right, direction_of, with_signs_isolated
from bot.markup.flat import Canvas, Flat, Kind
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
    titled,
)
from bot.markup.tables import aligned, in_words

RULE = "─" * 10

_BOXES = {False: "☐", True: "☑"}
_KINDS = {Style.BOLD: Kind.BOLD, Style.ITALIC: Kind.ITALIC, Style.STRIKETHROUGH: Kind.STRIKETHROUGH}


def _no_signs(kind: Kind, value: str) -> tuple[str, str]:
    del kind, value
    return "", ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """How a platform wants a tree laid out."""

    bullets: tuple[str, ...] = ("-",)
    """By depth; the last one for all that is deeper."""
    boxes_replace_bullets: bool = False
    """Of tasks in lists without numbers."""
    indents_by_marker: bool = True
    """What belongs to an entry begins below its first word; else two blanks are enough."""
    marks_quotes: bool = True
    """Else their lines begin with a ``>``."""
    marks_quotes_in_lists: bool = False
    """The same for a quote within a list."""
    closes_up_headings: bool = False
    """No blank line below a heading: the platform leaves room there itself."""
    addresses_behind_links: bool = False
    """Links can't be followed unless their address is written out."""
    addresses_behind_misleading_links: bool = False
    """Behind links whose words hold another address, so that nobody is led astray."""
    marks_direction: bool = True
    """Invisible characters keep text from right to left in order."""
    table_width: int
    """In cells of a fixed-width font; wider tables are told in words."""
    signs: Callable[[Kind, str], tuple[str, str]] = _no_signs
    """What is written around a stretch, where it can't be marked."""


def lay_out(document: Document, sheet: Sheet) -> Flat:
    """Write a tree as marked text. Everything that it says is in there, once and in order."""
    layout = _Layout(sheet)
    layout.blocks(document.settled)
    if document.unsettled_line is not None:
        layout.unsettled_line = document.unsettled_line
        layout.blocks(document.growing)
        layout.canvas.unsettle()
    return layout.canvas.flat()


class _Layout:
    def __init__(self, sheet: Sheet) -> None:
        self.canvas = Canvas(sheet.signs)
        self.unsettled_line: int | None = None
        self._sheet = sheet
        self._indents: list[str] = []
        self._depth = 0
        """Of lists."""
        self._is_fresh = True
        """Nothing stands on the line yet but, in a list or quote, what begins it."""
        self._is_below_heading = False
        self._is_right_to_left = False
        """The text that is being written."""

    def blocks(self, blocks: tuple[Block, ...]) -> None:
        for block in blocks:
            self._block(block)

    def _block(self, block: Block) -> None:
        match block:
            case Paragraph(inside=inside):
                self._begin(block)
                self._text(inside)
            case Heading(level=level, inside=inside):
                self._begin(block)
                self.canvas.open(Kind.HEADING, str(level))
                self._text(inside)
                self.canvas.close()
                self._is_below_heading = True
            case Quote():
                self._quote(block)
            case List(items=items):
                self._depth += 1
                for item in items:
                    self._item(item)
                self._depth -= 1
            case CodeBlock():
                self._code(block)
            case Table():
                self._table(block)
            case Rule():
                self._begin(block)
                self.canvas.write(RULE)

    def _begin(self, block: Block | Item, *, is_indented: bool = True) -> None:
        """Go to where a block begins: a new line, after a blank one if the Markdown has it."""
        if self.unsettled_line is not None and block.line >= self.unsettled_line:
            self.canvas.unsettle()
        if not self._is_fresh:
            closes_up = self._is_below_heading and self._sheet.closes_up_headings
            self.canvas.write("\n\n" if block.is_apart and not closes_up else "\n")
            self.canvas.write("".join(self._indents) if is_indented else "")
        self._is_fresh = self._is_below_heading = False

    def _item(self, item: Item) -> None:
        self._begin(item)
        sheet = self._sheet
        marker = item.number or sheet.bullets[min(self._depth, len(sheet.bullets)) - 1]
        box = "" if item.is_done is None else _BOXES[item.is_done] + " "
        if box and sheet.boxes_replace_bullets and not item.number:
            marker, box = box.rstrip(), ""
        self.canvas.open(Kind.MARKER)
        self.canvas.write(f"{marker} ")
        self.canvas.close()
        self.canvas.write(box)
        self._indents.append(" " * (len(marker) + 1) if sheet.indents_by_marker else "  ")
        self._is_fresh = True
        self.blocks(item.blocks)
        self._is_fresh = False
        self._indents.pop()

    def _quote(self, quote: Quote) -> None:
        self._begin(quote)
        can_mark = self._sheet.marks_quotes_in_lists if self._depth else self._sheet.marks_quotes
        is_marked = can_mark and not self.canvas.is_open(Kind.QUOTE)  # No platform has quotes within quotes.
        self._indents.append("" if is_marked else "> ")
        if is_marked:
            self.canvas.open(Kind.QUOTE)
        self.canvas.write(self._indents[-1])
        self._is_fresh = True
        self.blocks(quote.blocks)
        self._is_fresh = False
        self._indents.pop()
        if is_marked:
            self.canvas.close()

    def _code(self, block: CodeBlock) -> None:
        if block.info:
            self._begin(block)
            self.canvas.write(block.info)
        if block.code.strip():
            self._pre(block, block.code, block.language)

    def _pre(self, block: CodeBlock | Table, code: str, language: str = "") -> None:
        if self._is_fresh and self._depth:  # A block of code does not share its line with a bullet.
            self.canvas.write("\n")
        self._begin(block, is_indented=False)
        self.canvas.open(Kind.PRE, language)
        self.canvas.write(code)
        if block.is_growing:
            self.canvas.unsettle()
        self.canvas.close()

    def _table(self, table: Table) -> None:
        lines = aligned(table, self._sheet.table_width)
        if table.is_growing and not self._is_surely_in_words(table):
            self.canvas.unsettle()
        if lines is not None:
            self._pre(table, lines)
        else:
            self._block(in_words(table))

    def _is_surely_in_words(self, table: Table) -> bool:
        """Because of its rows but the last, which may still become narrower."""
        rows = table.rows[:-1]
        return bool(rows) and aligned(replace(table, rows=rows), self._sheet.table_width) is None

    def _text(self, inside: Inlines) -> None:
        may_change = False
        if self._sheet.marks_direction:
            is_among = self._depth > 0 and self._is_right_to_left
            self._is_right_to_left, may_change = direction_of(inside, is_among=is_among)
        if may_change:
            self.canvas.unsettle()
        if not self._is_right_to_left:
            self._inlines(inside)
            return
        self.canvas.open(Kind.RIGHT_TO_LEFT)
        if begins_left_to_right("".join(plain(inside))):
            self.canvas.write(MARK)
        self._inlines(inside)
        self.canvas.close()

    def _inlines(self, inside: Inlines) -> None:
        for inline in inside:
            self._inline(inline)

    def _inline(self, inline: Inline) -> None:
        match inline:
            case Text(text):
                self._lines(with_signs_isolated(text) if self._is_right_to_left else text)
            case LineBreak():
                self._lines(f"\n{MARK}" if self._is_right_to_left else "\n")
            case Styled(style, inside):
                self.canvas.open(_KINDS[style])
                self._inlines(inside)
                self.canvas.close()
            case Code(text):
                self._marked(Kind.CODE, text)
            case Address(url):
                self._marked(Kind.ADDRESS, url)
            case Link():
                self._link(inline)
            case Image(url, words, title):
                self._image(url, words, title)
            case Formula(text):
                self._lines(text.join(ISOLATE) if self._is_right_to_left else text)
            case Unsettled():
                self.canvas.unsettle()

    def _marked(self, kind: Kind, text: str) -> None:
        before, behind = ISOLATE if self._is_right_to_left else ("", "")
        self.canvas.write(before)
        self.canvas.open(kind)
        self.canvas.write(text)
        self.canvas.close()
        self.canvas.write(behind)

    def _link(self, link: Link) -> None:
        words = "".join(plain(link.inside)).strip()
        is_apart = self._is_right_to_left and RIGHT_TO_LEFT.search(words) is None
        if is_apart:
            self._is_right_to_left = False
            self.canvas.write(ISOLATE[0])
        self.canvas.open(Kind.LINK, link.url)
        self._inlines(link.inside if words else (Text(link.url),))
        self.canvas.close()
        if is_apart:
            self._is_right_to_left = True
            self.canvas.write(ISOLATE[1])
        self._behind_link(link.url, link.title, words)

    def _image(self, url: str, words: str, title: str) -> None:
        if self.canvas.is_open(Kind.LINK):
            self.canvas.write(f"{words} (".lstrip())
            self._marked(Kind.ADDRESS, url)
            self.canvas.write(f"){titled(title)}")
            return
        self.canvas.open(Kind.LINK, url)
        self.canvas.write(words if words.strip() else url)
        self.canvas.close()
        self._behind_link(url, title, words.strip())

    def _behind_link(self, url: str, title: str, words: str) -> None:
        is_misleading = "://" in words and words != url
        if is_misleading and self._sheet.addresses_behind_misleading_links:
            self.canvas.write(" (")
            self._marked(Kind.ADDRESS, url)
            self.canvas.write(")")
        elif words and self._sheet.addresses_behind_links:
            self.canvas.write(f" ({url})")
        self.canvas.write(titled(title))

    def _lines(self, text: str) -> None:
        """Write text whose lines belong to the current list or quote."""
        self.canvas.write(text.replace("\n", "\n" + "".join(self._indents)) if "\n" in text else text)
