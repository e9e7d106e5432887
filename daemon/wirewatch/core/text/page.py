"""A document read: its words in order, other readings of them, and the way back to the characters."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import accumulate
from operator import attrgetter
from typing import Final, TypeAlias

from wirewatch.core.model.hit import Field, Span
from wirewatch.core.text.expand import Expanded, PageEdge, Source, expand
from wirewatch.core.text.words import Words

Interval: TypeAlias = tuple[int, int]
"""First and last word position of a find, inclusive."""

BREAK: Final = ""
"""The form at the position between two blocks: no word, so nothing runs across it."""

BREAK_CHUNK: Final = "\x00"

TEXTS: Final = (Field.TITLE, Field.SUMMARY, Field.BODY, Field.ARTICLE)

SPACED: Final = 12
"""Characters a chunk on average, more than which no language with spaces has."""

_PLUS_ONE: Final = (1).__add__
"""A chunk and the space behind it."""

_BASE: Final = attrgetter("base")

_FEW: Final = 12
"""So many scans of a page are cheaper than an index of all its words."""


class Page:
    """A document as words. Positions count words through all texts; each block's end takes one position."""

    __slots__ = (
        "_asked",
        "_by_edge",
        "_ends",
        "_expanded",
        "_found",
        "_joined",
        "_keys",
        "_offsets",
        "_source",
        "_special_keys",
        "_starts",
        "_word_places",
        "distinct",
        "special",
        "words",
    )  # fmt: skip

    words: Words
    special: Words | None
    """The words of the document's language, where its rules are not those of its script."""

    def __init__(self, source: Source, distinct: set[str]) -> None:
        """*distinct* holds every form of the page, those of other readings too."""
        self._source = source
        distinct.discard(BREAK)
        self.distinct = distinct
        self._expanded: Expanded | None = None
        self._by_edge: dict[str, list[Interval]] | None = None
        self._found: dict[str, list[Interval]] = {}
        self._ends: tuple[dict[str, int], dict[str, int]] | None = None
        self._word_places: dict[str, list[Interval]] = {}
        self._joined: str | None = None
        self._asked = 0
        self._starts: list[int] | None = None
        self._offsets: dict[int, tuple[int, int]] = {}
        self._keys: set[str] | None = None
        self._special_keys: set[str] | None = None

    def _expand(self) -> Expanded:
        """Put the words in their places: most pages are ruled out before anybody asks for them."""
        found = self._expanded = expand(self._source)
        return found

    @property
    def forms(self) -> list[str]:
        """The form at each position."""
        return (self._expanded or self._expand()).forms

    @property
    def edges(self) -> Sequence[PageEdge]:
        """Other readings of positions."""
        return (self._expanded or self._expand()).edges

    @property
    def bounds(self) -> list[int]:
        """The position at which each text ends."""
        return (self._expanded or self._expand()).bounds

    @property
    def _edge_places(self) -> dict[str, list[Interval]]:
        if self._by_edge is None:
            self._by_edge = {}
            for edge in self.edges:
                self._by_edge.setdefault(edge.form, []).append((edge.first, edge.last))
        return self._by_edge

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

    def is_plain(self, spelling: Sequence[str]) -> bool:
        """Say whether all forms but the first, if they stand here, stand as plain words: no other reading is one.

        The forms are no patterns.
        """
        places = self._edge_places
        return not places or places.keys().isdisjoint(spelling[1:])

    def has_no_edge(self, spelling: Sequence[str]) -> bool:
        """Say whether all forms, if they stand here, stand as plain words only."""
        places = self._edge_places
        return not places or places.keys().isdisjoint(spelling)

    def stands(self, spelling: Sequence[str]) -> bool:
        """Say whether forms that have no edge stand side by side."""
        return self.distinct.issuperset(spelling) and _joined(spelling) in self._text

    def where(self, form: str) -> list[Interval]:
        """Return where a form stands, in order."""
        found = self._found.get(form)
        if found is None:
            if form not in self.distinct:
                return []
            self._asked += 1
            found = self._scan(form) if self._asked <= _FEW else self._indexed(form)
            self._found[form] = found
        return found

    @property
    def _text(self) -> str:
        """All forms in a row, in which one is found much faster than in a list."""
        if self._joined is None:
            self._joined = _joined(self.forms)
        return self._joined

    def _scan(self, form: str) -> list[Interval]:
        text, row = self._text, f"\n{form}\n"
        find, count = text.find, text.count
        found: list[Interval] = []
        position, counted = -1, 0
        at = find(row)
        while at >= 0:
            position += count("\n", counted, at + 1)
            found.append((position, position))
            counted = at + 1
            at = find(row, at + 1)
        return self._with_edges(form, found)

    def _with_edges(self, form: str, found: list[Interval]) -> list[Interval]:
        more = self._edge_places.get(form)
        return sorted({*found, *more}) if more else found

    def _indexed(self, form: str) -> list[Interval]:
        forms = self.forms
        if self._ends is None:
            count = len(forms)
            first = dict(zip(reversed(forms), range(count - 1, -1, -1), strict=True))
            self._ends = first, dict(zip(forms, range(count), strict=True))
        starts, ends = self._ends
        if form not in starts:
            return self._with_edges(form, [])
        at, end = starts[form], ends[form]
        found = [(at, at)]
        while at < end:
            at = forms.index(form, at + 1)
            found.append((at, at))
        return self._with_edges(form, found)

    def has_word(self, form: str) -> bool:
        """Say whether any inflection of a word stands here."""
        if self.special is None:
            return self.words.key_of[form] in self.keys
        return self.special.key_of[form] in self.special_keys

    def where_word(self, form: str) -> list[Interval]:
        """Return where any inflection of a word stands, in order."""
        if self.special is None:
            _ = self.keys
            words = self.words
        else:
            _ = self.special_keys
            words = self.special
        key = words.key_of[form]
        places = self._word_places.get(key)
        if places is None:
            found = [f for f in words.members[key] if f in self.distinct]
            places = self._word_places[key] = self._where_any(found)
        return places

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
        texts, bounds = self._source.texts, self.bounds
        spans = []
        for first, last in places:
            field = texts[bisect_right(bounds, first)][0]
            if field is not None:
                start, end = self._characters(first)
                if last != first:
                    end = self._characters(last)[1]
                spans.append(Span(field, start, end))
        return spans

    def raw(self, first: int, last: int) -> str:
        """Return the characters of an interval as they stand in the text."""
        text = self._source.texts[bisect_right(self.bounds, first)][1]
        return text[self._characters(first)[0] : self._characters(last)[1]]

    def _characters(self, position: int) -> tuple[int, int]:
        known = self._offsets.get(position)
        if known is None:
            source = self._source
            number, word = self._chunk_at(position)
            if self._starts is None:
                self._starts = _starts(source)
            start, chunk = self._starts[number], source.chunks[number]
            if chunk.isalpha() and chunk.isascii():
                known = start, start + len(chunk)
            else:
                atom = source.chunk(chunk).atoms[word]
                known = start + atom.start, start + atom.end
            self._offsets[position] = known
        return known

    def _chunk_at(self, position: int) -> tuple[int, int]:
        """Return the number of the chunk at a word position, and of the word in it."""
        shifts = (self._expanded or self._expand()).shifts
        at = bisect_right(shifts, position, key=_BASE) - 1
        if at < 0:
            return position, 0
        shift = shifts[at]
        beyond = position - shift.base
        if beyond < shift.words:
            return shift.chunk, beyond
        return shift.chunk + 1 + beyond - shift.words, 0


def _joined(forms: Sequence[str]) -> str:
    """Write forms in a row: a row stands in another just when its text does, for no form holds a line's end."""
    return "\n{}\n".format("\n".join(forms))


def _starts(source: Source) -> list[int]:
    """Return where each chunk begins in its text."""
    starts: list[int] = []
    begin = 0
    for (_, text), end in zip(source.texts, source.ends, strict=True):
        chunks = source.chunks[begin : end - 1]
        starts += _spaced_starts(text, chunks) or _found_starts(text, chunks)
        starts.append(len(text))
        begin = end
    return starts


def _spaced_starts(text: str, chunks: list[str]) -> list[int]:
    """Add up lengths, which is right when every gap is one character (two between blocks); empty when not."""
    lengths = list(map(len, chunks))
    at = -1
    for _ in range(chunks.count(BREAK_CHUNK)):
        at = chunks.index(BREAK_CHUNK, at + 1)
        lengths[at] = 0
    if sum(lengths) + len(lengths) - 1 != len(text) or len(text) > SPACED * (len(chunks) + 1):
        return []
    starts = list(accumulate(map(_PLUS_ONE, lengths), initial=0))
    starts.pop()
    return starts


def _found_starts(text: str, chunks: list[str]) -> list[int]:
    index = (text.replace("\x00", " ") if "\x00" in text else text).index
    starts: list[int] = []
    at = 0
    for chunk in chunks:
        if chunk != BREAK_CHUNK:
            at = index(chunk, at)
            starts.append(at)
            at += len(chunk)
        else:
            starts.append(at)
    return starts
