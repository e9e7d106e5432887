"""Abu Dhabi talks: neighbours without an operator, all of them close together."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass

from wirewatch.core.query.clue import Clues, all_clues, clues_of
from wirewatch.core.query.node import Found, Node, inside, narrowed
from wirewatch.core.query.view import View
from wirewatch.core.query.word import Word
from wirewatch.core.text.page import Interval


@dataclass(frozen=True, slots=True)
class Run(Node):
    """Every part, in any order. Close when they stand within ``near_words``; the headline is near everything."""

    parts: tuple[Node, ...]

    def find(self, view: View) -> Found | None:
        """Find all parts, and say whether they are close."""
        founds = []
        for part in self.parts:
            found = part.find(view)
            if found is None:
                return None
            founds.append(found)
        terms = [term for found in founds for term in found.terms]
        places = sorted({place for found in founds for place in found.places})
        if not all(found.close for found in founds):
            return Found(places, terms, close=False)
        if view.near_words == 0:
            return Found(places, terms)
        windows = _windows([f.places for f in founds if f.places], view)
        if windows is None:
            return Found(places, terms, close=False)
        return Found(inside(places, windows), narrowed(terms, windows))

    def holds(self, view: View) -> bool | None:
        """Say whether all parts are there, and whether they are close."""
        held = [part.holds(view) for part in self.parts]
        if None in held:
            return None
        if view.near_words == 0 or not all(held):
            return all(held)
        places = [places for part in self.parts if (places := part.places(view))]
        far = _outside_the_title(places, view)
        if len(far) == 2:
            return _meet(far[0], far[1], view) or _meet(far[1], far[0], view)
        return _windows(places, view) is not None

    def __str__(self) -> str:
        return " ".join(part.wrapped() for part in self.parts)

    def children(self) -> tuple[Node, ...]:
        """Return the neighbours."""
        return self.parts

    def clues(self) -> Clues | None:
        """Need what every part needs, or two neighbours written as one word."""
        clues = all_clues(part.clues() for part in self.parts)
        glued = {whole for part in self.parts if isinstance(part, Word) for whole in part.glued}
        if clues is None or not glued:
            return clues
        return clues + clues_of(tuple((whole,) for whole in sorted(glued)), inflected=True)

    @property
    def loose(self) -> bool:
        """It binds less than NEAR."""
        return True


def _windows(parts: list[list[Interval]], view: View) -> list[Interval] | None:
    """Return stretches of positions in which the parts stand together; None when there is none.

    What stands in the headline is near everything, so only the other parts have to be near each other.
    """
    title_end = view.page.bounds[0]
    far = _outside_the_title(parts, view)
    if not far:
        return [(0, view.page.bounds[-1])]
    events = sorted((place, number) for number, part in enumerate(far) for place in part)
    found = _sweep(events, len(far), view)
    if not found:
        return None
    return [(0, title_end), *found] if len(far) < len(parts) else found


def _outside_the_title(parts: list[list[Interval]], view: View) -> list[list[Interval]]:
    title_end = view.page.bounds[0]
    return [part for part in parts if part[0][0] >= title_end]


def _meet(earlier: list[Interval], later: list[Interval], view: View) -> bool:
    """Say whether one of *later* is near the latest of *earlier* before it, as the sweep would find."""
    region, near = view.page.region, view.near_words
    for place in later:
        at = bisect_right(earlier, place) - 1
        if at < 0 or place[0] - earlier[at][1] > near:
            continue
        if region(place[0]) == region(earlier[at][0]):
            return True
    return False


def _sweep(events: list[tuple[Interval, int]], parts: int, view: View) -> list[Interval]:
    """Slide over the finds in order; a window is kept whenever the latest find of each part fits in it."""
    latest: dict[int, Interval] = {}
    windows: list[Interval] = []
    bounds = view.page.bounds
    ends = iter(bounds)
    end = next(ends)
    for place, number in events:
        while place[0] >= end:
            end = next(ends)
            latest.clear()
        latest[number] = place
        if len(latest) < parts:
            continue
        first = min(latest.values())
        if max(p[0] for p in latest.values()) - first[1] <= view.near_words:
            windows.append((first[0], max(p[1] for p in latest.values())))
    return windows
