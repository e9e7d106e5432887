""" "territorial issue": these words side by side, in this order and form; with ~n, within n extra words."""

from __future__ import annotations

from dataclasses import dataclass, field

from wirewatch.core.query.node import Found, Node, Term, View
from wirewatch.core.query.side_by_side import any_of
from wirewatch.core.query.spelling import Spelling, spellings


@dataclass(frozen=True, slots=True)
class Phrase(Node):
    """A quoted phrase."""

    text: str
    spellings: tuple[Spelling, ...] = field(compare=False, repr=False)

    @classmethod
    def of(cls, text: str) -> Phrase:
        """Return the node of a phrase as typed between its quotes."""
        return cls(" ".join(text.split()), spellings(text))

    def find(self, view: View) -> Found | None:
        """Find the words as they were typed."""
        places = view.within(any_of(self.spellings, view.page.where))
        return Found(places, [Term(str(self), places)]) if places else None

    def __str__(self) -> str:
        return f'"{self.text}"'
