"""From the text of a watch to its tree; every mistake is refused with its place and a suggestion."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, NoReturn

from wirewatch.core.query.boolean import And, Or
from wirewatch.core.query.lexer import Kind, Lexeme, lex
from wirewatch.core.query.node import Node
from wirewatch.core.query.phrase import Phrase
from wirewatch.core.query.run import Run
from wirewatch.core.query.word import Word
from wirewatch.core.text.little import is_little
from wirewatch.errors import QueryError

_MAX_DEPTH: Final = 50
_MAX_LENGTH: Final = 100_000
_STARTERS: Final = frozenset(
    (Kind.OPEN, Kind.ATLEAST, Kind.FIELD, Kind.TERM, Kind.PHRASE, Kind.EXACT_WORD, Kind.EXACT_PHRASE,
     Kind.REGEX, Kind.WORD)
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Query:
    """The text of a watch and what it means. ``str`` prints the canonical form, which reads back as an equal query."""

    text: str = field(compare=False)
    node: Node
    anywhere: bool = False
    """``in:anywhere``: boilerplate is looked at too."""

    def __str__(self) -> str:
        if not self.anywhere:
            return str(self.node)
        return f"{self.node.wrapped()} AND in:anywhere"


def parse_query(text: str, *, terms: Mapping[str, str] | None = None) -> Query:
    """Read a query. Raise QueryError, with the place and a suggestion, for anything malformed."""
    if not text.strip():
        raise QueryError(
            "the query is empty", query=text, at=0, hint='write words, or a "phrase in quotes"'
        )
    if len(text) > _MAX_LENGTH:
        raise QueryError(
            f"the query is longer than {_MAX_LENGTH} characters", query=text, at=_MAX_LENGTH
        )
    return _Parser(text, terms or {}).query()


class _Parser:
    def __init__(self, text: str, terms: Mapping[str, str], inside: tuple[str, ...] = ()) -> None:
        self._text, self._terms, self._inside = text, terms, inside
        self._lexemes = lex(text)
        self._at = 0
        self._depth = 0
        self.anywhere = False

    def query(self) -> Query:
        node = self._or()
        if self._peek.kind is Kind.CLOSE:
            self._fail(
                "this parenthesis was never opened", self._peek, 'remove it, or add a "(" before'
            )
        return Query(self._text, node, self.anywhere)

    @property
    def _peek(self) -> Lexeme:
        return self._lexemes[self._at]

    def _next(self) -> Lexeme:
        lexeme = self._lexemes[self._at]
        self._at += 1
        return lexeme

    def _fail(self, message: str, lexeme: Lexeme, hint: str | None = None) -> NoReturn:
        raise QueryError(message, query=self._text, at=lexeme.at, hint=hint)

    def _or(self) -> Node:
        parts = [self._and()]
        while self._peek.kind is Kind.OR:
            self._next()
            parts.append(self._and())
        flat = [p for part in parts for p in (part.parts if isinstance(part, Or) else (part,))]
        return flat[0] if len(flat) == 1 else Or(tuple(flat))

    def _and(self) -> Node:
        gathered = _Gathered()
        start = self._peek
        while True:
            kind = self._peek.kind
            if kind in _STARTERS:
                node = self._near()
                if node is not None:
                    gathered.run.append(node)
            elif kind is Kind.AND:
                self._conjunction(gathered, start)
            elif kind in (Kind.NOT, Kind.MINUS):
                gathered.without.append(self._excluded())
            else:
                break
        return self._conjoined(gathered, start)

    def _conjunction(self, gathered: _Gathered, start: Lexeme) -> None:
        operator = self._next()
        if operator is start:
            self._fail(f"{operator.value} has nothing on its left", operator, _QUOTE_IT)
        if self._peek.kind not in _STARTERS and self._peek.kind not in (Kind.NOT, Kind.MINUS):
            self._fail(f"{operator.value} has nothing on its right", operator, _QUOTE_IT)
        gathered.end_run()

    def _excluded(self) -> Node:
        operator = self._next()
        if self._peek.kind not in _STARTERS:
            self._fail(f"{operator.value} has nothing on its right", operator, _QUOTE_IT)
        if operator.kind is Kind.MINUS:
            node = self._near()
        else:
            run: list[Node] = []
            while self._peek.kind in _STARTERS:
                found = self._near()
                if found is not None:
                    run.append(found)
            node = _run(run) if run else None
        if node is None:
            self._fail(
                "there is no word to exclude here", operator, "exclude words, phrases or fields"
            )
        return node

    def _conjoined(self, gathered: _Gathered, start: Lexeme) -> Node:
        gathered.end_run()
        if gathered.parts:
            return gathered.node()
        if gathered.without:
            self._fail(
                "a query that only excludes would match nearly everything",
                start,
                "say what to look for first: talks -oil",
            )
        return self._nothing(start)

    def _nothing(self, start: Lexeme) -> NoReturn:
        found = self._peek
        if start.kind is Kind.WORD:
            self._fail("there are no letters or digits here", start, "write the words to look for")
        if found.kind is Kind.OR:
            self._fail(f"{found.value} has nothing on its left", found, _QUOTE_IT)
        before = self._lexemes[self._at - 1] if self._at else None
        if before is not None and before.kind is Kind.OR:
            self._fail(f"{before.value} has nothing on its right", before, _QUOTE_IT)
        if found.kind is Kind.CLOSE and before is not None and before.kind is Kind.OPEN:
            self._fail("this group is empty", before, "write something between the parentheses")
        if found.kind is Kind.CLOSE:
            self._fail("this parenthesis was never opened", found, 'remove it, or add a "(" before')
        if found.kind is Kind.NEAR:
            self._fail(f"{found.value} has nothing on its left", found, _QUOTE_IT)
        self._fail(
            "something to look for is missing here", found, "write a word, a phrase or a group"
        )

    def _near(self) -> Node | None:
        return self._primary()

    def _primary(self) -> Node | None:
        lexeme = self._next()
        return _PRIMARIES[lexeme.kind](self, lexeme)

    def group(self, opening: Lexeme) -> Node:
        """Read up to the closing parenthesis."""
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            self._fail("parentheses are nested too deeply", opening, f"at most {_MAX_DEPTH} levels")
        node = self._or()
        if self._peek.kind is not Kind.CLOSE:
            self._fail("this parenthesis is never closed", opening, 'add a closing ")"')
        self._next()
        self._depth -= 1
        return node

    def word(self, lexeme: Lexeme) -> Node | None:
        """Read a bare word; what holds no letters is only punctuation."""
        if lexeme.value in "-\u2212":
            self._fail(
                '"-" needs a word right behind it',
                lexeme,
                "write -word to exclude, or leave it out",
            )
        node = Word.of(lexeme.value)
        return node if node.spellings else None

    def phrase(self, lexeme: Lexeme) -> Node:
        """Read a quoted phrase."""
        node = Phrase.of(lexeme.value)
        if not node.spellings:
            self._fail(
                "there are no letters between these quotes", lexeme, "quote the words to look for"
            )
        return node


_QUOTE_IT: Final = "write a word, a phrase or a group there; put the operator in quotes to look for the word itself"

_PRIMARIES: Final[Mapping[Kind, Callable[[_Parser, Lexeme], Node | None]]] = {
    Kind.OPEN: _Parser.group,
    Kind.WORD: _Parser.word,
    Kind.PHRASE: _Parser.phrase,
}


@dataclass(slots=True)
class _Gathered:
    """What one conjunction holds so far: finished units, the run being read, and the exclusions."""

    parts: list[Node] = field(default_factory=list)
    run: list[Node] = field(default_factory=list)
    without: list[Node] = field(default_factory=list)

    def end_run(self) -> None:
        if self.run:
            self.parts.append(_run(self.run))
            self.run = []

    def node(self) -> Node:
        parts: list[Node] = []
        without = list(self.without)
        for part in self.parts:
            if isinstance(part, And):
                parts += part.parts
                without += part.without
            else:
                parts.append(part)
        if len(parts) == 1 and not without:
            return parts[0]
        return And(tuple(parts), tuple(without))


def _run(parts: list[Node]) -> Node:
    """Make a run of neighbours; little words in it are not required."""
    wanted = [p for p in parts if not (isinstance(p, Word) and is_little(p.text))]
    kept = wanted or parts
    return kept[0] if len(kept) == 1 else Run(tuple(kept))
