"""A document read: its words in order, other readings of them, and the way back to the characters."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, TypeAlias

from wirewatch.core.model.hit import Field, Span
from wirewatch.core.text.chunk import CAPITALS_MATTER, Atom, Chunk, analyse
from wirewatch.core.text.document import Document
from wirewatch.core.text.inflect import word_key

Interval: TypeAlias = tuple[int, int]
"""First and last word position of a find, inclusive."""

BREAK: Final = ""
"""The form at the position between two blocks: no word, so nothing runs across it."""

TEXTS: Final = (Field.TITLE, Field.SUMMARY, Field.BODY, Field.ARTICLE)

_BREAK_CHUNK: Final = "\x00"
_COMPLEX: Final = "\x00"
_BROKEN_LINE: Final = re.compile(r"(?:\S*[^\W\d_][-\u2010\u00ad]\n(?=[^\W\d_]))+\S*|\S+")
_MEMO_LIMIT: Final = 300_000
_NOTHING: Final = Atom(BREAK, 0, 0)


class Classes:
    """The words of one language: which forms share a key."""

    __slots__ = ("_language", "key_of", "members", "more")

    def __init__(self, language: str) -> None:
        self._language = language
        self.key_of: dict[str, str] = _Computed(self._learn)
        self.members: dict[str, list[str]] = {}
        self.more: dict[str, tuple[str, ...]] = {}
        """Further keys of forms that have several."""

    def _learn(self, form: str) -> str:
        key = word_key(form, self._language)
        self.members.setdefault(key, []).append(form)
        return key

    def keys_of(self, forms: Iterable[str]) -> set[str]:
        """Return every key of *forms*."""
        return set(map(self.key_of.__getitem__, forms))


class _Computed(dict[str, str]):
    """A dictionary that works out what it does not hold."""

    __slots__ = ("_work",)

    def __init__(self, work: Callable[[str], str]) -> None:
        super().__init__()
        self._work = work

    def __missing__(self, name: str) -> str:
        value = self[name] = self._work(name)
        return value


class Reader:
    """Reads documents, and remembers every chunk it has seen so that the next one costs a look-up."""

    def __init__(self) -> None:
        self._forms = _Computed(self._learn)
        self._forms[_BREAK_CHUNK] = BREAK
        self._complex: dict[str, Chunk] = {}
        self._classes: dict[str, Classes] = {}

    def classes(self, language: str) -> Classes:
        """Return the words of a language (empty: each script's own)."""
        found = self._classes.get(language)
        if found is None:
            found = self._classes[language] = Classes(language)
        return found

    def _learn(self, raw: str) -> str:
        if len(self._forms) > _MEMO_LIMIT:
            self._forms.clear()
            self._forms[_BREAK_CHUNK] = BREAK
        chunk = self.chunk(raw)
        if len(chunk.atoms) == 1 and not chunk.edges and not chunk.initial:
            return chunk.atoms[0].form
        self._complex[_COMPLEX + raw] = chunk
        return _COMPLEX + raw

    def chunk(self, raw: str) -> Chunk:
        """Take a chunk apart."""
        known = self._complex.get(_COMPLEX + raw)
        return analyse(raw) if known is None else known

    def read(self, document: Document) -> Page:
        """Read the title, summary, body and article."""
        return self.page([(field, document.text(field)) for field in TEXTS])

    def page(self, texts: Sequence[tuple[Field | None, str]]) -> Page:
        """Read texts in order. A text without a field is matched but has no spans."""
        chunks: list[str] = []
        ends: list[int] = []
        for _, text in texts:
            chunks += split(text)
            chunks.append(_BREAK_CHUNK)
            ends.append(len(chunks))
        coded = list(map(self._forms.__getitem__, chunks)) if chunks else []
        if self._complex.keys() & set(coded):
            return self._expanded(texts, chunks, coded, ends)
        return Page(self, texts, chunks, ends, forms=coded, edges=(), bounds=ends)

    def _expanded(
        self,
        texts: Sequence[tuple[Field | None, str]],
        chunks: list[str],
        coded: list[str],
        ends: list[int],
    ) -> Page:
        known = self._complex
        forms: list[str] = []
        edges: list[PageEdge] = []
        initials: list[int] = []
        bounds = iter([*ends, -1])
        bound = next(bounds)
        places: list[int] = []
        for at, code in enumerate(coded):
            if at == bound:
                places.append(len(forms))
                bound = next(bounds)
            chunk = known.get(code)
            if chunk is None:
                forms.append(code)
                continue
            base = len(forms)
            if chunk.initial:
                initials.append(base)
            forms += [atom.form for atom in chunk.atoms]
            edges += [PageEdge(base + e.first, base + e.last, e.form) for e in chunk.edges]
        places.append(len(forms))
        if len(initials) > 1:
            edges += _initial_edges(initials, forms)
        return Page(self, texts, chunks, ends, forms=forms, edges=tuple(edges), bounds=places)


@dataclass(frozen=True, slots=True)
class PageEdge:
    """Another reading of the positions *first* to *last*."""

    first: int
    last: int
    form: str


def split(text: str) -> list[str]:
    """Cut a text at white space, a block's end being a chunk of its own."""
    if "\x00" in text:
        text = text.replace("\x00", " ")
    if "-\n" in text or "\u2010\n" in text or "\u00ad\n" in text:
        blocks = [_BROKEN_LINE.findall(block) for block in text.split("\n\n")]
        return [chunk for block in blocks for chunk in (*block, _BREAK_CHUNK)][:-1]
    if "\n\n" in text:
        return text.replace("\n\n", " \x00 ").split()
    return text.split()


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


class Page:
    """A document as words. Positions count words through all texts; each block's end takes one position."""

    __slots__ = (
        "_chunk_ends", "_chunks", "_reader", "_starts", "_texts", "_where", "bounds", "classes", "distinct",
        "edges", "forms",
    )  # fmt: skip

    def __init__(
        self,
        reader: Reader,
        texts: Sequence[tuple[Field | None, str]],
        chunks: list[str],
        chunk_ends: list[int],
        *,
        forms: list[str],
        edges: tuple[PageEdge, ...],
        bounds: list[int],
        language: str = "",
    ) -> None:
        self._reader, self._texts, self._chunks = reader, texts, chunks
        self._chunk_ends = chunk_ends
        self.forms, self.edges, self.bounds = forms, edges, bounds
        self.classes = reader.classes(language)
        self.distinct = set(forms)
        self.distinct.update(edge.form for edge in edges)
        self.distinct.discard(BREAK)
        self._where: dict[str, list[Interval]] | None = None
        self._starts: list[tuple[int, Atom]] | None = None

    def where(self, form: str) -> list[Interval]:
        """Return where a form stands, in order."""
        if form not in self.distinct:
            return []
        if self._where is None:
            self._where = self._index()
        return self._where.get(form, [])

    def _index(self) -> dict[str, list[Interval]]:
        index: dict[str, list[Interval]] = {}
        for at, form in enumerate(self.forms):
            index.setdefault(form, []).append((at, at))
        for edge in self.edges:
            index.setdefault(edge.form, []).append((edge.first, edge.last))
        for form in {edge.form for edge in self.edges}:
            index[form] = sorted(set(index[form]))
        return index

    def where_word(self, form: str) -> list[Interval]:
        """Return where any inflection of a word stands, in order."""
        classes = self.classes
        found = [f for f in classes.members[classes.key_of[form]] if f in self.distinct]
        if len(found) == 1:
            return self.where(found[0])
        return sorted({place for f in found for place in self.where(f)})

    def field_at(self, position: int) -> Field | None:
        """Return the field a position belongs to."""
        for end, (field, _) in zip(self.bounds, self._texts, strict=True):
            if position < end:
                return field
        return None

    def region(self, position: int) -> int:
        """Return the number of the text a position belongs to."""
        for number, end in enumerate(self.bounds):
            if position < end:
                return number
        return len(self.bounds)

    def spans(self, places: Iterable[Interval]) -> list[Span]:
        """Return the characters of intervals."""
        spans = []
        for first, last in places:
            field = self.field_at(first)
            if field is not None:
                spans.append(Span(field, self._offsets(first)[0], self._offsets(last)[1]))
        return spans

    def _offsets(self, position: int) -> tuple[int, int]:
        if self._starts is None:
            self._starts = self._locate()
        start, atom = self._starts[position]
        return start + atom.start, start + atom.end

    def _locate(self) -> list[tuple[int, Atom]]:
        located: list[tuple[int, Atom]] = []
        begin = 0
        for (_, text), end in zip(self._texts, self._chunk_ends, strict=True):
            at = 0
            for chunk in self._chunks[begin:end]:
                if chunk == _BREAK_CHUNK:
                    located.append((at, _NOTHING))
                    continue
                at = text.index(chunk, at)
                located += [(at, atom) for atom in self._reader.chunk(chunk).atoms]
                at += len(chunk)
            begin = end
        return located
