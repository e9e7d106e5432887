"""From a document to a page of words, every chunk of text analysed once in a lifetime."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import compress, count, pairwise
from operator import attrgetter
from typing import Final

from wirewatch.core.model.hit import Field
from wirewatch.core.text.chunk import CAPITALS_MATTER, Chunk, analyse
from wirewatch.core.text.document import Document
from wirewatch.core.text.language import language_of
from wirewatch.core.text.page import (
    BREAK,
    BREAK_CHUNK,
    SPACED,
    TEXTS,
    Layout,
    Page,
    PageEdge,
    Shift,
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
_FEW_MARKS: Final = 5


class Reader:
    """Reads documents, and remembers every chunk it has seen so that the next one costs a look-up."""

    __slots__ = ("_complex", "_details", "_forms", "_marks", "_words")

    def __init__(self) -> None:
        self._forms = Computed(self._learn)
        self._forms[BREAK_CHUNK] = BREAK
        self._complex: dict[str, Chunk] = {}
        self._marks: set[str] = set()
        """The names of the complex chunks again: two sets meet faster."""
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
        if marks:
            page = self._expanded(texts, chunks, ends, coded, distinct, marks)
        else:
            page = Page(Layout(texts, chunks, ends, self._chunk), coded, (), ends, distinct)
        page.words = self.words()
        special = language_of(language, page.distinct)
        page.special = self.words(special) if special else None
        return page

    def _forget(self) -> None:
        self._forms.clear()
        self._forms[BREAK_CHUNK] = BREAK
        self._complex.clear()
        self._marks.clear()
        self._details.clear()
        self._words = {language: words.anew() for language, words in self._words.items()}

    def _learn(self, raw: str) -> str:
        chunk = analyse(raw)
        if len(chunk.atoms) == 1 and not chunk.edges and not chunk.initial:
            return chunk.atoms[0].form
        mark = _COMPLEX + raw
        self._complex[mark] = chunk
        self._marks.add(mark)
        return mark

    def _chunk(self, raw: str) -> Chunk:
        known = self._complex.get(_COMPLEX + raw) or self._details.get(raw)
        if known is None:
            known = self._details[raw] = analyse(raw)
        return known

    def _expanded(
        self,
        texts: Sequence[tuple[Field | None, str]],
        chunks: list[str],
        ends: list[int],
        coded: list[str],
        distinct: set[str],
        marks: set[str],
    ) -> Page:
        forms: list[str] = []
        edges: list[PageEdge] = []
        initials: list[int] = []
        shifts: list[Shift] = []
        done = 0
        for at in _places(coded, marks):
            forms += coded[done:at]
            done = at + 1
            chunk = self._complex[coded[at]]
            base = len(forms)
            shifts.append(Shift(at, base, len(chunk.atoms)))
            if chunk.initial:
                initials.append(base)
            forms += [atom.form for atom in chunk.atoms]
            edges += [PageEdge(base + e.first, base + e.last, e.form) for e in chunk.edges]
        forms += coded[done:]
        if len(initials) > 1:
            edges += _initial_edges(initials, forms)
        distinct -= marks
        distinct.update([a.form for mark in marks for a in self._complex[mark].atoms])
        distinct.update([edge.form for edge in edges])
        bases = [shift.base for shift in shifts]
        layout = Layout(texts, chunks, ends, self._chunk, shifts, bases)
        return Page(layout, forms, tuple(edges), _shifted(ends, shifts), distinct)


def _places(coded: list[str], marks: set[str]) -> list[int]:
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
