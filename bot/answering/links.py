"""Links in a text that lead straight to a picture, told by the address alone. Pure."""

import re
from urllib.parse import unquote, urlsplit

from bot.events import AttachmentRef, Source

_MOST = 4
_LONGEST = 2048

_ADDRESS = re.compile(r"https?://(?:(?!https?://)[^\s<>\"])+", re.IGNORECASE)
_PICTURE = re.compile(
    r"https?://[^/?#]+/[^?#]*?"
    r"\.(?:jpe?g|jpe|jfif|mpo|a?png|webp|avif|hei[cf]|gif|tiff?|bmp|svg)"
    # Where the suffix ends the path. What follows may be the sentence: nothing divides words in Chinese.
    r"(?![\w%~/-]*[a-z0-9%~/-])(?![.:@][a-z0-9])"
    r"(?:[?#][!-~]*)?",
    re.IGNORECASE,
)
_SENTENCE_END = ".,;:!?)]}*_~|'`"


def picture_links(text: str) -> tuple[AttachmentRef, ...]:
    """The pictures that a text links to directly: http or https, with a path that ends in a picture's suffix.

    The first 4, none twice. The handle of each is its address, for `bot.ports.web.Web`.
    """
    found: dict[str, AttachmentRef] = {}
    for address in _ADDRESS.finditer(text):
        match = _PICTURE.match(address[0])
        url = match[0].rstrip(_SENTENCE_END) if match else ""
        if url and len(url) <= _LONGEST and url not in found:
            found[url] = _ref(url)
        if len(found) == _MOST:
            break
    return tuple(found.values())


def _ref(url: str) -> AttachmentRef:
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        # Brackets that are no IPv6 address: the fetcher says so.
        return AttachmentRef(handle=url, source=Source.LINK, name="", media_type="")
    name = unquote(parts.path).rpartition("/")[2]
    return AttachmentRef(handle=url, source=Source.LINK, about=host, name=name, media_type="")
