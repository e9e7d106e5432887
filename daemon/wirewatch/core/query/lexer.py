"""From the text of a query to lexemes with their places."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from wirewatch.errors import QueryError

_QUOTES: Final = '"“”„‟«»＂″'


class Kind(Enum):
    """What a lexeme is."""

    PHRASE = auto()
    WORD = auto()
    AND = auto()
    OR = auto()
    NOT = auto()
    OPEN = auto()
    CLOSE = auto()


@dataclass(frozen=True, slots=True)
class Lexeme:
    """A piece of a query and where it begins."""

    kind: Kind
    text: str
    at: int


_LEXEME: Final = re.compile(
    rf"(?P<space>\s+)|(?P<quote>[{_QUOTES}])|(?P<open>\()|(?P<close>\))|(?P<bar>\|\|?)|(?P<amp>&&)"
    rf"|(?P<minus>[-−](?=\S))|(?P<word>[^\s()|{_QUOTES}]+)"
)
_OPERATORS: Final = {
    "AND": Kind.AND,
    "and": Kind.AND,
    "OR": Kind.OR,
    "or": Kind.OR,
    "NOT": Kind.NOT,
}


def lexemes(query: str) -> list[Lexeme]:
    """Cut a query into lexemes. Raise QueryError for a quote that does not end."""
    found: list[Lexeme] = []
    at = 0
    while at < len(query):
        match = _LEXEME.match(query, at)
        assert match is not None  # noqa: S101  the pattern takes any character
        kind, text = match.lastgroup, match.group()
        if kind == "quote":
            end = _closing(query, at)
            found.append(Lexeme(Kind.PHRASE, query[at + 1 : end], at))
            at = end + 1
            continue
        if kind != "space":
            found.append(_lexeme(kind, text, at))
        at = match.end()
    return found


def _lexeme(kind: str | None, text: str, at: int) -> Lexeme:
    match kind:
        case "open":
            return Lexeme(Kind.OPEN, text, at)
        case "close":
            return Lexeme(Kind.CLOSE, text, at)
        case "bar":
            return Lexeme(Kind.OR, text, at)
        case "amp":
            return Lexeme(Kind.AND, text, at)
        case "minus":
            return Lexeme(Kind.NOT, text, at)
        case _:
            return Lexeme(_OPERATORS.get(text, Kind.WORD), text, at)


def _closing(query: str, at: int) -> int:
    for end in range(at + 1, len(query)):
        if query[end] in _QUOTES:
            return end
    raise QueryError(
        "a quotation mark is opened and not closed", query=query, at=at, hint='add a closing "'
    )
