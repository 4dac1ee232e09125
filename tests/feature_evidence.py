"""What each test runs against, found in its code: a pytest plugin that prints it for every collected test.

``pytest --collect-only -p tests.feature_evidence FILES`` prints one line of JSON behind `MARK`.
"""

import inspect
import json
import re
import sys
from collections.abc import Iterator
from types import CodeType, FunctionType, ModuleType
from typing import Any

import pytest

from tests.emulators.discord import DiscordEmulator
from tests.emulators.telegram import TelegramEmulator
from tests.process import BotProcess

MARK = "EVIDENCE "

PLATFORMS = {DiscordEmulator: "discord", TelegramEmulator: "telegram"}
PROCESS = "process"
"""The bot runs as its own process."""


def pytest_collection_finish(session: pytest.Session) -> None:
    found = {item.nodeid: sorted(evidence(item)) for item in session.items if isinstance(item, pytest.Function)}
    sys.stdout.write(f"\n{MARK}{json.dumps(found)}\n")


def evidence(item: pytest.Function) -> set[str]:
    """Which platforms are emulated in a test, and whether the whole bot runs."""
    info = item._fixtureinfo
    fixtures = [definitions[-1].func for definitions in info.name2fixturedefs.values()]
    reached = _reached([item.function, *fixtures])
    platforms = {name for emulator, name in PLATFORMS.items() if emulator in reached}
    named = platforms & set(re.split(r"[\[\]-]", item.name.partition("[")[2]))
    return (named or platforms) | ({PROCESS} if BotProcess in reached else set())


def _reached(roots: list[Any]) -> set[Any]:
    """All functions and classes of the tests that these call, or may call, and the classes that are looked for."""
    seen: set[Any] = set()
    waiting = list(roots)
    while waiting:
        one = inspect.unwrap(waiting.pop())
        if one in seen:
            continue
        seen.add(one)
        if one not in PLATFORMS and one is not BotProcess:
            waiting += _used_by(one)
    return seen


def _used_by(one: Any) -> Iterator[Any]:
    if inspect.isclass(one):
        yield from (value for value in vars(one).values() if isinstance(value, FunctionType))
        yield from (base for base in one.__bases__ if _is_ours(base))
    elif isinstance(one, FunctionType):
        names = set(_names(one.__code__))
        for value in [one.__globals__.get(name) for name in names]:
            if isinstance(value, ModuleType) and value.__name__.startswith("tests"):
                yield from (used for name in names if _is_ours(used := getattr(value, name, None)))
            elif _is_ours(value):
                yield value


def _names(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names(constant)


def _is_ours(value: Any) -> bool:
    is_code = inspect.isclass(value) or isinstance(value, FunctionType)
    return is_code and str(value.__module__).startswith("tests")
