"""What a newcomer relies on before any code of the bot runs: the commands, the lock files, what git ignores."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
LOCK_FILES = ("requirements.lock", "requirements-dev.lock")


def locked(name: str) -> dict[str, str]:
    """Requirement (with its marker) to its hashes, as pip reads them."""
    text = (ROOT / name).read_text(encoding="utf-8").replace("\\\n", " ")
    entries = [line.partition(" --hash=") for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return {requirement.strip(): " --hash=" + hashes for requirement, _, hashes in entries}


@pytest.mark.parametrize("target", ["setup", "run", "test", "explore", "check", "format", "bench", "lock", "clean"])
def test_make_has_the_target(target: str) -> None:
    assert re.search(rf"^{target}:", MAKEFILE, re.MULTILINE)


@pytest.mark.parametrize("target", ["run", "test", "explore", "check", "bench"])
def test_commands_set_everything_up_by_themselves(target: str) -> None:
    assert re.search(rf"^{target}: \$\(READY\)$", MAKEFILE, re.MULTILINE)


@pytest.mark.parametrize("name", LOCK_FILES)
def test_every_locked_package_has_a_version_and_hashes(name: str) -> None:
    entries = locked(name)
    assert entries
    assert [requirement for requirement in entries if not re.match(r"[\w.\[\],-]+==[\w.+!]+", requirement)] == []
    assert [requirement for requirement, hashes in entries.items() if "--hash=sha256:" not in hashes] == []


@pytest.mark.parametrize("name", LOCK_FILES)
def test_lock_files_name_no_index_and_no_address(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    assert re.findall(r"^-.*|\S*://\S*", text, re.MULTILINE) == []


def test_what_runs_is_part_of_what_is_tested() -> None:
    runtime, development = locked("requirements.lock"), locked("requirements-dev.lock")
    assert runtime.items() <= development.items()


def test_every_dependency_of_the_project_is_locked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = {re.split(r"[\[<>=~ ]", line)[0].lower() for line in project["project"]["dependencies"]}
    names = {re.split(r"[\[=]", requirement)[0].lower() for requirement in locked("requirements.lock")}
    assert {name.replace(".", "-") for name in wanted} <= names


def test_ci_runs_the_commands_of_the_readme() -> None:
    script = ROOT / ".ci" / "run"
    lines = script.read_text(encoding="utf-8").splitlines()
    assert {"make check", "make test"} <= set(lines)
    assert lines.index("make check") < lines.index("make test")
    assert script.stat().st_mode & 0o111


def test_git_ignores_what_the_commands_make_and_what_holds_secrets() -> None:
    # Read as text: the tests must pass on a machine without git.
    ignored = set((ROOT / ".gitignore").read_text(encoding="utf-8").splitlines())
    made = set(re.findall(r"\.\w+", MAKEFILE.partition("rm -rf $(VENV)")[2]))
    assert {".mypy_cache", ".ruff_cache", ".pytest_cache", ".hypothesis"} <= made
    assert {f"{name}/" for name in made} | {".venv", "__pycache__/", ".env", "glimpse.toml", "/data/"} <= ignored


def test_the_image_holds_the_code_and_nothing_else() -> None:
    allowed = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    assert allowed == {"adapters", "bot", "storage", "requirements.lock"}


def test_the_image_runs_without_root_and_keeps_its_data_in_one_volume() -> None:
    lines = (ROOT / "Dockerfile").read_text(encoding="utf-8").splitlines()
    last_stage = lines[max(number for number, line in enumerate(lines) if line.startswith("FROM")) :]
    assert [line for line in last_stage if line.startswith("USER")] == ["USER glimpse"]
    assert [line for line in last_stage if line.startswith("VOLUME")] == ["VOLUME /data"]
    assert any("--require-hashes" in line for line in lines)
    assert any(line.startswith("HEALTHCHECK") for line in last_stage)
