"""Downloads from Telegram: a reference becomes a link, the link becomes bytes, and no link gets out."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeAlias
from urllib.parse import quote

import aiohttp
from yarl import URL

from adapters.download import FileGone, FileNotReached, download, too_large
from adapters.telegram.limits import LIMITS
from adapters.telegram.local_files import read_local_file
from bot.errors import AttachmentError, PlatformError, PlatformRefused, PlatformThrottled, PlatformUnavailable
from bot.ports.clock import Clock
from bot.sentences import sentence

_ATTEMPTS = 3
_FIRST_WAIT_S = 0.5
_LONGEST_WAIT_S = 30.0
"""A flood wait longer than this is not worth the wait for a picture."""

GetFile: TypeAlias = Callable[[str], Awaitable[str | None]]
"""What is meant to ``file_path`` as the Bot API gives it. Raises `PlatformError`."""


class Files:
    """Fetches files of one bot."""

    def __init__(self, *, get_file: GetFile, files_url: str, clock: Clock, local_files: Path | None = None) -> None:
        """Set up; nothing is opened.

        Args:
            get_file: The Bot API's getFile.
            files_url: ``https://api.telegram.org/file/bot<token>``, without a slash at the end. Secret.
            clock: For the waits between attempts.
            local_files: Where a server with ``--local`` keeps them.
        """
        self._get_file = get_file
        self._files_url = files_url
        self._clock = clock
        self._local_files = local_files

    async def fetch(self, session: aiohttp.ClientSession, handle: str, *, max_bytes: int) -> bytes:
        """Download a file, reading at most `max_bytes` of it.

        Raises:
            AttachmentError: gone, too large, or not to be had after retries.
            PlatformUnavailable: Telegram can't be reached.
        """
        try:
            return await self._download(session, handle, max_bytes)
        except (FileGone, FileNotReached):
            # A link lives for an hour at least; a new one may do. Or nothing of Telegram can be reached.
            return await self._download(session, handle, max_bytes)

    async def _download(self, session: aiohttp.ClientSession, handle: str, max_bytes: int) -> bytes:
        path = await self._path(handle)
        if path.startswith("/"):
            return await read_local_file(path, folder=self._local_files, max_bytes=max_bytes)
        url = f"{self._files_url}/{quote(path)}"
        hosts = frozenset({URL(url).host or ""})
        return await download(session, url, max_bytes=max_bytes, allowed_hosts=hosts, clock=self._clock)

    async def _path(self, handle: str) -> str:
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                path = await self._get_file(handle)
            except PlatformRefused as error:
                raise _refused(error) from error
            except PlatformError as error:
                wait_s = error.retry_after_s if isinstance(error, PlatformThrottled) else _FIRST_WAIT_S * attempt
                if attempt == _ATTEMPTS and isinstance(error, PlatformUnavailable):
                    raise
                if attempt == _ATTEMPTS or wait_s > _LONGEST_WAIT_S:
                    raise AttachmentError(str(error), person=sentence("Telegram did not hand it out")) from error
                await self._clock.sleep(wait_s)
            else:
                if path:
                    return path
                break
        raise AttachmentError("Telegram gave no path for a file", person=sentence("Telegram did not hand it out"))


def _refused(error: PlatformRefused) -> AttachmentError:
    if "file is too big" in str(error).lower():
        return too_large(LIMITS.download_bytes)
    return AttachmentError(str(error), person=sentence("Telegram no longer has it"))
