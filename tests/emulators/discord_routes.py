"""Finds the handler of a path, in time that does not depend on how many routes there are."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias

from tests.emulators.discord_errors import Answer, Call

Handler: TypeAlias = Callable[[Call], Answer]


class Routed(Protocol):
    """Answers requests."""

    def routes(self) -> Mapping[str, Handler]: ...


TOKEN = ":token"
"""Stands for an interaction's token wherever a path is shown."""
WORD = ":word"
"""Stands for any other text in a route, such as an emoji."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """What a path means."""

    handler: Handler
    route: str
    """E.g. ``POST /channels/*/messages``."""
    path: str
    """Without the token."""
    ids: tuple[int, ...]
    token: str
    word: str

    @property
    def needs_login(self) -> bool:
        """Interaction tokens are their own proof."""
        return TOKEN not in self.route


@dataclass(slots=True)
class _Node:
    children: dict[str, "_Node"] = field(default_factory=dict)
    handlers: dict[str, tuple[Handler, str]] = field(default_factory=dict)


class Routes:
    """A tree of path segments. ``*`` stands for a number, ``:token`` and ``:word`` for texts."""

    def __init__(self) -> None:
        self._root = _Node()

    def add(self, routes: Mapping[str, Handler]) -> None:
        for route, handler in routes.items():
            method, _, path = route.partition(" ")
            node = self._root
            for segment in path.strip("/").split("/"):
                node = node.children.setdefault(segment, _Node())
            node.handlers[method] = (handler, route)

    def match(self, method: str, path: str) -> Match | None:
        node = self._root
        ids: list[int] = []
        shown: list[str] = []
        token = word = ""
        for segment in path.strip("/").split("/"):
            step = _step(node, segment)
            if step is None:
                return None
            node, kind = step
            if kind == "*":
                ids.append(int(segment))
            if kind == TOKEN:
                token = segment
            if kind == WORD:
                word = segment
            shown.append(TOKEN if kind == TOKEN else segment)
        if method not in node.handlers:
            return None
        handler, route = node.handlers[method]
        return Match(handler=handler, route=route, path="/" + "/".join(shown), ids=tuple(ids), token=token, word=word)


def _step(node: _Node, segment: str) -> tuple[_Node, str] | None:
    if segment in node.children:
        return node.children[segment], segment
    if "*" in node.children and segment.isdecimal():
        return node.children["*"], "*"
    named = next((kind for kind in (TOKEN, WORD) if kind in node.children), None)
    return (node.children[named], named) if named else None
