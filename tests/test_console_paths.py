"""Paths of pictures in what somebody types, or drops into the terminal."""

from pathlib import Path

import pytest

from adapters.console.paths import find_files


@pytest.fixture
def cat(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A picture whose path has what makes paths hard. Its folder is both home and working directory."""
    picture = tmp_path / "My Pictures" / "cat's 1.png"
    picture.parent.mkdir()
    picture.write_bytes(b"png")
    (tmp_path / "dog.JPG").write_bytes(b"jpg")
    (tmp_path / "Makefile").write_bytes(b"all:")
    (tmp_path / "scan").write_bytes(b"tiff")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    return picture


@pytest.mark.parametrize(
    "written",
    [
        "'{folder}/My Pictures/cat'\\''s 1.png'",
        '"{folder}/My Pictures/cat\'s 1.png"',
        "{folder}/My\\ Pictures/cat\\'s\\ 1.png",
        "{folder}/My Pictures/cat's 1.png",
        "file://{folder}/My%20Pictures/cat%27s%201.png",
        "file://localhost{folder}/My%20Pictures/cat%27s%201.png",
        "~/My\\ Pictures/cat\\'s\\ 1.png",
        '"~/My Pictures/cat\'s 1.png"',
        "./My\\ Pictures/cat\\'s\\ 1.png",
        "My\\ Pictures/cat\\'s\\ 1.png",
    ],
)
def test_a_path_is_found_however_it_is_written(written: str, cat: Path) -> None:
    path = written.format(folder=cat.parent.parent)

    for line, text in (
        (path, ""),
        (f"{path} what is this", "what is this"),
        (f"what  is {path} doing?", "what is doing?"),
        (f"  what is {path}  ", "what is"),
    ):
        found = find_files(line)
        assert (found.files, found.text, found.missing) == ((cat,), text, ())


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("what is dog.JPG?", "what is?"),
        ("look (dog.JPG), please", "look, please"),
        ("`dog.JPG`", ""),
        ("dog.JPG.", ""),
        ("this one: dog.JPG", "this one:"),
    ],
)
def test_punctuation_at_a_path_belongs_to_the_sentence(line: str, text: str, cat: Path) -> None:
    found = find_files(line)

    assert [file.name for file in found.files] == ["dog.JPG"]
    assert found.text == text
    assert cat.exists()


def test_several_pictures_come_in_their_order_and_once_each(cat: Path) -> None:
    found = find_files(f"compare dog.JPG with '{cat.parent}' and ./dog.JPG or \"{cat}\"")

    assert [file.name for file in found.files] == ["dog.JPG", cat.name]
    assert found.text == f"compare with '{cat.parent}' and or"


def test_a_file_without_a_suffix_needs_to_look_like_a_path(cat: Path) -> None:
    assert find_files(f"{cat.parent.parent}/scan").files == (cat.parent.parent / "scan",)
    assert find_files("./scan").files == (cat.parent.parent / "scan",)
    assert find_files("scan the Makefile").files == ()


@pytest.mark.parametrize(
    "line",
    [
        "what's the Makefile for, isn't it old?",
        "and/or, 1/2, C:, ~, /, //, ..., ./, \\, 'quoted words' and \"more\"",
        "  two  spaces   stay ",
        "see https://example.org/cat.png",
        "how do I turn logo.png into a vector?",
        "'tis the season, isn't it",
        "it ends with a backslash \\",
        "~nobody_of_that_name/x",
        "file: nothing, file://, \0",
        "x" * 5_000 + " /" + "y" * 5_000,
    ],
)
def test_ordinary_words_stay_as_they_are(line: str, cat: Path) -> None:
    found = find_files(line)

    assert cat.exists()
    assert (found.files, found.missing, found.text) == ((), (), line.strip())


@pytest.mark.parametrize(
    ("line", "missing"),
    [
        ("what is /nowhere/cat.png?", "/nowhere/cat.png"),
        ("'/nowhere/my cat.png' please", "/nowhere/my cat.png"),
        ("~/gone.heic", "~/gone.heic"),
        ("pictures/gone.webp", "pictures/gone.webp"),
        ("gone.png", "gone.png"),
        ("file:///nowhere/cat.png", "file:///nowhere/cat.png"),
        ("C:\\Users\\me\\gone.png", "C:\\Users\\me\\gone.png"),
    ],
)
def test_a_picture_that_is_not_there_is_reported_and_stays_in_the_text(line: str, missing: str, cat: Path) -> None:
    found = find_files(line)

    assert cat.exists()
    assert (found.files, found.text) == ((), line)
    assert found.missing == (missing,)


@pytest.mark.parametrize("written", ["C:\\Users\\me\\cat.png", '"C:\\Users\\me\\cat.png"', "C:/Users/me/cat.png"])
def test_a_windows_path_is_found_on_linux_under_windows(written: str) -> None:
    found = find_files(f"{written} nice?", is_file=lambda path: path == Path("/mnt/c/Users/me/cat.png"))

    assert found.files == (Path("/mnt/c/Users/me/cat.png"),)
    assert found.text == "nice?"


def test_a_sentence_in_quotes_may_hold_a_path(cat: Path) -> None:
    found = find_files("she said 'look at dog.JPG now'")

    assert [file.name for file in found.files] == ["dog.JPG"]
    assert cat.exists()


def test_a_very_long_line_is_searched_in_a_moment() -> None:
    line = "/a b/c.png 'x \"y " * 5_000

    assert find_files(line, is_file=lambda _: False).text == line.strip()
