"""Tells what kind of file arrived by its first bytes, never by its name."""

import enum
import zlib
from collections.abc import Mapping

from bot.errors import AttachmentError
from bot.sentences import Sentence, sentence


class Kind(enum.Enum):
    """How a file is opened."""

    PICTURE = enum.auto()
    """Also animations that are picture formats: GIF, APNG, WebP, AVIF."""
    MP4 = enum.auto()
    """MP4, MOV and 3GP: one family."""
    MATROSKA = enum.auto()
    """WebM and MKV."""
    PDF = enum.auto()
    TEXT = enum.auto()
    """So far only: not known to be anything else."""


HEAD_BYTES = 1024
"""Where a PDF may still begin (PDF 1.7, Appendix H, note 13)."""

_PICTURES = (
    b"\xff\xd8\xff",
    b"\x89PNG\r\n\x1a\n",
    b"GIF87a",
    b"GIF89a",
    b"II*\0",
    b"MM\0*",
    b"II+\0",
    b"MM\0+",
)
_PICTURE_BRANDS = {b"avif", b"avis", b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1"}
_SOUND_BRANDS = {b"M4A ", b"M4B ", b"M4P ", b"F4A ", b"F4B "}
_MOVIE_ATOMS = {b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot"}
"""What an old MOV begins with, which has no `ftyp`."""
_LONGEST_BOX = 0x2020_2020
"""Four letters are a larger number: "The free lunch" is no movie."""

_BMP_HEADERS = {12, 40, 52, 56, 64, 108, 124}
"""Lengths of the header behind a BMP's first 14 bytes. "BM" alone can begin a text."""

SOUND = sentence("it is a sound recording, and I can't listen")
_OFFICE = sentence("it is an office document: please send it as PDF")
_ARCHIVE = sentence("it is an archive: please send what is in it")
UNREADABLE_VIDEO = sentence("it is a video in a format I can't read: please send it as MP4 or WebM")
_DRAWING = sentence("it is a drawing in a format I can't read: please send it as PNG or a screenshot")
_JPEG_XL = sentence("it is a JPEG XL picture, which I can't read: please send it as JPEG or PNG")
_PROGRAM = sentence("it is a program")
_SVG = sentence("it is an SVG drawing: please send it as PNG or a screenshot")
_TGS = sentence("it is an animated sticker in Telegram's own format (TGS), which I can't see")
_UNKNOWN = sentence("it is not a kind of file that I can read (pictures, videos, PDF and text)")

_CONTAINED: Mapping[tuple[bytes, bytes], Sentence] = {
    (b"RIFF", b"AVI "): UNREADABLE_VIDEO,
    (b"RIFF", b"WAVE"): SOUND,
    (b"FORM", b"AIFF"): SOUND,
    (b"FORM", b"AIFC"): SOUND,
}
"""By the first four bytes, and four behind a length."""

_REFUSED: Mapping[bytes, Sentence] = {
    b"ID3\x02": SOUND,
    b"ID3\x03": SOUND,
    b"ID3\x04": SOUND,
    b"fLaC": SOUND,
    b"OggS": SOUND,
    b"#!AMR": SOUND,
    b"MThd": SOUND,
    b"\xff\xfb": SOUND,
    b"\xff\xf3": SOUND,
    b"\xff\xf2": SOUND,
    b"\xff\xf1": SOUND,
    b"\xff\xf9": SOUND,
    b"FLV\x01": UNREADABLE_VIDEO,
    b"\x30\x26\xb2\x75\x8e\x66\xcf\x11": UNREADABLE_VIDEO,
    b"\0\0\x01\xba": UNREADABLE_VIDEO,
    b"\0\0\x01\xb3": UNREADABLE_VIDEO,
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": _OFFICE,
    b"{\\rtf": _OFFICE,
    b"Rar!\x1a\x07": _ARCHIVE,
    b"7z\xbc\xaf\x27\x1c": _ARCHIVE,
    b"\x1f\x9d": _ARCHIVE,
    b"\xfd7zXZ\0": _ARCHIVE,
    b"\x28\xb5\x2f\xfd": _ARCHIVE,
    b"%!PS": _DRAWING,
    b"8BPS": _DRAWING,
    b"\xff\x0a": _JPEG_XL,
    b"\0\0\0\x0cJXL \r\n\x87\n": _JPEG_XL,
    b"\x7fELF": _PROGRAM,
    b"MZ\x90\0": _PROGRAM,
    b"\xcf\xfa\xed\xfe": _PROGRAM,
}


def kind_of(data: bytes) -> Kind:
    """What a file is by its content.

    Raises:
        AttachmentError: something that can't be looked at, with its name where it is a known one.
    """
    head = data[:HEAD_BYTES]
    if not head:
        raise AttachmentError("an empty file", person=sentence("the file is empty"))
    if kind := _box_kind(head) or _plain_kind(head):
        return kind
    if words := _refusal(head):
        raise AttachmentError("a kind of file that is not opened", person=words)
    return Kind.PDF if b"%PDF-" in head else Kind.TEXT


def unknown_kind() -> AttachmentError:
    """The refusal of what turned out not to be text either."""
    return AttachmentError("no known kind of file", person=_UNKNOWN)


def _plain_kind(head: bytes) -> Kind | None:
    if head.startswith(_PICTURES) or (head.startswith(b"RIFF") and head[8:12] == b"WEBP"):
        return Kind.PICTURE
    if head.startswith(b"BM") and int.from_bytes(head[14:18], "little") in _BMP_HEADERS:
        return Kind.PICTURE
    if head.startswith(b"\x1a\x45\xdf\xa3"):
        return Kind.MATROSKA
    return Kind.PDF if head.startswith(b"%PDF-") else None


def _box_kind(head: bytes) -> Kind | None:
    """Of the family of ISO base media files (ISO/IEC 14496-12), which begin with the length and name of a box."""
    if int.from_bytes(head[:4]) >= _LONGEST_BOX:
        return None
    if head[4:8] in _MOVIE_ATOMS:
        return Kind.MP4
    if head[4:8] != b"ftyp":
        return None
    brand = head[8:12]
    if brand in _SOUND_BRANDS:
        raise AttachmentError("a sound recording", person=SOUND)
    return Kind.PICTURE if brand in _PICTURE_BRANDS else Kind.MP4


def _refusal(head: bytes) -> Sentence | None:
    if words := _CONTAINED.get((head[:4], head[8:12])):
        return words
    if head.startswith(b"PK\x03\x04"):
        is_office = any(name in head for name in (b"[Content_Types].xml", b"application/vnd.oasis.opendocument"))
        return _OFFICE if is_office else _ARCHIVE
    if head.startswith(b"\x1f\x8b"):
        return _TGS if _is_lottie(head) else _ARCHIVE
    if head[257:262] == b"ustar" or (head.startswith(b"BZh") and head[4:7] == b"1AY"):
        return _ARCHIVE
    if _is_svg(head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()):
        return _SVG
    return next((words for magic, words in _REFUSED.items() if head.startswith(magic)), None)


def _is_svg(begin: bytes) -> bool:
    """Whether it is a drawing; a web page may have drawings in it."""
    return begin.startswith(b"<") and b"<svg" in begin and not begin.startswith((b"<!doctype html", b"<html"))


def _is_lottie(head: bytes) -> bool:
    """Whether a gzip file holds a Lottie animation, the format of Telegram's animated stickers."""
    try:
        begin = zlib.decompressobj(wbits=31).decompress(head, HEAD_BYTES)
    except zlib.error:
        return False
    return begin.startswith(b"{") and (b'"tgs"' in begin or b'"layers"' in begin or b'"ip"' in begin)
