"""Watchlists in files of their own: plain text for everybody, TOML for those who want more."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from wirewatch.settings.locate import KeyPath
from wirewatch.settings.schema import ListTable, names_of
from wirewatch.settings.suggest import did_you_mean

_SETTING: Final = re.compile(r"([A-Za-z][A-Za-z_-]*)(\s*)=(\s*)(.*)")
_NAMED: Final = re.compile(r"(.+?)\s+::\s+(.+)")
_LISTS: Final = frozenset({"channels", "feeds", "escalate"})
_NUMBERS: Final = frozenset({"near_words", "max_per_hour", "burst"})
_STRAIGHT: Final = str.maketrans("“”„‟", '""""')
_YES: Final[Mapping[str, bool]] = {"yes": True, "true": True, "no": False, "false": False}


@dataclass(frozen=True, slots=True)
class TextProblem:
    """A line of a plain-text watchlist that cannot be meant."""

    line: int
    path: str
    message: str
    hint: str | None = None


@dataclass(frozen=True, slots=True)
class TextList:
    """A plain-text watchlist read: in the shape of a TOML one, and where each thing stands."""

    tree: Mapping[str, object]
    lines: Mapping[KeyPath, int]
    problems: tuple[TextProblem, ...] = ()


def read_watchlist(text: str) -> TextList:
    """Read settings lines, then one query a line; ``#`` begins a comment line. Never raises."""
    reader = _Reader()
    for number, line in enumerate(text.split("\n"), 1):
        bare = line.strip().lstrip("\ufeff").strip()
        if bare and not bare.startswith("#"):
            reader.take(number, bare)
    tree: dict[str, object] = dict(reader.settings)
    if reader.watches:
        tree["watch"] = reader.watches
    return TextList(tree, reader.lines, tuple(reader.problems))


def split_names(text: str) -> list[str]:
    """Split at commas; a name that contains one stands in double quotes.

    >>> split_names('tag:gulf, "Paris, Texas"')
    ['tag:gulf', 'Paris, Texas']
    """
    straight = text.translate(_STRAIGHT)
    try:
        names = next(csv.reader([straight], skipinitialspace=True), [])
    except csv.Error:
        names = straight.split(",")
    return [name.strip() for name in names if name.strip()]


class _Reader:
    """Settings stand above the first query: below it, a line is a query whatever it looks like."""

    def __init__(self) -> None:
        self.settings: dict[str, object] = {}
        self.watches: list[dict[str, object]] = []
        self.lines: dict[KeyPath, int] = {}
        self.problems: list[TextProblem] = []

    def take(self, number: int, line: str) -> None:
        found = _SETTING.fullmatch(line)
        key = found[1].casefold().replace("-", "_") if found else ""
        if found and key in names_of(ListTable):
            self._setting(number, key, found[4].strip())
        elif found and not _may_be_query(found):
            self._no_setting(number, found[1])
        else:
            self._watch(number, line)

    def _setting(self, number: int, key: str, value: str) -> None:
        if self.watches:
            self._problem(number, key, "stands below a query", "move it above the first one")
        elif key in self.settings:
            first = self.lines[key,]
            self._problem(number, key, f"is set already in line {first}", "keep one of the two")
        else:
            self.settings[key] = _value(key, value)
            self.lines[key,] = number

    def _no_setting(self, number: int, key: str) -> None:
        known = names_of(ListTable)
        nearest = did_you_mean(key, known)
        hint = f'did you mean "{nearest}"?' if nearest else f"there are {', '.join(known)}"
        self._problem(number, key, "there is no such setting", hint)

    def _watch(self, number: int, line: str) -> None:
        index = len(self.watches)
        named = _NAMED.fullmatch(line)
        watch: dict[str, object] = {"query": named[2] if named else line}
        if named:
            watch["name"] = named[1]
        self.watches.append(watch)
        self.lines["watch", index] = number

    def _problem(self, number: int, path: str, message: str, hint: str) -> None:
        self.problems.append(TextProblem(number, path, message, hint))


def _may_be_query(setting: re.Match[str]) -> bool:
    """Tell ``talks =Abu``, a word and an exact word, from ``chanels = desk``."""
    return bool(setting[2]) and not setting[3] and bool(setting[4])


def _value(key: str, text: str) -> object:
    if key in _LISTS:
        return split_names(text)
    bare = text.strip("\"'")
    if key == "paused":
        return _YES.get(bare.casefold(), bare)
    if key in _NUMBERS and bare.isdecimal() and len(bare) < 9:
        return int(bare)
    return bare.casefold()
