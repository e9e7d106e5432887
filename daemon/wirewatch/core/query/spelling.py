"""The ways to write what was typed: each spelling a sequence of forms that stand side by side."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice, pairwise
from typing import Final, TypeAlias

from wirewatch.core.text.chunk import CAPITALS_MATTER, Atom, Edge, Reading, analyse
from wirewatch.core.text.english import english_key
from wirewatch.core.text.fold import fold
from wirewatch.core.text.lexicon import FUNCTION_WORDS, halves, is_known

Spelling: TypeAlias = tuple[str, ...]

_STRICT: Final = (Reading.CAPITALS, Reading.SIGN, Reading.NAME)
_MAX_SPELLINGS: Final = 16
_NUMBERED: Final = re.compile(r"([^\W\d_]+)(\d+)")
_LEAST_PART: Final = 3
_LEAST_GLUED: Final = 8
_MOST_GLUED: Final = 14


@lru_cache(maxsize=65_536)  # a pure function of what was typed; lists of watches repeat their words
def spellings(text: str) -> tuple[Spelling, ...]:
    """Return every spelling of *text*; empty when it holds no letters.

    >>> spellings("cease-fire"), spellings("ceasefire"), spellings("AT&T")
    ((('cease', 'fire'), ('ceasefire',)), (('ceasefire',), ('cease', 'fire')), (('at&t',),))
    """
    lattice = _Lattice(text)
    return _distinct(s for path in lattice.paths() for s in _opened(path, lattice.lower))


@lru_cache(maxsize=65_536)
def phrase_spellings(text: str) -> tuple[Spelling, ...]:
    """Return every spelling of a quoted phrase: neighbours may also be written as one word."""
    if " " in text.strip():
        text = text.rstrip().rstrip("?")  # the end of a question, not a wildcard
    lattice = _Lattice(text.lower() if _is_shouted(text) else text)
    found = [path for path in lattice.paths() for path in (path, *_closed(path, lattice))]
    return _distinct(s for path in found for s in _opened(path, lattice.lower))


@lru_cache(maxsize=65_536)  # pure, and asked for every two neighbours of every watch
def glued(left: str, right: str) -> str | None:
    """Return two words typed apart as the one they are often written as, if they are.

    Short and common words are never glued (*the rapist*, *I ran*), nor are names (*White House*).

    >>> glued("cease", "fire"), glued("the", "rapist"), glued("White", "House"), glued("COVID", "19")
    ('ceasefire', None, None, 'covid19')
    """
    first, second = spellings(left), spellings(right)
    if not first or not second or len(first[0]) != 1 or len(second[0]) != 1:
        return None
    return _glued(first[0][0], second[0][0], lower=left.islower() and right.islower())


def _glued(left: str, right: str, *, lower: bool) -> str | None:
    if not left.isalpha() or len(left) < _LEAST_PART or left in FUNCTION_WORDS:
        return None
    whole = left + right
    if right.isdecimal():
        return whole
    if not right.isalpha() or len(right) < _LEAST_PART or right in FUNCTION_WORDS:
        return None
    if is_known(whole) or is_known(english_key(whole)):
        return whole
    fits = _LEAST_GLUED <= len(whole) <= _MOST_GLUED
    return whole if lower and fits and is_known(left) and is_known(english_key(right)) else None


def _distinct(found: Iterable[Spelling]) -> tuple[Spelling, ...]:
    return tuple(dict.fromkeys(spelling for spelling in found if spelling))[:_MAX_SPELLINGS]


def _is_shouted(text: str) -> bool:
    """``JOIN US NOW``: capitals that say nothing about the words."""
    if not text.isupper():
        return False
    words = fold(text).split()
    return len(words) > 1 and any(is_known(w) and w not in CAPITALS_MATTER for w in words)


def _closed(path: Spelling, lattice: _Lattice) -> list[Spelling]:
    found = []
    for at, (left, right) in enumerate(pairwise(path)):
        whole = _glued(left, right, lower=left in lattice.lower and right in lattice.lower)
        if whole is not None:
            found.append((*path[:at], whole, *path[at + 2 :]))
    return found


def _opened(path: Spelling, lower: set[str]) -> list[Spelling]:
    """Return a spelling, and those in which one closed compound is written as two words."""
    found = [path]
    for at, form in enumerate(path):
        parts = _parts(form, typed_lower=form in lower)
        if parts is not None:
            found.append((*path[:at], *parts, *path[at + 1 :]))
    return found


def _parts(form: str, *, typed_lower: bool) -> tuple[str, str] | None:
    numbered = _NUMBERED.fullmatch(form)
    if numbered and (len(numbered[1]) >= _LEAST_PART or _names(numbered[1], typed_lower)):
        return numbered[1], numbered[2]
    return halves(form) if typed_lower or is_known(form) else None


def _names(letters: str, typed_lower: bool) -> bool:
    """``F16``, ``MH17``: few letters, but in capitals, and no word of their own (*a 1 % rise*)."""
    return not typed_lower and not is_known(letters) and letters not in FUNCTION_WORDS


@dataclass(slots=True)
class _Lattice:
    """What was typed, taken apart as a text would be."""

    text: str
    atoms: list[Atom] = field(default_factory=list)
    edges: list[Edge] = field(default_factory=list)
    lower: set[str] = field(default_factory=set)
    """The forms that were typed without capitals."""

    def __post_init__(self) -> None:
        initials: list[int] = []
        for raw in self.text.split():
            chunk = analyse(raw, wild=True)
            base = len(self.atoms)
            if chunk.initial:
                initials.append(base)
            self.atoms += chunk.atoms
            self.lower.update(a.form for a in chunk.atoms if raw[a.start : a.end].islower())
            self.edges += [
                Edge(base + e.first, base + e.last, e.form, e.start, e.end, e.reading)
                for e in chunk.edges
            ]
        self._join(initials)

    def _join(self, initials: list[int]) -> None:
        """Read initials typed apart (``J. K.``, ``U. S.``) as one."""
        runs: list[list[int]] = [[at] for at in initials[:1]]
        for left, right in pairwise(initials):
            if right == left + 1:
                runs[-1].append(right)
            else:
                runs.append([right])
        for run in runs:
            if len(run) > 1:
                form = "".join(self.atoms[at].form for at in run)
                matters = form in CAPITALS_MATTER
                reading = Reading.CAPITALS if matters else Reading.SIGN
                shown = form.upper() if matters else form
                self.edges.append(Edge(run[0], run[-1], shown, 0, 0, reading))

    def paths(self) -> list[Spelling]:
        """Return the first ways through the atoms; of very many the rest is left out."""
        return list(islice(self._from(0), _MAX_SPELLINGS))

    def _from(self, at: int) -> Iterator[Spelling]:
        if at == len(self.atoms):
            yield ()
            return
        for form, after in self._steps(at):
            for rest in self._from(after):
                yield (form, *rest)

    def _steps(self, at: int) -> list[tuple[str, int]]:
        here = [edge for edge in self.edges if edge.first == at]
        if not here:
            return [(self.atoms[at].form, at + 1)]
        strict = [edge for edge in here if edge.reading in _STRICT]
        if strict:
            best = max(strict, key=lambda e: (e.last, -_STRICT.index(e.reading)))
            return [(best.form, best.last + 1)]
        whole = [(e.form, e.last + 1) for e in here if e.reading is Reading.HYPHEN]
        return [(self.atoms[at].form, at + 1), *whole]
