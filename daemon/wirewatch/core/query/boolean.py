"""AND, OR, NOT."""

from __future__ import annotations

from dataclasses import dataclass

from wirewatch.core.query.clue import Alternative, Clues, all_clues, any_clues, both_proofs
from wirewatch.core.query.node import Found, Node, Term
from wirewatch.core.query.view import View


@dataclass(frozen=True, slots=True)
class And(Node):
    """All of *parts*, anywhere in the entry, and none of *without*."""

    parts: tuple[Node, ...]
    without: tuple[Node, ...] = ()

    def find(self, view: View) -> Found | None:
        """Find all parts; a scattered find does not exclude."""
        founds = []
        for part in self.parts:
            found = part.find(view)
            if found is None:
                return None
            founds.append(found)
        for part in self.without:
            excluded = part.find(view)
            if excluded is not None and excluded.close:
                return None
        places = [place for found in founds for place in found.places]
        terms = [term for found in founds for term in found.terms]
        return Found(sorted(places), terms, all(found.close for found in founds))

    def __str__(self) -> str:
        wanted = " AND ".join(_operand(part) for part in self.parts)
        return "".join((wanted, *(f" NOT {_operand(part)}" for part in self.without)))

    def holds(self, view: View) -> bool | None:
        """Say whether all parts are there, and whether each is close."""
        close = True
        for part in self.parts:
            held = part.holds(view)
            if held is None:
                return None
            close = close and held
        return None if any(part.holds(view) for part in self.without) else close

    def proofs(self) -> frozenset[Alternative]:
        """Return the keys of two words."""
        if self.without or len(self.parts) != 2:
            return frozenset()
        return both_proofs(self.parts[0].proofs(), self.parts[1].proofs())

    def children(self) -> tuple[Node, ...]:
        """Return the wanted and the excluded."""
        return self.parts + self.without

    def clues(self) -> Clues | None:
        """Need what the wanted parts need."""
        return all_clues(part.clues() for part in self.parts)

    @property
    def has_places(self) -> bool:
        """An exclusion has no place."""
        return not self.without and all(part.has_places for part in self.parts)

    @property
    def loose(self) -> bool:
        """It binds less than its neighbours might."""
        return True


@dataclass(frozen=True, slots=True)
class Or(Node):
    """Any of *parts*."""

    parts: tuple[Node, ...]

    def find(self, view: View) -> Found | None:
        """Find the alternatives that match: the close ones, or else the scattered ones."""
        matched = [(part, found) for part in self.parts if (found := part.find(view)) is not None]
        if not matched:
            return None
        close = [pair for pair in matched if pair[1].close]
        kept = close or matched
        places = sorted({place for _, found in kept for place in found.places})
        terms = [
            Term(term.label, term.places, term.alternative or str(part), term.spans)
            for part, found in kept
            for term in found.terms
        ]
        return Found(places, terms, bool(close))

    def __str__(self) -> str:
        return " OR ".join(
            part.wrapped() if isinstance(part, Or) else str(part) for part in self.parts
        )

    def holds(self, view: View) -> bool | None:
        """Say whether any alternative is there, and whether one is close."""
        best: bool | None = None
        for part in self.parts:
            held = part.holds(view)
            if held:
                return True
            best = best if held is None else held
        return best

    def proofs(self) -> frozenset[Alternative]:
        """Return what proves any of them."""
        return frozenset().union(*(part.proofs() for part in self.parts))

    def children(self) -> tuple[Node, ...]:
        """Return the alternatives."""
        return self.parts

    def clues(self) -> Clues | None:
        """Need what any of them needs."""
        return any_clues(part.clues() for part in self.parts)

    @property
    def loose(self) -> bool:
        """It binds least of all."""
        return True


def _operand(part: Node) -> str:
    return f"({part})" if isinstance(part, And | Or) else str(part)
