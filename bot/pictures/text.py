"""Text files: source code, tables, notes."""

from bot.errors import AttachmentError
from bot.pictures.kinds import unknown_kind
from bot.records.pictures import Prepared
from bot.sentences import NO_SENTENCE, sentence

MAX_CHARACTERS = 20_000
"""What the model is given of a text, about 5,000 tokens of English."""

_BOMS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}

_CONTROLS = frozenset(map(chr, range(32))) - frozenset("\t\n\r\f\x1b")
"""Never in texts. Escape may be: logs have colours."""

_NOT_ASCII = 0x80


def read_text(data: bytes) -> Prepared:
    """The beginning of a text file.

    Raises:
        AttachmentError: it is none.
    """
    text = _decoded(data)
    if not text.strip():
        raise AttachmentError("a text file without text", person=sentence("there is nothing in it but blanks"))
    total = len(text)
    left_out = sentence("everything after the first {number} characters", number=MAX_CHARACTERS)
    plural = "" if total == 1 else "s"
    return Prepared(
        text=text[:MAX_CHARACTERS],
        origin=f"text file, {total:,} character{plural}",
        left_out=left_out if total > MAX_CHARACTERS else NO_SENTENCE,
    )


def _decoded(data: bytes) -> str:
    encoding = next((name for bom, name in _BOMS.items() if data.startswith(bom)), "utf-8")
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        # What old Windows programs write. Any byte is a character there, so it must look like text, too.
        text = _western(data)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not _CONTROLS.isdisjoint(text):
        raise unknown_kind()
    return text


def _western(data: bytes) -> str:
    foreign = sum(byte >= _NOT_ASCII for byte in data[:MAX_CHARACTERS])
    try:
        text = data.decode("cp1252")
    except UnicodeDecodeError as error:
        raise unknown_kind() from error
    if foreign > len(data[:MAX_CHARACTERS]) / 5:
        raise unknown_kind()
    return text
