"""Reading parts back, as Telegram would: marks by UTF-16 offsets."""

import re

from bot.commands.known import COMMANDS
from bot.ports.parts import Mark, MarkKind, Part

MAX_UNITS = 4096
MAX_MARKS = 100
_STYLES = {MarkKind.BOLD, MarkKind.ITALIC, MarkKind.UNDERLINE, MarkKind.STRIKETHROUGH}
_OPAQUE = {MarkKind.CODE, MarkKind.PRE, MarkKind.LINK}


def utf16(text: str) -> bytes:
    return text.encode("utf-16-le")


def stretch(part: Part, mark: Mark) -> str:
    """What a mark covers; raises if it cuts a surrogate pair."""
    return utf16(part.text)[2 * mark.offset : 2 * (mark.offset + mark.length)].decode("utf-16-le")


def marked(part: Part) -> list[tuple[MarkKind, str]]:
    return [(mark.kind, stretch(part, mark)) for mark in part.marks]


def check_part(part: Part, *, text_length: int = MAX_UNITS, max_marks: int = MAX_MARKS) -> None:
    """Everything that Telegram demands of a message, and that nobody is mentioned in it, nor a command made."""
    units = len(utf16(part.text)) // 2
    assert part.text.strip()
    assert units <= text_length
    assert len(part.marks) <= max_marks
    for mark in part.marks:
        assert mark.length > 0
        assert 0 <= mark.offset <= mark.offset + mark.length <= units
        stretch(part, mark)
    for index, mark in enumerate(part.marks):
        for other in part.marks[index + 1 :]:
            _check_pair(mark, other)
    assert not mentions(part)
    assert not commands(part)


def _check_pair(mark: Mark, other: Mark) -> None:
    first, second = sorted((mark, other), key=lambda m: (m.offset, -m.length))
    if second.offset >= first.offset + first.length:
        return
    assert second.offset + second.length <= first.offset + first.length, "marks overlap in part"
    assert mark.kind is not other.kind, "a mark within its own kind"
    kinds = {mark.kind, other.kind}
    assert not (kinds & {MarkKind.CODE, MarkKind.PRE} and kinds & (_STYLES | {MarkKind.LINK})), "code with a style"


def commands(part: Part) -> list[str]:
    """What could be tapped as a command, but those of the bot: outside of code, links and addresses."""
    found = _outside(part, r"https?://\S+|(?<![\w/<>])/[A-Za-z0-9_]{1,64}(?![\w/])")
    return [command for command in found if command[0] == "/" and command[1:] not in COMMANDS]


def mentions(part: Part) -> list[str]:
    """The usernames that Telegram would notify: outside of code and links."""
    return _outside(part, r"(?<!\w)@[A-Za-z0-9_]+")


def _outside(part: Part, pattern: str) -> list[str]:
    covered: set[int] = set()
    for mark in part.marks:
        if mark.kind in _OPAQUE:
            covered.update(range(mark.offset, mark.offset + mark.length))
    found = []
    for match in re.finditer(pattern, part.text):
        start = len(utf16(part.text[: match.start()])) // 2
        if not covered & set(range(start, start + len(match[0]))):
            found.append(match[0])
    return found


def visible(part: Part) -> str:
    """Letters and digits of a part in reading order, with what stands in the marks' values at its place."""
    data = utf16(part.text)
    pieces: list[tuple[int, str]] = []
    for mark in part.marks:
        if mark.kind is MarkKind.PRE and mark.value:
            pieces.append((mark.offset, mark.value))
        elif mark.kind is MarkKind.LINK and mark.value and mark.value != stretch(part, mark).strip():
            end = mark.offset + mark.length
            is_written = data[2 * end :].decode("utf-16-le").startswith(f" ({mark.value})")
            pieces.append((end, "" if is_written else mark.value))
    text = ""
    position = 0
    for place, value in sorted(pieces):
        text += data[2 * position : 2 * place].decode("utf-16-le") + value
        position = place
    text += data[2 * position :].decode("utf-16-le")
    return "".join(character for character in text if character.isalnum())
