"""Why a document matched a query, or what was missing."""

from __future__ import annotations

from dataclasses import dataclass

from wirewatch.core.match.matcher import TermMatch, Watch, evaluate
from wirewatch.core.model.hit import Strength, WatchId
from wirewatch.core.model.watch import WatchSpec
from wirewatch.core.query.parser import Query
from wirewatch.core.query.view import Subject
from wirewatch.core.text.document import Document
from wirewatch.core.text.reader import Reader


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """What became of a query on a document."""

    strength: Strength | None
    """None when it does not match."""
    terms: tuple[TermMatch, ...]

    def __str__(self) -> str:
        if self.strength is None:
            return "no match"
        return "\n".join(f"{term.term}: {len(term.spans)} found" for term in self.terms)


def explain(query: Query, document: Document, *, near_words: int = 50) -> Explanation:
    """Explain what a query finds in a document."""
    spec = WatchSpec(id=WatchId("explain"), name="", query=query.text, near_words=near_words)
    found = evaluate(
        Watch(spec=spec, query=query), Subject(Reader(), document, anywhere=query.anywhere)
    )
    if found is None:
        return Explanation(strength=None, terms=())
    return Explanation(strength=found.strength, terms=found.terms)
