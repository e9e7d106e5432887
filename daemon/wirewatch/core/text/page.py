"""A document read: its words in order, other readings of them, and the way back to the characters."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from wirewatch.core.model.hit import Field, Span
from wirewatch.core.text.chunk import Atom, Chunk
from wirewatch.core.text.words import Words

Interval: TypeAlias = tuple[int, int]
"""First and last word position of a find, inclusive."""

BREAK: Final = ""
"""The form at the position between two blocks: no word, so nothing runs across it."""

BREAK_CHUNK: Final = "\x00"

TEXTS: Final = (Field.TITLE, Field.SUMMARY, Field.BODY, Field.ARTICLE)

_NOTHING: Final = Atom(BREAK, 0, 0)
_FEW: Final = 12
"""So many scans of a page are cheaper than an index of all its words."""


@dataclass(frozen=True, slots=True)
class PageEdge:
    """Another reading of the positions *first* to *last*."""

    first: int
    last: int
    form: str


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the words of a page come from."""

    texts: Sequence[tuple[Field | None, str]]
    chunks: list[str]
    ends: list[int]
    """How many chunks there are up to the end of each text."""
    chunk: Callable[[str], Chunk]


class Page:
    """A document as words. Positions count words through all texts; each block's end takes one position."""

    __slots__ = (
        "_asked", "_found", "_index", "_keys", "_layout", "_special_keys", "_starts", "bounds", "distinct", "edges",
        "forms", "special", "words",
    )  # fmt: skip

    words: Words
    special: Words | None
    """The words of the document's language, where its rules are not those of its script."""

    def __init__(
        self,
        layout: Layout,
        forms: list[str],
        edges: tuple[PageEdge, ...],
        bounds: list[int],
        distinct: set[str],
    ) -> None:
        self._layout, self.forms, self.edges, self.bounds = layout, forms, edges, bounds
        distinct.discard(BREAK)
        self.distinct = distinct
        self._found: dict[str, list[Interval]] = {}
        self._index: dict[str, list[Interval]] | None = None
        self._asked = 0
        self._starts: list[tuple[int, Atom]] | None = None
        self._keys: set[str] | None = None
        self._special_keys: set[str] | None = None

    @property
    def keys(self) -> set[str]:
        """The keys of all words, by the rules of their scripts."""
        if self._keys is None:
            self._keys = self.words.keys_of(self.distinct)
        return self._keys

    @property
    def special_keys(self) -> set[str]:
        """The keys of all words by the rules of the document's language, if it has its own."""
        if self._special_keys is None:
            self._special_keys = (
                set() if self.special is None else self.special.keys_of(self.distinct)
            )
        return self._special_keys

    def where(self, form: str) -> list[Interval]:
        """Return where a form stands, in order."""
        if form not in self.distinct:
            return []
        found = self._found.get(form)
        if found is None:
            self._asked += 1
            found = self._scan(form) if self._asked <= _FEW else self._indexed(form)
            self._found[form] = found
        return found

    def _scan(self, form: str) -> list[Interval]:
        found: list[Interval] = []
        index, at = self.forms.index, -1
        try:
            while True:
                at = index(form, at + 1)
                found.append((at, at))
        except ValueError:
            pass
        return self._with_edges(form, found)

    def _with_edges(self, form: str, found: list[Interval]) -> list[Interval]:
        more = [(edge.first, edge.last) for edge in self.edges if edge.form == form]
        return sorted({*found, *more}) if more else found

    def _indexed(self, form: str) -> list[Interval]:
        if self._index is None:
            index: dict[str, list[Interval]] = {}
            for at, word in enumerate(self.forms):
                if word in index:
                    index[word].append((at, at))
                else:
                    index[word] = [(at, at)]
            self._index = index
        return self._with_edges(form, self._index.get(form, []))

    def where_word(self, form: str) -> list[Interval]:
        """Return where any inflection of a word stands, in order."""
        if self.special is None:
            _ = self.keys
            words = self.words
        else:
            _ = self.special_keys
            words = self.special
        found = [f for f in words.members[words.key_of[form]] if f in self.distinct]
        return self._where_any(found)

    def where_pattern(self, pattern: str) -> list[Interval]:
        """Return where a word fits a wildcard pattern, in order."""
        _ = self.keys
        self.words.learn_pattern(pattern)
        return self._where_any(
            [f for f in self.words.members.get(pattern, ()) if f in self.distinct]
        )

    def _where_any(self, forms: list[str]) -> list[Interval]:
        if len(forms) == 1:
            return self.where(forms[0])
        return sorted({place for form in forms for place in self.where(form)})

    def region(self, position: int) -> int:
        """Return the number of the text a position belongs to."""
        return bisect_right(self.bounds, position)

    def spans(self, places: Iterable[Interval]) -> list[Span]:
        """Return the characters of intervals."""
        if self._starts is None:
            self._starts = self._locate()
        starts, texts, bounds = self._starts, self._layout.texts, self.bounds
        spans = []
        for first, last in places:
            field = texts[bisect_right(bounds, first)][0]
            if field is not None:
                (start, left), (end, right) = starts[first], starts[last]
                spans.append(Span(field, start + left.start, end + right.end))
        return spans

    def raw(self, first: int, last: int) -> str:
        """Return the characters of an interval as they stand in the text."""
        if self._starts is None:
            self._starts = self._locate()
        text = self._layout.texts[bisect_right(self.bounds, first)][1]
        (start, left), (end, right) = self._starts[first], self._starts[last]
        return text[start + left.start : end + right.end]

    def _locate(self) -> list[tuple[int, Atom]]:
        located: list[tuple[int, Atom]] = []
        layout = self._layout
        begin = 0
        for (_, text), end in zip(layout.texts, layout.ends, strict=True):
            shown = text.replace("\x00", " ") if "\x00" in text else text
            at = 0
            for chunk in layout.chunks[begin:end]:
                if chunk == BREAK_CHUNK:
                    located.append((at, _NOTHING))
                    continue
                at = shown.index(chunk, at)
                if chunk.isalpha() and chunk.isascii():
                    located.append((at, Atom(chunk, 0, len(chunk))))
                else:
                    located += [(at, atom) for atom in layout.chunk(chunk).atoms]
                at += len(chunk)
            begin = end
        return located
