"""What one conjunction holds while it is being read: runs of neighbours, finished units, exclusions."""

from __future__ import annotations

from dataclasses import dataclass, field

from wirewatch.core.query.boolean import And
from wirewatch.core.query.node import Node
from wirewatch.core.query.run import Run
from wirewatch.core.query.word import Word, with_compounds
from wirewatch.core.text.little import is_little


@dataclass(slots=True)
class Gathered:
    """What one conjunction holds so far: finished units, the run being read, and the exclusions."""

    parts: list[Node] = field(default_factory=list)
    run: list[Node] = field(default_factory=list)
    without: list[Node] = field(default_factory=list)

    def end_run(self) -> None:
        """Finish the run of neighbours being read."""
        if self.run:
            self.parts.append(run_of(self.run))
            self.run = []

    def node(self) -> Node:
        """Return all of it as one node."""
        parts: list[Node] = []
        without = list(self.without)
        for part in self.parts:
            if isinstance(part, And):
                parts += part.parts
                without += part.without
            else:
                parts.append(part)
        if len(parts) == 1 and not without:
            return parts[0]
        return And(tuple(parts), tuple(without))


def run_of(parts: list[Node]) -> Node:
    """Make a run of neighbours; little words in it are not required."""
    if len(parts) == 1:
        return parts[0]
    wanted = [p for p in parts if not (isinstance(p, Word) and is_little(p.text))] or parts
    return wanted[0] if len(wanted) == 1 else Run(tuple(with_compounds(wanted)))
