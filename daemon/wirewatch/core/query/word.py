"""talks, negotiat*: a word in any inflection, or with wildcards."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from wirewatch.core.query.clue import Alternative, Clues, clues_of, proofs_of
from wirewatch.core.query.node import Found, Node, Term
from wirewatch.core.query.side_by_side import occurs, spelled
from wirewatch.core.query.spelling import Spelling, glued, spellings
from wirewatch.core.query.view import View
from wirewatch.core.text.page import Interval


@dataclass(frozen=True, slots=True)
class Word(Node):
    """A bare word. What is typed without a space stands side by side."""

    text: str
    spellings: tuple[Spelling, ...] = field(compare=False, repr=False)
    glued: tuple[str, ...] = field(default=(), compare=False, repr=False)
    """Itself and a neighbour written as one word, which stands for both."""

    @classmethod
    def of(cls, text: str) -> Word:
        """Return the node of a word as typed."""
        return cls(text, spellings(text))

    def find(self, view: View) -> Found | None:
        """Find every inflection."""
        places = self.places(view)
        return Found(places, [Term(self.text, places)]) if places else None

    def places(self, view: View) -> list[Interval]:
        """Return where every inflection stands."""
        return spelled(self._ways(), view, inflected=True)

    def _ways(self) -> tuple[Spelling, ...]:
        if not self.glued:
            return self.spellings
        return self.spellings + tuple((whole,) for whole in self.glued)

    def holds(self, view: View) -> bool | None:
        """Say whether any inflection is there."""
        return occurs(self._ways(), view, inflected=True) or None

    def proofs(self) -> frozenset[Alternative]:
        """Return the keys of one word."""
        return proofs_of(self.spellings, inflected=True)

    def clues(self) -> Clues:
        """Need any of the spellings; the run it stands in needs what is glued."""
        return clues_of(self.spellings, inflected=True)

    def __str__(self) -> str:
        return self.text


def with_compounds(parts: Iterable[Node]) -> list[Node]:
    """Let neighbours that are often written as one word be found so: ``cease fire`` in *ceasefire*."""
    found = list(parts)
    for at in range(len(found) - 1):
        left, right = found[at], found[at + 1]
        if isinstance(left, Word) and isinstance(right, Word):
            whole = glued(left.text, right.text)
            if whole is not None:
                found[at] = replace(left, glued=(*left.glued, whole))
                found[at + 1] = replace(right, glued=(whole,))
    return found
