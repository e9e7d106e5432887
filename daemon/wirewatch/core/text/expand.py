"""From chunks to word positions: chunks that are several words, or none, are taken apart where somebody asks."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence, Set
from itertools import compress, count, pairwise
from typing import Final, NamedTuple

from wirewatch.core.model.hit import Field
from wirewatch.core.text.chunk import CAPITALS_MATTER, Chunk

_FEW_MARKS: Final = 5


class PageEdge(NamedTuple):
    """Another reading of the positions *first* to *last*."""

    first: int
    last: int
    form: str


class Shift(NamedTuple):
    """A chunk that is several words or none: its number, the position of its first word, how many there are."""

    chunk: int
    base: int
    words: int


class Pieces(NamedTuple):
    """What a complex chunk is made of."""

    chunk: Chunk
    forms: tuple[str, ...]
    """One for each word position."""
    readings: tuple[str, ...]
    """The forms of its edges."""

    @classmethod
    def of(cls, chunk: Chunk) -> Pieces:
        """Return the pieces of a chunk."""
        return cls(
            chunk, tuple(atom.form for atom in chunk.atoms), tuple(e.form for e in chunk.edges)
        )


class Source(NamedTuple):
    """The chunks of a page, in order, as they were looked up."""

    texts: Sequence[tuple[Field | None, str]]
    chunks: list[str]
    ends: list[int]
    """How many chunks there are up to the end of each text."""
    coded: list[str]
    """The form of each chunk, or the mark of a complex one."""
    marks: Set[str]
    """The marks of the complex ones among them."""
    pieces: Mapping[str, Pieces]
    """What each mark stands for."""
    chunk: Callable[[str], Chunk]
    """Take a chunk apart."""


class Expanded(NamedTuple):
    """The words of a page by position."""

    forms: list[str]
    edges: Sequence[PageEdge]
    bounds: list[int]
    """The position at which each text ends."""
    shifts: Sequence[Shift] = ()
    """The chunks that are not one word, in order."""


def expand(source: Source) -> Expanded:
    """Put the words of complex chunks in their places."""
    coded = source.coded
    if not source.marks:
        return Expanded(coded, (), source.ends)
    forms: list[str] = []
    edges: list[PageEdge] = []
    initials: list[int] = []
    shifts: list[Shift] = []
    done = 0
    for at in _places(coded, source.marks):
        forms += coded[done:at]
        done = at + 1
        chunk, words, _ = source.pieces[coded[at]]
        base = len(forms)
        shifts.append(Shift(at, base, len(words)))
        forms += words
        if chunk.initial:
            initials.append(base)
        if chunk.edges:
            edges += [PageEdge(base + e.first, base + e.last, e.form) for e in chunk.edges]
    forms += coded[done:]
    if len(initials) > 1:
        edges += _initial_edges(initials, forms)
    return Expanded(forms, edges, _shifted(source.ends, shifts), shifts)


def _places(coded: list[str], marks: Set[str]) -> list[int]:
    """Return where *marks* stand, in order."""
    if len(marks) > _FEW_MARKS:
        return list(compress(count(), map(marks.__contains__, coded)))
    found: list[int] = []
    index = coded.index
    for mark in marks:
        at = -1
        try:
            while True:
                at = index(mark, at + 1)
                found.append(at)
        except ValueError:
            continue
    return sorted(found)


def _shifted(ends: list[int], shifts: list[Shift]) -> list[int]:
    """Return the ends of the texts counted in positions instead of chunks."""
    found: list[int] = []
    shift, at = 0, 0
    for end in ends:
        while at < len(shifts) and shifts[at].chunk < end:
            shift += shifts[at].words - 1
            at += 1
        found.append(end + shift)
    return found


def _initial_edges(initials: list[int], forms: list[str]) -> list[PageEdge]:
    """Read ``U. S.`` and ``J. K.`` as one word."""
    runs: list[list[int]] = [[initials[0]]]
    for left, right in pairwise(initials):
        if right == left + 1:
            runs[-1].append(right)
        else:
            runs.append([right])
    edges = []
    for run in runs:
        if len(run) > 1:
            form = "".join(forms[at] for at in run)
            edges.append(PageEdge(run[0], run[-1], form))
            if form in CAPITALS_MATTER:
                edges.append(PageEdge(run[0], run[-1], form.upper()))
    return edges
