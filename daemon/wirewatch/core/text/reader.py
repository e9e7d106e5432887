"""From a document to a page of words, every chunk of text analysed once in a lifetime."""

from __future__ import annotations

import re
from collections.abc import Sequence
from operator import attrgetter
from typing import Final

from wirewatch.core.model.hit import Field
from wirewatch.core.text.chunk import Chunk, analyse
from wirewatch.core.text.document import Document
from wirewatch.core.text.expand import Pieces, Source
from wirewatch.core.text.language import language_of
from wirewatch.core.text.page import (
    BREAK,
    BREAK_CHUNK,
    SPACED,
    TEXTS,
    Page,
)
from wirewatch.core.text.scripts import is_unspaced
from wirewatch.core.text.words import Computed, Words

_COMPLEX: Final = "\x00"
"""Before a chunk in place of a form: it holds several words, or several readings, or none."""

_texts_of: Final = attrgetter(*(field.value for field in TEXTS))
"""Quicker than asking for one text after the other."""

_BROKEN_LINE: Final = re.compile(r"(?:\S*[^\W\d_][-\u2010\u00ad]\n(?=[^\W\d_]))+\S*|\S+")
_BROKEN_ENDS: Final = ("-\n", "\u2010\n", "\u00ad\n")
_MEMO_LIMIT: Final = 300_000


class Reader:
    """Reads documents, and remembers every chunk it has seen so that the next one costs a look-up."""

    __slots__ = ("_details", "_forms", "_initials", "_marks", "_pieces", "_words")

    def __init__(self) -> None:
        self._forms = Computed(self._learn)
        self._forms[BREAK_CHUNK] = BREAK
        self._pieces: dict[str, Pieces] = {}
        """The complex chunks by their marks."""
        self._marks: set[str] = set()
        """Their marks again: two sets meet faster."""
        self._initials: set[str] = set()
        """Those of lone initials, which may be one word with the next."""
        self._details: dict[str, Chunk] = {}
        """Plain chunks in which something was found."""
        self._words = {"": Words("")}

    def words(self, language: str = "") -> Words:
        """Return the words of a language (empty: each script's own)."""
        found = self._words.get(language)
        if found is None:
            found = self._words[language] = Words(language)
        return found

    def read(self, document: Document, *, anywhere: bool = False) -> Page:
        """Read the title, summary, body and article; with *anywhere*, boilerplate too."""
        texts: list[tuple[Field | None, str]] = list(zip(TEXTS, _texts_of(document), strict=True))
        if anywhere:
            texts.append((None, document.boilerplate))
        return self.page(texts, document.language)

    def page(self, texts: Sequence[tuple[Field | None, str]], language: str | None = None) -> Page:
        """Read texts in order. A text without a field is matched but has no spans."""
        if len(self._forms) > _MEMO_LIMIT:
            self._forget()
        chunks: list[str] = []
        ends: list[int] = []
        for _, text in texts:
            if text:
                chunks += split(text)
            chunks.append(BREAK_CHUNK)
            ends.append(len(chunks))
        coded = list(map(self._forms.__getitem__, chunks))
        distinct = set(coded)
        marks = self._marks & distinct
        page = Page(Source(texts, chunks, ends, coded, marks, self._pieces, self._chunk), distinct)
        if marks:
            self._replace(marks, page)
        page.words = self._words[""]
        special = language_of(language, distinct)
        page.special = self.words(special) if special else None
        return page

    def _replace(self, marks: set[str], page: Page) -> None:
        """Put the forms of complex chunks among the distinct ones, in place of their marks."""
        distinct = page.distinct
        distinct -= marks
        for mark in marks:
            _, forms, readings = self._pieces[mark]
            distinct.update(forms, readings)
        if not self._initials.isdisjoint(marks):
            distinct.update([edge.form for edge in page.edges])
            distinct.discard(BREAK)

    def _forget(self) -> None:
        self._forms.clear()
        self._forms[BREAK_CHUNK] = BREAK
        self._pieces = {}
        self._marks.clear()
        self._initials.clear()
        self._details.clear()
        self._words = {language: words.anew() for language, words in self._words.items()}

    def _learn(self, raw: str) -> str:
        chunk = analyse(raw)
        if len(chunk.atoms) == 1 and not chunk.edges and not chunk.initial:
            return chunk.atoms[0].form
        mark = _COMPLEX + raw
        self._pieces[mark] = Pieces.of(chunk)
        self._marks.add(mark)
        if chunk.initial:
            self._initials.add(mark)
        return mark

    def _chunk(self, raw: str) -> Chunk:
        complex_ = self._pieces.get(_COMPLEX + raw)
        if complex_ is not None:
            return complex_.chunk
        known = self._details.get(raw)
        if known is None:
            known = self._details[raw] = analyse(raw)
        return known


def split(text: str) -> list[str]:
    """Cut a text at white space, a block's end being a chunk of its own."""
    if "\x00" in text:
        text = text.replace("\x00", " ")
    shown = text.replace("\n\n", " \x00 ") if "\n" in text else text
    if "\n" in shown and any(broken in text for broken in _BROKEN_ENDS):
        blocks = [_BROKEN_LINE.findall(block) for block in text.split("\n\n")]
        chunks = [chunk for block in blocks for chunk in (*block, BREAK_CHUNK)][:-1]
    else:
        chunks = shown.split()
    return _unspaced(chunks) if len(text) > SPACED * (len(chunks) + 1) else chunks


_RUN: Final = 24
"""A chunk longer than this, in a script without spaces, is cut so that its pieces can be remembered."""


def _unspaced(chunks: list[str]) -> list[str]:
    if max(map(len, chunks), default=0) <= _RUN:
        return chunks
    cut: list[str] = []
    for chunk in chunks:
        if len(chunk) <= _RUN:
            cut.append(chunk)
        elif is_unspaced(chunk[len(chunk) // 2]) or is_unspaced(chunk[len(chunk) // 3]):
            cut += _UNSPACED_PIECE.findall(chunk)
        else:
            cut.append(chunk)
    return cut


_UNSPACED_PIECE: Final = re.compile(r"[\u3400-\u9fff\uac00-\ud7a3]|[^\u3400-\u9fff\uac00-\ud7a3]+")
"""Han and Hangul characters stand alone; whatever else stays together (marks, kana, Thai, URLs)."""
