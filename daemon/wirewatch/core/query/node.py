"""The tree of a query: what each part finds, and how it is written."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import Protocol

from wirewatch.core.model.hit import Field, Strength
from wirewatch.core.text.reading import Place, Reading


@dataclass(frozen=True, slots=True)
class Found:
    """What a part of a query found: every place of every term, and how near to each other."""

    terms: tuple[tuple[str, tuple[Place, ...]], ...] = ()
    strength: Strength = Strength.CLOSE

    def join(self, other: Found) -> Found:
        """Return both together; scattered if one of them is."""
        scattered = Strength.SCATTERED in (self.strength, other.strength)
        strength = Strength.SCATTERED if scattered else Strength.CLOSE
        return Found(self.terms + other.terms, strength)


class Node(Protocol):
    """A part of a query."""

    def find(self, reading: Reading, near: int) -> Found | None:
        """Return what it finds in a document, or None."""

    def needs(self) -> frozenset[str] | None:
        """Return words of which one must occur in whatever it finds, or None: no promise.

        A wrong promise loses alerts; no promise only costs time.
        """

    def leaves(self) -> tuple[Node, ...]:
        """Return the terms it is made of, excluded ones not."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """``"territorial issue"``: these words, side by side, in this form."""

    forms: tuple[str, ...]
    typed: str

    def find(self, reading: Reading, near: int) -> Found | None:
        """Return every place."""
        del near
        places = reading.phrase(self.forms)
        return Found(((str(self), tuple(places)),)) if places else None

    def needs(self) -> frozenset[str] | None:
        """Return its longest word: the rarest, most likely."""
        return frozenset({"=" + max(self.forms, key=len)})

    def leaves(self) -> tuple[Node, ...]:
        """Return itself."""
        return (self,)

    def __str__(self) -> str:
        return f'"{self.typed}"'


@dataclass(frozen=True, slots=True)
class Words:
    """``Abu Dhabi talks``: every word, in any order and inflection, close together."""

    keys: tuple[str, ...]
    typed: str

    def find(self, reading: Reading, near: int) -> Found | None:
        """Return every place of every word; the places that stand closest first when they are close."""
        places = [reading.inflected(key) for key in self.keys]
        if not all(places):
            return None
        close = _close(places, near)
        if close is not None:
            return Found(((self.typed, tuple(close)),))
        every = tuple(chain.from_iterable(places))
        return Found(((self.typed, every),), Strength.SCATTERED)

    def needs(self) -> frozenset[str] | None:
        """Return its longest word."""
        return frozenset({max(self.keys, key=len)})

    def leaves(self) -> tuple[Node, ...]:
        """Return itself."""
        return (self,)

    def __str__(self) -> str:
        return self.typed


@dataclass(frozen=True, slots=True)
class And:
    """All of these, anywhere in the entry, and none of those."""

    parts: tuple[Node, ...]
    excluded: tuple[Node, ...] = ()

    def find(self, reading: Reading, near: int) -> Found | None:
        """Return what all parts find together."""
        whole = Found()
        for part in self.parts:
            found = part.find(reading, near)
            if found is None:
                return None
            whole = whole.join(found)
        if any(part.find(reading, near) is not None for part in self.excluded):
            return None
        return whole

    def needs(self) -> frozenset[str] | None:
        """Return the promise of the part that promises the longest word."""
        promises = [promise for part in self.parts if (promise := part.needs()) is not None]
        return max(promises, key=lambda words: min(map(len, words)), default=None)

    def leaves(self) -> tuple[Node, ...]:
        """Return those of its parts."""
        return tuple(chain.from_iterable(part.leaves() for part in self.parts))

    def __str__(self) -> str:
        parts = [_in_and(part) for part in self.parts]
        return " AND ".join(parts) + "".join(f" -{_in_not(part)}" for part in self.excluded)


@dataclass(frozen=True, slots=True)
class Or:
    """Any of these."""

    parts: tuple[Node, ...]

    def find(self, reading: Reading, near: int) -> Found | None:
        """Return what the parts find; close if one of them is."""
        found = [one for part in self.parts if (one := part.find(reading, near)) is not None]
        close = [one for one in found if one.strength is Strength.CLOSE]
        chosen = close or found
        if not chosen:
            return None
        return Found(tuple(chain.from_iterable(one.terms for one in chosen)), chosen[0].strength)

    def needs(self) -> frozenset[str] | None:
        """Return the promises of all its parts together."""
        words: set[str] = set()
        for part in self.parts:
            promise = part.needs()
            if promise is None:
                return None
            words |= promise
        return frozenset(words)

    def leaves(self) -> tuple[Node, ...]:
        """Return those of its parts."""
        return tuple(chain.from_iterable(part.leaves() for part in self.parts))

    def __str__(self) -> str:
        return " OR ".join(
            f"({part})" if isinstance(part, Or) else str(part) for part in self.parts
        )


def _in_and(part: Node) -> str:
    return f"({part})" if isinstance(part, And | Or) else str(part)


def _in_not(part: Node) -> str:
    many = isinstance(part, And | Or) or (isinstance(part, Words) and len(part.keys) > 1)
    return f"({part})" if many else str(part)


def _close(places: list[list[Place]], near: int) -> list[Place] | None:
    """Return one place of each word, within *near* words of one another; words of the headline are near everything."""
    in_title = [[place for place in some if place.field is Field.TITLE] for some in places]
    if near == 0:
        return [some[0] for some in places]
    if all(in_title):
        return [some[0] for some in in_title]
    for name in (Field.SUMMARY, Field.BODY, Field.ARTICLE):
        here = [[place for place in some if place.field is name] for some in places]
        needed = [some for some, title in zip(here, in_title, strict=True) if some or not title]
        if not all(needed) or not needed:
            continue
        window = _window(needed, near)
        if window is not None:
            titles = [title[0] for some, title in zip(here, in_title, strict=True) if not some]
            return [*titles, *window]
    return None


def _window(places: list[list[Place]], near: int) -> list[Place] | None:
    """Return the narrowest choice of one place per word, if at most *near* words lie between first and last."""
    line = sorted((place.first, word) for word, some in enumerate(places) for place in some)
    last_seen: dict[int, int] = {}
    best: tuple[int, dict[int, int]] | None = None
    for number, word in line:
        last_seen[word] = number
        if len(last_seen) == len(places):
            width = number - min(last_seen.values())
            if best is None or width < best[0]:
                best = width, dict(last_seen)
    if best is None or best[0] > near + len(places) - 1:
        return None
    chosen = best[1]
    return [
        next(place for place in some if place.first == chosen[word])
        for word, some in enumerate(places)
    ]
