"""How the bot's own commands are told from everything else."""

import pytest

from bot.commands.known import COMMANDS, UNKNOWN, parse_command
from bot.events import Command


@pytest.mark.parametrize("blank", [" ", "  ", "\n", "\t", "\r\n", "\u00a0", "\u2003", " \n "])
def test_any_blank_ends_the_name_of_a_command(blank: str) -> None:
    assert parse_command(f"/reset{blank}all of it{blank}") == Command(name="reset", argument="all of it")


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_known_in_any_case(name: str) -> None:
    assert parse_command(f"/{name.upper()}") == Command(name=name)


def test_start_is_help() -> None:
    assert parse_command("/start") == Command(name="help")


@pytest.mark.parametrize(
    ("slip", "near"),
    [("/hlep", "help"), ("/setting", "settings"), ("/persna You are a pirate", "persona"), ("/STOPP", "stop")],
)
def test_a_slip_of_the_finger_is_told_from_a_question(slip: str, near: str) -> None:
    assert parse_command(slip) == Command(name=UNKNOWN, argument=near)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "/",
        "/ help",
        "//help",
        "help",
        "/tldr",
        "/home",
        "/help@other_bot",
        "/help/me",
        "/help.py",
        "say /help",
    ],
)
def test_everything_else_is_no_command(text: str) -> None:
    assert parse_command(text) is None
