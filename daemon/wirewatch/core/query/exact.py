"""=Word, ="Some Phrase": letter for letter, capitals and accents included."""

from __future__ import annotations

from dataclasses import dataclass, field

from wirewatch.core.query.clue import Clues, clues_of
from wirewatch.core.query.node import Found, Node, Term
from wirewatch.core.query.side_by_side import spelled
from wirewatch.core.query.spelling import Spelling, spellings
from wirewatch.core.query.view import View
from wirewatch.core.text.chunk import surface


@dataclass(frozen=True, slots=True)
class Exact(Node):
    """Words exactly as typed. A possessive 's is not part of a word."""

    text: str
    quoted: bool
    spellings: tuple[Spelling, ...] = field(compare=False, repr=False)
    surface: str = field(compare=False, repr=False)

    @classmethod
    def of(cls, text: str, *, quoted: bool) -> Exact:
        """Return the node of what was typed behind the equals sign."""
        shown = " ".join(text.split())
        return cls(shown, quoted, spellings(shown), _without_possessive(surface(shown)))

    def find(self, view: View) -> Found | None:
        """Find the words, then compare letter for letter."""
        raw = view.page.raw
        places = [
            place
            for place in spelled(self.spellings, view, inflected=False)
            if surface(" ".join(raw(*place).split())) == self.surface
        ]
        return Found(places, [Term(str(self), places)]) if places else None

    def clues(self) -> Clues:
        """Need the words, however they are written."""
        return clues_of(self.spellings, inflected=False)

    def __str__(self) -> str:
        return f'="{self.text}"' if self.quoted else f"={self.text}"


def _without_possessive(text: str) -> str:
    text = text.strip(".,;:!?()[]{}<>*_'\"")
    return text[:-2] if text.endswith(("'s", "'S")) else text
