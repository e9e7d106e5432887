"""NEAR/n, ONEAR/n: two sides with at most n words between them."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass

from wirewatch.core.query.boolean import And
from wirewatch.core.query.clue import Clues, all_clues
from wirewatch.core.query.node import Found, Node, Term, narrowed
from wirewatch.core.query.run import Run
from wirewatch.core.query.term import Named
from wirewatch.core.query.view import View
from wirewatch.core.text.page import Interval


@dataclass(frozen=True, slots=True)
class Near(Node):
    """Both sides within *words* of each other. Of a side that needs several words, each has to be near."""

    left: Node
    right: Node
    words: int
    ordered: bool = False

    def find(self, view: View) -> Found | None:
        """Find the pairs that are near enough."""
        places: set[Interval] = set()
        terms: list[Term] = []
        for left in _members(self.left):
            for right in _members(self.right):
                pairs = self._pairs(left, right, view)
                if pairs is None:
                    return None
                places.update(pairs.places)
                terms += [term for term in pairs.terms if term not in terms]
        return Found(sorted(places), terms)

    def _pairs(self, left: Node, right: Node, view: View) -> Found | None:
        found = left.find(view)
        other = right.find(view) if found is not None else None
        if found is None or other is None:
            return None
        reach = _Reach(view, self.words)
        pairs = reach.ahead(found.places, other.places)
        if not self.ordered:
            pairs += reach.ahead(other.places, found.places)
        if not pairs:
            return None
        covering = sorted({(min(a[0], b[0]), max(a[1], b[1])) for a, b in pairs})
        near = {place for pair in pairs for place in pair}
        lefts = sorted(near.intersection(found.places))
        rights = sorted(near.intersection(other.places))
        return Found(covering, narrowed(found.terms, lefts) + narrowed(other.terms, rights))

    def holds(self, view: View) -> bool | None:
        """Say whether every pair of members is near enough somewhere."""
        rights = _members(self.right)
        for left in _members(self.left):
            places = left.places(view)
            for right in rights:
                if not places or not self._touch(places, right.places(view), view):
                    return None
        return True

    def _touch(self, lefts: list[Interval], rights: list[Interval], view: View) -> bool:
        reach = _Reach(view, self.words)
        return reach.touches(lefts, rights) or (not self.ordered and reach.touches(rights, lefts))

    def clues(self) -> Clues | None:
        """Need both sides."""
        return all_clues((self.left.clues(), self.right.clues()))

    def children(self) -> tuple[Node, ...]:
        """Return the two sides."""
        return self.left, self.right

    def __str__(self) -> str:
        right = f"({self.right})" if isinstance(self.right, Near) else self.right.wrapped()
        return f"{self.left.wrapped()} {'O' if self.ordered else ''}NEAR/{self.words} {right}"


def _members(side: Node) -> tuple[Node, ...]:
    while isinstance(side, Named):
        side = side.part
    if isinstance(side, Run | And):
        return tuple(member for part in side.parts for member in _members(part))
    return (side,)


@dataclass(frozen=True, slots=True)
class _Reach:
    view: View
    words: int

    def touches(self, lefts: list[Interval], rights: list[Interval]) -> bool:
        """Say whether some right one begins after a left one ends, near enough."""
        region = self.view.page.region
        for left in lefts:
            at = bisect_left(rights, (left[1] + 1, 0))
            if (
                at < len(rights)
                and rights[at][0] - left[1] - 1 <= self.words
                and region(left[0]) == region(rights[at][1])
            ):
                return True
        return False

    def ahead(
        self, lefts: list[Interval], rights: list[Interval]
    ) -> list[tuple[Interval, Interval]]:
        """Return pairs of which the right one begins after the left one ends, near enough.

        Each left goes with its nearest right and the other way round, so nothing near is left out.
        """
        region = self.view.page.region
        by_end = sorted(lefts, key=lambda place: (place[1], place[0]))
        ends = [last for _, last in by_end]
        starts = [first for first, _ in rights]
        pairs: list[tuple[Interval, Interval]] = []
        for left in lefts:
            at = bisect_right(starts, left[1])
            if at < len(rights) and rights[at][0] - left[1] - 1 <= self.words:
                pairs.append((left, rights[at]))
        for right in rights:
            at = bisect_left(ends, right[0]) - 1
            if at >= 0 and right[0] - by_end[at][1] - 1 <= self.words:
                pairs.append((by_end[at], right))
        return [(a, b) for a, b in dict.fromkeys(pairs) if region(a[0]) == region(b[1])]
