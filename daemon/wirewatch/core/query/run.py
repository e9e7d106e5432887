"""Abu Dhabi talks: neighbours without an operator, all of them close together."""

from __future__ import annotations

from dataclasses import dataclass

from wirewatch.core.query.node import Found, Node, Term, View
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
        return Found(_kept(places, windows), [_narrow(term, windows) for term in terms])

    def __str__(self) -> str:
        return " ".join(part.wrapped() for part in self.parts)

    def children(self) -> tuple[Node, ...]:
        """Return the neighbours."""
        return self.parts

    @property
    def loose(self) -> bool:
        """It binds less than NEAR."""
        return True


def _windows(parts: list[list[Interval]], view: View) -> list[Interval] | None:
    """Return stretches of positions in which the parts stand together; None when there is none.

    What stands in the headline is near everything, so only the other parts have to be near each other.
    """
    page = view.page
    title_end = page.bounds[0]
    titles: Interval = (0, title_end - 1)
    far = [part for part in parts if part[0][0] >= title_end]
    in_title = len(far) < len(parts)
    if not far:
        everywhere = (0, page.bounds[-1])
        return [everywhere] if len(parts) < 2 or in_title else [titles]
    events = sorted(
        (place, number)
        for number, part in enumerate(far)
        for place in part
        if place[0] >= title_end
    )
    found = _sweep(events, len(far), view)
    if not found:
        return None
    return [titles, *found] if in_title else found


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


def _kept(places: list[Interval], windows: list[Interval]) -> list[Interval]:
    kept = []
    at = 0
    for place in places:
        while at < len(windows) and windows[at][1] < place[1]:
            at += 1
        if at < len(windows) and windows[at][0] <= place[0]:
            kept.append(place)
    return kept


def _narrow(term: Term, windows: list[Interval]) -> Term:
    return Term(term.label, _kept(term.places, windows), term.alternative)
