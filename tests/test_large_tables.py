"""Tables of more than a phone can show side by side: told in words, and large ones as a file as well."""

import csv
import io
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from adapters.discord.render import render as discord
from adapters.telegram.render import render as telegram
from bot.errors import PlatformRefused
from bot.markup.sheets import MOST_SHEETS, sheets
from bot.ports.parts import Part
from tests.core import running_core
from tests.emulators.common import eventually
from tests.emulators.model import ModelEmulator
from tests.fake_chat import FakeChat
from tests.happenings import message
from tests.people import People
from tests.process import BotProcess
from tests.scripted_model import said

Render = Callable[..., Sequence[Part]]

HEADER = ["City", "Country", "People", "Founded", "Known for"]
ROWS = [[f"City {n}", "Somewhere", f"{n},000,000", str(1100 + n), "its bridges, and much else"] for n in range(1, 7)]


def markdown(rows: list[list[str]]) -> str:
    lines = [HEADER, ["---"] * len(HEADER), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def rows_of(sheet: str) -> list[list[str]]:
    assert sheet.startswith("\ufeff")
    return list(csv.reader(io.StringIO(sheet[1:], newline="")))


def test_a_row_of_a_wide_table_is_one_entry() -> None:
    (part,) = telegram(markdown(ROWS[:2]), final=True)

    end = "Known for: its bridges, and much else"
    assert part.text == (
        f"• City: City 1 · Country: Somewhere · People: 1,000,000 · Founded: 1101 · {end}\n"
        f"• City: City 2 · Country: Somewhere · People: 2,000,000 · Founded: 1102 · {end}"
    )


@pytest.mark.parametrize(("render", "widest"), [(discord, 35), (telegram, 29)])
def test_a_table_is_aligned_as_long_as_it_fits_on_a_phone(render: Render, widest: int) -> None:
    for width in (widest, widest + 1):
        (part,) = render(f"| a | b |\n|---|---|\n| {'x' * 10} | {'y' * (width - 12)} |", final=True)
        assert ("----  ----" in part.text) == (width == widest)


def test_wide_characters_take_two_cells_and_joined_ones_no_more() -> None:
    (part,) = telegram(
        "| 名前 | n |\n|---|--:|\n| 東京 | 1 |\n| a | 22 |\n| é | 3 |\n| 👩‍🚀 | 4 |\n| ❤️👍🏽🇩🇪 | 5 |", final=True
    )

    assert part.text == ("名前     n\n------  --\n東京     1\na       22\né        3\n👩‍🚀       4\n❤️👍🏽🇩🇪   5")


def test_a_large_table_is_a_sheet_with_every_value() -> None:
    (sheet,) = sheets(f"Look:\n\n> - {markdown(ROWS).replace(chr(10), chr(10) + '>   ')}\n\nThat is all.", width=35)

    assert rows_of(sheet) == [HEADER, *ROWS]


def test_a_table_that_can_be_read_in_the_message_is_no_sheet() -> None:
    narrow = "| a | b |\n|---|---|\n" + "| 1 | 2 |\n" * 50

    for readable in (markdown(ROWS[:4]), narrow, f"```\n{markdown(ROWS)}\n```"):
        assert sheets(readable, width=35) == []


def test_of_many_tables_only_the_first_are_sheets() -> None:
    assert len(sheets("\n\n".join([markdown(ROWS)] * 9), width=35)) == MOST_SHEETS


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("=1+1", "'=1+1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("+cmd", "'+cmd"),
        ("-2.5 %", "-2.5 %"),
        ("+49 30 123", "+49 30 123"),
        ('say "a", b', 'say "a", b'),
        ("$x^2$ and **b**", "x² and b"),
        ("[a](https://x.de)", "a (https://x.de)"),
    ],
)
def test_a_spreadsheet_calculates_nothing_that_the_model_wrote(written: str, value: str) -> None:
    (sheet,) = sheets(markdown([*ROWS, [written, "", "", "", "words " * 5]]), width=35)

    assert rows_of(sheet)[-1][0] == value


async def test_where_tables_come_as_files_each_has_a_message_of_its_own(tmp_path: Path) -> None:
    chat = FakeChat(text_length=5000, tables_as_files=True)
    async with running_core(tmp_path, said(f"{markdown(ROWS)}\n\nand\n\n{markdown(ROWS)}"), chat=chat) as core:
        await core.hear(message("which?"))
        await core.finish()
        first, *others = chat.screen.values()
        assert first.document is None
        assert [(one.text, one.document and one.document.name) for one in others] == [("table.csv", "table.csv")] * 2


async def test_where_files_are_refused_the_answer_is_in_the_message_all_the_same(tmp_path: Path) -> None:
    chat = FakeChat(text_length=5000, tables_as_files=True)
    chat.refuses_files = PlatformRefused("no files here")
    async with running_core(tmp_path, said(markdown(ROWS)), chat=chat) as core:
        await core.hear(message("which?"))
        await core.finish()
        assert chat.texts() == [markdown(ROWS)]


async def test_people_get_the_words_and_the_file(people: People, model_emulator: ModelEmulator, tmp_path: Path) -> None:
    place = people.private()
    model_emulator.reply_with(f"Six cities:\n\n{markdown(ROWS)}")
    address = {"MODEL_API_URL": model_emulator.url, "MODEL_API_KEY": "model-key"}
    async with BotProcess(tmp_path, **address, **people.environment) as bot:
        await people.ready()
        await people.say(place, "which cities?")
        await eventually(lambda: len(people.shown(place)) == 2)
        words, below = people.shown(place)
        assert "City 6** · Country" in words or "City 6 · Country" in words
        assert below == "table.csv"
        assert rows_of(people.files(place)["table.csv"].decode()) == [HEADER, *ROWS]
        assert await bot.terminate() == 0
