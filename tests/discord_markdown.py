"""Reading Discord's Markdown as its client would: by the patterns of simple-markdown, with Discord's changes.

Discord's client is built on Khan Academy's simple-markdown; the patterns are those, and of public ports of Discord's
rules. It tries every rule at every character, so it finds more markup than the client does, never less.
"""

import re
from collections.abc import Iterator
from itertools import groupby
from typing import TypeAlias
from urllib.parse import unquote
from uuid import uuid4

Styles: TypeAlias = frozenset[str]
Shown: TypeAlias = list[tuple[str, Styles]]
"""Each character that a person sees, and how."""

_LINK_INSIDE = r"(?:\[[^\]]*\]|[^\[\]]|\](?=[^\[]*\]))*"
_HREF = r"\s*<?((?:\([^)]*\)|[^\s\\]|\\.)*?)>?(?:\s+['\"]([\s\S]*?)['\"])?\s*"
_HEADING = re.compile(r" *(#{1,3})\s+((?:(?!\n).)+?)#*[ ]*(\n|\Z)")
_SUBTEXT = re.compile(r" *-# +([^\n]+?)(\n|\Z)")
_MARKER = re.compile(r" *(?:[-*+]|\d+\.) +")
_QUOTE = re.compile(r" *>>> ([\s\S]*)|( *> [^\n]*(?:\n *> [^\n]*)*\n?)")
_PRE = re.compile(r"```(?:([a-z0-9_+\-.#]+?)\n+)?\n*([\s\S]+?)\n*```", re.IGNORECASE)
_ESCAPE = re.compile(r"\\([^0-9A-Za-z\s])")
_AUTOLINK = re.compile(r"<(https?://[^ >]+)>|<([^: >]+:/[^ >]+)>")
_URL = re.compile(r"https?://[^\s<]+[^<.,:;\"')\]\s]")
_LINK = re.compile(rf"\[({_LINK_INSIDE})\]\({_HREF}\)")
_EM = re.compile(
    r"_((?:__|\\[\s\S]|[^\\_])+?)_(?![0-9A-Za-z_])"
    r"|\*(?=\S)((?:\*\*|\\[\s\S]|\s+(?:\\[\s\S]|[^\s*\\]|\*\*)|[^\s*\\])+?)\*(?!\*)"
)
_STRONG = re.compile(r"\*\*((?:\\[\s\S]|[^\\])+?)\*\*(?!\*)")
_UNDERLINE = re.compile(r"__((?:\\[\s\S]|[^\\])+?)__(?!_)")
_STRIKE = re.compile(r"~~([\s\S]+?)~~(?!_)")
_CODE = re.compile(r"(`+)([\s\S]*?[^`])\1(?!`)")
_CODE_PADDING = re.compile(r"^ (?= *`)|(` *) $")
_SPOILER = re.compile(r"\|\|([\s\S]+?)\|\|")
_DISCORD = re.compile(r"<(?:@[!&]?\d+|#\d+|a?:\w+:\d+|t:-?\d+(?::\w)?|/[^\n>]+:\d+|id:\w+)>|@everyone|@here")


def read(content: str) -> Shown:
    """What a message shows. The invisible joiners in it are gone, and blanks are kept."""
    return [(sign, styles) for sign, styles in _read(content, frozenset()) if sign != "\u2060"]


FORBIDDEN = frozenset({"underline", "spoiler", "small", "discord", "preview"})
"""What nobody who writes Markdown means."""


def text_of(shown: Shown) -> str:
    return "".join(sign for sign, _ in shown)


def _plain(text: str, styles: Styles, *more: str) -> Shown:
    return [(sign, styles.union(more)) for sign in text]


def _read(source: str, styles: Styles, *, at_line_start: bool = True) -> Iterator[tuple[str, Styles]]:
    while source:
        length, shown = (at_line_start and _block(source, styles)) or _inline(source, styles)
        at_line_start = source[length - 1] == "\n" or (at_line_start and bool(_MARKER.fullmatch(source[:length])))
        yield from shown
        source = source[length:]


def _block(source: str, styles: Styles) -> tuple[int, Shown] | None:
    if found := _SUBTEXT.match(source):
        return found.end(), [*_read(found[1], styles | {"small"}, at_line_start=False), *_plain(found[2], styles)]
    if found := _HEADING.match(source):
        inside = _read(found[2], styles | {"heading"}, at_line_start=False)
        return found.end(), [*inside, *_plain(found[3], styles)]
    if found := _MARKER.match(source):
        return found.end(), _plain(found[0], styles, "marker")
    if "quote" not in styles and (found := _QUOTE.match(source)):
        content = found[1] or re.sub(r"(?m)^ *> ?", "", found[0])
        return found.end(), list(_read(content, styles | {"quote"}))
    return None


def _inline(source: str, styles: Styles) -> tuple[int, Shown]:
    for rule in (_verbatim, _linked, _emphasis, _hidden):
        if (shown := rule(source, styles)) is not None:
            return shown
    if found := _CODE.match(source):
        return found.end(), _plain(_CODE_PADDING.sub(lambda m: m[1] or "", found[2]), styles, "code")
    if found := _DISCORD.match(source):
        return found.end(), _plain(found[0], styles, "discord")
    return 1, _plain(source[0], styles)


def _verbatim(source: str, styles: Styles) -> tuple[int, Shown] | None:
    if found := _PRE.match(source):
        return found.end(), _plain(f"{found[2]}\n", styles, "pre", f"language {found[1] or ''}")
    if found := _ESCAPE.match(source):
        return found.end(), _plain(found[1], styles)
    if found := _AUTOLINK.match(source):
        return found.end(), _plain(found[1] or found[2], styles, "address")
    if found := _URL.match(source):
        return found.end(), _plain(found[0], styles, "preview")
    return None


def _linked(source: str, styles: Styles) -> tuple[int, Shown] | None:
    found = _LINK.match(source)
    if found is None or "<" in found[2]:
        return None
    preview = () if f"<{found[2]}>" in found[0] else ("preview",)
    # Two links to the same address, one behind the other, are two.
    style = f"link {uuid4()} {found[2]}"
    return found.end(), list(_read(found[1], styles.union([style], preview), at_line_start=False))


def _hidden(source: str, styles: Styles) -> tuple[int, Shown] | None:
    for pattern, style in ((_STRIKE, "strikethrough"), (_SPOILER, "spoiler")):
        if found := pattern.match(source):
            return found.end(), list(_read(found[1], styles | {style}, at_line_start=False))
    return None


def _emphasis(source: str, styles: Styles) -> tuple[int, Shown] | None:
    """The longest of the three wins; of equal ones the one that comes first here."""
    best: tuple[int, Shown] | None = None
    for pattern, style in ((_EM, "italic"), (_STRONG, "bold"), (_UNDERLINE, "underline")):
        found = pattern.match(source)
        if found and (best is None or found.end() > best[0]):
            inside = found[1] or found[found.lastindex or 1]
            best = found.end(), list(_read(inside, styles | {style}, at_line_start=False))
    return best


def _decoded(shown: Shown) -> Iterator[tuple[str, Styles]]:
    """Signs in addresses may be encoded: these are the same addresses."""
    for styles, run in groupby(shown, key=lambda one: one[1]):
        text = "".join(sign for sign, _ in run)
        yield from ((sign, styles) for sign in (unquote(text) if "address" in styles else text))


def visible(content: str) -> str:
    """Letters and digits in reading order; behind a link its address, before a block of code its language."""
    text = ""
    before: Styles = frozenset()
    said = ""
    for sign, styles in [*_decoded(read(content)), ("", frozenset())]:
        for url in [style.split(" ", 2)[2] for style in before - styles if style.startswith("link ")]:
            text += unquote(url) if unquote(url) != said.strip() else ""
        for language in styles - before:
            text += language[9:] if language.startswith("language ") else ""
            said = "" if language.startswith("link ") else said
        text += sign
        said += sign
        before = styles
    return "".join(character for character in text if character.isalnum())
