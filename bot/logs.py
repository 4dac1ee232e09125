"""What the log looks like: one line per event on stderr, in UTC, and never a secret."""

import logging
import re
import sys
import threading
import time
import traceback
from collections.abc import Iterable
from types import TracebackType
from urllib.parse import quote

from bot.errors import GlimpseError

REDACTED = "[secret]"

# Their INFO and DEBUG lines hold whole URLs (a Telegram token is part of them) or repeat what our own lines say.
_QUIET = (
    "httpx",
    "httpcore",
    "aiohttp",
    "aiosqlite",
    "alembic",
    "asyncio",
    "discord",
    "markdown_it",
    "PIL",
    "sqlalchemy",
    "telegram",
)

# Hiding anything shorter would eat ordinary words; no key is that short.
_SHORTEST_SECRET = 4

_BREAKS = re.compile(r"[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029]")
"""Line ends, and what could drive a terminal."""

_log = logging.getLogger(__name__)


class LineFormatter(logging.Formatter):
    """One line per record. Unexpected exceptions add their traceback, indented; expected ones only their text."""

    def __init__(self, secrets: Iterable[str]) -> None:
        super().__init__()
        forms = {form for secret in secrets if len(secret) >= _SHORTEST_SECRET for form in _forms(secret)}
        # The longest first: one secret may be the beginning of another.
        self._secret = re.compile("|".join(map(re.escape, sorted(forms, key=len, reverse=True)))) if forms else None

    def format(self, record: logging.LogRecord) -> str:
        at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(record.created))
        text = f"{at} {record.levelname:7} {record.name}: {_one_line(record.getMessage())}"
        error = record.exc_info[1] if record.exc_info else None
        if isinstance(error, GlimpseError):
            text += f" ({type(error).__name__}: {_one_line(str(error))})"
        elif error is not None:
            trace = "".join(traceback.format_exception(error))
            text += "".join(f"\n    {_one_line(line)}" for line in trace.splitlines())
        # Done last, on the finished text: nothing gets around it, be it an argument, an exception or a traceback.
        return text if self._secret is None else self._secret.sub(REDACTED, text)


def configure(level: str, secrets: Iterable[str]) -> None:
    """Send every log line of the process to stderr, with `secrets` blotted out wherever they stand.

    Warnings and uncaught exceptions go the same way, since Python's own printing would not hide secrets.

    Args:
        level: The least important level that is logged, e.g. ``INFO``. Libraries start at WARNING.
        secrets: Tokens, keys and passwords, as they are; their form inside of URLs is hidden too.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(LineFormatter(secrets))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in _QUIET:
        logging.getLogger(name).setLevel(max(root.level, logging.WARNING))
    logging.captureWarnings(capture=True)
    sys.excepthook = _log_uncaught
    threading.excepthook = _log_uncaught_in_thread


def _one_line(text: str) -> str:
    # What people wrote may be part of a message: it must not be able to forge a line of the log.
    return _BREAKS.sub(lambda found: repr(found[0])[1:-1], text)


def _forms(secret: str) -> set[str]:
    return {secret, quote(secret), quote(secret, safe=""), repr(secret)[1:-1]}


def _log_uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        return
    _log.critical("stopped by an error that nobody expected", exc_info=(kind, error, trace))


def _log_uncaught_in_thread(details: threading.ExceptHookArgs) -> None:
    if details.exc_value is not None:
        _log_uncaught(details.exc_type, details.exc_value, details.exc_traceback)
