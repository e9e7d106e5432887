"""Quote the sentences in which a match stands, its words marked."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from wirewatch.core.model.hit import Field, Piece, Snippet, Span
from wirewatch.core.text.document import Document
from wirewatch.core.text.fold import fold
from wirewatch.core.text.page import TEXTS
from wirewatch.core.text.sentences import blocks, sentences

_FAR: Final = 1 << 62
_SOME: Final = 100
"""A sentence with more hits than this is no sentence: the first ones decide where it is cut."""

_SPACE: Final = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class _Quote:
    """A sentence with the hits in it."""

    field: Field
    start: int
    end: int
    hits: tuple[tuple[int, int], ...]
    words: frozenset[str]
    """The distinct words found, folded."""


def snippets(
    document: Document, spans: Sequence[Span], *, limit: int = 4, max_chars: int = 300
) -> tuple[Snippet, ...]:
    """Return the sentences around *spans*, each once, those that cover most of the words first.

    Sentences are quoted exactly, white space apart; one longer than *max_chars* is cut between words.
    """
    quotes = _distinct(document, _quotes(document, spans))
    return tuple(_cut(document, quote, max_chars) for quote in _best(quotes, limit))


def _quotes(document: Document, spans: Iterable[Span]) -> list[_Quote]:
    quotes: list[_Quote] = []
    for field in TEXTS:
        text = document.text(field)
        hits = sorted({(s.start, s.end) for s in spans if s.field is field and s.end <= len(text)})
        if hits:
            quotes += _of_field(field, text, hits)
    return quotes


def _of_field(field: Field, text: str, hits: list[tuple[int, int]]) -> list[_Quote]:
    parts = blocks(text)
    starts = [start for start, _ in parts]
    cut: dict[int, list[tuple[int, int]]] = {}
    grouped: list[tuple[int, int, list[tuple[int, int]]]] = []
    for start, end in hits:
        block = bisect_right(starts, start) - 1
        if block not in cut:
            cut[block] = sentences(text, *parts[block])
        first, last = _around(cut[block], start, end)
        if grouped and first < grouped[-1][1]:
            begin, until, inside = grouped[-1]
            inside.append((start, end))
            grouped[-1] = (begin, max(until, last), inside)
        else:
            grouped.append((first, last, [(start, end)]))
    return [
        _Quote(
            field, first, last, tuple(inside), frozenset(fold(_flat(text[a:b])) for a, b in inside)
        )
        for first, last, inside in grouped
    ]


def _around(found: list[tuple[int, int]], start: int, end: int) -> tuple[int, int]:
    """Return the sentence, or the sentences, that hold a hit."""
    at = max(0, bisect_right(found, (start, _FAR)) - 1)
    until = at
    while until + 1 < len(found) and found[until + 1][0] < end:
        until += 1
    return (min(found[at][0], start), max(found[until][1], end)) if found else (start, end)


def _distinct(document: Document, quotes: list[_Quote]) -> list[_Quote]:
    """Keep the first telling of a sentence that stands in several fields."""
    seen: set[str] = set()
    kept = []
    for quote in quotes:
        said = fold(_flat(document.text(quote.field)[quote.start : quote.end]))
        if said not in seen:
            seen.add(said)
            kept.append(quote)
    return kept


def _best(quotes: list[_Quote], limit: int) -> list[_Quote]:
    """Choose so that each next sentence adds the most words not quoted yet."""
    left = list(quotes)
    told: frozenset[str] = frozenset()
    chosen: list[_Quote] = []
    while left and len(chosen) < limit:
        best = max(left, key=lambda quote: (len(quote.words - told), len(quote.words)))
        left.remove(best)
        told |= best.words
        chosen.append(best)
    return chosen


def _cut(document: Document, quote: _Quote, max_chars: int) -> Snippet:
    text = document.text(quote.field)
    start, end = quote.start, quote.end
    if end - start > max_chars:
        start, end = _window(text, quote, max_chars)
    hits = [(max(a, start), min(b, end)) for a, b in quote.hits if a < end and b > start]
    return Snippet(
        field=quote.field,
        pieces=_pieces(text, start, end, hits),
        cut_before=start > quote.start,
        cut_after=end < quote.end,
    )


def _window(text: str, quote: _Quote, max_chars: int) -> tuple[int, int]:
    """Return the stretch of a long sentence that shows most hits, widened evenly and cut between words."""
    hits = quote.hits[:_SOME]
    first, last = max(
        ((a, max(d for c, d in hits if a <= c and d <= max(a + max_chars, b))) for a, b in hits),
        key=lambda w: sum(1 for c, d in hits if w[0] <= c and d <= w[1]),
    )
    spare = max(0, max_chars - (last - first))
    start = max(quote.start, first - spare // 2)
    end = min(quote.end, max(last, start + max_chars))
    start = min(first, max(quote.start, end - max_chars))
    while start > quote.start and start < first and not text[start - 1].isspace():
        start += 1
    while last < end < quote.end and not text[end].isspace():
        end -= 1
    while start < first and text[start].isspace():
        start += 1
    while end > last and text[end - 1].isspace():
        end -= 1
    return start, end


def _pieces(text: str, start: int, end: int, hits: list[tuple[int, int]]) -> tuple[Piece, ...]:
    pieces: list[Piece] = []
    at = start
    for first, last in _merged(hits):
        pieces += [Piece(_flat(text[at:first])), Piece(_flat(text[first:last]), hit=True)]
        at = last
    pieces.append(Piece(_flat(text[at:end])))
    return tuple(piece for piece in pieces if piece.text)


def _merged(hits: list[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for first, last in sorted(hits):
        if merged and first < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], last))
        else:
            merged.append((first, last))
    return merged


def _flat(text: str) -> str:
    return _SPACE.sub(" ", text)
