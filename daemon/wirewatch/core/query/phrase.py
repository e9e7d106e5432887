"""Quoted words side by side, in this order and form; with ~n, within n extra words in any order."""

from __future__ import annotations

from dataclasses import dataclass, field

from wirewatch.core.query.clue import Alternative, Clues, all_clues, clues_of, proofs_of
from wirewatch.core.query.node import Found, Node, Term
from wirewatch.core.query.side_by_side import occurs, spelled
from wirewatch.core.query.spelling import Spelling, phrase_spellings
from wirewatch.core.query.view import View
from wirewatch.core.text.page import Interval


@dataclass(frozen=True, slots=True)
class Phrase(Node):
    """A quoted phrase."""

    text: str
    spellings: tuple[Spelling, ...] = field(compare=False, repr=False)

    @classmethod
    def of(cls, text: str) -> Phrase:
        """Return the node of a phrase as typed between its quotes."""
        return cls(" ".join(text.split()), phrase_spellings(text))

    def find(self, view: View) -> Found | None:
        """Find the words as they were typed."""
        places = self.places(view)
        return Found(places, [Term(str(self), places)]) if places else None

    def places(self, view: View) -> list[Interval]:
        """Return where the words stand as they were typed."""
        return spelled(self.spellings, view, inflected=False)

    def holds(self, view: View) -> bool | None:
        """Say whether the words stand there as they were typed."""
        return occurs(self.spellings, view, inflected=False) or None

    def proofs(self) -> frozenset[Alternative]:
        """Return the spellings of two words."""
        return proofs_of(self.spellings, inflected=False)

    def clues(self) -> Clues:
        """Need any of the spellings."""
        return clues_of(self.spellings, inflected=False)

    def __str__(self) -> str:
        return f'"{self.text}"'


@dataclass(frozen=True, slots=True)
class LoosePhrase(Node):
    """``"…"~n``: the words in any order with at most n others between them."""

    text: str
    slop: int
    words: tuple[tuple[Spelling, ...], ...] = field(compare=False, repr=False)

    @classmethod
    def of(cls, text: str, slop: int) -> LoosePhrase:
        """Return the node of a loose phrase as typed."""
        words = tuple(found for word in text.split() if (found := phrase_spellings(word)))
        return cls(" ".join(text.split()), slop, words)

    def find(self, view: View) -> Found | None:
        """Find stretches that hold all words, each in a place of its own."""
        places = []
        for spellings in self.words:
            found = spelled(spellings, view, inflected=False)
            if not found:
                return None
            places.append(found)
        windows = self._windows(places, view)
        return Found(windows, [Term(str(self), windows)]) if windows else None

    def _windows(self, places: list[list[Interval]], view: View) -> list[Interval]:
        events: dict[Interval, list[int]] = {}
        for number, part in enumerate(places):
            for place in part:
                events.setdefault(place, []).append(number)
        ordered = sorted(events.items())
        region = view.page.region
        windows = (self._from(ordered, at, len(places)) for at in range(len(ordered)))
        return sorted({w for w in windows if w is not None and region(w[0]) == region(w[1])})

    def _from(
        self, events: list[tuple[Interval, list[int]]], at: int, parts: int
    ) -> Interval | None:
        """Return the shortest stretch that begins with the find *at* and holds every word once."""
        first = events[at][0][0]
        left = set(range(parts))
        covered, end = 0, first - 1
        for index in range(at, len(events)):
            place, numbers = events[index]
            number = next((n for n in numbers if n in left), None)
            if place[0] <= end or number is None:
                continue
            left.discard(number)
            covered, end = covered + place[1] - place[0] + 1, place[1]
            if end - first + 1 - covered > self.slop:
                return None
            if not left:
                return first, end
        return None

    def clues(self) -> Clues | None:
        """Need every word."""
        return all_clues(clues_of(spellings, inflected=False) for spellings in self.words)

    def __str__(self) -> str:
        return f'"{self.text}"~{self.slop}'
