"""Attachments: what Discord learns about an upload, and the signed links that lead to it."""

import hashlib
import mimetypes
import time
from collections.abc import Mapping
from pathlib import PurePath
from typing import Any
from urllib.parse import quote, urlsplit

from tests.emulators.discord_media import measure
from tests.emulators.discord_world import Attachment, File, Payload

_LIFETIME_S = 24 * 3600  # As observed; Discord documents no number.
_MORE_TYPES = {".heic": "image/heic", ".avif": "image/avif", ".webp": "image/webp", ".ogg": "audio/ogg"}
"""Not known to `mimetypes` on every Python and system."""


class Links:
    """Signs links to attachments (Discord docs, Signed Attachment CDN URLs) and to the proxy, and checks them."""

    def __init__(self) -> None:
        self.base_url = ""
        self.abroad: dict[str, bytes] = {}
        """The files of other servers that the proxy can show, by their addresses."""
        self._generation = 0

    def expire(self) -> None:
        """Make every link signed so far invalid."""
        self._generation += 1

    def sign(self, attachment: Attachment, *, by_proxy: bool = False) -> str:
        folder = "ephemeral-attachments" if attachment.ephemeral else "attachments"
        path = f"{'/media' if by_proxy else ''}/{folder}/{attachment.channel_id}/{attachment.id}/{attachment.file.name}"
        now = int(time.time())
        expires, issued = f"{now + _LIFETIME_S:x}", f"{now:x}"
        proof = self._proof(str(attachment.id), expires, issued)
        return f"{self.base_url}{path}?ex={expires}&is={issued}&hm={proof}&"

    def is_valid(self, attachment_id: str, query: Mapping[str, str]) -> bool:
        expires, issued = query.get("ex", ""), query.get("is", "")
        return query.get("hm") == self._proof(attachment_id, expires, issued) and int(expires, 16) > time.time()

    def proxy(self, url: str) -> str:
        """The link to a file of another server by way of the proxy."""
        address = urlsplit(url)
        query = quote(f"?{address.query}", safe="") + "/" if address.query else ""
        proof = self._proof(url, "", "")[:43]
        return f"{self.base_url}/external/{proof}/{query}{address.scheme}/{address.netloc}{address.path}"

    def proxied(self, raw_path: str) -> bytes | None:
        """The file that one of those links leads to, if no letter of it was changed."""
        link = self.base_url + raw_path
        return next((data for url, data in self.abroad.items() if self.proxy(url) == link), None)

    def shown(self, payload: Payload) -> Payload:
        """An embed or component with the links of today."""
        return {name: self._fresh(value) for name, value in payload.items()}

    def _fresh(self, value: Any) -> Any:
        match value:
            case {"url": str(url)} if url in self.abroad:
                return value | {"proxy_url": self.proxy(url)}
            case dict():
                return self.shown(value)
            case list():
                return [self._fresh(one) for one in value]
            case _:
                return value

    def _proof(self, attachment_id: str, expires: str, issued: str) -> str:
        signed = f"{attachment_id} {expires} {issued} {self._generation}"
        return hashlib.sha256(signed.encode()).hexdigest()


def uploaded(file: File, *, attachment_id: int, channel_id: int, ephemeral: bool = False) -> Attachment:
    """Make an attachment of a file as Discord does: the type is taken from the name, pictures are measured."""
    media_type = _guess_type(file.name) if file.media_type == "" else file.media_type
    width_px, height_px = measure(file.data, media_type)
    return Attachment(
        id=attachment_id,
        channel_id=channel_id,
        file=file,
        media_type=media_type,
        width_px=width_px,
        height_px=height_px,
        ephemeral=ephemeral,
    )


def _guess_type(name: str) -> str | None:
    return _MORE_TYPES.get(PurePath(name).suffix.lower()) or mimetypes.guess_type(name)[0]
