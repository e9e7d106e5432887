"""What every operator is: a node that finds its words, says what it needs, and prints itself."""

from __future__ import annotations

from abc import ABC, abstractmethod
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from wirewatch.core.model.hit import Span
from wirewatch.core.query.clue import Alternative, Clues
from wirewatch.core.query.view import View
from wirewatch.core.text.page import Interval


@dataclass(slots=True)
class Term:
    """A leaf that was found: as typed, where, and in which alternative of an OR."""

    label: str
    places: list[Interval]
    alternative: str | None = None
    spans: tuple[Span, ...] = ()
    """Characters that are not whole words, as regular expressions find them."""


@dataclass(slots=True)
class Found:
    """What a node found. *places* are empty for what has no place among the words (``site:``)."""

    places: list[Interval]
    terms: list[Term]
    close: bool = True


class Node(ABC):
    """A part of a query. Nodes are values: equal when they say the same."""

    __slots__ = ()

    @abstractmethod
    def find(self, view: View) -> Found | None:
        """Return what was found, or None when the view does not match."""

    def holds(self, view: View) -> bool | None:
        """Say what *find* would, without the evidence: True is close, False scattered, None no match."""
        found = self.find(view)
        return None if found is None else found.close

    def places(self, view: View) -> list[Interval]:
        """Return the places of what is found; not to be changed."""
        found = self.find(view)
        return [] if found is None else found.places

    @abstractmethod
    def __str__(self) -> str: ...

    def clues(self) -> Clues | None:
        """Return what must stand in a document that matches; None promises nothing: it is tried on every one."""
        return None

    def proofs(self) -> frozenset[Alternative]:
        """Return those of its clues that prove a close match by themselves, in a document of no special language."""
        return frozenset()

    def children(self) -> tuple[Node, ...]:
        """Return the nodes this one is made of."""
        return ()

    @property
    def loose(self) -> bool:
        """Say whether it needs parentheses inside another operator."""
        return False

    @property
    def has_places(self) -> bool:
        """Say whether it stands for words, so that something can be near it."""
        return all(child.has_places for child in self.children())

    def wrapped(self) -> str:
        """Print it as an operand."""
        return f"({self})" if self.loose else str(self)


def walk(node: Node) -> Iterator[Node]:
    """Yield a node and everything below it."""
    yield node
    for child in node.children():
        yield from walk(child)


def inside(places: Sequence[Interval], intervals: Sequence[Interval]) -> list[Interval]:
    """Return the places that lie in one of *intervals* (sorted)."""
    if places is intervals:
        return list(places)
    starts = [first for first, _ in intervals]
    reach = list(accumulate((last for _, last in intervals), max))
    return [
        place
        for place in places
        if (at := bisect_right(starts, place[0])) and reach[at - 1] >= place[1]
    ]


def narrowed(terms: Sequence[Term], intervals: Sequence[Interval]) -> list[Term]:
    """Return terms with only the places that lie in one of *intervals*."""
    return [
        Term(term.label, inside(term.places, intervals), term.alternative, term.spans)
        for term in terms
    ]
