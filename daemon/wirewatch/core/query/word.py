"""talks: a word in any inflection."""

from __future__ import annotations

from dataclasses import dataclass, field

from wirewatch.core.query.node import Found, Node, Term, View
from wirewatch.core.query.side_by_side import any_of
from wirewatch.core.query.spelling import Spelling, spellings


@dataclass(frozen=True, slots=True)
class Word(Node):
    """A bare word. What is typed without a space stands side by side."""

    text: str
    spellings: tuple[Spelling, ...] = field(compare=False, repr=False)

    @classmethod
    def of(cls, text: str) -> Word:
        """Return the node of a word as typed."""
        return cls(text, spellings(text))

    def find(self, view: View) -> Found | None:
        """Find every inflection."""
        places = view.within(any_of(self.spellings, view.page.where_word))
        return Found(places, [Term(self.text, places)]) if places else None

    def __str__(self) -> str:
        return self.text
