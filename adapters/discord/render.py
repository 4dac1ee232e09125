"""From the model's Markdown to Discord's messages. Pure.

Discord shows Markdown itself, so the parts stay Markdown: each under the limit and complete in itself. What Discord
does not know (tables, for one) stays as the text it is.
"""

import re
from collections.abc import Sequence

from adapters.discord.cuts import find_cut
from adapters.discord.fences import LONGEST_CLOSING, Fence, after_line, opened_by
from adapters.discord.limits import LIMITS
from adapters.discord.styles import LONGEST, Styles, style_changes
from bot.ports.chat import Part

_CLOSING_RESERVE = max(LONGEST_CLOSING, LONGEST)
_BLANK_LINES = re.compile(r"(?:[ \t]*\n)+")
_BLANKS = re.compile(r"\s*")
_NEW_PARAGRAPH = re.compile(r"\n[ \t]*\n")
_VISIBLE = re.compile(r"[^\s\u00ad\u200b-\u200f\u2060-\u2064\ufeff]")
_DEEP_HEADING = re.compile(r"\A#{4,6}(?=[ \t]|\Z)")
_HALF_WRITTEN = re.compile(r"(?:[*_~`]+|\\+)\Z")


def render(markdown: str, *, final: bool) -> Sequence[Part]:
    """Split `markdown` into messages of at most 2000 code points.

    A code block that goes on in the next message is closed and opened again with its language; so are styles.
    With ``final=False`` what is still half-written is shown closed, or not yet. Parts but the last do not change
    when text is appended. Blank text gives no parts.
    """
    text = _with_known_headings(markdown.replace("\r\n", "\n").replace("\r", "\n").rstrip())
    if not _VISIBLE.search(text):
        return []
    parts: list[Part] = []
    place = 0
    fence: Fence | None = None
    styles: Styles = ()
    while True:
        place, fence, styles = _skip(text, place, fence, styles)
        prefix = fence.opening if fence else "".join(styles)
        room = LIMITS.text_length - _CLOSING_RESERVE - len(prefix)
        if len(text) - place <= room:
            break
        cut = find_cut(text, place, room, fence, styles)
        _add(parts, prefix, text[place : cut.at].rstrip(), cut.fence.closing if cut.fence else _closing(cut.styles))
        place, fence, styles = cut.at, cut.fence, cut.styles
    rest, closing = _last(text[place:], fence, styles, is_whole=_is_line_start(text, place), final=final)
    _add(parts, prefix, rest, closing)
    return parts


def _with_known_headings(text: str) -> str:
    """Headings of the levels four to six as those of level three, the deepest that Discord knows."""
    if "####" not in text:
        return text
    lines = text.split("\n")
    fence: Fence | None = None
    for number, line in enumerate(lines):
        before, fence = fence, after_line(fence, line)
        if before is None and fence is None:
            lines[number] = _DEEP_HEADING.sub("###", line)
    return "\n".join(lines)


def _add(parts: list[Part], prefix: str, content: str, closing: str) -> None:
    if _VISIBLE.search(content):
        parts.append(Part(f"{prefix}{content}{closing}"))


def _closing(styles: Styles) -> str:
    return "".join(reversed(styles))


def _is_line_start(text: str, place: int) -> bool:
    return place == 0 or text[place - 1] == "\n"


def _skip(text: str, place: int, fence: Fence | None, styles: Styles) -> tuple[int, Fence | None, Styles]:
    """Pass over what would be nothing at the beginning of a message: blank lines, and the end of a closed block."""
    if fence is not None and _is_line_start(text, place):
        line, _, _ = text[place:].partition("\n")
        if fence.is_closed_by(line):
            place, fence = place + len(line), None
    if fence is not None:
        return place, fence, ()
    blanks = _BLANK_LINES if _is_line_start(text, place) else _BLANKS
    skipped = blanks.match(text, place)
    stop = skipped.end() if skipped else place
    if _NEW_PARAGRAPH.search(text, max(0, place - 1), stop):
        styles = ()
    return stop, fence, styles


def _last(text: str, fence: Fence | None, styles: Styles, *, is_whole: bool, final: bool) -> tuple[str, str]:
    """The last part's text and what closes it.

    Args:
        text: What is left.
        fence: The code block that is open at its beginning.
        styles: The styles that are open there.
        is_whole: It begins at the beginning of a line.
        final: Nothing will be appended.
    """
    start, place, plain_since, open_since = fence, 0, 0, styles
    while (stop := text.find("\n", place)) >= 0:
        now = after_line(fence, text[place:stop]) if is_whole or fence or place else None
        if now is None and fence is not None:
            plain_since, open_since = stop + 1, ()
        place, fence = stop + 1, now
    line = text[place:]
    if fence is not None:
        if fence.is_closed_by(line):
            return text, ""
        if final or not fence.may_become_closing(line):
            return text, fence.closing
        return _last(text[:place].rstrip(), start, styles, is_whole=is_whole, final=final)
    if (is_whole or place) and (opened := opened_by(line)):
        return (text, opened.closing) if final else (text[:place].rstrip(), "")
    return _last_in_plain(text, plain_since, open_since, styles, final=final)


def _last_in_plain(text: str, plain_since: int, styles: Styles, inherited: Styles, *, final: bool) -> tuple[str, str]:
    if not final:
        text = _HALF_WRITTEN.sub("", text).rstrip()
    open_at_end = style_changes(text, plain_since, len(text), styles)[-1][1]
    if final:
        # What was never closed is no style; but what an earlier cut opened again has to be closed again.
        open_at_end = tuple(style for style in open_at_end if style in inherited)
    return text, _closing(open_at_end)
