"""Which links lead straight to a picture."""

import pytest

from bot.answering.links import picture_links
from bot.events import AttachmentRef, Source


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("see https://a.example/c.jpg.", "https://a.example/c.jpg"),
        ("[this](https://a.example/c.JPEG)", "https://a.example/c.JPEG"),
        ("**https://a.example/c.png**", "https://a.example/c.png"),
        ("||https://a.example/c.png||", "https://a.example/c.png"),
        ("<https://a.example/c.heic?x=1&y=(2)#z>", "https://a.example/c.heic?x=1&y=(2)#z"),
        ("(http://a.example/v1.2/c.webp?w=3)", "http://a.example/v1.2/c.webp?w=3"),
        ("看https://a.example/c.avif是什么", "https://a.example/c.avif"),
        ("https://a.example/Grün.png!", "https://a.example/Grün.png"),
        ("HTTPS://A.EXAMPLE/C.TIFF", "HTTPS://A.EXAMPLE/C.TIFF"),
        ("https://[::1]/c.bmp", "https://[::1]/c.bmp"),
        ("https://[::1/c.bmp", "https://[::1/c.bmp"),
    ],
)
def test_an_address_that_ends_in_a_pictures_suffix_is_one(text: str, url: str) -> None:
    assert [ref.handle for ref in picture_links(text)] == [url]


@pytest.mark.parametrize(
    "url",
    [
        "https://a.example/photo.jpg.exe",
        "https://a.example/photo.jpg/page",
        "https://a.example/photo.jpg-thread",
        "https://a.example/pngs",
        "https://a.example/page?next=x.png",
        "https://photo.jpg",
        "ftp://a.example/c.jpg",
        "a.example/c.jpg",
    ],
)
def test_other_addresses_are_none(url: str) -> None:
    assert picture_links(f"see {url} there") == ()


def test_a_link_tells_its_host_and_name() -> None:
    assert picture_links("https://a.example:8080/x/my%20cat.gif") == (
        AttachmentRef(
            handle="https://a.example:8080/x/my%20cat.gif",
            source=Source.LINK,
            about="a.example",
            name="my cat.gif",
            media_type="",
        ),
    )


def test_the_first_four_count_and_none_twice() -> None:
    urls = [f"https://a.example/{number}.gif" for number in range(6)]

    found = picture_links(f"{urls[0]},{' '.join(urls)} {urls[1]}")

    assert [ref.handle for ref in found] == urls[:4]
