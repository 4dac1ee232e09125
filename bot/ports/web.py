"""The public web as the core sees it."""

from typing import Protocol


class Web(Protocol):
    """Fetches what people link to, and nothing that only this machine or its network can reach."""

    async def fetch(self, url: str, *, max_bytes: int) -> bytes:
        """Download a file from a public address, reading at most `max_bytes` of it.

        Every hop is checked: the scheme, the port, and the address that is really connected to.

        Raises:
            AttachmentError: not public, gone, too large, or not to be had after retries.
        """
        ...
