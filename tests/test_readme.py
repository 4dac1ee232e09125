"""The README says what the code does."""

from pathlib import Path

from pydantic import BaseModel

from bot.settings.settings import Settings
from bot.settings.variables import variables

README = Path(__file__).parent.parent / "README.md"


def test_every_variable_is_explained() -> None:
    unexplained = [name for name, variable in variables(Settings).items() if not variable.field.description]
    assert unexplained == []


def test_the_readme_has_exactly_the_table_of_the_settings() -> None:
    lines = README.read_text(encoding="utf-8").splitlines()
    start = lines.index("| variable | meaning | default |")
    table = [line for line in lines[start:] if line.startswith("|")][: len(variables(Settings)) + 2]
    expected = _configuration_table().splitlines()
    assert table == expected, "put this into README.md:\n" + "\n".join(expected)


def _configuration_table() -> str:
    """All variables as a Markdown table: name, meaning (the field's description), default."""
    rows = [
        f"| `{variable.name}` | {_one_line(variable.field.description or '')} | {_default(variable.field.default)} |"
        for variable in variables(Settings).values()
    ]
    return "\n".join(["| variable | meaning | default |", "| --- | --- | --- |", *rows])


def _one_line(text: str) -> str:
    return " ".join(text.split()).removesuffix(".").replace("|", "\\|")


def _default(value: object) -> str:
    if value is None or value == ():
        return "not set"
    if isinstance(value, bool):
        return "`on`" if value else "`off`"
    text = value.model_dump_json() if isinstance(value, BaseModel) else str(value)
    if "\n" in text:
        return "built in"
    return f"`{text.removesuffix('.0') if isinstance(value, float) else text}`"
