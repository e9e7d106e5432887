"""ATLEASTn( … ): at least n occurrences."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from wirewatch.core.query.boolean import And
from wirewatch.core.query.clue import Clues
from wirewatch.core.query.node import Found, Node
from wirewatch.core.query.run import Run
from wirewatch.core.query.view import View
from wirewatch.core.text.page import Interval


@dataclass(frozen=True, slots=True)
class AtLeast(Node):
    """*part* occurs at least *times* times; of several words, each does.

    Summary, body and article tell the same story, so only the one with most occurrences counts, and the headline.
    """

    times: int
    part: Node

    def find(self, view: View) -> Found | None:
        """Find the part, and count."""
        found = self.part.find(view)
        if found is None:
            return None
        for member in self.part.parts if isinstance(self.part, Run | And) else (self.part,):
            counted = found if member is self.part else member.find(view)
            if counted is None or _occurrences(counted.places, view) < self.times:
                return None
        return found

    def clues(self) -> Clues | None:
        """Need the part."""
        return self.part.clues()

    def children(self) -> tuple[Node, ...]:
        """Return what is counted."""
        return (self.part,)

    def __str__(self) -> str:
        return f"ATLEAST{self.times}({self.part})"


def _occurrences(places: list[Interval], view: View) -> int:
    region = view.page.region
    counts = Counter(region(first) for first in {first for first, _ in places})
    title = counts.pop(0, 0)
    return title + max(counts.values(), default=0)
