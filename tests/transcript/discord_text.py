r"""Reads a Discord message's text as Discord's clients do, independently of what the bot writes.

Discord's Markdown is not CommonMark. At each place of a text the rules are tried in their order, and what the first
one that matches holds is read in the same way, blocks within styles included. A quote needs ``> `` on every line, an
ordered list ``1.``, tables and rules (``---``) do not exist, ``__`` underlines.

Sources: Discord support, "Markdown Text 101"; the rules of github.com/discord/SimpleAST (Discord's parser on Android)
and of github.com/ariabuckles/simple-markdown (the base of its web client); Discord docs, Message Formatting. Not
official, but found by those who rebuilt its parser: a blank line ends a list, and the list swallows it; the newline
behind a block of code does not show. (`tests.discord_markdown` finds more markup than clients do, to prove that none is
there; this one is for showing.)
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from tests.transcript.formatted import Kind, Node, Styled

_DEEPEST = 40
"""Levels that are read: a hostile text must not exhaust the stack."""

_BULLET = r"(?:[*-]|\d+\.)"
_URL = r"https?://(?:\([^)\s<]*\)|[^\s<>()\\])*(?<![.,:;\"'\]])"
_PLAIN = re.compile(r"\n|[^\n]+?(?=[^0-9A-Za-z\s\u00c0-\uffff]|\n|https?://|\Z)")


@dataclass(slots=True)
class _State:
    """Where the reader stands."""

    names: Mapping[str, str]
    at_line_start: bool = True
    in_quote: bool = False
    depth: int = 0


def read(text: str, names: Mapping[str, str] | None = None) -> Sequence[Node]:
    """What people see of a message's text.

    Args:
        text: The message's ``content``.
        names: How mentions look, by how they are written: ``<@1>`` to ``@Ann``. Who is not in it is shown as unknown;
            ``@everyone`` and ``@here`` are plain text unless they are in it.
    """
    return _read(text, _State(names or {}))


def _read(text: str, state: _State) -> list[Node]:
    state.depth += 1
    nodes: list[Node] = []
    place = 0
    while place < len(text):
        node, place = _next(text, place, state)
        if isinstance(node, str) and nodes and isinstance(nodes[-1], str):
            nodes[-1] += node
        else:
            nodes.append(node)
    state.depth -= 1
    return nodes


def _next(text: str, place: int, state: _State) -> tuple[Node, int]:
    for rule in _RULES if state.depth <= _DEEPEST else ():
        if state.at_line_start or not rule.at_line_start:
            found = rule.pattern.match(text, place)
            if found is not None and (node := rule.make(found, state)) is not None:
                return node, found.end()
    plain = _PLAIN.match(text, place)
    assert plain is not None, "it matches at least one character"
    state.at_line_start = plain[0] == "\n" or (state.at_line_start and plain[0].isspace())
    return plain[0], plain.end()


_Make = Callable[[re.Match[str], _State], Node | None]


def _styled(kind: Kind) -> _Make:
    def make(found: re.Match[str], state: _State) -> Node:
        inside = next(group for group in found.groups() if group is not None)
        return Styled(kind, _read(inside, state))

    return make


def _line(kind: Kind) -> _Make:
    def make(found: re.Match[str], state: _State) -> Node:
        node = Styled(kind, _read(found["line"], state), str(len(found["level"])))
        state.at_line_start = True
        return node

    return make


def _word(make: _Make) -> _Make:
    """For what is no blank: nothing behind it begins a line."""

    def then(found: re.Match[str], state: _State) -> Node | None:
        node = make(found, state)
        if node is not None:
            state.at_line_start = False
        return node

    return then


def _quote(found: re.Match[str], state: _State) -> Node | None:
    if state.in_quote:
        return None
    inside = found["rest"]
    if inside is None:
        inside = re.sub(r"(?m)^ *> ?", "", found[0])
    state.in_quote = True
    node = Styled(Kind.QUOTE, _read(inside.removesuffix("\n"), state))
    state.in_quote, state.at_line_start = False, True
    return node


def _list(found: re.Match[str], state: _State) -> Node:
    here = rf"^ {{{len(found['indent'])}}}"
    first = found["bullet"].removesuffix(".")
    items: list[Node] = []
    for item in re.finditer(
        rf"(?m)(?P<prefix>{here}{_BULLET} +)(?P<inside>.*(?:\n(?!{here[1:]}{_BULLET} ).*)*)", found[0]
    ):
        inside = re.sub(rf"(?m)^ {{1,{len(item['prefix'])}}}", "", item["inside"]).rstrip()
        state.at_line_start = True
        marker = f"{int(first) + len(items)}." if first.isdecimal() else "•"
        items.append(Styled(Kind.ITEM, _read(inside, state), marker))
    state.at_line_start = True
    return Styled(Kind.LIST, items)


def _pre(found: re.Match[str], state: _State) -> Node:
    state.at_line_start = found[0].endswith("\n")
    return Styled(Kind.PRE, [found["code"]], found["language"] or "")


def _code(found: re.Match[str], state: _State) -> Node:
    inside = found["code"]
    return Styled(Kind.CODE, [inside.strip() if len(found["ticks"]) > 1 else inside])


def _link(found: re.Match[str], state: _State) -> Node | None:
    if "://" in found["label"]:
        return None
    return Styled(Kind.LINK, _read(found["label"], state), re.sub(r"\\(.)", r"\1", found["url"]))


def _bare_link(found: re.Match[str], state: _State) -> Node:
    return Styled(Kind.LINK, [found["url"]], found["url"])


def _mention(found: re.Match[str], state: _State) -> Node | None:
    written = found[0]
    if written in {"@everyone", "@here"} and written not in state.names:
        return None
    unknown = "#unknown" if written.startswith("<#") else "@unknown"
    return Styled(Kind.MENTION, [state.names.get(written, unknown)], written)


def _special(found: re.Match[str], state: _State) -> Node:
    match found.lastgroup:
        case "emoji":
            return Styled(Kind.EMOJI, [f":{found['emoji']}:"])
        case "command":
            return Styled(Kind.TOUCHABLE, [f"/{found['command']}"])
        case _:
            return Styled(Kind.TOUCHABLE, [found[0]])


def _escaped(found: re.Match[str], state: _State) -> Node:
    return str(found[1])


@dataclass(frozen=True, slots=True)
class _Rule:
    pattern: re.Pattern[str]
    make: _Make
    """What it becomes; None: it is none after all."""
    at_line_start: bool = False
    """It is one only there."""


def _at_line_start(pattern: str, make: _Make) -> _Rule:
    return _Rule(re.compile(pattern), make, at_line_start=True)


_RULES = (
    _Rule(re.compile(r"\\([^0-9A-Za-z\s])"), _word(_escaped)),
    _Rule(re.compile(r"\*\*((?:\\[\s\S]|[^\\])+?)\*\*(?!\*)"), _styled(Kind.BOLD)),
    _Rule(re.compile(r"__((?:\\[\s\S]|[^\\])+?)__(?!_)"), _styled(Kind.UNDERLINE)),
    _Rule(
        re.compile(
            r"_((?:__|\\[\s\S]|[^\\_])+?)_(?!\w)"
            r"|\*(?=\S)((?:\*\*|\\[\s\S]|\s+(?:\\[\s\S]|[^\s*\\]|\*\*)|[^\s*\\])+?)\*(?!\*)"
        ),
        _styled(Kind.ITALIC),
    ),
    _Rule(re.compile(r"~~([\s\S]+?)~~(?!_)"), _styled(Kind.STRIKETHROUGH)),
    _Rule(re.compile(r"\|\|([\s\S]+?)\|\|"), _styled(Kind.SPOILER)),
    _Rule(
        re.compile(r"```(?:(?P<language>[\w+\-.#]+)?[^\S\n]*\n)?\n*(?P<code>[^\n][\s\S]*?)\n*```\n?", re.ASCII), _pre
    ),
    _Rule(re.compile(r"(?P<ticks>`+)(?P<code>[\s\S]*?[^`])(?P=ticks)(?!`)"), _word(_code)),
    _at_line_start(r" *>>> (?P<rest>[\s\S]+)| *> [^\n]*(?:\n *> [^\n]*)*\n?", _quote),
    _at_line_start(r" *(?P<level>-)# +(?!-#)(?P<line>[^\n]+)(?:\n|\Z)", _line(Kind.SUBTEXT)),
    _at_line_start(r" *(?P<level>#{1,3}) +(?!#)(?P<line>[^\n]+?)#*\s*?(?:\n|\Z)", _line(Kind.HEADING)),
    _at_line_start(
        rf"(?P<indent> *)(?P<bullet>{_BULLET}) +\S[\s\S]*?(?:\n+(?! )(?!(?P=indent){_BULLET} )\n*|\s*\Z)", _list
    ),
    _Rule(
        re.compile(rf"\[(?P<label>(?:\\.|\[[^\]\n]*\]|[^\[\]\\])+)\]\(\s*<?(?P<url>{_URL})>?(?:\s+\"[^\"\n]*\")?\s*\)"),
        _word(_link),
    ),
    _Rule(re.compile(rf"<(?P<url>{_URL})>"), _word(_bare_link)),
    _Rule(re.compile(rf"(?P<url>{_URL})"), _word(_bare_link)),
    _Rule(re.compile(r"<@[!&]?[0-9]+>|<#[0-9]+>|@everyone|@here"), _word(_mention)),
    _Rule(
        re.compile(r"<a?:(?P<emoji>\w+):[0-9]+>|</(?P<command>[^:>\n]+):[0-9]+>|(?P<time><t:-?[0-9]+(?::[tTdDfFR])?>)"),
        _word(_special),
    ),
)
"""Discord's rules in the order in which they are tried."""
