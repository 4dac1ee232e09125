"""The Stop button of a growing answer, as JSON for ``reply_markup``."""

_DATA = "stop"
_LOOKING = "stop?"
"""Means the same when it is pressed, but makes a keyboard that differs: see `PROBES`."""


def _button(data: str) -> str:
    return f'{{"inline_keyboard":[[{{"text":"Stop","callback_data":"{data}"}}]]}}'


STOP = _button(_DATA)
"""What a growing answer carries."""

PROBES = (_button(_LOOKING), STOP)
"""One of them at least is not what a message carries already: Telegram refuses an edit that changes nothing."""


def is_stop(data: object) -> bool:
    """Whether a pressed button was a Stop button."""
    return data in (_DATA, _LOOKING)
