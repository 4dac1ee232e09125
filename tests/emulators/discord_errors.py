"""What the REST API answers: results, and errors in the shapes and with the codes that Discord documents."""

from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from tests.emulators.discord_world import File, Payload


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request to the REST API, read."""

    method: str
    path: str
    """Below ``/api/v10``, with ``:token`` for an interaction's token."""
    ids: tuple[int, ...] = ()
    """The numbers in the path, in order."""
    token: str = ""
    """The interaction's token in the path."""
    word: str = ""
    """Another text in the path."""
    query: dict[str, str] = field(default_factory=dict)
    body: Payload = field(default_factory=dict)
    commands: list[Payload] = field(default_factory=list)
    """The body where it is a list."""
    files: tuple[File, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """A status and JSON; None for an empty body."""

    body: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


NO_CONTENT = Answer(None, HTTPStatus.NO_CONTENT)


class ApiError(Exception):
    """Discord refuses (Discord docs, JSON Error Codes)."""

    def __init__(self, status: int, code: int, message: str, *, errors: Payload | None = None) -> None:
        super().__init__(message)
        body: Payload = {"message": message, "code": code}
        if errors is not None:
            body["errors"] = errors
        self.answer = Answer(body, status)
        self.is_clients_fault = False
        """A careful client never gets this one: a violation."""


def unknown_channel() -> ApiError:
    return ApiError(404, 10003, "Unknown Channel")


def unknown_message() -> ApiError:
    return ApiError(404, 10008, "Unknown Message")


def missing_access() -> ApiError:
    return ApiError(403, 50001, "Missing Access")


def missing_permissions() -> ApiError:
    return ApiError(403, 50013, "Missing Permissions")


def empty_message() -> ApiError:
    return clients_fault(ApiError(400, 50006, "Cannot send an empty message"))


def invalid_form(where: str, code: str, message: str, *, expected: bool = False) -> ApiError:
    """50035 with its tree of errors. `where` has dots between the levels, e.g. ``embeds.0.description``.

    With `expected` even a careful client can get it.
    """
    errors: Payload = {"_errors": [{"code": code, "message": message}]}
    for level in reversed(where.split(".")):
        errors = {level: errors}
    error = ApiError(400, 50035, "Invalid Form Body", errors=errors)
    return error if expected else clients_fault(error)


def usual_error(status: int) -> Answer:
    """What Discord usually says with a status, for scripted faults."""
    match status:
        case 401:
            return Answer({"message": "401: Unauthorized", "code": 0}, status)
        case 403:
            return missing_permissions().answer
        case 404:
            return unknown_message().answer
        case 429:
            return too_many_requests(0.05, scope="user")
        case _ if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            return Answer({"message": f"{status}: {_phrase(status)}", "code": 0}, status)
        case _:
            return Answer({"message": _phrase(status), "code": 0}, status)


def too_many_requests(retry_after_s: float, *, scope: str) -> Answer:
    """A 429 (Discord docs, Rate Limits). `scope` is ``user``, ``global`` or ``shared``."""
    is_global = scope == "global"
    body = {"message": "You are being rate limited.", "retry_after": round(retry_after_s, 3), "global": is_global}
    headers = {"Retry-After": str(max(1, round(retry_after_s))), "X-RateLimit-Scope": scope}
    if is_global:
        headers["X-RateLimit-Global"] = "true"
    return Answer(body, 429, headers)


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Error"


def clients_fault(error: ApiError) -> ApiError:
    """What a careful client never gets."""
    error.is_clients_fault = True
    return error
