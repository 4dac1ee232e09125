"""Whom a text mentions: read by entity as Discord reads it, and held back by `allowed_mentions`."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar

from tests.emulators.discord_permissions import Permission, permissions_in
from tests.emulators.discord_world import Channel, Mentions, Payload, Person, Role

T = TypeVar("T")

_CODE = re.compile(r"```.+?```|(?P<ticks>`+)(?!`).+?(?<!`)(?P=ticks)(?!`)", re.DOTALL)
_PERSON = re.compile(r"<@!?(\d{1,20})>")
_ROLE = re.compile(r"<@&(\d{1,20})>")
_EVERYONE = re.compile(r"@(?:everyone|here)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowed:
    """The ``allowed_mentions`` of a message (Discord docs, Allowed Mentions Object)."""

    kinds: frozenset[str] = frozenset({"users", "roles", "everyone"})
    people: frozenset[int] = frozenset()
    roles: frozenset[int] = frozenset()
    replied_user: bool = True

    def person(self, person: Person) -> bool:
        return "users" in self.kinds or person.id in self.people

    def role(self, role: Role) -> bool:
        return "roles" in self.kinds or role.id in self.roles


EVERYBODY = Allowed()
"""What counts when the field is left out: everything pings."""


def read_allowed(payload: Payload | None) -> Allowed:
    """Read the field; None when it was left out. A field without ``replied_user`` means false, no field true."""
    if payload is None:
        return EVERYBODY
    return Allowed(
        kinds=frozenset(payload.get("parse") or ()),
        people=frozenset(map(int, payload.get("users") or ())),
        roles=frozenset(map(int, payload.get("roles") or ())),
        replied_user=bool(payload.get("replied_user", False)),
    )


def find_mentions(text: str, channel: Channel, author: Person, people: dict[int, Person], allowed: Allowed) -> Mentions:
    """Whom `text` mentions with effect: not inside code, only who exists, only what the author may ping."""
    if "@" not in text:
        return Mentions()
    plain = _CODE.sub(" ", text) if "`" in text else text
    mighty = Permission.MENTION_EVERYONE in permissions_in(channel, author) and channel.guild is not None
    named = _found(_PERSON.findall(plain), people)
    roles = _found(_ROLE.findall(plain), channel.guild.roles if channel.guild else {})
    return Mentions(
        people=tuple(person for person in named if allowed.person(person)),
        roles=tuple(role for role in roles if (mighty or role.mentionable) and allowed.role(role)),
        everyone=mighty and "everyone" in allowed.kinds and bool(_EVERYONE.search(plain)),
    )


def shown_text(text: str, components: Iterable[Payload]) -> str:
    """All text of a message that can mention: its content and its text displays (component type 10)."""
    return "\n".join([text, *_text_displays(components)])


def _text_displays(components: Iterable[Payload]) -> Iterable[str]:
    for component in components:
        if component.get("type") == _TEXT_DISPLAY:
            yield str(component.get("content", ""))
        yield from _text_displays(component.get("components") or ())


_TEXT_DISPLAY = 10


def _found(ids: Iterable[str], known: dict[int, T]) -> list[T]:
    return [known[number] for number in dict.fromkeys(map(int, ids)) if number in known]
