"""Glimpse as people run it: a process of its own, watched from outside."""

import asyncio
import os
import re
import signal
import sys
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

import aiohttp

from tests.emulators.common import eventually

ROOT = Path(__file__).parent.parent
_READY = "glimpse: ready"
_SECRET_NAMES = ("DISCORD_TOKEN", "TELEGRAM_TOKEN", "MODEL_API_KEY")


class BotProcess:
    """``async with BotProcess(tmp_path, DISCORD_TOKEN=..., ...) as bot``: runs until the block ends.

    At the end of the block (and after each `terminate`) its whole output is checked: no secret and no traceback.
    The database and everything else it writes is in its directory, so a second one there takes up its work.
    """

    def __init__(self, directory: Path, *, module: str = "bot", **variables: str) -> None:
        """Prepare it; entering starts it.

        Args:
            directory: Where it works.
            module: What is run; another one than Glimpse's own must behave like it.
            variables: Its environment, and all of it but ``PATH``, ``PYTHONPATH``, a free ``HTTP_PORT`` and
                no self-test.
        """
        self.lines: list[str] = []
        """What it wrote, stderr and stdout together, over all starts."""
        self.expects_traces = False
        """An unexpected error is part of the scenario: tracebacks in the log are no fault."""
        self._directory = directory
        self._module = module
        self._variables = variables
        self._process: asyncio.subprocess.Process | None = None
        self._reader: asyncio.Task[None] | None = None
        self._started_at_line = 0

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.running:
            await self.kill()
        if error is None:
            self.check_output()
        else:
            error.add_note(f"the bot wrote:\n{self.output}")

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.returncode is None

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def output(self) -> str:
        return "\n".join(self.lines)

    @property
    def health_url(self) -> str:
        """Of the newest start."""
        found = re.findall(r"health: (http://\S+)", "\n".join(self.lines[self._started_at_line :]))
        assert found, f"no health address in the log:\n{self.output}"
        return str(found[-1])

    async def start(self, *, within_s: float = 60.0) -> None:
        """Start it and wait until it says that it is ready: at once, but on a machine that is busy with other tests."""
        await self.launch()

        def looked() -> bool:
            assert self.running, f"it ended with {self._code()} instead of getting ready:\n{self.output}"
            return any(_READY in line for line in self.lines[self._started_at_line :])

        try:
            await eventually(looked, within_s=within_s, what=f"{_READY!r} in the log")
        except AssertionError as error:
            error.add_note(f"the bot wrote:\n{self.output}")
            if self.running:
                await self.kill()
            raise

    async def launch(self) -> None:
        """Start it without waiting, for starts that are meant to fail."""
        assert not self.running, "it runs already"
        self._started_at_line = len(self.lines)
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            self._module,
            cwd=self._directory,
            env=self._environment(),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        self._reader = asyncio.create_task(self._read(self._process.stdout), name="output of the bot")

    async def wait(self, *, within_s: float = 20.0) -> int:
        """Wait until it ends by itself. Returns its exit code."""
        assert self._process is not None
        assert self._reader is not None
        async with asyncio.timeout(within_s):
            await self._process.wait()
            await self._reader
        return self._code()

    async def terminate(self, *, within_s: float = 20.0) -> int:
        """Send SIGTERM, as Docker does, and wait for the end. Returns the exit code."""
        self.send(signal.SIGTERM)
        code = await self.wait(within_s=within_s)
        self.check_output()
        return code

    async def kill(self) -> None:
        """Send SIGKILL: no line of its code runs any more."""
        self.send(signal.SIGKILL)
        await self.wait()

    async def restart(self) -> None:
        """Stop it with SIGTERM if it runs, and start it again on the same data."""
        if self.running:
            await self.terminate()
        await self.start()

    def send(self, number: signal.Signals) -> None:
        assert self._process is not None
        self._process.send_signal(number)

    async def health(self) -> int:
        """The status of `/healthz`."""
        async with aiohttp.ClientSession() as session, session.get(self.health_url) as response:
            return response.status

    def check_output(self) -> None:
        """Fail if it printed a secret or, unless expected, a traceback."""
        for name in _SECRET_NAMES:
            secret = self._variables.get(name)
            assert not secret or secret not in self.output, f"the value of {name} stands in its output"
        assert self.expects_traces or "Traceback (most recent call last)" not in self.output, self.output

    def _code(self) -> int:
        assert self._process is not None
        assert self._process.returncode is not None
        return self._process.returncode

    async def _read(self, stream: asyncio.StreamReader | None) -> None:
        assert stream is not None
        async for line in stream:
            self.lines.append(line.decode("utf-8", "replace").rstrip("\n"))

    def _environment(self) -> Mapping[str, str]:
        return {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            "HTTP_PORT": "0",
            # Its question to the model would be one that no scenario asked.
            "MODEL_SELF_TEST": "off",
            "DATABASE_URL": f"sqlite+aiosqlite:///{self._directory / 'glimpse.db'}",
            **self._variables,
        }
