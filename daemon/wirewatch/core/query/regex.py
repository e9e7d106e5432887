r"""/territorial\s+issues?/: a regular expression in linear time, within one block."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, Final

import re2

from wirewatch.core.model.hit import Span
from wirewatch.core.query.node import Found, Node, Term
from wirewatch.core.query.view import View
from wirewatch.core.text.page import TEXTS

_NOT_LETTERS: Final = re.compile(r"\\[pP]\{[^}]*\}|\\.|\(\?P?<\w+>|\[:\w+:\]")
_MAX_FINDS: Final = 100


class RegexError(Exception):
    """The expression cannot be used; the message says why."""


@dataclass(frozen=True, slots=True)
class Regex(Node):
    """An RE2 expression. It reads folded text unless it has capitals of its own."""

    pattern: str
    ignore_case: bool
    folded: bool = field(compare=False, repr=False)
    compiled: Any = field(compare=False, repr=False)

    @classmethod
    def of(cls, pattern: str, *, ignore_case: bool) -> Regex:
        """Compile an expression. Raise RegexError when it is malformed or matches anything."""
        folded = not any(char.isupper() for char in _NOT_LETTERS.sub("", pattern))
        options = re2.Options()
        options.log_errors = False
        try:
            compiled = re2.compile(source(pattern, ignore_case=ignore_case), options)
        except re2.error as wrong:
            raise RegexError(_reason(wrong)) from wrong
        if compiled.search("") is not None:
            raise RegexError("it matches the empty text, so it would match everything")
        return cls(pattern, ignore_case, folded, compiled)

    def find(self, view: View) -> Found | None:
        """Find the expression in every block in view."""
        fields = fields_in(view)
        found = []
        for block in view.subject.blocks(folded=self.folded):
            if (block.field is None and not view.sees_boilerplate) or (
                block.field is not None and block.field not in fields
            ):
                continue
            for match in self.compiled.finditer(block.text):
                first, end = block.place(*match.span()) if match.end() > match.start() else (0, 0)
                if first < end:
                    found.append(Span(block.field, first, end) if block.field else None)
                if len(found) >= _MAX_FINDS:
                    break
        if not found:
            return None
        spans = tuple(dict.fromkeys(span for span in found if span is not None))
        return Found([], [Term(str(self), [], None, spans)])

    @property
    def has_places(self) -> bool:
        """It finds characters, not words."""
        return False

    def __str__(self) -> str:
        return f"/{self.pattern}/{'i' if self.ignore_case else ''}"


def source(pattern: str, *, ignore_case: bool) -> str:
    """Return the expression as RE2 is given it."""
    unescaped = pattern.replace("\\/", "/")
    return f"(?i){unescaped}" if ignore_case else unescaped


def fields_in(view: View) -> frozenset[str]:
    """Return the fields whose words are in view."""
    bounds = view.page.bounds
    starts = [0, *bounds]
    return frozenset(
        field
        for number, field in enumerate(TEXTS)
        if starts[number] >= view.first and bounds[number] <= view.end
    )


def _reason(wrong: Exception) -> str:
    said = wrong.args[0] if wrong.args else str(wrong)
    return said.decode(errors="replace") if isinstance(said, bytes) else str(said)
