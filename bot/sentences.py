"""What the bot itself says, in any of its languages."""

import json
import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, Self, TypeAlias

from bot.languages import ENGLISH, catalogue, nearest, number

Argument: TypeAlias = "str | float | Sentence"
"""What stands in place of a ``{name}``: a count (int), money (float), somebody's words, or a sentence of the bot's."""

_PLACE = re.compile(r"\{(\w+)\}")
_NONE: Mapping[str, Argument] = MappingProxyType({})
_COUNT = "count"
_DEEPEST = 20
"""Sentences within sentences that are read. The bot's own have three levels."""


class Sentence(str):
    """The English words, as a `str`, that can be said in other languages too.

    Made by `sentence` and `counted`, which Babel looks for when it collects what there is to translate.
    """

    __slots__ = ("arguments", "msgid", "plural")
    msgid: str
    plural: str
    arguments: Mapping[str, Argument]

    def __new__(cls, msgid: str, arguments: Mapping[str, Argument] = _NONE, plural: str = "") -> Self:
        """`msgid` and `plural` as in the catalogues; with `plural` there is a whole number ``count`` among `arguments`.

        Only ``{name}`` is replaced: no format is obeyed, for it may come from outside.
        """
        template = plural if plural and arguments.get(_COUNT) != 1 else msgid
        self = super().__new__(cls, _filled(template, arguments, ENGLISH))
        self.msgid, self.plural, self.arguments = msgid, plural, arguments
        return self

    def in_language(self, tag: str) -> str:
        """Say it to somebody of this language: an IETF tag, or empty for English. Falls back to English."""
        if not self or nearest(tag) == ENGLISH:
            return str(self)
        known = catalogue(nearest(tag))
        count = self.arguments.get(_COUNT)
        if self.plural and isinstance(count, int):
            template = known.ngettext(self.msgid, self.plural, count)
        else:
            template = known.gettext(self.msgid)
        return _filled(template, self.arguments, tag)

    def for_storage(self) -> str:
        """A text from which `from_storage` makes the same sentence: plain where that is enough, else JSON."""
        is_plain = not (self.arguments or self.plural or self.msgid.startswith("{"))
        return self.msgid if is_plain else json.dumps(_parts(self), ensure_ascii=False)

    @classmethod
    def from_storage(cls, text: str) -> Self:
        """Read what was stored, or came from another process. Never fails: what can't be read is said as it is."""
        if not text.startswith("{"):
            return cls(text)
        try:
            return cls._of(json.loads(text), depth=1)
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            return cls(text)

    @classmethod
    def _of(cls, parts: Mapping[str, Any], *, depth: int) -> Self:
        if depth > _DEEPEST:
            raise ValueError("no sentence of the bot's own")
        arguments = {
            str(name): cls._of(value, depth=depth + 1) if isinstance(value, dict) else _plain(value)
            for name, value in parts["arguments"].items()
        }
        return cls(str(parts["msgid"]), arguments, str(parts["plural"]))


def sentence(msgid: str, **arguments: Argument) -> Sentence:
    """A sentence to translate, with what stands in place of each ``{name}`` in it."""
    return Sentence(msgid, arguments)


def counted(singular: str, plural: str, *, count: int, **arguments: Argument) -> Sentence:
    """The same for one that depends on a number, its ``{count}``."""
    return Sentence(singular, {_COUNT: count, **arguments}, plural)


def verbatim(text: str) -> Sentence:
    """What is the same in every language: a name, or somebody's own words."""
    return Sentence("{text}", {"text": text})


def said(text: str, tag: str) -> str:
    """A text that may be a sentence, in this language."""
    return text.in_language(tag) if isinstance(text, Sentence) else text


def joined(separator: str, sentences: Iterable[Sentence]) -> Sentence:
    """Several, one after the other."""
    arguments = {f"part{number}": one for number, one in enumerate(sentences)}
    return Sentence(separator.join(f"{{{name}}}" for name in arguments), arguments)


def _filled(template: str, arguments: Mapping[str, Argument], tag: str) -> str:
    if not arguments:
        return template
    return _PLACE.sub(lambda place: _shown(arguments.get(place[1], place[0]), tag), template)


def _shown(argument: Argument, tag: str) -> str:
    match argument:
        case Sentence():
            return argument.in_language(tag)
        case str():
            return argument
        case _:
            return number(argument, tag)


def _parts(of: Sentence) -> Mapping[str, Any]:
    arguments = {name: _parts(value) if isinstance(value, Sentence) else value for name, value in of.arguments.items()}
    return {"msgid": of.msgid, "plural": of.plural, "arguments": arguments}


def _plain(value: object) -> Argument:
    if isinstance(value, str | int | float):
        return value
    raise TypeError("not an argument of a sentence")


NO_SENTENCE = Sentence("")
"""Where there is nothing to say."""
