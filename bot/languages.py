"""The languages that the bot itself speaks: which one is nearest to a person's, its catalogue and its numbers.

Babel reads the catalogues as they are committed, at the first use of a language: there is no build step, and a bot
that only speaks English never loads it.
"""

import gettext
import io
from collections.abc import Mapping
from functools import lru_cache
from itertools import chain
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from babel import Locale

ENGLISH = "en"

LANGUAGES: Mapping[str, str] = MappingProxyType(
    {
        ENGLISH: "English",
        "de": "Deutsch",
        "es": "Español",
        "fr": "Français",
        "pt": "Português",
        "ru": "Русский",
        "uk": "Українська",
        "ja": "日本語",
        "zh": "中文",
        "ar": "العربية",
    }
)
"""Tag to name, as those call it who speak it."""

CATALOGUES = Path(__file__).parent / "locale"
DOMAIN = "glimpse"

_MONEY = "#,##0.0000"
_GROUPED_FROM = 1000
"""Smaller numbers look the same everywhere, and Babel's knowledge of numbers takes 8 MB."""
_TOO_LARGE = 1e15
"""Nobody counts so far. Babel fails from about 1e24 on (28 digits, as `decimal` has it)."""


def nearest(tag: str) -> str:
    """The one of LANGUAGES for somebody of this IETF tag (``pt-BR``, ``zh-Hant-TW``), which may be anything."""
    language = tag.replace("_", "-").partition("-")[0].lower()
    return language if language in LANGUAGES else ENGLISH


def tag_called(name: str, reader: str) -> str:
    """Which one of LANGUAGES is called so: by those who speak it, in English, or in the reader's language.

    Args:
        name: May also be the tag. Anything else comes back as it is.
        reader: The IETF tag of their language, or empty.
    """
    wanted = name.lower()
    if wanted in LANGUAGES:
        return wanted
    own = (tag for tag, called in LANGUAGES.items() if called.lower() == wanted)
    others = (
        tag
        for known_to in (_locale(ENGLISH), _locale(reader))
        for tag in LANGUAGES
        if str(known_to.languages.get(tag, "")).lower() == wanted
    )
    return next(chain(own, others), name)


def language_of(environment: Mapping[str, str]) -> str:
    """The IETF tag of whoever runs a program, by variables such as ``LANG=pt_BR.UTF-8``; may be empty.

    Source: POSIX, Internationalization Variables.
    """
    chosen = (environment.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    return next(filter(None, chosen), "").partition(".")[0].replace("_", "-")


@lru_cache(maxsize=len(LANGUAGES))
def catalogue(language: str) -> gettext.NullTranslations:
    """The translations of one of LANGUAGES. Takes 30 ms the first time."""
    if language == ENGLISH:
        return gettext.NullTranslations()
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    compiled = io.BytesIO()
    with (CATALOGUES / language / "LC_MESSAGES" / f"{DOMAIN}.po").open("rb") as file:
        write_mo(compiled, read_po(file, locale=language))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def number(value: float, tag: str) -> str:
    """A count as people write it there, or an amount of money with four decimals. Never raises."""
    is_count = isinstance(value, int)
    if is_count and abs(value) < _GROUPED_FROM:
        return str(value)
    if nearest(tag) == ENGLISH or not abs(value) < _TOO_LARGE:
        return f"{value:,}" if is_count else f"{value:,.4f}"
    from babel.numbers import format_decimal

    return format_decimal(value, format=None if is_count else _MONEY, locale=_locale(tag))


@lru_cache(maxsize=64)
def _locale(tag: str) -> "Locale":
    from babel import Locale, UnknownLocaleError

    try:
        return Locale.parse(tag.replace("_", "-"), sep="-")
    except (ValueError, UnknownLocaleError):
        return Locale(nearest(tag))
