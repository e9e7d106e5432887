"""Where in a TOML file a setting stands: line, column and extent of every key path, in one pass.

The readers of TOML give values without positions. This scanner gives positions without values: it walks text that
a reader has accepted already, and therefore needs to know only where things end.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

KeyPath = tuple[str | int, ...]
"""The way to a value: names of tables, indexes in arrays."""

_BLANK: Final = re.compile(r"(?:[ \t\r\n]+|#[^\n]*)*")
_BARE_KEY: Final = re.compile(r"[A-Za-z0-9_-]+")
_BASIC: Final = re.compile(r'"(?:[^"\\\n]|\\.)*"')
_LITERAL: Final = re.compile(r"'[^'\n]*'")
_LONG_BASIC: Final = re.compile(r'"""(?:[^\\"]|\\.|"{1,2}(?!"))*"{3,5}', re.DOTALL)
_LONG_LITERAL: Final = re.compile(r"'''(?:[^']|'{1,2}(?!'))*'{3,5}", re.DOTALL)
_SCALAR: Final = re.compile(r"[^,\]}#\r\n]*[^,\]}#\s]")
_ESCAPE: Final = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|x([0-9A-Fa-f]{2})|(.))")
_ESCAPED: Final[Mapping[str, str]] = {
    "b": "\b",
    "t": "\t",
    "n": "\n",
    "f": "\f",
    "r": "\r",
    "e": "\x1b",
}


@dataclass(frozen=True, slots=True)
class Extent:
    """From where to where something stands: offsets into the text, end exclusive."""

    start: int
    end: int
    value: int
    """Where the value itself begins: behind the equals sign; *start* for tables and elements."""


@dataclass(frozen=True, slots=True)
class Block:
    """A table with its header: ``[[feed]]`` and what stands below it."""

    path: KeyPath
    start: int
    end: int
    """Behind the last setting of the table; what follows are blanks and comments that may belong to the next."""


class Locator:
    """The positions of everything in one TOML text."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._lines = [0, *(found.end() for found in re.finditer("\n", text))]
        scanner = _Scanner(text)
        scanner.run()
        self._extents = scanner.extents
        self.blocks: tuple[Block, ...] = tuple(scanner.blocks)
        self.head_end = scanner.head_end
        """Behind the last setting above the first header, or None where there is none."""

    def extent(self, path: KeyPath) -> Extent | None:
        """Return where *path* stands, or None."""
        return self._extents.get(path)

    def nearest(self, path: KeyPath) -> Extent | None:
        """Return where *path* stands or, where it is missing, the table that lacks it."""
        for size in range(len(path), 0, -1):
            if (found := self._extents.get(path[:size])) is not None:
                return found
        return None

    def line(self, path: KeyPath) -> int | None:
        """Return the line of *path* or of the table that lacks it, counted from 1."""
        found = self.nearest(path)
        return None if found is None else self.line_at(found.start)

    def line_at(self, offset: int) -> int:
        """Return the line of an offset, counted from 1."""
        return bisect_right(self._lines, offset)

    def paths(self) -> tuple[KeyPath, ...]:
        """Return every path that has a place, in order of appearance."""
        return tuple(self._extents)


class _Scanner:
    """Walks the text once. Relies on the text being TOML, and ends in any case."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.extents: dict[KeyPath, Extent] = {}
        self.blocks: list[Block] = []
        self.head_end: int | None = None
        self._counts: dict[KeyPath, int] = {}
        """How many tables an array of tables has so far."""
        self._table: KeyPath = ()

    def run(self) -> None:
        self._skip_blank()
        while self.at < len(self.text):
            start = self.at
            if self.text[start] == "[":
                self._header(start)
            else:
                self._pair(self._table)
            if not self.blocks:
                self.head_end = self.at
            else:
                last = self.blocks[-1]
                self.blocks[-1] = Block(path=last.path, start=last.start, end=self.at)
            self._skip_blank()
            self.at = max(self.at, start + 1)

    def _skip_blank(self) -> None:
        found = _BLANK.match(self.text, self.at)
        self.at = found.end() if found else self.at

    def _header(self, start: int) -> None:
        is_array = self.text.startswith("[[", start)
        self.at = start + (2 if is_array else 1)
        keys = self._keys()
        path = self._next_of_array(keys) if is_array else self._through_arrays(keys)
        self.at = self._behind("]]" if is_array else "]")
        self._note(path, Extent(start, self.at, start))
        self._table = path
        self.blocks.append(Block(path=path, start=start, end=self.at))

    def _next_of_array(self, keys: tuple[str, ...]) -> KeyPath:
        path = self._through_arrays(keys[:-1]) + keys[-1:]
        index = self._counts.get(path, 0)
        self._counts[path] = index + 1
        return (*path, index)

    def _through_arrays(self, keys: tuple[str, ...]) -> KeyPath:
        """Name the table that *keys* means at this point: in an array of tables, the last one."""
        path: KeyPath = ()
        for key in keys:
            path = (*path, key)
            if path in self._counts:
                path = (*path, self._counts[path] - 1)
        return path

    def _pair(self, table: KeyPath) -> None:
        start = self.at
        path = table + self._keys()
        self.at = self._behind("=")
        self._skip_blank()
        value = self.at
        self._note(path, Extent(start, start, value))
        self._value(path)
        self.extents[path] = Extent(start, self.at, value)

    def _note(self, path: KeyPath, extent: Extent) -> None:
        """Remember the place, and that of the tables it implies, where they have none of their own."""
        implied = Extent(extent.start, extent.start, extent.start)
        for size in range(1, len(path)):
            self.extents.setdefault(path[:size], implied)
        self.extents.setdefault(path, extent)

    def _behind(self, sign: str) -> int:
        found = self.text.find(sign, self.at)
        return len(self.text) if found < 0 else found + len(sign)

    def _keys(self) -> tuple[str, ...]:
        keys: list[str] = []
        while True:
            self._skip_blank()
            keys.append(self._key())
            self._skip_blank()
            if not self.text.startswith(".", self.at):
                return tuple(keys)
            self.at += 1

    def _key(self) -> str:
        for pattern in (_BARE_KEY, _BASIC, _LITERAL):
            if found := pattern.match(self.text, self.at):
                self.at = found.end()
                return _unquoted(found[0])
        return ""

    def _value(self, path: KeyPath) -> None:
        if self.text.startswith("[", self.at):
            self._array(path)
        elif self.text.startswith("{", self.at):
            self._inline_table(path)
        else:
            self._scalar()

    def _scalar(self) -> None:
        for pattern in (_LONG_BASIC, _LONG_LITERAL, _BASIC, _LITERAL, _SCALAR):
            if found := pattern.match(self.text, self.at):
                self.at = found.end()
                return

    def _array(self, path: KeyPath) -> None:
        index = 0
        self.at += 1
        while self._more("]"):
            start = self.at
            self._value((*path, index))
            self.extents[*path, index] = Extent(start, self.at, start)
            index += 1
            self.at += self.at == start

    def _inline_table(self, path: KeyPath) -> None:
        self.at += 1
        while self._more("}"):
            start = self.at
            self._pair(path)
            self.at += self.at == start

    def _more(self, closing: str) -> bool:
        """Go to the next element; at the end go behind the closing bracket and say no."""
        self._skip_blank()
        while self.text.startswith(",", self.at):
            self.at += 1
            self._skip_blank()
        if self.text.startswith(closing, self.at):
            self.at += 1
            return False
        return self.at < len(self.text)


def _unquoted(key: str) -> str:
    if key[0] == "'":
        return key[1:-1]
    return _ESCAPE.sub(_plain, key[1:-1]) if key[0] == '"' else key


def _plain(escape: re.Match[str]) -> str:
    number = escape[1] or escape[2] or escape[3]
    return chr(int(number, 16)) if number else _ESCAPED.get(escape[4], escape[4])
