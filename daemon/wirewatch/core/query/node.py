"""What every operator is: a node that finds its words in a page and prints itself."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from wirewatch.core.text.document import Document
from wirewatch.core.text.page import Interval, Page


@dataclass(frozen=True, slots=True)
class View:
    """A page through which a query looks: between two positions, with a measure of closeness."""

    page: Page
    document: Document
    first: int
    end: int
    near_words: int
    """How far apart the words of a run may stand and still be close; 0 is anywhere."""

    def within(self, places: Sequence[Interval]) -> list[Interval]:
        """Return those places that lie in view."""
        return [place for place in places if self.first <= place[0] and place[1] < self.end]

    def narrowed(self, first: int, end: int) -> View:
        """Return the view of a part of the page."""
        return View(
            self.page, self.document, max(first, self.first), min(end, self.end), self.near_words
        )


@dataclass(slots=True)
class Term:
    """A leaf that was found: as typed, where, and in which alternative of an OR."""

    label: str
    places: list[Interval]
    alternative: str | None = None


@dataclass(slots=True)
class Found:
    """What a node found. *places* are empty for what has no place in the text (``site:``)."""

    places: list[Interval]
    terms: list[Term]
    close: bool = True


class Node(ABC):
    """A part of a query. Nodes are values: equal when they say the same."""

    __slots__ = ()

    @abstractmethod
    def find(self, view: View) -> Found | None:
        """Return what was found, or None when the view does not match."""

    @abstractmethod
    def __str__(self) -> str: ...

    def children(self) -> tuple[Node, ...]:
        """Return the nodes this one is made of."""
        return ()

    @property
    def loose(self) -> bool:
        """Say whether it needs parentheses inside another operator."""
        return False

    def wrapped(self) -> str:
        """Print it as an operand."""
        return f"({self})" if self.loose else str(self)


def walk(node: Node) -> Iterator[Node]:
    """Yield a node and everything below it."""
    yield node
    for child in node.children():
        yield from walk(child)
