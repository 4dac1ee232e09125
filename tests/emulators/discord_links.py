"""Attachments: what Discord learns about an upload, and the signed links that lead to it."""

import hashlib
import io
import mimetypes
import time
from collections.abc import Mapping
from pathlib import PurePath

from PIL import Image, UnidentifiedImageError

from tests.emulators.discord_world import Attachment, File

_LIFETIME_S = 24 * 3600  # As observed; Discord documents no number.
_MORE_TYPES = {".heic": "image/heic", ".avif": "image/avif", ".webp": "image/webp", ".ogg": "audio/ogg"}
"""Not known to `mimetypes` on every Python and system."""


class Links:
    """Signs links to attachments (Discord docs, Signed Attachment CDN URLs) and checks them."""

    def __init__(self) -> None:
        self.base_url = ""
        self._generation = 0

    def expire(self) -> None:
        """Make every link signed so far invalid."""
        self._generation += 1

    def sign(self, attachment: Attachment) -> str:
        path = f"/attachments/{attachment.channel_id}/{attachment.id}/{attachment.file.name}"
        now = int(time.time())
        expires, issued = f"{now + _LIFETIME_S:x}", f"{now:x}"
        proof = self._proof(str(attachment.id), expires, issued)
        return f"{self.base_url}{path}?ex={expires}&is={issued}&hm={proof}&"

    def is_valid(self, attachment_id: str, query: Mapping[str, str]) -> bool:
        expires, issued = query.get("ex", ""), query.get("is", "")
        return query.get("hm") == self._proof(attachment_id, expires, issued) and int(expires, 16) > time.time()

    def _proof(self, attachment_id: str, expires: str, issued: str) -> str:
        signed = f"{attachment_id} {expires} {issued} {self._generation}"
        return hashlib.sha256(signed.encode()).hexdigest()


def uploaded(file: File, *, attachment_id: int, channel_id: int) -> Attachment:
    """Make an attachment of a file as Discord does: the type is taken from the name, pictures are measured."""
    media_type = _guess_type(file.name) if file.media_type == "" else file.media_type
    width_px, height_px = _measure(file.data) if media_type and media_type.startswith("image/") else (None, None)
    return Attachment(
        id=attachment_id,
        channel_id=channel_id,
        file=file,
        media_type=media_type,
        width_px=width_px,
        height_px=height_px,
    )


def _guess_type(name: str) -> str | None:
    return _MORE_TYPES.get(PurePath(name).suffix.lower()) or mimetypes.guess_type(name)[0]


def _measure(data: bytes) -> tuple[int, int] | tuple[None, None]:
    try:
        with Image.open(io.BytesIO(data)) as image:
            return image.size
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError, Image.DecompressionBombWarning):
        return None, None
