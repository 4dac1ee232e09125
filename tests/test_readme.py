"""The README says what the code does."""

from pathlib import Path

from bot.settings.settings import Settings
from bot.settings.variables import variables
from bot.settings.words import configuration_table

README = Path(__file__).parent.parent / "README.md"


def test_every_variable_is_explained() -> None:
    unexplained = [name for name, variable in variables(Settings).items() if not variable.field.description]
    assert unexplained == []


def test_the_readme_has_exactly_the_table_of_the_settings() -> None:
    lines = README.read_text(encoding="utf-8").splitlines()
    start = lines.index("| variable | meaning | default |")
    table = [line for line in lines[start:] if line.startswith("|")][: len(variables(Settings)) + 2]
    expected = configuration_table(Settings).splitlines()
    assert table == expected, "put this into README.md:\n" + "\n".join(expected)
