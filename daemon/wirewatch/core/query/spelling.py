"""The ways to write what was typed: each spelling a sequence of forms that stand side by side."""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise
from typing import TypeAlias

from wirewatch.core.text.chunk import Atom, Edge, Reading, analyse
from wirewatch.core.text.fold import fold

Spelling: TypeAlias = tuple[str, ...]

_STRICT = (Reading.CAPITALS, Reading.SIGN, Reading.NAME)
_MAX_SPELLINGS = 16


@lru_cache(maxsize=65_536)  # a pure function of what was typed; lists of watches repeat their words
def spellings(text: str) -> tuple[Spelling, ...]:
    """Return every spelling of *text*; empty when it holds no letters."""
    atoms, edges = _lattice(text)
    if not atoms:
        return ()
    return tuple(dict.fromkeys(_paths(atoms, edges, 0)))[:_MAX_SPELLINGS]


def _lattice(text: str) -> tuple[list[Atom], list[Edge]]:
    atoms: list[Atom] = []
    edges: list[Edge] = []
    initials: list[int] = []
    for raw in text.split():
        chunk = analyse(raw, wild=True)
        base = len(atoms)
        if chunk.initial:
            initials.append(base)
        atoms += chunk.atoms
        edges += [
            Edge(base + e.first, base + e.last, e.form, e.start, e.end, e.reading)
            for e in chunk.edges
        ]
    edges += _initials(atoms, initials)
    return atoms, edges


def _initials(atoms: list[Atom], initials: list[int]) -> list[Edge]:
    runs: list[list[int]] = [[at] for at in initials[:1]]
    for left, right in pairwise(initials):
        if right == left + 1:
            runs[-1].append(right)
        else:
            runs.append([right])
    joined = [(run, "".join(atoms[at].form for at in run)) for run in runs if len(run) > 1]
    return [
        edge
        for run, form in joined
        for edge in (
            Edge(run[0], run[-1], form, 0, 0, Reading.SIGN),
            *(
                Edge(run[0], run[-1], e.form, 0, 0, e.reading)
                for e in analyse(form.upper()).edges
                if e.reading is Reading.CAPITALS and fold(e.form) == form
            ),
        )
    ]


def _paths(atoms: list[Atom], edges: list[Edge], at: int) -> list[Spelling]:
    if at == len(atoms):
        return [()]
    steps = _steps(atoms, edges, at)
    return [
        (form, *rest)
        for form, after in steps
        for rest in _paths(atoms, edges, after)[:_MAX_SPELLINGS]
    ]


def _steps(atoms: list[Atom], edges: list[Edge], at: int) -> list[tuple[str, int]]:
    here = [edge for edge in edges if edge.first == at]
    strict = [edge for edge in here if edge.reading in _STRICT]
    if strict:
        best = max(strict, key=lambda e: (e.last, -_STRICT.index(e.reading)))
        return [(best.form, best.last + 1)]
    whole = [(e.form, e.last + 1) for e in here if e.reading is Reading.HYPHEN]
    return [(atoms[at].form, at + 1), *whole]
