"""Where in an entry something stands, as a person counts: which text, which sentence."""

from __future__ import annotations

from dataclasses import dataclass

from wirewatch.core.model.hit import Field, Span
from wirewatch.core.text.document import Document
from wirewatch.core.text.sentences import blocks, sentences


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A sentence of a text, counted from 1."""

    field: Field
    sentence: int

    def __str__(self) -> str:
        match self.field:
            case Field.TITLE:
                return "in the headline"
            case Field.SUMMARY:
                return f"in sentence {self.sentence} of the summary"
            case Field.BODY:
                return f"in sentence {self.sentence} of the feed's text"
            case Field.ARTICLE:
                return f"in sentence {self.sentence} of the page"


def place_of(document: Document, span: Span) -> Place:
    """Return the sentence in which a span begins."""
    text = document.text(span.field)
    before = 0
    for start, end in blocks(text):
        ends = [last for _, last in sentences(text, start, end)]
        if span.start < end or not ends:
            before += sum(last <= span.start for last in ends)
            if span.start < end:
                break
        else:
            before += len(ends)
    return Place(field=span.field, sentence=before + 1)


def sentences_in(text: str) -> int:
    """Return how many sentences a text has."""
    return sum(len(sentences(text, *block)) for block in blocks(text))
