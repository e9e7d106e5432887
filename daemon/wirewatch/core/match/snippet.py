"""The sentences around what was found, quoted as they stand."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from wirewatch.core.model.hit import Field, Piece, Snippet, Span
from wirewatch.core.text.document import Document
from wirewatch.core.text.tokens import fold

_BLOCK_END: Final = re.compile(r"\n[ \t]*\n")
_SENTENCE_END: Final = re.compile(r"(?:[.!?…]+[\"'”’»)\]]*(?=\s)|[。！？।؟]+[”’」』]*)")
_ABBREVIATION: Final = re.compile(
    r"(?:\b[^\W\d_]|\b(?:mr|mrs|ms|dr|prof|sr|jr|st|gen|col|lt|sgt|rep|sen|gov|no|vs|etc|inc|ltd|co|corp|"
    r"jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec|approx|est|fig|vol))\.$",
    re.IGNORECASE,
)
_PREFERRED: Final = (Field.ARTICLE, Field.BODY, Field.SUMMARY, Field.TITLE)
MIN_CONTEXT: Final = 40


@dataclass(frozen=True, slots=True)
class _Sentence:
    field: Field
    start: int
    end: int
    spans: tuple[Span, ...]


def snippets(
    document: Document, spans: Sequence[Span], *, limit: int = 4, max_chars: int = 300
) -> tuple[Snippet, ...]:
    """Return the sentences that hold the spans, those with most different words first, each said once."""
    found: dict[tuple[str, ...], _Sentence] = {}
    for sentence in _sentences(document, spans):
        text = document.text(sentence.field)[sentence.start : sentence.end]
        key = tuple(fold(word) for word in text.split())
        found.setdefault(key, sentence)
    best = sorted(found.values(), key=lambda one: -_distinct(document, one))
    return tuple(_snippet(document, one, max_chars) for one in best[:limit])


def _distinct(document: Document, sentence: _Sentence) -> int:
    text = document.text(sentence.field)
    return len({fold(text[span.start : span.end]) for span in sentence.spans})


def _sentences(document: Document, spans: Sequence[Span]) -> Iterable[_Sentence]:
    for field in _PREFERRED:
        here = sorted(span for span in spans if span.field is field)
        text = document.text(field)
        while here:
            start, end = _around(text, here[0])
            inside = tuple(span for span in here if span.start < end)
            yield _Sentence(field, start, max(end, inside[-1].end), inside)
            here = here[len(inside) :]


def _around(text: str, span: Span) -> tuple[int, int]:
    """Return where the sentence of a span begins and ends, within its block."""
    block_start = max((m.end() for m in _BLOCK_END.finditer(text, 0, span.start)), default=0)
    after = _BLOCK_END.search(text, span.end)
    block_end = after.start() if after else len(text)
    start = block_start
    for match in _SENTENCE_END.finditer(text, block_start, block_end):
        if _ABBREVIATION.search(text, block_start, match.end()) and match.group() == ".":
            continue
        if match.end() <= span.start:
            start = match.end()
        elif match.end() >= span.end:
            return start, match.end()
    return start, block_end


def _snippet(document: Document, sentence: _Sentence, max_chars: int) -> Snippet:
    text = document.text(sentence.field)
    start, end = sentence.start, sentence.end
    if end - start > max_chars:
        start, end = _cut(text, sentence, max_chars)
    pieces: list[Piece] = []
    at = start
    for span in _merged(sentence.spans, start, end):
        pieces += [Piece(text[at : span.start]), Piece(text[span.start : span.end], hit=True)]
        at = span.end
    pieces.append(Piece(text[at:end]))
    return Snippet(
        field=sentence.field,
        pieces=_tidy(pieces),
        cut_before=start > sentence.start,
        cut_after=end < sentence.end,
    )


def _cut(text: str, sentence: _Sentence, max_chars: int) -> tuple[int, int]:
    """Return a part of a long sentence around its first words found, cut between words."""
    first = sentence.spans[0]
    shown = [
        span for span in sentence.spans if span.end - first.start <= max_chars - 2 * MIN_CONTEXT
    ]
    last = shown[-1] if shown else first
    room = max(max_chars - (last.end - first.start), 2 * MIN_CONTEXT) // 2
    start = max(sentence.start, first.start - room)
    end = min(sentence.end, last.end + room)
    if start > sentence.start:
        space = re.compile(r"\s").search(text, start, first.start)
        start = space.end() if space else start
    if end < sentence.end:
        spaces = [match.start() for match in re.compile(r"\s").finditer(text, last.end, end)]
        end = spaces[-1] if spaces else end
    return start, end


def _merged(spans: Sequence[Span], start: int, end: int) -> Iterable[Span]:
    """Yield the spans within bounds, overlapping ones as one."""
    merged: list[Span] = []
    for span in sorted(spans):
        if span.start < start or span.end > end:
            continue
        if merged and span.start < merged[-1].end:
            before = merged[-1]
            merged[-1] = Span(span.field, before.start, max(before.end, span.end))
        else:
            merged.append(span)
    return merged


def _tidy(pieces: Sequence[Piece]) -> tuple[Piece, ...]:
    """Collapse white space, and none at the ends."""
    tidy = [Piece(re.sub(r"\s+", " ", piece.text), piece.hit) for piece in pieces]
    if tidy:
        tidy[0] = Piece(tidy[0].text.lstrip(), tidy[0].hit)
        tidy[-1] = Piece(tidy[-1].text.rstrip(), tidy[-1].hit)
    return tuple(piece for piece in tidy if piece.text)
