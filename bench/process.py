"""A bot as a process of its own, and what Linux says it used."""

import asyncio
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Self

ROOT = Path(__file__).parent.parent
_TICKS_PER_S = os.sysconf("SC_CLK_TCK")
_PARENT, _CPU = 1, slice(11, 15)  # In /proc/PID/stat after the name: ppid; utime, stime, cutime, cstime (proc(5)).
_SHOWN_LINES = 20


class BotProcess:
    """``async with BotProcess("bot", directory, variables) as bot``: runs until the block ends."""

    def __init__(self, module: str, directory: Path, variables: Mapping[str, str]) -> None:
        """Prepare it.

        Args:
            module: What ``python -m`` runs.
            directory: Where it works and its log goes.
            variables: Its environment, and all of it but ``PATH`` and ``PYTHONPATH``.
        """
        self._module = module
        self._directory = directory
        self._variables = {"PATH": os.environ["PATH"], "MODEL_SELF_TEST": "off", "PYTHONPATH": str(ROOT), **variables}
        self._process: asyncio.subprocess.Process | None = None

    async def __aenter__(self) -> Self:
        with self._log.open("wb") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                self._module,
                cwd=self._directory,
                env=self._variables,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        if self._running.returncode is None:
            self._running.kill()
        await self._running.wait()

    def check(self) -> None:
        """Fail if it has ended.

        Raises:
            RuntimeError: with the end of its log.
        """
        if self._running.returncode is not None:
            lines = self._log.read_text(errors="replace").splitlines()[-_SHOWN_LINES:]
            raise RuntimeError("\n".join([f"{self._module} ended with {self._running.returncode}:", *lines]))

    def cpu_s(self) -> float:
        """Processor time used so far, by it and all of its children."""
        return sum(sum(map(int, _stat(pid)[_CPU])) for pid in self._tree()) / _TICKS_PER_S

    def resident_mb(self) -> float:
        """Memory it holds now, with its children; what they share counts for each."""
        return self._memory_mb("VmRSS")

    def peak_mb(self) -> float:
        """The most memory each process of the tree ever held, summed."""
        return self._memory_mb("VmHWM")

    @property
    def _running(self) -> asyncio.subprocess.Process:
        assert self._process is not None
        return self._process

    @property
    def _log(self) -> Path:
        return self._directory / f"{self._module}.log"

    def _memory_mb(self, field: str) -> float:
        return sum(_status_kib(pid, field) for pid in self._tree()) * 1024 / 1e6

    def _tree(self) -> Sequence[int]:
        parents = {pid: int(_stat(pid)[_PARENT]) for pid in _pids()}
        tree = [self._running.pid]
        for parent in tree:
            tree += [pid for pid, its_parent in parents.items() if its_parent == parent]
        return tree


def _pids() -> Sequence[int]:
    return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]


def _stat(pid: int) -> Sequence[str]:
    """The fields after the name, which may itself hold spaces and brackets; zeros for a process that is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return ["0"] * 50


def _status_kib(pid: int, field: str) -> int:
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in status.splitlines() if line.startswith(f"{field}:")), 0)
