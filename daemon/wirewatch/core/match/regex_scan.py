"""Scan a document once for all regular expressions, so that only those that occur are tried."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

import re2

from wirewatch.core.query.atleast import AtLeast
from wirewatch.core.query.boolean import And, Or
from wirewatch.core.query.fields import InText
from wirewatch.core.query.node import Node
from wirewatch.core.query.regex import Regex, source
from wirewatch.core.query.run import Run
from wirewatch.core.query.term import Named
from wirewatch.core.query.view import Subject

_FEW: Final = 4
"""So many expressions are tried one by one as fast as together."""

_TOGETHER: Final = 64
"""So few share an automaton that its memory always suffices: one that runs out would find nothing."""


def needed_regexes(node: Node) -> tuple[Regex, ...] | None:
    """Return expressions of which one must occur before *node* can match; None when there are none."""
    if isinstance(node, Regex):
        return (node,)
    if isinstance(node, Named | InText | AtLeast):
        return needed_regexes(node.part)
    if isinstance(node, And | Run):
        return next((n for part in node.parts if (n := needed_regexes(part)) is not None), None)
    if isinstance(node, Or):
        found: list[Regex] = []
        for part in node.parts:
            needed = needed_regexes(part)
            if needed is None:
                return None
            found += needed
        return tuple(found)
    return None


class RegexScan:
    """Names of queries by the expressions they need."""

    __slots__ = ("_by_name", "_sets")

    def __init__(self) -> None:
        self._by_name: dict[str, tuple[Regex, ...]] = {}
        self._sets: list[_Set] | None = None

    def add(self, name: str, regexes: tuple[Regex, ...]) -> None:
        """Add a query that needs one of *regexes*."""
        self._by_name[name] = regexes
        self._sets = None

    def remove(self, name: str) -> None:
        """Remove a query; it need not be there."""
        if self._by_name.pop(name, None) is not None:
            self._sets = None

    def candidates(self, subject: Subject) -> Iterator[str]:
        """Yield the names of queries whose expressions occur, some perhaps twice."""
        if len(self._by_name) <= _FEW:
            yield from self._by_name
            return
        if self._sets is None:
            pairs = [(name, regex) for name, regexes in self._by_name.items() for regex in regexes]
            self._sets = [
                _Set(same[at : at + _TOGETHER], folded=folded)
                for folded in (True, False)
                for same in [[pair for pair in pairs if pair[1].folded is folded]]
                for at in range(0, len(same), _TOGETHER)
            ]
        for together in self._sets:
            yield from together.names(subject)


class _Set:
    """Expressions that read the same form of the text, compiled into one automaton."""

    __slots__ = ("_compiled", "_folded", "_names")

    def __init__(self, pairs: Sequence[tuple[str, Regex]], *, folded: bool) -> None:
        self._folded = folded
        self._names = [name for name, _ in pairs]
        options = re2.Options()
        options.log_errors = False
        options.max_mem = 128 << 20
        compiled = re2.Set.SearchSet(options)
        for _, regex in pairs:
            compiled.Add(source(regex.pattern, ignore_case=regex.ignore_case))
        compiled.Compile()
        self._compiled: Any = compiled

    def names(self, subject: Subject) -> Iterator[str]:
        for block in subject.blocks(folded=self._folded):
            for index in self._compiled.Match(block.text) or ():
                yield self._names[index]
