"""Hides what is stored for minutes from whoever reads the database without knowing the bot's token. Pure."""

import base64
import hashlib

from cryptography.fernet import Fernet, InvalidToken


class Seal:
    """Encryption (Fernet: AES-128 and HMAC-SHA256) by a key made of a secret with plenty of chance in it."""

    def __init__(self, secret: str) -> None:
        key = hashlib.blake2b(secret.encode(), digest_size=32, person=b"sealing").digest()
        self._fernet = Fernet(base64.urlsafe_b64encode(key))

    def close(self, text: str) -> str:
        """ASCII, a third longer than the text and 100 characters."""
        return self._fernet.encrypt(text.encode()).decode()

    def open(self, sealed: str) -> str | None:
        """The text; None if this is not what `close` made with the same secret."""
        try:
            return self._fernet.decrypt(sealed).decode()
        except InvalidToken:
            return None
