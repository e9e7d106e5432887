"""A query that was read: its text, and the tree of what it means."""

from __future__ import annotations

from dataclasses import dataclass, field

from wirewatch.core.query.node import Node


@dataclass(frozen=True, slots=True)
class Query:
    """The text of a watch and what it means. ``str`` prints the canonical form, which reads back as an equal query."""

    text: str = field(compare=False)
    node: Node
    anywhere: bool = False
    """``in:anywhere``: boilerplate is looked at too."""

    def __str__(self) -> str:
        if not self.anywhere:
            return str(self.node)
        return f"{self.node.wrapped()} in:anywhere"
