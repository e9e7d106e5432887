"""Gathers words into blocks: between two words the strongest boundary that lay there wins."""

from __future__ import annotations

from enum import IntEnum
from typing import Final

from wirewatch.parse.clean import clean


class Gap(IntEnum):
    """What lies between two pieces of text."""

    NONE = 0
    SPACE = 1
    LINE = 2
    BLOCK = 3


_WRITTEN: Final = {Gap.NONE: "", Gap.SPACE: " ", Gap.LINE: "\n", Gap.BLOCK: "\n\n"}


class BlockText:
    """A text under construction. Never glues what a boundary parts, never parts what nothing does."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._gap = Gap.NONE

    def words(self, text: str) -> None:
        """Add text in which every run of white space is one space."""
        self._put(clean(text))

    def _put(self, text: str) -> None:
        if not text:
            return
        words = text.split()
        if not words:
            self._widen(Gap.SPACE)
            return
        if text[0].isspace():
            self._widen(Gap.SPACE)
        if self._pieces:
            self._pieces.append(_WRITTEN[self._gap])
        self._pieces.append(" ".join(words))
        self._gap = Gap.SPACE if text[-1].isspace() else Gap.NONE

    def lines(self, text: str) -> None:
        """Add text in which line breaks and blank lines mean something."""
        for number, line in enumerate(clean(text).split("\n")):
            if number:
                self.line()
            self._put(line)

    def space(self) -> None:
        """Part the words on both sides."""
        self._widen(Gap.SPACE)

    def soft_line(self) -> None:
        """Break the line, once however often it is said."""
        self._widen(Gap.LINE)

    def line(self) -> None:
        """Break the line; two breaks with nothing between them end the block."""
        self._gap = Gap.BLOCK if self._gap >= Gap.LINE else Gap.LINE

    def block(self) -> None:
        """End the block."""
        self._gap = Gap.BLOCK

    def _widen(self, gap: Gap) -> None:
        self._gap = max(self._gap, gap)

    def __str__(self) -> str:
        return "".join(self._pieces)
