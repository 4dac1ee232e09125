"""Formulas of TeX as text that can be read: fractions, powers, indices, Greek, sums, roots, matrices."""

import re
import unicodedata
from collections.abc import Mapping

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
_NUMBER_ROOTS = {"": "√", "2": "√", "3": "∛", "4": "∜"}
_AROUND_MATRIX = {"pmatrix": "()", "bmatrix": "[]", "Bmatrix": "{}", "vmatrix": "||", "Vmatrix": "‖‖", "cases": "{ "}
_ROWS = frozenset(["matrix", "smallmatrix", "array", *_AROUND_MATRIX])
_LINES = frozenset(f"{name}{star}" for name in ("align", "aligned", "equation", "gather", "gathered", "split")
                   for star in ("", "*"))


class _Unknown(Exception):
    """This formula stays as written."""


def readable(tex: str) -> str:
    """A formula in Unicode. Commands that are not known stay as written; so does a formula that makes no sense.

    Args:
        tex: Without its delimiters. At most `delimiters.LONGEST_FORMULA` code points.
    """
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
        shown = self._until("")
        while self._at < len(self._tokens):
            shown += self._next() + self._until("")
        return shown

    def _peek(self) -> str:
        return self._tokens[self._at] if self._at < len(self._tokens) else ""

    def _next(self) -> str:
        token = self._peek()
        self._at += 1
        return token

    def _until(self, end: str) -> str:
        """Everything up to `end`, a bracket, which is passed over."""
        self._depth += 1
        if self._depth > _DEEPEST:
            raise _Unknown
        shown: list[str] = []
        while (token := self._peek()) and token not in (end, "}"):
            shown.append(self._one())
        if token == end:
            self._at += 1
        self._depth -= 1
        return "".join(shown)

    def _one(self) -> str:
        token = self._next()
        match token[0]:
            case "{":
                return self._until("}")
            case "^":
                return _script(self._argument(), SUPERSCRIPTS, "^")
            case "_":
                return _script(self._argument(), SUBSCRIPTS, "_")
            case "\\" if len(token) > 1:
                return self._command(token[1:])
            case "~" | "\n" | " " | "\t":
                return " "
            case "&":
                return ""
            case "'":
                return "′"
            case _:
                return token

    def _argument(self) -> str:
        while self._peek().isspace():
            self._at += 1
        return self._one() if self._peek() not in ("", "}") else ""

    def _command(self, name: str) -> str:
        if name in SYMBOLS:
            return SYMBOLS[name]
        if name in FUNCTIONS:
            return f"{_BEGIN}{name}{_END_OF_NAME}"
        if name in NOTHING:
            if self._peek() == "." and name not in ("!", "-"):  # A bracket that is none: \right.
                self._at += 1
            return ""
        if name in SPACES:
            return " "
        if name in TEXTS:
            return self._argument()
        if name in ACCENTS:
            return _accented(self._argument(), ACCENTS[name])
        return self._structure(name)

    def _structure(self, name: str) -> str:
        match name:
            case "frac" | "dfrac" | "tfrac" | "cfrac":
                above, below = _grouped(self._argument(), _PRODUCT), _grouped(self._argument(), _APPLIED)
                return f"{_BEGIN}{above}/{below}{_END_OF_FRACTION}"
            case "binom" | "dbinom" | "tbinom":
                return f"C({self._argument()}, {self._argument()})"
            case "sqrt":
                return self._root()
            case "mathbb":
                return "".join(DOUBLE_STRUCK.get(letter, letter) for letter in self._argument())
            case "not":
                return unicodedata.normalize("NFC", f"{self._argument()}\u0338")
            case "pmod":
                return f"(mod {self._argument()})"
            case "tag":
                return f" ({self._argument()})"
            case "overset" | "stackrel":
                above, base = self._argument(), self._argument()
                return base + _script(above, SUPERSCRIPTS, "^")
            case "underset":
                below, base = self._argument(), self._argument()
                return base + _script(below, SUBSCRIPTS, "_")
            case "begin":
                return self._environment(self._argument())
            case "\\" | "newline":
                return "\n"
            case "{" | "}" | "%" | "$" | "#" | "&" | "_":
                return name
            case _:
                return self._unknown(name)

    def _unknown(self, name: str) -> str:
        shown = f"\\{name}"
        while self._peek() == "{":
            self._at += 1
            shown += "{" + self._until("}") + "}"
        return shown

    def _root(self) -> str:
        degree = ""
        if self._peek() == "[":
            self._at += 1
            degree = self._until("]")
        sign = _NUMBER_ROOTS.get(degree) or _script(degree, SUPERSCRIPTS, "") + "√"
        return sign + _grouped(self._argument(), _APPLIED)

    def _environment(self, name: str) -> str:
        if name not in _ROWS | _LINES:
            raise _Unknown
        if name == "array":
            self._argument()
        rows = [[""]]
        while (token := self._peek()) and token != "\\end":
            match token:
                case "&":
                    self._at += 1
                    rows[-1].append("")
                case "\\\\":
                    self._at += 1
                    rows.append([""])
                case "}":
                    raise _Unknown
                case _:
                    rows[-1][-1] += self._one()
        self._at += 1
        self._argument()
        return _rows(name, [[cell.strip() for cell in row] for row in rows if any(cell.strip() for cell in row)])


def _rows(name: str, rows: list[list[str]]) -> str:
    if name in _LINES:
        return "\n".join(" ".join(filter(None, row)) for row in rows)
    opening, closing = _AROUND_MATRIX.get(name, "[]")
    between = ", " if name == "cases" else " "
    return f"{opening}{'; '.join(between.join(row) for row in rows)}{closing}".replace(",, ", ", ")


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
