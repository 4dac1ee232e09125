"""Reads the bodies of requests: JSON, or multipart with files."""

import dataclasses
from dataclasses import dataclass, field
from typing import Any

import orjson
from aiohttp import web

from tests.emulators.discord_errors import Call
from tests.emulators.discord_routes import Match
from tests.emulators.discord_world import File, Payload

MAX_BYTES = 25 * 1024 * 1024  # Discord docs, Uploading Files: the largest request.


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A request's content."""

    body: Any = None
    files: tuple[File, ...] = ()
    query: dict[str, str] = field(default_factory=dict)

    @property
    def recorded(self) -> Any:
        """What `requests` shows of it."""
        if self.files and isinstance(self.body, dict):
            return self.body | {"files": [file.name for file in self.files]}
        return dict(self.query) if self.body is None and self.query else self.body


async def read_upload(request: web.BaseRequest) -> Upload:
    """Read the whole request.

    Raises:
        web.HTTPRequestEntityTooLarge: over `MAX_BYTES`.
    """
    query = dict(request.query) if request.query_string else {}
    if request.content_type.startswith("multipart/"):
        return await _read_multipart(request, query)
    text = await request.read() if request.can_read_body else b""
    try:
        body = orjson.loads(text) if text else None
    except orjson.JSONDecodeError:
        body = text.decode(errors="replace")
    return Upload(body=body, query=query)


async def _read_multipart(request: web.BaseRequest, query: dict[str, str]) -> Upload:
    fields = await request.post()
    said: Any = fields.get("payload_json", "{}")
    body: Payload = orjson.loads(said)
    inner = body.get("data") if "data" in body else body
    described = {str(one.get("id")): one for one in (inner or {}).get("attachments") or ()}
    files: list[File] = []
    for name, value in fields.items():
        if isinstance(value, web.FileField):
            details = described.get(name.removeprefix("files[").removesuffix("]"), {})
            files.append(
                File(
                    name=details.get("filename") or value.filename,
                    data=value.file.read(),
                    description=details.get("description"),
                )
            )
            value.file.close()
    return Upload(body=body, files=tuple(files), query=query)


def to_call(match: Match, upload: Upload) -> Call:
    """What a handler gets."""
    call = Call(
        method=match.route.partition(" ")[0],
        path=match.path,
        ids=match.ids,
        token=match.token,
        word=match.word,
        query=upload.query,
        files=upload.files,
    )
    match upload.body:
        case dict() as body:
            return dataclasses.replace(call, body=body)
        case list() as commands:
            return dataclasses.replace(call, commands=commands)
        case None:
            return call
        case _:
            raise ValueError("neither an object nor a list")
