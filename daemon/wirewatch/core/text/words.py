"""The words of one language that have been seen: which forms share a key, which fit a wildcard."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeVar

from wirewatch.core.text.inflect import word_keys

_WILD: Final = "*?"


_Value = TypeVar("_Value")


class Computed(dict[str, _Value]):
    """A dictionary that works out what it does not hold."""

    __slots__ = ("_work",)

    def __init__(self, work: Callable[[str], _Value]) -> None:
        super().__init__()
        self._work = work

    def __missing__(self, name: str) -> _Value:
        value = self[name] = self._work(name)
        return value


class Words:
    """Forms by key. A form is learnt once; every later question is a look-up."""

    __slots__ = ("_patterns", "_several", "key_of", "language", "members", "more")

    def __init__(self, language: str) -> None:
        self.language = language
        self._patterns = _Patterns()
        self.key_of: dict[str, str] = Computed(self._learn)
        self.members: dict[str, list[str]] = {}
        """The forms of each key, and of each wildcard pattern."""
        self.more: dict[str, tuple[str, ...]] = {}
        """Further keys of the forms that have several, and the patterns they fit."""
        self._several: set[str] = set()
        """The forms of *more* again: two sets meet several times faster than a set and a dictionary."""

    def _learn(self, form: str) -> str:
        key, *others = word_keys(form, self.language)
        others += self._patterns.fitting(form)
        self.members.setdefault(key, []).append(form)
        for other in others:
            self.members.setdefault(other, []).append(form)
        if others:
            self.more[form] = tuple(others)
            self._several.add(form)
        return key

    def all_keys(self, form: str) -> tuple[str, ...]:
        """Learn a form and return its keys and the patterns it fits."""
        return self.key_of[form], *self.more.get(form, ())

    def keys_of(self, forms: set[str]) -> set[str]:
        """Learn *forms* and return all their keys."""
        keys = set(map(self.key_of.__getitem__, forms))
        for form in forms & self._several:
            keys.update(self.more[form])
        return keys

    def learn_pattern(self, pattern: str) -> None:
        """Make a wildcard pattern a key of the forms that fit it, those already learnt too."""
        if not self._patterns.add(pattern):
            return
        fitting = [form for form in self.key_of if fits(form, pattern)]
        self.members[pattern] = fitting
        for form in fitting:
            self.more[form] = (*self.more.get(form, ()), pattern)
        self._several.update(fitting)

    def anew(self) -> Words:
        """Return the words of the same language, none learnt yet, with the same patterns.

        Pages that were read keep what they were read with.
        """
        fresh = Words(self.language)
        for pattern in self._patterns.known:
            fresh.learn_pattern(pattern)
        return fresh


class _Patterns:
    """Wildcard patterns, found by how a form begins or ends."""

    __slots__ = ("_by_end", "_by_start", "known")

    def __init__(self) -> None:
        self.known: set[str] = set()
        self._by_start: dict[int, dict[str, list[str]]] = {}
        self._by_end: dict[int, dict[str, list[str]]] = {}

    def add(self, pattern: str) -> bool:
        """Add a pattern; say whether it is new."""
        if pattern in self.known:
            return False
        self.known.add(pattern)
        start = _literal_start(pattern)
        end = _literal_start(pattern[::-1])[::-1]
        if start or not end:
            self._by_start.setdefault(len(start), {}).setdefault(start, []).append(pattern)
        else:
            self._by_end.setdefault(len(end), {}).setdefault(end, []).append(pattern)
        return True

    def fitting(self, form: str) -> list[str]:
        """Return the patterns that a form fits."""
        if not self.known:
            return []
        candidates = [
            *(p for n, starts in self._by_start.items() for p in starts.get(form[:n], ())),
            *(p for n, ends in self._by_end.items() for p in ends.get(form[-n:], ())),
        ]
        return [pattern for pattern in candidates if fits(form, pattern)]


def _literal_start(pattern: str) -> str:
    for at, char in enumerate(pattern):
        if char in _WILD:
            return pattern[:at]
    return pattern


def is_pattern(form: str) -> bool:
    """Say whether a form of a query holds a wildcard."""
    return "*" in form or "?" in form


def fits(form: str, pattern: str) -> bool:
    """Say whether a form fits a pattern: ``*`` is any letters, ``?`` is one.

    >>> fits("negotiators", "negotiat*"), fits("ukraine", "*kraine"), fits("russia", "r?ssia")
    (True, True, True)
    """
    at = pattern_at = 0
    star, resume = -1, 0
    while at < len(form):
        if pattern_at < len(pattern) and pattern[pattern_at] in ("?", form[at]):
            at, pattern_at = at + 1, pattern_at + 1
        elif pattern_at < len(pattern) and pattern[pattern_at] == "*":
            star, resume, pattern_at = pattern_at, at, pattern_at + 1
        elif star >= 0:
            resume += 1
            at, pattern_at = resume, star + 1
        else:
            return False
    return all(char == "*" for char in pattern[pattern_at:])
