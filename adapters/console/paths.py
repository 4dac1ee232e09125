"""Finds the paths of pictures in a typed line, however a terminal or a person writes them."""

import contextlib
import itertools
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

PICTURE_SUFFIXES = frozenset(
    {
        *(".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".apng", ".webp", ".gif", ".avif"),
        *(".heic", ".heif", ".hif", ".bmp", ".tif", ".tiff"),
    }
)

MAX_WORDS = 8
"""Words that an unquoted path with spaces may have."""

_TOKEN = re.compile(
    r"""
      (?<![^\s(\[{<]) '(?:[^']|'\\'')+' (?![\w'])   # in quotes, as terminals on Linux drop a file
    | (?<![^\s(\[{<]) "(?:[^"\\]|\\.)+" (?![\w"])   # in quotes, as Windows does
    | (?:\\.|\S)+                                   # a word; a backslash takes in what follows, as on macOS
    """,
    re.VERBOSE,
)
_EXPLICIT = re.compile(r"~|/|\.{1,2}[/\\]|[A-Za-z]:[/\\]|\\\\|file:", re.IGNORECASE)
_WORD = re.compile(r"\S+")
_DRIVE = re.compile(r"([A-Za-z]):[/\\]")
_OPENING, _CLOSING = "([{<`*_", ".,;:!?)]}>`*_"


@dataclass(frozen=True, slots=True)
class Found:
    """What a line holds beside its words."""

    text: str
    """The line without the paths of `files`."""
    files: tuple[Path, ...]
    """Absolute, in the order of the line, each once."""
    missing: tuple[str, ...]
    """Written like the path of a picture, but there is no such file. They stay in the text."""


def find_files(line: str, *, is_file: Callable[[Path], bool] = os.path.isfile) -> Found:
    r"""Find the paths of existing files: quoted, escaped, with ``~``, as file:// URLs, as Windows writes them.

    Only what begins like a path (``/``, ``~``, ``./``, ``C:\``) or ends like a picture is looked for, so that no
    ordinary word is taken for a file. Blocks while the file system says whether a file is there.
    """
    files: list[Path] = []
    missing: list[str] = []
    kept: list[str] = []
    position = 0
    while token := _TOKEN.search(line, position):
        kept.append(line[position : token.start()])
        hit = _hit(line, token, is_file)
        if hit is not None:
            files.append(hit.path)
            if hit.punctuation:
                kept = ["".join(kept).rstrip(), hit.punctuation]
            position = hit.end
        elif _names_a_picture(token.group(), alone=token.group() == line.strip()):
            missing.append(_bare(token.group()))
            kept.append(token.group())
            position = token.end()
        else:
            # What stands in quotes may be a sentence with a path in it.
            position = token.start() + 1 if token.group()[0] in "'\"" else token.end()
            kept.append(line[token.start() : position])
    kept.append(line[position:])
    text = _tidy("".join(kept)) if files else line.strip()
    return Found(text, tuple(dict.fromkeys(files)), tuple(missing))


def _tidy(text: str) -> str:
    """Close the gaps that paths left."""
    return re.sub(r"(?<=\S)[ \t]{2,}(?=\S)", " ", text).strip().lstrip(".,;: ")


@dataclass(frozen=True, slots=True)
class _Hit:
    path: Path
    end: int
    """Where it ends in the line."""
    punctuation: str
    """What stood behind it and belongs to the sentence."""


def _hit(line: str, token: re.Match[str], is_file: Callable[[Path], bool]) -> _Hit | None:
    for end in _possible_ends(line, token):
        written = line[token.start() : end]
        for candidate in dict.fromkeys((written, _peeled(written))):
            for reading in _readings(candidate):
                if is_file(reading):
                    behind = written.partition(candidate)[2]
                    return _Hit(reading, end, "".join(mark for mark in behind if mark in ".,;:!?"))
    return None


def _possible_ends(line: str, token: re.Match[str]) -> Iterator[int]:
    """With the token itself, or some words on if it begins like a path that is not quoted."""
    yield token.end()
    if _EXPLICIT.match(token.group()):
        for word in itertools.islice(_WORD.finditer(line, token.end()), MAX_WORDS - 1):
            if _has_picture_suffix(_peeled(word.group())):
                yield word.end()


def _readings(written: str) -> Iterator[Path]:
    """The absolute paths that something written may mean."""
    for path in _unquoted(written):
        if not (_EXPLICIT.match(path) or _has_picture_suffix(path)):
            continue
        local = unquote(urlsplit(path).path) if path.lower().startswith("file:") else path
        with contextlib.suppress(RuntimeError):  # ~somebody, of whom nobody knows a home.
            yield Path(local).expanduser().absolute()
        if drive := _DRIVE.match(path):  # Windows' own paths, seen from Linux on Windows.
            yield Path("/mnt", drive[1].lower(), path[drive.end() :].replace("\\", "/"))


def _unquoted(written: str) -> Iterator[str]:
    """Without its quotes or escapes. On Windows a backslash is none."""
    if len(written) > 1 and written[0] == written[-1] == "'":
        yield written[1:-1].replace("'\\''", "'")
    elif len(written) > 1 and written[0] == written[-1] == '"':
        yield written[1:-1]
        yield re.sub(r"\\(.)", r"\1", written[1:-1])
    elif _DRIVE.match(written):
        yield written
    else:
        yield re.sub(r"\\(.)", r"\1", written)


def _peeled(written: str) -> str:
    return written.lstrip(_OPENING).rstrip(_CLOSING)


def _bare(written: str) -> str:
    return next(_unquoted(_peeled(written)))


def _has_picture_suffix(path: str) -> bool:
    return Path(path).suffix.lower() in PICTURE_SUFFIXES


def _names_a_picture(written: str, *, alone: bool) -> bool:
    path = _bare(written)
    is_path = _EXPLICIT.match(path) or "/" in path or alone
    is_link = "://" in path and not path.lower().startswith("file:")
    return _has_picture_suffix(path) and bool(is_path) and not is_link
