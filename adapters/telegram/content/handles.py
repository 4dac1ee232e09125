"""What a reference to a picture holds: ids that never expire, and never a token.

``file_id`` names a file (its ``kind`` is there for the operator only), ``emoji_id`` a custom emoji, ``user_id`` whose
profile picture is meant, and ``username`` somebody of whom Telegram tells bots no more than that.
"""

import json
from typing import Any


def handle(**ids: str | int) -> str:
    """The text for `bot.events.AttachmentRef.handle`."""
    return json.dumps(ids, separators=(",", ":"))


def ids_in(handle: str) -> dict[str, Any]:
    """What `handle` was given; nothing if it was made elsewhere."""
    try:
        ids = json.loads(handle)
    except ValueError:
        return {}
    return ids if isinstance(ids, dict) else {}
