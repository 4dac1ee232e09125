"""All that is kept of a person, as files for themselves."""

import json
from collections.abc import Sequence

from bot.events import PersonId, PlatformName
from bot.ports.parts import TextFile
from bot.ports.store import Store
from bot.records.turns import TurnId

FILE_BYTES = 4_000_000
"""Of one file, in UTF-8. Discord takes 10 MiB of everybody (Discord docs, Reference, File Upload Limits)."""

_NAME = "my-data"


async def export_files(store: Store, platform: PlatformName, person: PersonId, *, before: TurnId) -> Sequence[TextFile]:
    """Files of JSON, oldest exchanges first; none if nothing is kept. The same as long as nothing is changed.

    Pictures are named by their content hash, and are not in there.
    """
    files: list[str] = []
    texts: list[str] = []
    size = 0
    after: TurnId | None = TurnId(0)
    while after is not None:
        after, exchanges = await store.kept_of(platform, person, after=after)
        for exchange in exchanges:
            if exchange["turn"] >= before:
                continue
            text = json.dumps(exchange, ensure_ascii=False, indent=1)
            if texts and size + len(text.encode()) > FILE_BYTES:
                files.append(_joined(texts))
                texts, size = [], 0
            texts.append(text)
            size += len(text.encode())
    if texts:
        files.append(_joined(texts))
    return [TextFile(text=text, name=_named(number, len(files))) for number, text in enumerate(files, start=1)]


def _joined(exchanges: Sequence[str]) -> str:
    return "[\n" + ",\n".join(exchanges) + "\n]\n"


def _named(number: int, total: int) -> str:
    return f"{_NAME}.json" if total == 1 else f"{_NAME}-{number}-of-{total}.json"
