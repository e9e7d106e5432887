"""What must stand in a document before a query can match it: a promise, so it is given only where it is certain.

A wrong clue loses alerts; no clue only costs time.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from itertools import pairwise
from typing import TypeAlias

from wirewatch.core.query.spelling import Spelling
from wirewatch.core.text.inflect import word_keys
from wirewatch.core.text.lexicon import rarity
from wirewatch.core.text.scripts import is_unspaced
from wirewatch.core.text.words import is_pattern

Clue: TypeAlias = tuple[int, str, str]
"""How rare it is; a key (or pattern) and nothing, or two forms that stand side by side."""

Alternative: TypeAlias = tuple[Clue, ...]
"""Clues that all hold, the rarest first."""

Clues: TypeAlias = tuple[Alternative, ...]
"""Of at least one of these all clues hold. Each has only its rarest clues."""

_SIDE_BY_SIDE = 1_000
_KEPT = 2
_MAX_ALTERNATIVES = 24


@lru_cache(maxsize=65_536)  # a pure function; lists of watches repeat their words
def clues_of(spellings: tuple[Spelling, ...], *, inflected: bool) -> Clues:
    """Return what each spelling needs."""
    return tuple(dict.fromkeys(_spelling_clues(spelling, inflected) for spelling in spellings))


@lru_cache(maxsize=65_536)
def proofs_of(spellings: tuple[Spelling, ...], *, inflected: bool) -> frozenset[Alternative]:
    """Return the clues that leave nothing to be checked: the whole of a spelling stands in them."""
    whole = 1 if inflected else 2
    return frozenset(
        _spelling_clues(spelling, inflected)
        for spelling in spellings
        if len(spelling) == whole and (inflected or not any(map(is_pattern, spelling)))
    )


def both_proofs(
    left: frozenset[Alternative], right: frozenset[Alternative]
) -> frozenset[Alternative]:
    """Return the clues that prove two parts at once: pairs of keys, for no more than two are looked up."""
    return frozenset(
        _rarest(a + b)
        for a in left
        for b in right
        if len(a) == len(b) == 1 and not a[0][2] and not b[0][2]
    )


def _spelling_clues(spelling: Spelling, inflected: bool) -> tuple[Clue, ...]:
    beside = [
        (_SIDE_BY_SIDE + rarity(a) + rarity(b), a, b)
        for a, b in pairwise(spelling)
        if not is_pattern(a) and not is_pattern(b) and (not inflected or _is_fixed(a, b))
    ]
    if beside:
        return (max(beside),)
    return _rarest(_key_clue(form) for form in spelling)


def _is_fixed(left: str, right: str) -> bool:
    """Say whether two forms have no inflection."""
    return is_unspaced(left[0]) and is_unspaced(right[0])


def _key_clue(form: str) -> Clue:
    if is_pattern(form):
        return sum(char not in "*?" for char in form), form, ""
    key = key_of(form)
    return min(rarity(form), rarity(key)), key, ""


def key_of(form: str) -> str:
    """Return the key under which an inflected word is filed."""
    return word_keys(form, "")[0]


def _rarest(clues: Iterable[Clue]) -> tuple[Clue, ...]:
    return tuple(sorted(set(clues), reverse=True)[:_KEPT])


def all_clues(parts: Iterable[Clues | None]) -> Clues | None:
    """Return what a conjunction needs, from what its parts need (None: a part that promises nothing)."""
    known = [clues for clues in parts if clues is not None]
    if not known:
        return None
    known.sort(key=lambda clues: (len(clues), -min(alternative[0] for alternative in clues)[0]))
    best = known[0]
    for other in known[1:]:
        if len(best) * len(other) <= _MAX_ALTERNATIVES and best[0][0][0] < _SIDE_BY_SIDE:
            return tuple(dict.fromkeys(_rarest(a + b) for a in best for b in other))
    return best


def any_clues(parts: Iterable[Clues | None]) -> Clues | None:
    """Return what a disjunction needs: nothing as soon as one part promises nothing."""
    found: dict[tuple[Clue, ...], None] = {}
    for clues in parts:
        if clues is None:
            return None
        found.update(dict.fromkeys(clues))
    return tuple(found)
