"""The log, as an operator reads it on the standard error of a process."""

import re
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

TOKEN = "123456:AAH-secret_token/x"
PREAMBLE = f"""
import logging
from bot.errors import PlatformRefused
from bot.logs import configure
TOKEN = {TOKEN!r}
configure("INFO", [TOKEN, "sk-key", "", "abc"])
log = logging.getLogger("bot.somewhere")
"""

UNWATCHED_TASK = """
import asyncio
async def work():
    raise ValueError(TOKEN)
async def main():
    task = asyncio.create_task(work())
    await asyncio.sleep(0.001)
asyncio.run(main())
"""


def stderr_of(code: str) -> str:
    """What a process that runs `code` after the preamble writes."""
    source = PREAMBLE + textwrap.dedent(code)
    done = subprocess.run(  # noqa: S603 - only the code of these tests
        [sys.executable, "-c", source], cwd=Path(__file__).parent.parent, capture_output=True, text=True, check=False
    )
    assert done.stdout == ""
    return done.stderr


def test_a_line_has_time_level_place_and_message() -> None:
    line = stderr_of("log.info('started in %s ms', 12)")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ INFO    bot\.somewhere: started in 12 ms\n", line)


@pytest.mark.parametrize(
    "code",
    [
        "log.info('polling https://api.telegram.org/bot%s/getUpdates', TOKEN)",
        "from urllib.parse import quote; log.info('at /bot%s/', quote(TOKEN, safe=''))",
        "log.info('%r', {'Authorization': 'Bearer sk-key', 'token': TOKEN})",
        "log.info(f'concatenated{TOKEN}withoutspace')",
    ],
)
def test_secrets_are_blotted_out_of_messages(code: str) -> None:
    output = stderr_of(code)
    assert "[secret]" in output
    assert "AAH-secret" not in output
    assert "sk-key" not in output


@pytest.mark.parametrize(
    "code",
    [
        "try:\n    raise ValueError(f'bad url /bot{TOKEN}/')\nexcept ValueError:\n    log.exception('failed')",
        "raise ValueError(f'nobody caught /bot{TOKEN}/')",
        "import threading\ndef work():\n    raise ValueError(TOKEN)\nthreading.Thread(target=work).start()",
        "import warnings\nwarnings.warn(f'slow {TOKEN}')",
        "try:\n    raise KeyError(TOKEN)\nexcept KeyError as e:\n    raise RuntimeError('later') from e",
        UNWATCHED_TASK,
    ],
)
def test_secrets_are_blotted_out_of_errors_wherever_they_come_from(code: str) -> None:
    output = stderr_of(code)
    assert "[secret]" in output
    assert "AAH-secret" not in output


def test_short_words_are_not_taken_for_secrets() -> None:
    assert "the abc of it" in stderr_of("log.info('the abc of it')")


def test_an_expected_error_is_one_line_without_a_trace() -> None:
    output = stderr_of("""
        try:
            raise PlatformRefused("posting was refused (50013).", remedy="Grant Send Messages.")
        except PlatformRefused:
            log.exception("turn 7: not delivered")
    """)
    assert output.count("\n") == 1
    assert "turn 7: not delivered (PlatformRefused: posting was refused (50013). Grant Send Messages.)" in output


def test_an_unexpected_error_keeps_its_trace() -> None:
    output = stderr_of("""
        try:
            1 / 0
        except ZeroDivisionError:
            log.exception("turn 7: failed")
    """)
    assert "turn 7: failed\n    Traceback (most recent call last):\n" in output
    assert "    ZeroDivisionError: division by zero\n" in output


def test_what_people_wrote_cannot_forge_a_line() -> None:
    output = stderr_of(r"log.info('name: %s', 'Eve\n2026-01-01T00:00:00Z ERROR bot: all data lost\u2028\x1b[2J')")
    assert output.count("\n") == 1
    assert r"Eve\n2026-01-01" in output
    assert "\x1b" not in output


@pytest.mark.parametrize(
    "name", ["httpx", "httpcore.connection", "aiohttp.access", "discord.gateway", "alembic.runtime"]
)
def test_libraries_are_quiet_below_warning(name: str) -> None:
    code = f"logging.getLogger({name!r}).info('chatter'); logging.getLogger({name!r}).warning('trouble')"
    output = stderr_of(code)
    assert "chatter" not in output
    assert f"WARNING {name}: trouble" in output


def test_ctrl_c_prints_no_trace() -> None:
    assert stderr_of("raise KeyboardInterrupt") == ""


def test_a_traceback_can_not_drive_the_terminal_of_who_reads_it() -> None:
    text = stderr_of("""
        try:
            raise ValueError("\\x1b]0;owned\\x07 \\x9b31m and \\u2028 more")
        except ValueError:
            log.exception("failed \\x9b31m")
    """)
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028]", text)
    assert r"\x1b]0;owned\x07 \x9b31m" in text
