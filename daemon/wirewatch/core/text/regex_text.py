"""Texts as regular expressions read them: block by block, folded or as written, with the way back."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

from wirewatch.core.model.hit import Field
from wirewatch.core.text.document import Document
from wirewatch.core.text.fold import clusters, fold
from wirewatch.core.text.page import TEXTS
from wirewatch.core.text.sentences import blocks

_ASCII_RUN: Final = re.compile(r"[\x00-\x7f]+")
_SURROGATES: Final = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Block:
    """A block of a field: *text* is what is searched; *offsets* lead back (None: one to one from *start*)."""

    field: Field | None
    text: str
    start: int
    offsets: tuple[tuple[int, ...], tuple[int, ...]] | None = None

    def place(self, first: int, end: int) -> tuple[int, int]:
        """Return the characters of the field that a stretch of *text* came from."""
        if self.offsets is None:
            return self.start + first, self.start + end
        starts, ends = self.offsets
        return self.start + starts[first], self.start + ends[end - 1]


def blocks_of(document: Document, *, folded: bool, anywhere: bool) -> list[Block]:
    """Return all blocks of a document; line breaks inside them are spaces."""
    texts: list[tuple[Field | None, str]] = [(field, document.text(field)) for field in TEXTS]
    if anywhere:
        texts.append((None, document.boilerplate))
    return [
        _block(field, _clean(text[start:end]), start, folded=folded)
        for field, text in texts
        for start, end in blocks(text)
        if start < end
    ]


def _clean(text: str) -> str:
    return _SURROGATES.sub("\ufffd", text.replace("\n", " "))


def _block(field: Field | None, text: str, start: int, *, folded: bool) -> Block:
    if not folded:
        return Block(field, text, start)
    if text.isascii():
        return Block(field, text.lower(), start)
    return _folded(field, text, start)


def _folded(field: Field | None, text: str, start: int) -> Block:
    shown: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    at = 0
    for run in _ASCII_RUN.finditer(text):
        end = run.end()
        if end < len(text) and unicodedata.category(text[end])[0] == "M":
            end -= 1  # the accent belongs to the letter before it
        _add_clusters(text, at, run.start(), (shown, starts, ends))
        if run.start() < end:
            shown.append(text[run.start() : end].lower())
            starts += range(run.start(), end)
            ends += range(run.start() + 1, end + 1)
        at = max(end, run.start())
    _add_clusters(text, at, len(text), (shown, starts, ends))
    return Block(field, "".join(shown), start, (tuple(starts), tuple(ends)))


def _add_clusters(
    text: str, first: int, last: int, into: tuple[list[str], list[int], list[int]]
) -> None:
    shown, starts, ends = into
    for content, begin, end in clusters(text[first:last]):
        piece = fold(content)
        shown.append(piece)
        starts += [first + begin] * len(piece)
        ends += [first + end] * len(piece)
