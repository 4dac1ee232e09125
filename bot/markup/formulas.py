"""Formulas of TeX as text that can be read: fractions, powers, indices, Greek, sums, roots, matrices."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from types import MappingProxyType

from bot.markup.tex import ACCENTS, DOUBLE_STRUCK, FUNCTIONS, NOTHING, SPACES, SUBSCRIPTS, SUPERSCRIPTS, SYMBOLS, TEXTS

_TOKEN = re.compile(r"\\[A-Za-z]+\*?|\\.|[ \t\n]+|.", re.DOTALL)
_SIMPLE = re.compile(r"[\w√∛∜∂∇∞′]*[^\s+\-−±=<>/,;·×(]?")
_APPLIED = re.compile(r"\w*\([^()]*\)")
_PRODUCT = re.compile(r"(?:[\w√∛∜∂∇∞′]|\([^()]*\))*")
_BEGIN, _END_OF_NAME, _END_OF_FRACTION = "\ue000", "\ue001", "\ue002"
"""Of private use: they stand around names and fractions until it is known what is beside these."""
_APART = re.compile("(?<=[\\w)])\ue000|\ue001(?=[A-Za-z0-9Α-ω√∂\ue000])|\ue002(?=[A-Za-z0-9Α-ω√∂(\ue000])")
_MARKS = str.maketrans(dict.fromkeys([_BEGIN, _END_OF_NAME, _END_OF_FRACTION], ""))
_BLANKS = re.compile(r"[ \t]*\n[ \t]*|[ \t]{2,}")
_DEEPEST = 20
_SINGLE = MappingProxyType({"~": " ", "&": "", "'": "′"})
_ROOTS = MappingProxyType({"": "√", "2": "√", "3": "∛", "4": "∜"})
_AROUND_ROWS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "pmatrix": ("(", ")"),
        "Bmatrix": ("{", "}"),
        "vmatrix": ("|", "|"),
        "Vmatrix": ("‖", "‖"),
        "cases": ("{", ""),
        **dict.fromkeys(["bmatrix", "matrix", "smallmatrix", "array"], ("[", "]")),
    }
)
_LINES = frozenset(["align", "align*", "aligned", "equation", "equation*", "gather", "gather*", "gathered", "split"])


class _Unknown(Exception):
    """This formula stays as written."""


def readable(tex: str) -> str:
    """A formula in Unicode. Commands that are not known stay as written; so does a formula that makes no sense.

    Args:
        tex: Without its delimiters. At most `delimiters.LONGEST_FORMULA` code points.
    """
    if not _MARKS.keys().isdisjoint(map(ord, tex)):
        return tex
    try:
        shown = _Reader(tex).formula()
    except _Unknown:
        shown = tex
    shown = _APART.sub(" ", shown).translate(_MARKS)
    return _BLANKS.sub(lambda blanks: "\n" if "\n" in blanks[0] else " ", shown.strip()) or tex


class _Reader:
    def __init__(self, tex: str) -> None:
        self._tokens = _TOKEN.findall(tex)
        self._at = 0
        self._depth = 0

    def formula(self) -> str:
        """The whole formula; what closes nothing is kept."""
        shown = self.up_to("")
        while self._at < len(self._tokens):
            shown += self.next() + self.up_to("")
        return shown

    def peek(self) -> str:
        """The token that comes next; empty at the end."""
        return self._tokens[self._at] if self._at < len(self._tokens) else ""

    def next(self) -> str:
        """The same, and passes over it."""
        token = self.peek()
        self._at += 1
        return token

    def up_to(self, end: str) -> str:
        """Everything up to `end`, a bracket, which is passed over."""
        self._depth += 1
        if self._depth > _DEEPEST:
            raise _Unknown
        shown: list[str] = []
        while (token := self.peek()) and token not in (end, "}"):
            shown.append(self.one())
        if token == end:
            self._at += 1
        self._depth -= 1
        return "".join(shown)

    def one(self) -> str:
        """What the next token stands for, with its arguments."""
        token = self.next()
        match token[:1]:
            case "{":
                return self.up_to("}")
            case "^":
                return _script(self.argument(), SUPERSCRIPTS, "^")
            case "_":
                return _script(self.argument(), SUBSCRIPTS, "_")
            case "\\" if len(token) > 1:
                return self._command(token[1:])
            case _:
                return " " if token.isspace() else _SINGLE.get(token, token)

    def argument(self) -> str:
        """What a command applies to; empty if there is nothing."""
        while self.peek().isspace():
            self._at += 1
        return self.one() if self.peek() not in ("", "}") else ""

    def _command(self, name: str) -> str:
        if (structure := _STRUCTURES.get(name)) is not None:
            return structure(self)
        if name in NOTHING:
            if self.peek() == "." and name not in ("!", "-"):  # A bracket that is none: \right.
                self._at += 1
            return ""
        if name in ACCENTS:
            return _accented(self.argument(), ACCENTS[name])
        shown = SYMBOLS.get(name) or (" " if name in SPACES else None)
        if name in FUNCTIONS:
            shown = f"{_BEGIN}{name}{_END_OF_NAME}"
        return self._unknown(name) if shown is None else shown

    def _unknown(self, name: str) -> str:
        shown = f"\\{name}"
        while self.peek() == "{":
            self._at += 1
            shown += "{" + self.up_to("}") + "}"
        return shown


def _fraction(reader: _Reader) -> str:
    above = _grouped(reader.argument(), _PRODUCT)
    return f"{_BEGIN}{above}/{_grouped(reader.argument(), _APPLIED)}{_END_OF_FRACTION}"


def _binomial(reader: _Reader) -> str:
    return f"C({reader.argument()}, {reader.argument()})"


def _root(reader: _Reader) -> str:
    degree = ""
    if reader.peek() == "[":
        reader.next()
        degree = reader.up_to("]")
    sign = _ROOTS.get(degree) or _script(degree, SUPERSCRIPTS, "") + "√"
    return sign + _grouped(reader.argument(), _APPLIED)


def _double_struck(reader: _Reader) -> str:
    return "".join(DOUBLE_STRUCK.get(letter, letter) for letter in reader.argument())


def _negated(reader: _Reader) -> str:
    return unicodedata.normalize("NFC", f"{reader.argument()}\u0338")


def _above(reader: _Reader) -> str:
    above = reader.argument()
    return reader.argument() + _script(above, SUPERSCRIPTS, "^")


def _below(reader: _Reader) -> str:
    below = reader.argument()
    return reader.argument() + _script(below, SUBSCRIPTS, "_")


def _environment(reader: _Reader) -> str:
    name = reader.argument()
    if name not in _AROUND_ROWS and name not in _LINES:
        raise _Unknown
    if name == "array":
        reader.argument()
    rows = [[""]]
    while reader.peek() not in ("", "\\end"):
        match reader.peek():
            case "&":
                reader.next()
                rows[-1].append("")
            case "\\\\":
                reader.next()
                rows.append([""])
            case "}":
                raise _Unknown
            case _:
                rows[-1][-1] += reader.one()
    reader.next()
    reader.argument()
    return _rows(name, [[cell.strip() for cell in row] for row in rows if any(cell.strip() for cell in row)])


def _rows(name: str, rows: list[list[str]]) -> str:
    if name in _LINES:
        return "\n".join(" ".join(filter(None, row)) for row in rows)
    opening, closing = _AROUND_ROWS[name]
    between = ", " if name == "cases" else " "
    return f"{opening}{'; '.join(between.join(row) for row in rows)}{closing}".replace(",, ", ", ")


_STRUCTURES: Mapping[str, Callable[[_Reader], str]] = MappingProxyType(
    {
        **dict.fromkeys(["frac", "dfrac", "tfrac", "cfrac"], _fraction),
        **dict.fromkeys(["binom", "dbinom", "tbinom"], _binomial),
        **dict.fromkeys(["overset", "stackrel"], _above),
        **dict.fromkeys(TEXTS, _Reader.argument),
        "sqrt": _root,
        "mathbb": _double_struck,
        "not": _negated,
        "underset": _below,
        "begin": _environment,
        "pmod": lambda reader: f"(mod {reader.argument()})",
        "tag": lambda reader: f" ({reader.argument()})",
    }
)


def _script(shown: str, letters: Mapping[str, str], sign: str) -> str:
    """Raised or lowered, if there is a letter for all of it."""
    compact = shown.replace(" ", "")
    if all(letter in letters for letter in compact):
        return "".join(letters[letter] for letter in compact)
    return f"{sign}{shown}" if len(shown) == 1 else f"{sign}({shown})"


def _grouped(shown: str, whole: re.Pattern[str]) -> str:
    """In brackets, unless it is one thing or `whole` matches it."""
    bare = shown.strip()
    return bare if _SIMPLE.fullmatch(bare) or whole.fullmatch(bare) else f"({bare})"


def _accented(shown: str, accent: str) -> str:
    if accent == ACCENTS["overline"]:
        return "".join(letter + accent for letter in shown)
    return shown + accent if len(shown) <= 1 else f"({shown}){accent}"
