"""PDF documents, scans with several pages, text files, and what is none of it."""

import bz2
import gzip
import io
import json
import zipfile

import pytest
from PIL import Image

from bot.errors import AttachmentError
from bot.pictures.decoding import prepare
from bot.pictures.size import PictureLimits, picture_tokens
from tests.drawing import LOCKED, RED, WHITE, alike, colour_at, encoded, hues, opened, pdf

LIMITS = PictureLimits()


def reason(data: bytes) -> str:
    with pytest.raises(AttachmentError) as refusal:
        prepare(data, LIMITS)
    sentence = refusal.value.person
    assert sentence
    assert not sentence.endswith(".")
    return sentence


def test_the_first_pages_of_a_pdf_are_seen() -> None:
    prepared = prepare(pdf(120), LIMITS)

    assert prepared.origin == "PDF, 120 pages"
    assert prepared.left_out == "pages 9 to 120"
    assert [picture.label for picture in prepared.pictures] == [f"page {number}" for number in range(1, 9)]
    for picture in prepared.pictures:
        seen = opened(picture.jpeg)
        assert picture.height_px / picture.width_px == pytest.approx(842 / 595, rel=0.05)
        assert alike(colour_at(seen, (seen.width // 4, seen.height // 4)), RED)
        assert alike(colour_at(seen, (seen.width * 3 // 4, seen.height // 4)), WHITE)
        assert alike(colour_at(seen, (seen.width // 4, seen.height * 3 // 4)), WHITE)


@pytest.mark.parametrize(
    ("pages", "origin", "left_out"),
    [
        (1, "PDF, 1 page", ""),
        (8, "PDF, 8 pages", ""),
        (9, "PDF, 9 pages", "page 9"),
        (10_000, "PDF, 10,000 pages", "pages 9 to 10,000"),
    ],
)
def test_what_of_a_pdf_is_not_seen_is_told(pages: int, origin: str, left_out: str) -> None:
    prepared = prepare(pdf(pages), LIMITS)

    assert (prepared.origin, prepared.left_out) == (origin, left_out)
    assert len(prepared.pictures) == min(pages, 8)


@pytest.mark.parametrize("pages", [1, 2, 4, 8])
def test_all_pages_together_take_at_most_three_documents(pages: int) -> None:
    small_print = b"".join(
        b"BT /F 6 Tf 20 %d Td (%s) Tj ET " % (y, b"the quick brown fox " * 10) for y in range(9, 830, 8)
    )

    pictures = prepare(pdf(pages, content=small_print), LIMITS).pictures

    costs = [picture_tokens(picture.width_px, picture.height_px) for picture in pictures]
    assert max(costs) <= LIMITS.document_tokens
    assert sum(costs) <= 3 * LIMITS.document_tokens
    assert min(costs) > 850


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (pdf(trailer=LOCKED), "it is locked with a password"),
        (pdf()[:300], "the file is damaged or incomplete"),
        (b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n", "the file is damaged or incomplete"),
        (pdf(0), "the file is damaged or incomplete"),
    ],
    ids=["locked", "cut off", "nothing in it", "no pages"],
)
def test_a_pdf_that_can_not_be_read_is_refused_in_words(data: bytes, words: str) -> None:
    assert reason(data) == words


def test_the_pages_of_a_scan_are_seen() -> None:
    pages = hues(10, 200, 300)

    prepared = prepare(encoded(pages[0], "TIFF", save_all=True, append_images=pages[1:]), LIMITS)

    assert (prepared.origin, prepared.left_out) == ("TIFF, 10 pages", "pages 9 to 10")
    assert [picture.label for picture in prepared.pictures] == [f"page {number}" for number in range(1, 9)]
    for number, picture in enumerate(prepared.pictures):
        assert alike(colour_at(opened(picture.jpeg), (100, 150)), colour_at(pages[number], (100, 150)), 20)


@pytest.mark.parametrize(
    "text",
    [
        "Äpfel, Birnen – and 3 €\nsecond line\n",
        "#!/usr/bin/env python\nprint('hello')\n",
        json.dumps({"name": "Ann", "ages": [1, 2, 3]}),
        "name;age\nAnn;3\n",
        "# A heading\n\n- a list\n",
        "<!DOCTYPE html><html><title>404 Not Found</title></html>",
        "<!doctype html><svg width='1'></svg> in a web page",
        "BMW is not a bitmap, GIF is not one either, and MZ and PK neither",
        "The free lunch",
        "A skip, and a wide one",
        "FORMAT C: is no sound",
        "ID3 tags neither",
        "RIFF or raff",
        "BZh9 is a name",
        "日本語のテキスト 🙂",
        "\x1b[31mred\x1b[0m in a log\n",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_text_of_any_kind_is_read(text: str, encoding: str) -> None:
    prepared = prepare(text.encode(encoding), LIMITS)

    assert prepared.text == text
    assert prepared.origin == f"text file, {len(text)} characters"
    assert (prepared.pictures, prepared.left_out) == ((), "")


def test_text_of_an_old_windows_program_is_read() -> None:
    assert prepare("Grüße, 5 €\r\nzweite Zeile\r\n".encode("cp1252"), LIMITS).text == "Grüße, 5 €\nzweite Zeile\n"


def test_of_a_long_text_the_beginning_is_read_and_the_rest_told() -> None:
    prepared = prepare(b"0123456789" * 12_345, LIMITS)

    assert len(prepared.text) == 20_000
    assert prepared.origin == "text file, 123,450 characters"
    assert prepared.left_out == "everything after the first 20,000 characters"


def _zip(*names: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in names:
            archive.writestr(zipfile.ZipInfo(name), "content")
    return buffer.getvalue()


def _lottie() -> bytes:
    return gzip.compress(
        json.dumps({"tgs": 1, "v": "5.5.2", "fr": 60, "ip": 0, "op": 180, "layers": []}).encode(), mtime=0
    )


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "the file is empty"),
        (b"\0", "not a kind of file that I can read"),
        (bytes(range(256)) * 4, "not a kind of file that I can read"),
        (b" \n\t ", "nothing in it but blanks"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "it is an SVG drawing: please send it as PNG or a screenshot"),
        (b'\xef\xbb\xbf<?xml version="1.0"?>\n<!-- a -->\n<svg width="1"></svg>', "SVG"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n", "drawing in a format I can't read"),
        (b"8BPS\0\1", "drawing in a format I can't read"),
        (b"\xff\x0a\x00\x10", "JPEG XL"),
        (b"\x7fELF\x02\x01\x01\0", "it is a program"),
        (_lottie(), "animated sticker in Telegram's own format"),
        (gzip.compress(b"notes", mtime=0), "it is an archive"),
        (bz2.compress(b"notes"), "it is an archive"),
        (_zip("notes.txt"), "it is an archive"),
        (_zip("[Content_Types].xml", "word/document.xml"), "it is an office document: please send it as PDF"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(100), "office document"),
        (b"ID3\x04\0\0\0\0\0\0", "it is a sound recording, and I can't listen"),
        (b"OggS\0\2" + bytes(30), "sound recording"),
        (b"RIFF\0\0\0\0WAVEfmt ", "sound recording"),
        (b"FORM\0\0\0\0AIFFCOMM", "sound recording"),
        (b"\0\0\0\x20ftypM4A \0\0\0\0", "sound recording"),
        (b"RIFF\0\0\0\0AVI LIST", "video in a format I can't read"),
        (b"FLV\x01\x05", "video in a format I can't read"),
    ],
)
def test_what_can_not_be_looked_at_is_refused_by_its_name(data: bytes, words: str) -> None:
    assert words in reason(data)


def test_the_type_is_found_by_content_whatever_else_the_file_pretends() -> None:
    picture = encoded(Image.new("RGB", (64, 64), RED), "PNG")

    assert prepare(picture + b"%PDF-1.7 <svg> PK\x03\x04", LIMITS).origin == "PNG, 64×64"
    assert prepare(pdf() + picture, LIMITS).origin == "PDF, 1 page"
    assert prepare(b"\n\n" + pdf(), LIMITS).origin == "PDF, 1 page"
