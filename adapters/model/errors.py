"""Turns what a model server or the network did wrong into a `ModelError`."""

import dataclasses
import email.utils
import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import aiohttp
import orjson

from adapters.model import troubles
from adapters.model.refused_length import is_too_long
from adapters.model.refused_pictures import PictureRefusal, refusal_of
from adapters.model.refused_tools import refuses_tools
from adapters.model.scrub import quote
from adapters.model.troubles import Case
from bot.errors import ModelError, ModelTrouble
from bot.ports.model import PictureContent, PromptMessage
from bot.sentences import Sentence, counted, sentence

MAX_RETRY_AFTER_S = 3_600.0
"""Longer waits are reported as this."""

_REDIRECTS = 3
_FAILURES = range(400, 600)
_STATUS_DIGITS = 3
_NO_STATUS = 500
"""An error inside of an answer without a status is read as this."""
_LONGEST_IN_SECONDS = 90
"""People are told longer waits in minutes."""
_CLEAR = frozenset({ModelTrouble.KEY, ModelTrouble.CREDITS, ModelTrouble.NOT_FOUND})
_ID_HEADERS = ("x-inference-id", "x-request-id", "x-generation-id", "cf-ray")
_PAGE = re.compile(rb"\s*<(?:!doctype|html|head|body|\?xml)", re.IGNORECASE)
_TITLE = re.compile(r"<title[^>]*>(.*?)</title>", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """The request that an error is about."""

    request_id: str
    key: str | None = field(repr=False)
    prompt: Sequence[PromptMessage] = field(repr=False)
    has_tools: bool = False
    """The model was offered tools."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Of the response, once there is one."""

    def error(
        self,
        case: Case,
        said: str = "",
        *,
        status: int | None = None,
        retry_after_s: float | None = None,
        pictures: PictureRefusal | None = None,
        tools_refused: bool = False,
        too_long: bool = False,
    ) -> ModelError:
        """Build the error of a case; `said` are words of the server or the network, which are made safe here."""
        words = quote(said, key=self.key, prompt=self.prompt)
        facts = [f"status {status}" if status else "", f"“{words}”" if words else "", f"request {self.request_id}"]
        facts += [f"{name} {quote(self.headers[name], key=self.key, prompt=())}" for name in self._ids()]
        operator = f"{case.operator}: {', '.join(filter(None, facts))}. {case.remedy}".rstrip()
        return ModelError(
            operator,
            trouble=case.trouble,
            person=_when(case, retry_after_s),
            retryable=case.retryable,
            retry_after_s=retry_after_s,
            status=status,
            picture_limit=pictures.limit if pictures is not None else None,
            picture_limit_lasts=pictures is None or pictures.lasts,
            tools_refused=tools_refused,
            too_long=too_long,
        )

    def refusal(
        self, case: Case, message: str, *, status: int | None, retry_after_s: float | None = None
    ) -> ModelError:
        """Build the error of a case, unless the message says that it is about the pictures or the tools."""
        if case.trouble is ModelTrouble.BLOCKED:
            return self.error(case, message, status=status, retry_after_s=retry_after_s)
        code = status or _NO_STATUS
        if self.uses_tools and refuses_tools(code, message):
            return self.error(troubles.TOOLS, message, status=status, tools_refused=True)
        too_long = is_too_long(code, message)
        pictures = refusal_of(code, message, sent=picture_count(self.prompt))
        # The name of a model that is not found may hold "image".
        is_vague = pictures is not None and pictures.case is troubles.BAD_PICTURE and case.trouble in _CLEAR
        if pictures is None or is_vague:
            case = troubles.TOO_LONG if too_long else case
            return self.error(case, message, status=status, retry_after_s=retry_after_s, too_long=too_long)
        return self.error(pictures.case, message, status=status, pictures=pictures, too_long=too_long)

    @property
    def uses_tools(self) -> bool:
        """Tools are offered, or were used earlier in the prompt."""
        return self.has_tools or any(message.tool_calls for message in self.prompt)

    def with_headers(self, headers: Mapping[str, str]) -> "About":
        """The same, knowing the response."""
        return dataclasses.replace(self, headers=headers)

    def _ids(self) -> list[str]:
        return [name for name in _ID_HEADERS if name in self.headers]


def refused(about: About, *, status: int, body: bytes, now: datetime) -> ModelError:
    """Explain an answer with another status than 200. `body` may be anything, and cut short."""
    if status // 100 == _REDIRECTS:
        return about.error(troubles.MOVED, about.headers.get("Location", ""), status=status)
    is_page = _PAGE.match(body) is not None
    message = _page_title(body) if is_page else _message_of_body(body)
    return about.refusal(
        troubles.case_of(status, message, is_page=is_page),
        message,
        status=status,
        retry_after_s=_retry_after_s(about.headers.get("Retry-After"), now),
    )


def reported(about: About, error: object, *, began: bool) -> ModelError:
    """Explain an error object inside of an answer with status 200; both known shapes and plain text."""
    message, status = _message(error), _status(error)
    case = troubles.case_of(status, message) if status else troubles.UNAVAILABLE
    if began and case.trouble is not ModelTrouble.BLOCKED:
        return about.error(troubles.CUT_OFF, message or "no reason given", status=status)
    return about.refusal(case, message or "no reason given", status=status)


def broken(about: About, error: Exception, *, began: bool) -> ModelError:
    """Explain a failure of the network or of HTTP itself."""
    name = type(error).__name__
    match error:
        case _ if began:
            case = troubles.CUT_OFF
        case TimeoutError():
            case = troubles.TIMEOUT if not isinstance(error, aiohttp.ConnectionTimeoutError) else troubles.UNREACHABLE
        case aiohttp.ClientConnectorCertificateError() | aiohttp.ClientSSLError() | aiohttp.InvalidURL():
            case = dataclasses.replace(troubles.UNREACHABLE, retryable=False)
        case aiohttp.ClientConnectionError() | OSError():
            case = troubles.UNREACHABLE
        case aiohttp.ClientPayloadError():
            case = troubles.CUT_OFF
        case _:
            case = troubles.BAD_RESPONSE
    return about.error(case, f"{name}: {error}" if str(error) else name)


def unreadable(about: About, body: bytes, what: str) -> ModelError:
    """Explain a body with status 200 that is not a chat completion."""
    said = f"a web page: {_page_title(body)}" if _PAGE.match(body) else body[:1_000].decode("utf-8", "replace")
    return about.error(dataclasses.replace(troubles.BAD_RESPONSE, operator=what), said)


def picture_count(prompt: Sequence[PromptMessage]) -> int:
    """How many pictures a prompt holds."""
    return sum(isinstance(part, PictureContent) for message in prompt for part in message.content)


def _when(case: Case, retry_after_s: float | None) -> Sentence:
    if case.trouble is not ModelTrouble.BUSY or retry_after_s is None:
        return case.person
    return sentence("The model is very busy right now. Please try again in {time}.", time=in_words(retry_after_s))


def in_words(seconds: float) -> Sentence:
    """A time as people say it: in seconds, rounded up, or longer ones in minutes."""
    whole = max(1, math.ceil(seconds))
    if whole <= _LONGEST_IN_SECONDS:
        return counted("{count} second", "{count} seconds", count=whole)
    return counted("{count} minute", "{count} minutes", count=-(-whole // 60))


def _retry_after_s(value: str | None, now: datetime) -> float | None:
    if value is None:
        return None
    if re.fullmatch(r"\d+(?:\.\d+)?", value.strip()):
        return min(float(value), MAX_RETRY_AFTER_S)
    try:
        then = email.utils.parsedate_to_datetime(value)
    except (ValueError, OverflowError):  # The latter for a year of many digits.
        return None
    # A date without a zone comes out naive; HTTP means UTC.
    wait_s = (then.replace(tzinfo=then.tzinfo or UTC) - now).total_seconds()
    return min(max(wait_s, 0.0), MAX_RETRY_AFTER_S)


def _page_title(body: bytes) -> str:
    found = _TITLE.search(body[:20_000].decode("utf-8", "replace"))
    return found[1].strip() if found else "no title"


def _message_of_body(body: bytes) -> str:
    try:
        return _message(orjson.loads(body))
    except orjson.JSONDecodeError:
        return body.decode("utf-8", "replace")


def _message(error: Any) -> str:
    """Find the words in any of the shapes that servers use."""
    said = ""
    match error:
        case str():
            said = error
        case [first, *_]:
            said = _message(first)
        case {"error": (dict() | str() | list()) as inner} if inner:
            said = _message(inner)
        case {"message": (str() | list() | dict()) as message} if message:
            code = error.get("code") or error.get("type")
            said = f"{_message(message)} ({code})" if isinstance(code, str) else _message(message)
        case {"detail": detail} | {"msg": detail} if detail:
            said = _message(detail)
        case dict() if error:
            said = json.dumps(error)
    return said


def _status(error: Any) -> int | None:
    """The HTTP status that an error object claims, as a number or in digits."""
    if not isinstance(error, dict):
        return None
    for name in ("statusCode", "status_code", "code", "status"):
        value = error.get(name)
        if isinstance(value, str) and value.isdecimal() and len(value) == _STATUS_DIGITS:
            value = int(value)
        if isinstance(value, int) and value in _FAILURES:
            return value
    return _status(error.get("error"))
