"""The text of one block to its stretches."""

from collections.abc import Sequence

from markdown_it.token import Token

from bot.markup.dialect import inline_tokens
from bot.markup.formulas import readable
from bot.markup.growing import closed
from bot.markup.nodes import (
    Address,
    Code,
    Formula,
    Image,
    Inline,
    Inlines,
    LineBreak,
    Link,
    Style,
    Styled,
    Text,
    Unsettled,
    plain,
)

_STYLES = {"strong": Style.BOLD, "em": Style.ITALIC, "s": Style.STRIKETHROUGH}


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


def growing_inlines(text: str, *, changeable_from: int, is_last: bool) -> Inlines:
    """The stretches of a text that may go on; `Unsettled` stands where it may still change.

    Args:
        text: The block's text so far.
        changeable_from: What stands here or later may change for other reasons.
        is_last: What is half-open at its end is shown closed. Else a line follows that may belong to it, or not.
    """
    if is_last:
        settled, rest = closed(text, changeable_from)
    else:
        settled, _ = closed(f"{text}\n-", min(changeable_from, len(text)))
        rest = text[len(settled) :]
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
