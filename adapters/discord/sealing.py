"""Hides what is stored for minutes from whoever reads the database without knowing the bot's token. Pure."""

import base64
import binascii
import hashlib
import hmac

_TAG_LENGTH = _KEY_LENGTH = 32  # Bytes.


class Seal:
    """Encryption by a key made of a secret. The same text gives the same sealed text.

    The tag of the text (BLAKE2b, RFC 7693) begins the key of its stream (SHAKE256, FIPS 202): the way of RFC 5297, with
    what the standard library has.
    """

    def __init__(self, secret: str) -> None:
        self._for_tags, self._for_streams = (
            hashlib.blake2b(secret.encode(), digest_size=_KEY_LENGTH, person=use).digest()
            for use in (b"tag", b"stream")
        )

    def close(self, text: str) -> str:
        """ASCII, a third longer than the text."""
        plain = text.encode()
        tag = self._tag(plain)
        return base64.b64encode(tag + self._mixed(plain, tag)).decode()

    def open(self, sealed: str) -> str | None:
        """The text; None if this is not what `close` made with the same secret."""
        try:
            data = base64.b64decode(sealed, validate=True)
        except binascii.Error:
            return None
        tag, mixed = data[:_TAG_LENGTH], data[_TAG_LENGTH:]
        plain = self._mixed(mixed, tag)
        return plain.decode() if hmac.compare_digest(tag, self._tag(plain)) else None

    def _tag(self, plain: bytes) -> bytes:
        return hashlib.blake2b(plain, digest_size=_TAG_LENGTH, key=self._for_tags).digest()

    def _mixed(self, data: bytes, tag: bytes) -> bytes:
        stream = hashlib.shake_256(self._for_streams + tag).digest(len(data))
        return (int.from_bytes(data) ^ int.from_bytes(stream)).to_bytes(len(data))
