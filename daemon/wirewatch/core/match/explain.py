"""Why a query matches a document, or what it missed by."""

from __future__ import annotations

from dataclasses import dataclass

from wirewatch.core.model.hit import Span
from wirewatch.core.query.node import Phrase, Words
from wirewatch.core.query.parser import Query
from wirewatch.core.text.document import Document
from wirewatch.core.text.reading import Place, Reading


@dataclass(frozen=True, slots=True, kw_only=True)
class TermExplanation:
    """One term: where it stands, or how near it came."""

    term: str
    found: bool
    spans: tuple[Span, ...]
    nearest: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Every term of a query against one document."""

    matches: bool
    terms: tuple[TermExplanation, ...]

    def __str__(self) -> str:
        return "\n".join(
            f"  {'found' if term.found else 'missed'}  {term.term}"
            + (f": {term.nearest}" if term.nearest else "")
            for term in self.terms
        )


def explain(query: Query, document: Document, *, near_words: int = 50) -> Explanation:
    """Say of each term of a query where it stands, or what was nearest to it."""
    reading = Reading.of(document)
    matches = query.root.find(reading, near_words) is not None
    terms = []
    for leaf in query.root.leaves():
        found = leaf.find(reading, near_words)
        places = [place for _, some in found.terms for place in some] if found else []
        terms.append(
            TermExplanation(
                term=str(leaf),
                found=found is not None,
                spans=tuple(sorted(place.span for place in places)),
                nearest=None if found else _nearest(leaf, reading, document),
            )
        )
    return Explanation(matches=matches, terms=tuple(terms))


def _nearest(leaf: object, reading: Reading, document: Document) -> str | None:
    match leaf:
        case Phrase():
            places = {form: reading.phrase((form,)) for form in leaf.forms}
        case Words():
            places = {key: reading.inflected(key) for key in leaf.keys}
        case _:
            return None
    missing = [word for word, some in places.items() if not some]
    present = [word for word, some in places.items() if some]
    if not present:
        return "none of its words stands here"
    if missing:
        first = places[present[0]][0]
        said = ", ".join(f"'{word}'" for word in missing)
        return f"{said} missing; nearest: {_quote(first, reading, document)}"
    return "all words stand here, but not side by side in this order and form"


def _quote(place: Place, reading: Reading, document: Document) -> str:
    words = reading.words[place.field]
    start = words[max(place.first - 3, 0)].start
    end = words[min(place.last + 3, len(words) - 1)].end
    return f"'{' '.join(document.text(place.field)[start:end].split())}' in the {place.field.value}"
