"""From the text of a watch to its tree; every mistake is refused with its place and a suggestion."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Final, NoReturn

from wirewatch.core.query.atleast import AtLeast
from wirewatch.core.query.boolean import Or
from wirewatch.core.query.exact import Exact
from wirewatch.core.query.fields import (
    SIDE_FIELDS,
    SITE_FIELDS,
    TEXT_FIELDS,
    Beside,
    InText,
)
from wirewatch.core.query.gather import Gathered, run_of
from wirewatch.core.query.lexer import Kind, Lexeme, lex
from wirewatch.core.query.near import Near
from wirewatch.core.query.node import Node, walk
from wirewatch.core.query.phrase import LoosePhrase, Phrase
from wirewatch.core.query.query import Query
from wirewatch.core.query.regex import Regex, RegexError
from wirewatch.core.query.site_or_language import site_or_language
from wirewatch.core.query.term import Named
from wirewatch.core.query.word import Word
from wirewatch.core.text.words import is_pattern
from wirewatch.errors import QueryError

_MAX_DEPTH: Final = 50
_MAX_LENGTH: Final = 100_000
_MAX_DISTANCE: Final = 1_000
_LEAST_LETTERS: Final = 3
_MAX_WORDS: Final = 400
_MAX_CHAIN: Final = 30
_QUOTE_IT: Final = "write a word, a phrase or a group there; put the operator in quotes to look for the word itself"


def parse_query(text: str, *, terms: Mapping[str, str] | None = None) -> Query:
    """Read a query. Raise QueryError, with the place and a suggestion, for anything malformed."""
    return _Parser(text, terms or {}, ()).query()


class _Parser:
    """Reads one query from left to right; each method reads one rule of the grammar."""

    def __init__(self, text: str, terms: Mapping[str, str], inside: tuple[str, ...]) -> None:
        if not text.strip():
            raise QueryError(
                "the query is empty", query=text, at=0, hint='write words, or a "phrase in quotes"'
            )
        if len(text) > _MAX_LENGTH:
            raise QueryError(
                f"the query is longer than {_MAX_LENGTH} characters",
                query=text,
                at=_MAX_LENGTH,
                hint="spread it over several watches",
            )
        self._text, self._terms, self._inside = text, terms, inside
        self._lexemes = lex(text)
        self._at = 0
        self._depth = 0
        self._field: str | None = None
        self._anywhere = False

    def query(self) -> Query:
        node = self._or()
        if self._peek.kind is not Kind.END:
            self.fail(
                "this parenthesis was never opened", self._peek, 'remove it, or add a "(" before'
            )
        return Query(self._text, node, self._anywhere)

    @property
    def _peek(self) -> Lexeme:
        return self._lexemes[self._at]

    def _next(self) -> Lexeme:
        lexeme = self._lexemes[self._at]
        self._at += 1
        return lexeme

    def fail(self, message: str, lexeme: Lexeme, hint: str) -> NoReturn:
        raise QueryError(message, query=self._text, at=lexeme.at, hint=hint)

    def _or(self) -> Node:
        parts = [self._and()]
        while self._peek.kind is Kind.OR:
            self._next()
            parts.append(self._and())
        if len(parts) == 1:
            return parts[0]
        return Or(
            tuple(p for part in parts for p in (part.parts if isinstance(part, Or) else (part,)))
        )

    def _and(self) -> Node:
        gathered = Gathered()
        start = self._peek
        while True:
            kind = self._peek.kind
            if kind in _PRIMARIES:
                node = self._near()
                if node is not None:
                    gathered.run.append(node)
            elif kind is Kind.AND:
                self._conjunction(gathered, start)
            elif kind in (Kind.NOT, Kind.MINUS):
                gathered.without.append(self._excluded())
            elif kind is Kind.NEAR:
                self.fail(f"{self._peek.value} has nothing on its left", self._peek, _QUOTE_IT)
            else:
                return self._conjoined(gathered, start)

    def _conjunction(self, gathered: Gathered, start: Lexeme) -> None:
        operator = self._next()
        if operator is start:
            self.fail(f"{operator.value} has nothing on its left", operator, _QUOTE_IT)
        if self._peek.kind not in _PRIMARIES and self._peek.kind not in (Kind.NOT, Kind.MINUS):
            self.fail(f"{operator.value} has nothing on its right", operator, _QUOTE_IT)
        gathered.end_run()

    def _excluded(self) -> Node:
        """Read what is excluded: behind NOT a whole run, behind a minus sign only what is attached to it."""
        operator = self._next()
        run: list[Node] = []
        while self._peek.kind in _PRIMARIES:
            node = self._near()
            if node is not None:
                run.append(node)
            if operator.kind is Kind.MINUS:
                break
        if not run:
            self.fail(f"{operator.value} has nothing on its right", operator, _QUOTE_IT)
        return run_of(run)

    def _conjoined(self, gathered: Gathered, start: Lexeme) -> Node:
        gathered.end_run()
        if gathered.parts:
            return gathered.node()
        if gathered.without:
            self.fail(
                "a query that only excludes would match nearly everything",
                start,
                "say what to look for first: talks -oil",
            )
        return self._nothing(start)

    def _nothing(self, start: Lexeme) -> NoReturn:
        found = self._peek
        before = self._lexemes[self._at - 1] if self._at else None
        if start.kind is Kind.FIELD:
            self.fail(
                "in:anywhere alone looks for nothing",
                start,
                'add words: "territorial issue" in:anywhere',
            )
        if start.kind is Kind.WORD:
            self.fail("there are no letters or digits here", start, "write the words to look for")
        if found.kind is Kind.OR:
            self.fail(f"{found.value} has nothing on its left", found, _QUOTE_IT)
        if before is not None and before.kind is Kind.OR:
            self.fail(f"{before.value} has nothing on its right", before, _QUOTE_IT)
        if before is not None and before.kind is Kind.OPEN:
            if found.kind is Kind.END:
                self.fail("this parenthesis is never closed", before, 'add a closing ")"')
            self.fail("this group is empty", before, "write something between the parentheses")
        self.fail("this parenthesis was never opened", found, 'remove it, or add a "(" before')

    def _near(self) -> Node | None:
        left = self._primary()
        chained = 0
        while self._peek.kind is Kind.NEAR:
            operator = self._next()
            chained += 1
            if chained > _MAX_CHAIN:
                self.fail("this chain of NEAR is too long", operator, "join groups with AND")
            if left is None:
                self.fail(f"{operator.value} has nothing on its left", operator, _QUOTE_IT)
            if self._peek.kind not in _PRIMARIES:
                self.fail(f"{operator.value} has nothing on its right", operator, _QUOTE_IT)
            right = self._primary()
            if right is None:
                self.fail(f"{operator.value} has nothing on its right", operator, _QUOTE_IT)
            left = self._nearer(left, operator, right)
        return left

    def _nearer(self, left: Node, operator: Lexeme, right: Node) -> Node:
        if not left.has_places or not right.has_places:
            self.fail(
                f"{operator.value} needs words or phrases on both sides",
                operator,
                "exclusions, site:, lang: and regular expressions have no place in the text: join them with AND",
            )
        words = operator.number or 0
        if words > _MAX_DISTANCE:
            self.fail(
                f"{operator.value} reaches too far",
                operator,
                f"at most {_MAX_DISTANCE} words; or AND",
            )
        return Near(left, right, words, operator.mark == "ordered")

    def _primary(self) -> Node | None:
        lexeme = self._next()
        return _PRIMARIES[lexeme.kind](self, lexeme)

    def group(self, opening: Lexeme) -> Node:
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            self.fail("parentheses are nested too deeply", opening, f"at most {_MAX_DEPTH} levels")
        node = self._or()
        if self._peek.kind is not Kind.CLOSE:
            self.fail("this parenthesis is never closed", opening, 'add a closing ")"')
        self._next()
        self._depth -= 1
        return node

    def word(self, lexeme: Lexeme) -> Node | None:
        """Read a bare word, initials typed apart as one; None for what is only punctuation."""
        text = lexeme.value
        while (
            self._peek.kind is Kind.WORD
            and _is_initial(text.split()[-1])
            and _is_initial(self._peek.value)
        ):
            text = f"{text} {self._next().value}"
        if text in ("-", "\u2212"):
            self.fail(
                '"-" needs a word right behind it',
                lexeme,
                "write -word to exclude it, or leave the sign out",
            )
        self._check_words(text, lexeme)
        node = Word.of(text)
        return node if node.spellings else None

    def phrase(self, lexeme: Lexeme) -> Node:
        self._check_words(lexeme.value, lexeme)
        if lexeme.number is not None:
            loose = LoosePhrase.of(lexeme.value, min(lexeme.number, _MAX_DISTANCE))
            if not loose.words:
                self._no_letters(lexeme)
            return loose
        node = Phrase.of(lexeme.value)
        if not node.spellings:
            self._no_letters(lexeme)
        return node

    def exact(self, lexeme: Lexeme) -> Node:
        self._check_words(lexeme.value, lexeme)
        node = Exact.of(lexeme.value, quoted=lexeme.kind is Kind.EXACT_PHRASE)
        if not node.spellings:
            self._no_letters(lexeme)
        if any(is_pattern(form) for spelling in node.spellings for form in spelling):
            self.fail("a wildcard cannot be exact", lexeme, "leave out = or the wildcard")
        return node

    def _no_letters(self, lexeme: Lexeme) -> NoReturn:
        self.fail("there are no letters or digits here", lexeme, "write the words to look for")

    def _check_words(self, text: str, lexeme: Lexeme) -> None:
        if len(text) > _MAX_WORDS:
            self.fail(
                f"this is longer than {_MAX_WORDS} characters",
                lexeme,
                "look for fewer words side by side",
            )
        for word in text.split():
            if is_pattern(word) and sum(char.isalnum() for char in word) < _LEAST_LETTERS:
                self.fail(
                    "a wildcard needs at least three letters beside it",
                    lexeme,
                    "write negotiat*, *kraine or R?ssia",
                )

    def regex(self, lexeme: Lexeme) -> Node:
        try:
            return Regex.of(lexeme.value, ignore_case=lexeme.mark == "i")
        except RegexError as wrong:
            self.fail(
                f"this regular expression cannot be used: {wrong}",
                lexeme,
                "RE2 syntax, without look-around or back-references",
            )

    def atleast(self, lexeme: Lexeme) -> Node:
        times = lexeme.number or 0
        if times < 1:
            self.fail("ATLEAST needs a number from 1", lexeme, "write ATLEAST3(word)")
        part = self.group(self._next())
        if not part.has_places:
            self.fail(
                "ATLEAST counts words and phrases",
                lexeme,
                "exclusions, site:, lang: and regular expressions cannot be counted",
            )
        return AtLeast(times, part)

    def term(self, lexeme: Lexeme) -> Node:
        name = lexeme.value
        if name not in self._terms:
            close = get_close_matches(name, self._terms, 1)
            known = f"did you mean @{close[0]}?" if close else "define it under [terms]"
            self.fail(f"there is no term @{name}", lexeme, known)
        if name in self._inside:
            circle = " -> ".join(f"@{n}" for n in (*self._inside[self._inside.index(name) :], name))
            self.fail(
                f"the term @{name} is defined by itself: {circle}", lexeme, "break the circle"
            )
        try:
            inner = _Parser(self._terms[name], self._terms, (*self._inside, name)).query()
        except QueryError as wrong:
            self.fail(
                f"in the term @{name}: {wrong.message}", lexeme, wrong.hint or "mend the term"
            )
        self._anywhere = self._anywhere or inner.anywhere
        return Named(name, inner.node)

    def field(self, lexeme: Lexeme) -> Node | None:
        name = lexeme.value
        if self._field is not None:
            self.fail(f"{name}: stands inside {self._field}:", lexeme, "use one field at a time")
        if self._peek.kind not in _PRIMARIES:
            self.fail(f"{name}: needs a word, a phrase or a group", lexeme, f"write {name}:word")
        if name == "in":
            self._everywhere(lexeme)
            return None
        self._field = name
        if name in SITE_FIELDS or name == "lang":
            node: Node | None = self._value(self._next(), name)
        else:
            node = self._primary()
        self._field = None
        if node is None:
            self._no_letters(lexeme)
        if name in TEXT_FIELDS:
            return InText(TEXT_FIELDS[name], node)
        if name in SIDE_FIELDS:
            if any(isinstance(part, Regex) for part in walk(node)):
                self.fail(
                    f"{name}: takes words and phrases",
                    lexeme,
                    "regular expressions read the text only",
                )
            return Beside(name, node)
        return node

    def _everywhere(self, lexeme: Lexeme) -> None:
        value = self._next()
        if value.value != "anywhere":
            self.fail(f"in:{value.value} is unknown", lexeme, "write in:anywhere, title: or body:")
        self._anywhere = True

    def _value(self, lexeme: Lexeme, name: str) -> Node:
        """Read a domain or a language, or a group of alternatives."""
        if lexeme.kind is Kind.OPEN:
            parts = [self._value(self._next(), name)]
            while self._peek.kind is Kind.OR:
                self._next()
                parts.append(self._value(self._next(), name))
            if self._peek.kind is not Kind.CLOSE:
                self.fail(
                    f"{name}: takes alternatives only", self._peek, f"write {name}:(one OR other)"
                )
            self._next()
            return parts[0] if len(parts) == 1 else Or(tuple(parts))
        return site_or_language(lexeme, name, query=self._text)


_PRIMARIES: Final = {
    Kind.OPEN: _Parser.group,
    Kind.WORD: _Parser.word,
    Kind.PHRASE: _Parser.phrase,
    Kind.EXACT_WORD: _Parser.exact,
    Kind.EXACT_PHRASE: _Parser.exact,
    Kind.REGEX: _Parser.regex,
    Kind.ATLEAST: _Parser.atleast,
    Kind.TERM: _Parser.term,
    Kind.FIELD: _Parser.field,
}
"""What a query is made of: one line for each kind of lexeme that can begin something to look for."""


def _is_initial(word: str) -> bool:
    return len(word) == 2 and word[0].isupper() and word[1] == "."
