"""Pictures in embeds, link previews and layouts, by way of Discord's own proxy. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, islice
from typing import Protocol

import discord
from yarl import URL

from adapters.discord.content.handles import digest

_MOST = 10
"""As many as there can be embeds in a message (Discord docs, Create Message)."""
_LONGEST_STILL_PX = 1600


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """A picture or short video that is shown in a message."""

    digest: str
    about: str
    name: str
    url: str
    """On Discord's proxy."""
    still_url: str
    """The same; empty if there is none."""


class _Medium(Protocol):
    """Of discord.py's embeds and components."""

    @property
    def url(self) -> str | None: ...
    @property
    def proxy_url(self) -> str | None: ...
    @property
    def width(self) -> int | None: ...
    @property
    def height(self) -> int | None: ...


def previews(embeds: Iterable[discord.Embed], media: Iterable[discord.UnfurledMediaItem] = ()) -> Iterator[Preview]:
    """The first 10 of the pictures, none twice: images, thumbnails, and videos that Discord itself can play.

    Args:
        embeds: Of a message.
        media: Of its components.
    """
    found: dict[str, Preview] = {}
    shown = (preview for embed in embeds for preview in _of(embed))
    laid_out = (preview for item in media for preview in _preview(None, item, _still(item)))
    for preview in chain(shown, laid_out):
        found.setdefault(preview.digest, preview)
    return islice(found.values(), _MOST)


def still_of(proxy_url: str | None, width_px: int | None, height_px: int | None) -> str:
    """A link to a still WebP picture, at most 1600 pixels wide and high, of what Discord could measure; else empty.

    Discord's own program asks its media proxy in this way; the documentation does not name it.
    """
    if not proxy_url or not width_px or not height_px:
        return ""
    share = min(1.0, _LONGEST_STILL_PX / max(width_px, height_px))
    width, height = (max(1, round(side * share)) for side in (width_px, height_px))
    try:
        return str(URL(proxy_url, encoded=True).update_query(format="webp", width=width, height=height))
    except ValueError:
        return ""


def _of(embed: discord.Embed) -> Iterator[Preview]:
    shown: list[_Medium] = [embed.image, embed.thumbnail]
    if embed.video.proxy_url:
        # An animation from Tenor or a linked video; what stands beside it is only its first frame.
        still = next((_still(medium) for medium in shown if medium.proxy_url), "")
        yield from _preview(embed, embed.video, still)
        return
    for medium in shown:
        yield from _preview(embed, medium, _still(medium))


def _still(medium: _Medium) -> str:
    return still_of(medium.proxy_url, medium.width, medium.height)


def _preview(embed: discord.Embed | None, medium: _Medium, still_url: str) -> Iterator[Preview]:
    if not medium.url or not medium.proxy_url:
        return
    try:
        address = URL(medium.url)
        page = URL((embed and embed.url) or medium.url)
    except ValueError:
        return
    yield Preview(
        digest=digest(medium.url),
        about=(embed and (embed.title or embed.provider.name)) or page.host or "",
        name=address.name,
        url=medium.proxy_url,
        still_url=still_url,
    )
