"""The table of features: each one on each platform is shown by tests of the whole bot, or the platform has none."""

import asyncio
import json
import os
import re
import sys
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.feature_evidence import MARK, PROCESS
from tests.process import ROOT

TABLE = ROOT / "tests" / "features.md"
PLATFORMS = ("discord", "telegram")

_TEST = re.compile(r"`(test_\w+)::(test_\w+)`")
_NONE = re.compile(r"The platform has no such thing: <https://(?:discord\.com|core\.telegram\.org)/\S+>")


@dataclass(frozen=True, kw_only=True)
class Cell:
    """A feature on a platform."""

    feature: str
    platform: str
    words: str

    @property
    def tests(self) -> list[str]:
        """Node ids without parameters."""
        return [f"tests/{file}.py::{name}" for file, name in _TEST.findall(self.words)]

    @property
    def has_no_such_thing(self) -> bool:
        return _NONE.fullmatch(self.words) is not None

    def __str__(self) -> str:
        return f"{self.feature} ({self.platform})"


def cells(table: str) -> Iterator[Cell]:
    for line in table.splitlines():
        columns = [column.strip() for column in line.strip("|").split(" | ")]
        if line.startswith("|") and columns[0] != "feature" and not columns[0].startswith("---"):
            assert len(columns) == 1 + len(PLATFORMS), line
            for platform, words in zip(PLATFORMS, columns[1:], strict=True):
                yield Cell(feature=columns[0], platform=platform, words=words)


def faults(cell: Cell, collected: Mapping[str, AbstractSet[str]]) -> Iterator[str]:
    """What is wrong with a cell. `collected`: test without parameters to what it runs against, over all parameters."""
    if cell.has_no_such_thing:
        return
    if not cell.tests:
        yield f"{cell}: nothing shows it"
    for test in cell.tests:
        if test not in collected:
            yield f"{cell}: there is no {test}"
        elif not {cell.platform, PROCESS} <= collected[test]:
            yield f"{cell}: {test} does not run the bot's process on that platform"


async def collect(files: AbstractSet[str], folder: Path) -> dict[str, set[str]]:
    """The tests of these files, as pytest finds them, and what they run against."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "pytest", "--collect-only", "--quiet", "-p", "no:cacheprovider", "-p", "no:xdist"),
        *("-p", "tests.feature_evidence", f"--basetemp={folder / 'collected'}"),
        *sorted(files),
        cwd=ROOT,
        env={name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output = (await process.communicate())[0].decode()
    found: dict[str, set[str]] = {}
    for line in output.splitlines():
        if line.startswith(MARK):
            for node, evidence in json.loads(line.removeprefix(MARK)).items():
                found.setdefault(node.partition("[")[0], set()).update(evidence)
    assert found, output
    return found


async def test_every_feature_is_shown_on_both_platforms(tmp_path: Path) -> None:
    every = list(cells(TABLE.read_text()))
    files = {test.partition("::")[0] for cell in every for test in cell.tests}
    missing = [file for file in sorted(files) if not (ROOT / file).exists()]
    collected = await collect(files - set(missing), tmp_path)
    assert [fault for cell in every for fault in faults(cell, collected)] == []


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        ("", "nothing shows it"),
        ("`test_made_up::test_nothing`", "there is no"),
        ("`test_real::test_of_telegram`", "does not run"),
        ("`test_real::test_without_process`", "does not run"),
        ("The platform has no such thing", "nothing shows it"),
        ("The platform has no such thing: <https://example.org/>", "nothing shows it"),
        ("`test_real::test_of_both`", None),
        ("The platform has no such thing: <https://discord.com/developers/docs/reference>", None),
    ],
)
def test_what_is_wrong_with_a_cell_is_found(words: str, fault: str | None) -> None:
    collected = {
        "tests/test_real.py::test_of_both": {"discord", "telegram", PROCESS},
        "tests/test_real.py::test_of_telegram": {"telegram", PROCESS},
        "tests/test_real.py::test_without_process": {"discord"},
    }
    cell = Cell(feature="Wings", platform="discord", words=words)
    found = list(faults(cell, collected))
    assert [fault in one for one in found if fault] == [True] * bool(fault)
