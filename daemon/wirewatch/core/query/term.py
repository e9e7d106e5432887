"""@name: a query defined once in the configuration, usable anywhere."""

from __future__ import annotations

from dataclasses import dataclass

from wirewatch.core.query.clue import Alternative, Clues
from wirewatch.core.query.node import Found, Node
from wirewatch.core.query.view import View


@dataclass(frozen=True, slots=True)
class Named(Node):
    """What a name stands for."""

    name: str
    part: Node

    def find(self, view: View) -> Found | None:
        """Find what the name stands for."""
        return self.part.find(view)

    def holds(self, view: View) -> bool | None:
        """Say whether what the name stands for is found."""
        return self.part.holds(view)

    def proofs(self) -> frozenset[Alternative]:
        """Return what proves what it stands for."""
        return self.part.proofs()

    def clues(self) -> Clues | None:
        """Need what it stands for."""
        return self.part.clues()

    def children(self) -> tuple[Node, ...]:
        """Return what the name stands for."""
        return (self.part,)

    def __str__(self) -> str:
        return f"@{self.name}"
