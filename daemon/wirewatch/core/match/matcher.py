"""Try a document against every watch and say which match, how well, and where."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from threading import Lock

from wirewatch.core.model.hit import Span, Strength, WatchId
from wirewatch.core.model.watch import Scattered, WatchSpec
from wirewatch.core.query.node import Found, View
from wirewatch.core.query.parser import Query, parse_query
from wirewatch.core.text.document import Document
from wirewatch.core.text.page import Page, Reader


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """A watch with its query read."""

    spec: WatchSpec
    query: Query

    @classmethod
    def of(cls, spec: WatchSpec, *, terms: Mapping[str, str] | None = None) -> Watch:
        """Read the query of a watch. Raise QueryError when it is malformed."""
        return cls(spec=spec, query=parse_query(spec.query, terms=terms))


@dataclass(frozen=True, slots=True, kw_only=True)
class TermMatch:
    """A term of the query as typed, where it stands, and in which alternative of an OR it was."""

    term: str
    spans: tuple[Span, ...]
    alternative: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A watch that a document matches."""

    watch: WatchId
    strength: Strength
    rings: bool
    """Close, or the watch says that scattered words ring too."""
    spans: tuple[Span, ...]
    """Sorted and distinct."""
    terms: tuple[TermMatch, ...]


class Matcher:
    """Standing queries, ready for documents. Safe to use from several threads."""

    def __init__(self, watches: Iterable[Watch] = ()) -> None:
        self._lock = Lock()
        self._reader = Reader()
        self._watches: dict[WatchId, Watch] = {}
        for watch in watches:
            self.add(watch)

    def __len__(self) -> int:
        return len(self._watches)

    def add(self, watch: Watch) -> None:
        """Add a watch, in place of the one with its id if there is one."""
        with self._lock:
            self._watches[watch.spec.id] = watch

    def remove(self, watch_id: WatchId) -> None:
        """Remove a watch; one that is not there is already removed."""
        with self._lock:
            self._watches.pop(watch_id, None)

    def match(self, document: Document) -> tuple[Match, ...]:
        """Return what matches, in the order of watch ids."""
        with self._lock:
            page = self._reader.read(document)
            matches = [
                found
                for watch in self._watches.values()
                if (found := evaluate(watch, page, document)) is not None
            ]
        return tuple(sorted(matches, key=lambda match: match.watch))


def evaluate(watch: Watch, page: Page, document: Document) -> Match | None:
    """Try one watch on a page."""
    view = View(page, document, 0, page.bounds[-1], watch.spec.near_words)
    found = watch.query.node.find(view)
    return None if found is None else _match(watch, page, found)


def _match(watch: Watch, page: Page, found: Found) -> Match:
    terms = tuple(
        TermMatch(term=t.label, spans=tuple(page.spans(t.places)), alternative=t.alternative)
        for t in found.terms
    )
    spans = sorted({span for term in terms for span in term.spans}, key=_order)
    strength = Strength.CLOSE if found.close else Strength.SCATTERED
    return Match(
        watch=watch.spec.id,
        strength=strength,
        rings=found.close or watch.spec.scattered is Scattered.ALERT,
        spans=tuple(spans),
        terms=terms,
    )


def _order(span: Span) -> tuple[str, int, int]:
    return span.field, span.start, span.end
