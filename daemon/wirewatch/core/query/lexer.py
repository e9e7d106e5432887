"""Cut a query into lexemes, each with its place, so that every mistake can be pointed at."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Final, NoReturn

from wirewatch.errors import QueryError

QUOTES: Final = '"“”„‟«»″＂〝〞〟❝❞「」『』'


class Kind(Enum):
    """What a lexeme is."""

    OPEN = "("
    CLOSE = ")"
    AND = "AND"
    OR = "OR"
    NOT = "NOT"
    MINUS = "-"
    NEAR = "NEAR"
    ATLEAST = "ATLEAST"
    FIELD = "field"
    TERM = "@"
    PHRASE = "phrase"
    EXACT_WORD = "=word"
    EXACT_PHRASE = '="phrase"'
    REGEX = "regex"
    WORD = "word"
    END = "end"


@dataclass(frozen=True, slots=True)
class Lexeme:
    """A piece of the query: *value* is its content (words of a phrase, name of a field)."""

    kind: Kind
    value: str
    at: int
    number: int | None = None
    """n of NEAR/n, ATLEASTn, "…"~n."""
    mark: str = ""
    """``ordered`` for ONEAR and pre; ``i`` for a regex."""


_WORD_END: Final = rf"\s()|{QUOTES}"
_LEXEME: Final = re.compile(
    rf"""\s+
    | (?P<open>\() | (?P<close>\)) | (?P<or>\|\|?) | (?P<and>&&(?=\s|\())
    | (?P<phrase>(?P<exact>=?)[{QUOTES}](?P<words>[^{QUOTES}]*)(?P<quote>[{QUOTES}]?)(?:~(?P<slop>\d*))?)
    | (?P<regex>/(?P<pattern>(?:[^/\\]|\\.)+)/(?P<flag>i?)(?=[\s)|]|$))
    | (?P<near>(?:(?P<order>O)?NEAR(?:/(?P<n>\d+))?|(?P<loworder>o)?near/(?P<lown>\d+)|[wW]/(?P<w>\d+)
              |(?:pre|PRE)/(?P<pre>\d+))(?=[\s()]|$))
    | (?P<atleast>(?:ATLEAST|atleast)(?P<times>\d+)(?=\s*\())
    | (?P<minus>[-\u2212\u2013](?=[^\s)]))
    | (?P<field>(?P<name>[A-Za-z]{{2,12}}):)
    | (?P<term>@(?P<term_name>[\w.-]+))
    | (?P<equals>=(?P<literal>[^{_WORD_END}]+))
    | (?P<word>[^{_WORD_END}]+)
    """,
    re.VERBOSE,
)
_UNFINISHED: Final = re.compile(r"(?P<near>O?NEAR/|PRE/|pre/).*|ATLEAST\d*")
"""What begins like an operator and is none: taken for a word, it would never be found, and nobody told why."""

_OPERATORS: Final = {
    "AND": Kind.AND, "and": Kind.AND, "OR": Kind.OR, "or": Kind.OR, "NOT": Kind.NOT,
}  # fmt: skip
FIELDS: Final = frozenset(
    "title intitle headline body text site source feed author category tag lang in".split()
)
_SIMPLE: Final = {"open": Kind.OPEN, "close": Kind.CLOSE, "or": Kind.OR, "and": Kind.AND}


def lex(query: str) -> list[Lexeme]:
    """Return the lexemes of a query, an END last. Raise QueryError for an unfinished quote or regex."""
    return [*_lexemes(query), Lexeme(Kind.END, "", len(query))]


def _lexemes(query: str) -> Iterator[Lexeme]:
    at = 0
    while at < len(query):
        match = _LEXEME.match(query, at)
        if match is None:  # pragma: no cover  every character begins a lexeme
            raise QueryError("this cannot be read", query=query, at=at)
        kind = match.lastgroup
        if kind == "field" and match["name"].lower() not in FIELDS:
            match, kind = _plain(query, at), "word"
        if kind is not None:
            yield _lexeme(query, match, kind)
        at = match.end()


_PLAIN: Final = re.compile(rf"(?P<word>[^{_WORD_END}]+)")


def _plain(query: str, at: int) -> re.Match[str]:
    match = _PLAIN.match(query, at)
    assert match is not None  # noqa: S101  a field's name is made of letters
    return match


def _lexeme(query: str, match: re.Match[str], kind: str) -> Lexeme:
    at = match.start()
    if kind in _SIMPLE:
        return Lexeme(_SIMPLE[kind], match.group(), at)
    read = _READERS.get(kind)
    return _word(query, match, at) if read is None else read(query, match, at)


def _word(query: str, match: re.Match[str], at: int) -> Lexeme:
    text = match["word"]
    if text.startswith("/") and len(text) > 1:
        raise QueryError(
            "this regular expression has no end",
            query=query,
            at=at,
            hint='end it with /, or put the words in quotes: "…"',
        )
    unfinished = _UNFINISHED.fullmatch(text)
    if unfinished is not None:
        _refuse(unfinished, query, at)
    return Lexeme(_OPERATORS.get(text, Kind.WORD), text, at)


def _refuse(unfinished: re.Match[str], query: str, at: int) -> NoReturn:
    begun = unfinished["near"]
    if begun:
        raise QueryError(
            f"{begun} needs a number right behind it",
            query=query,
            at=at,
            hint=f"write {begun}5; put it in quotes to look for the word itself",
        )
    raise QueryError(
        "ATLEAST needs a number right behind it, then parentheses",
        query=query,
        at=at,
        hint="write ATLEAST3(word); put it in quotes to look for the word itself",
    )


def _phrase(query: str, match: re.Match[str], at: int) -> Lexeme:
    if not match["quote"]:
        raise QueryError(
            "this quotation mark is never closed", query=query, at=at, hint='add a closing "'
        )
    if match["slop"] == "":
        raise QueryError(
            "~ needs a number",
            query=query,
            at=match.end() - 1,
            hint='write "…"~3 for three extra words',
        )
    slop = None if match["slop"] is None else int(match["slop"])
    if match["exact"]:
        return Lexeme(Kind.EXACT_PHRASE, match["words"], at, slop)
    return Lexeme(Kind.PHRASE, match["words"], at, slop)


def _near(query: str, match: re.Match[str], at: int) -> Lexeme:
    ordered = match["order"] or match["loworder"] or match["pre"]
    number = next((match[g] for g in ("n", "lown", "w", "pre") if match[g] is not None), None)
    n = 5 if number is None else int(number)
    return Lexeme(Kind.NEAR, match.group(), at, n, "ordered" if ordered else "")


def _regex(query: str, match: re.Match[str], at: int) -> Lexeme:
    return Lexeme(Kind.REGEX, match["pattern"], at, mark=match["flag"])


def _atleast(query: str, match: re.Match[str], at: int) -> Lexeme:
    return Lexeme(Kind.ATLEAST, match.group(), at, int(match["times"]))


def _minus(query: str, match: re.Match[str], at: int) -> Lexeme:
    return Lexeme(Kind.MINUS, "-", at)


def _field(query: str, match: re.Match[str], at: int) -> Lexeme:
    return Lexeme(Kind.FIELD, match["name"].lower(), at)


def _term(query: str, match: re.Match[str], at: int) -> Lexeme:
    return Lexeme(Kind.TERM, match["term_name"], at)


def _equals(query: str, match: re.Match[str], at: int) -> Lexeme:
    return Lexeme(Kind.EXACT_WORD, match["literal"], at)


_READERS: Final = {
    "phrase": _phrase, "near": _near, "regex": _regex, "atleast": _atleast, "minus": _minus,
    "field": _field, "term": _term, "equals": _equals,
}  # fmt: skip
