"""Files of a Bot API server that runs with ``--local``: on a disk that the bot sees too."""

import asyncio
from pathlib import Path

from adapters.download import too_large
from bot.errors import AttachmentError
from bot.sentences import sentence

_PERSON = sentence("the server keeps it where I can't read it")


async def read_local_file(path: str, *, folder: Path | None, max_bytes: int) -> bytes:
    """Read a whole file, off the event loop.

    Args:
        path: As getFile gave it. No error holds it: the server puts the bot's token into it.
        folder: Nothing outside of it is read, whatever `path` says or links to.
        max_bytes: Of the whole file.

    Raises:
        AttachmentError: too large, not there, or not allowed.
    """
    if folder is None:
        raise AttachmentError(
            "the Bot API server keeps files on its own disk: set TELEGRAM_LOCAL_FILES to its folder, or start it "
            "without --local",
            person=_PERSON,
        )
    return await asyncio.to_thread(_read, path, folder, max_bytes)


def _read(path: str, folder: Path, max_bytes: int) -> bytes:
    try:
        file = Path(path).resolve(strict=True)
        if not (file.is_relative_to(folder.resolve()) and file.is_file()):
            raise AttachmentError("no file of the folder TELEGRAM_LOCAL_FILES", person=_PERSON)
        with file.open("rb") as stream:
            data = stream.read(max_bytes + 1)
    except OSError as error:
        # "from None" here and below: these errors hold the path.
        raise AttachmentError(f"can't be read in TELEGRAM_LOCAL_FILES: {error.strerror}", person=_PERSON) from None
    except (RuntimeError, ValueError) as error:  # Links that go round in a circle (before Python 3.13); a zero byte.
        raise AttachmentError(f"no path of a file: {type(error).__name__}", person=_PERSON) from None
    if len(data) > max_bytes:
        raise too_large(max_bytes)
    return data
