"""From the text of a query to its tree."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from wirewatch.core.query.lexer import Kind, Lexeme, lexemes
from wirewatch.core.query.node import And, Node, Or, Phrase, Words
from wirewatch.core.text.tokens import inflection_key, tokens
from wirewatch.errors import QueryError

LITTLE = frozenset("a an the of in on at to for by with from".split())
"""Words that a bare-word query does not require."""


@dataclass(frozen=True, slots=True)
class Query:
    """A query and its tree. Equal when the trees are."""

    root: Node
    text: str = ""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Query) and self.root == other.root

    def __hash__(self) -> int:
        return hash(self.root)

    def __str__(self) -> str:
        return str(self.root)


def parse_query(text: str, *, terms: Mapping[str, str] | None = None) -> Query:
    """Read a query. Raise QueryError with the place of the fault and its mend."""
    del terms
    parser = _Parser(text)
    root = parser.alternatives()
    parser.expect_end()
    if isinstance(root, And) and not root.parts:
        raise QueryError(
            "the query only excludes", query=text, at=0, hint="say what to look for too"
        )
    return Query(root, text)


class _Parser:
    def __init__(self, text: str) -> None:
        self._text = text
        self._lexemes = lexemes(text)
        self._next = 0
        if not self._lexemes:
            raise QueryError(
                "the query is empty", query=text, at=0, hint="write the words to look for"
            )

    def alternatives(self) -> Node:
        parts = [self._together()]
        while self._take(Kind.OR):
            parts.append(self._together())
        for part in parts:
            if len(parts) > 1 and isinstance(part, And) and not part.parts:
                raise self._error("an alternative only excludes", "say what to look for too")
        return parts[0] if len(parts) == 1 else Or(tuple(parts))

    def expect_end(self) -> None:
        left = self._peek()
        if left is not None:
            raise QueryError(
                "a closing parenthesis without an opening one",
                query=self._text,
                at=left.at,
                hint="remove it, or add ( before",
            )

    def _together(self) -> Node:
        parts: list[Node] = []
        excluded: list[Node] = []
        while True:
            if self._take(Kind.NOT):
                excluded.append(self._atom(alone=True))
            elif self._at_atom():
                parts.append(self._atom())
            else:
                raise self._error(
                    "something to look for is missing here", "a word, a phrase or ( )"
                )
            if self._take(Kind.AND):
                continue
            following = self._peek()
            if following is None or following.kind in (Kind.OR, Kind.CLOSE):
                break
        if len(parts) == 1 and not excluded:
            return parts[0]
        return And(tuple(parts), tuple(excluded))

    def _atom(self, *, alone: bool = False) -> Node:
        lexeme = self._peek()
        if lexeme is None or not self._at_atom():
            raise self._error("something to look for is missing here", "a word, a phrase or ( )")
        if lexeme.kind is Kind.WORD:
            return self._words(alone=alone)
        self._next += 1
        if lexeme.kind is Kind.PHRASE:
            return self._phrase(lexeme)
        if self._take(Kind.CLOSE):
            raise QueryError(
                "an empty group", query=self._text, at=lexeme.at, hint="put words between ( and )"
            )
        inner = self.alternatives()
        if not self._take(Kind.CLOSE):
            raise QueryError(
                "a parenthesis is opened and not closed",
                query=self._text,
                at=lexeme.at,
                hint="add a closing )",
            )
        return inner

    def _phrase(self, lexeme: Lexeme) -> Phrase:
        forms = tuple(token.form for token in tokens(lexeme.text))
        if not forms:
            raise QueryError(
                "quotation marks without a word",
                query=self._text,
                at=lexeme.at,
                hint="write words between them",
            )
        return Phrase(forms, " ".join(lexeme.text.split()))

    def _words(self, *, alone: bool) -> Node:
        """Read neighbouring words as one run; after a minus only the one word."""
        run: list[Lexeme] = []
        while (lexeme := self._peek()) is not None and lexeme.kind is Kind.WORD:
            run.append(lexeme)
            self._next += 1
            if alone:
                break
        typed = " ".join(lexeme.text for lexeme in run)
        forms = [token.form for token in tokens(typed)]
        if not forms:
            raise QueryError(
                "no letters or digits here", query=self._text, at=run[0].at, hint="write a word"
            )
        needed = [form for form in forms if form not in LITTLE] or forms
        return Words(tuple(dict.fromkeys(inflection_key(form) for form in needed)), typed)

    def _at_atom(self) -> bool:
        lexeme = self._peek()
        return lexeme is not None and lexeme.kind in (Kind.WORD, Kind.PHRASE, Kind.OPEN)

    def _peek(self) -> Lexeme | None:
        return self._lexemes[self._next] if self._next < len(self._lexemes) else None

    def _take(self, kind: Kind) -> bool:
        lexeme = self._peek()
        if lexeme is not None and lexeme.kind is kind:
            self._next += 1
            return True
        return False

    def _error(self, message: str, hint: str) -> QueryError:
        lexeme = self._peek()
        at = lexeme.at if lexeme is not None else len(self._text)
        return QueryError(message, query=self._text, at=at, hint=hint)
