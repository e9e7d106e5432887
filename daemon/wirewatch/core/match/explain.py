"""Why a document matched a query, or how near it came: term by term, with the sentence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

from wirewatch.core.match.matcher import TermMatch, Watch, evaluate
from wirewatch.core.match.place import Place, place_of
from wirewatch.core.match.snippet import snippets
from wirewatch.core.model.hit import Span, Strength, WatchId
from wirewatch.core.model.watch import WatchSpec
from wirewatch.core.query.boolean import And
from wirewatch.core.query.near import Near
from wirewatch.core.query.node import Node
from wirewatch.core.query.phrase import LoosePhrase, Phrase
from wirewatch.core.query.query import Query
from wirewatch.core.query.run import Run
from wirewatch.core.query.view import Subject, View
from wirewatch.core.query.word import Word
from wirewatch.core.text.document import Document
from wirewatch.core.text.page import Interval
from wirewatch.core.text.reader import Reader
from wirewatch.core.text.words import is_pattern

_SOME = 200
"""More finds of one word than this say nothing new about how near it came."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TermReport:
    """What became of one term: where it was found, or its nearest miss."""

    term: str
    spans: tuple[Span, ...] = ()
    excluded: bool = False
    """It stands behind NOT: found means refused."""
    words_found: tuple[str, ...] = ()
    """Of a term that was not found: its words that do occur."""
    words_missing: tuple[str, ...] = ()
    apart: int | None = None
    """How many words stand between them where they come nearest; None when they share no text."""
    sentence: str | None = None
    """The sentence of the find, or of the nearest miss."""
    place: Place | None = None
    """Where that is."""

    @property
    def found(self) -> bool:
        """Say whether the term itself was found (one without a place in the text has no spans)."""
        return not self.words_missing and self.apart is None and not self.words_found

    def __str__(self) -> str:
        sign = "NOT " if self.excluded else ""
        at = f" {self.place}" if self.place else ""
        where = f'{at} — "{self.sentence}"' if self.sentence else at
        if self.found:
            times = f"{len(self.spans)}x" if self.spans else "yes"
            return f"{sign}{self.term}: found {times}{where}"
        return f"{sign}{self.term}: not found{self._miss()}{where}"

    def _miss(self) -> str:
        if not self.words_found:
            return ""
        present = ", ".join(self.words_found)
        if self.words_missing:
            return f"; there is {present}, but no {', '.join(self.words_missing)}"
        if self.apart is None:
            return f"; {present} stand in different parts of the entry"
        return f"; {present} come as near as {self.apart} words between them"


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """What became of a query on a document."""

    strength: Strength | None
    """None when it does not match."""
    terms: tuple[TermReport, ...]
    matches: tuple[TermMatch, ...] = ()
    """Of a match: the evidence, alternatives named."""
    near_words: int = 50
    apart: int | None = None
    """Of a scattered match: how far apart its words stand where they come nearest; None in different parts."""

    def __str__(self) -> str:
        return "\n".join((self.head, *(f"  {term}" for term in self.terms)))

    @property
    def head(self) -> str:
        """Say in one line whether it matches."""
        if self.strength is None:
            return "no match"
        if self.strength is Strength.CLOSE:
            return "match, close together"
        far = (
            "in different parts of the entry" if self.apart is None else f"{self.apart} words apart"
        )
        return f"match, but scattered: {far}, and close is within {self.near_words}"


def explain(query: Query, document: Document, *, near_words: int = 50) -> Explanation:
    """Explain what a query finds in a document, and what it misses by how much."""
    subject = Subject(Reader(), document, anywhere=query.anywhere)
    spec = WatchSpec(id=WatchId("explain"), name="", query=query.text, near_words=near_words)
    match = evaluate(Watch(spec=spec, query=query), subject)
    view = subject.view(near_words)
    terms = tuple(_report(node, view, excluded) for node, excluded in _leaves(query.node))
    strength = None if match is None else match.strength
    return Explanation(
        strength=strength,
        terms=terms,
        matches=() if match is None else match.terms,
        near_words=near_words,
        apart=_scattered_by(query.node, view) if strength is Strength.SCATTERED else None,
    )


def _leaves(node: Node, *, excluded: bool = False) -> Iterator[tuple[Node, bool]]:
    """Yield the terms of a query, and each NEAR as a term of its own behind its sides."""
    if isinstance(node, And):
        for part in node.parts:
            yield from _leaves(part, excluded=excluded)
        for part in node.without:
            yield from _leaves(part, excluded=True)
        return
    for child in node.children():
        yield from _leaves(child, excluded=excluded)
    if not node.children() or isinstance(node, Near):
        yield node, excluded


def _report(node: Node, view: View, excluded: bool) -> TermReport:
    label = str(node)
    found = node.find(view)
    if found is not None:
        spans = [s for t in found.terms for s in (*view.page.spans(t.places), *t.spans)]
        spans = sorted(set(spans))
        return TermReport(
            term=label,
            spans=tuple(spans),
            excluded=excluded,
            sentence=_sentence(view, spans),
            place=_place(view, spans),
        )
    words = _words_of(node, view)
    present = [(word, places) for word, places in words if places]
    missing = tuple(word for word, places in words if not places)
    if not present:
        return TermReport(term=label, excluded=excluded, words_missing=missing or (label,))
    apart, nearest = _nearest([places for _, places in present], view)
    spans = view.page.spans(nearest)
    return TermReport(
        term=label,
        excluded=excluded,
        words_found=tuple(word for word, _ in present),
        words_missing=missing,
        apart=apart if len(present) > 1 else None,
        sentence=_sentence(view, spans),
        place=_place(view, spans),
    )


def _words_of(node: Node, view: View) -> list[tuple[str, list[Interval]]]:
    """Return the words a missed term is made of, and where they stand."""
    if isinstance(node, Near):
        sides = [(str(side), side.find(view)) for side in (node.left, node.right)]
        return [(label, found.places if found else []) for label, found in sides]
    page = view.page
    if isinstance(node, LoosePhrase):
        forms = [spellings[0][0] for spellings in node.words]
    elif isinstance(node, Phrase | Word):
        forms = list(node.spellings[0])
    else:
        return []
    where = page.where_word if isinstance(node, Word) else page.where
    return [(f, view.within(page.where_pattern(f) if is_pattern(f) else where(f))) for f in forms]


def _nearest(parts: Sequence[list[Interval]], view: View) -> tuple[int | None, list[Interval]]:
    """Return how many words stand between finds of all parts where they come nearest, and those finds."""
    region = view.page.region
    best: tuple[int | None, list[Interval]] = (None, [parts[0][0]])
    anchors, others = parts[0][:_SOME], [part[:_SOME] for part in parts[1:]]
    for anchor in anchors:
        chosen = [anchor]
        for part in others:
            same = [place for place in part if region(place[0]) == region(anchor[0])]
            if not same:
                break
            chosen.append(min(same, key=lambda place: _gap(place, anchor)))
        if len(chosen) == len(parts):
            apart = max((_gap(a, b) for a, b in product(chosen, chosen) if a != b), default=0)
            if best[0] is None or apart < best[0]:
                best = (apart, chosen)
    return best


def _gap(left: Interval, right: Interval) -> int:
    return max(right[0] - left[1], left[0] - right[1], 1) - 1


def _scattered_by(node: Node, view: View) -> int | None:
    """Return how far apart the words of the first scattered run stand."""
    if isinstance(node, Run):
        founds = [found for part in node.parts if (found := part.find(view)) is not None]
        apart, _ = _nearest([found.places for found in founds if found.places], view)
        return None if apart is None else apart + 1
    for child in node.children():
        found = child.find(view)
        if found is not None and not found.close:
            return _scattered_by(child, view)
    return None


def _place(view: View, spans: Sequence[Span]) -> Place | None:
    return place_of(view.subject.document, spans[0]) if spans else None


def _sentence(view: View, spans: Sequence[Span]) -> str | None:
    quoted = snippets(view.subject.document, spans, limit=1)
    return quoted[0].text if quoted else None
