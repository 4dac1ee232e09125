"""A mapping that does not grow for ever."""

from typing import TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Newest(dict[K, V]):
    """At most so many entries: the one that came first makes way. Setting a known key anew does not renew it.

    To be filled by ``notes[key] = value`` alone; `dict.update` and `dict.setdefault` would pass the bound.
    """

    def __init__(self, most: int) -> None:
        super().__init__()
        self._most = most

    def __setitem__(self, key: K, value: V) -> None:
        super().__setitem__(key, value)
        if len(self) > self._most:
            del self[next(iter(self))]
