"""Which watches a document matches: ruled out cheaply by a word they need, then decided."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from wirewatch.core.model.hit import Span, Strength, WatchId
from wirewatch.core.model.watch import Scattered, WatchSpec
from wirewatch.core.query.node import Found
from wirewatch.core.query.parser import Query, parse_query
from wirewatch.core.text.document import Document
from wirewatch.core.text.reading import Reading

NO_TERMS: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """A watch ready to match."""

    spec: WatchSpec
    query: Query

    @classmethod
    def of(cls, spec: WatchSpec, *, terms: Mapping[str, str] = NO_TERMS) -> Watch:
        """Compile a watch. Raise QueryError."""
        return cls(spec=spec, query=parse_query(spec.query, terms=terms))


@dataclass(frozen=True, slots=True, kw_only=True)
class TermMatch:
    """One term of a query and where it stands."""

    term: str
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A watch found its words."""

    watch: WatchId
    strength: Strength
    rings: bool
    spans: tuple[Span, ...]
    terms: tuple[TermMatch, ...]


class Matcher:
    """Holds compiled watches; watches come and go without a rebuild. Safe to call from several threads."""

    def __init__(self, watches: Iterable[Watch] = ()) -> None:
        self._watches: dict[WatchId, Watch] = {}
        self._needing: dict[str, set[WatchId]] = defaultdict(set)
        self._always: set[WatchId] = set()
        self._lock = threading.Lock()
        for watch in watches:
            self.add(watch)

    def __len__(self) -> int:
        """Return how many watches there are."""
        return len(self._watches)

    def add(self, watch: Watch) -> None:
        """Add a watch, replacing one with its id."""
        with self._lock:
            self._forget(watch.spec.id)
            self._watches[watch.spec.id] = watch
            needs = watch.query.root.needs()
            if needs is None:
                self._always.add(watch.spec.id)
            else:
                for word in needs:
                    self._needing[word].add(watch.spec.id)

    def remove(self, watch_id: WatchId) -> None:
        """Forget a watch."""
        with self._lock:
            self._forget(watch_id)

    def match(self, document: Document) -> tuple[Match, ...]:
        """Return what matches, by watch id."""
        reading = Reading.of(document)
        with self._lock:
            candidates = [self._watches[id_] for id_ in sorted(self._candidates(reading))]
        found = []
        for watch in candidates:
            what = watch.query.root.find(reading, watch.spec.near_words)
            if what is not None:
                found.append(_match(watch, what))
        return tuple(found)

    def _candidates(self, reading: Reading) -> set[WatchId]:
        chosen = set(self._always)
        for form in reading.by_form:
            chosen |= self._needing.get(f"={form}", set())
        for key in reading.by_key:
            chosen |= self._needing.get(key, set())
        return chosen

    def _forget(self, watch_id: WatchId) -> None:
        watch = self._watches.pop(watch_id, None)
        if watch is None:
            return
        self._always.discard(watch_id)
        for word in watch.query.root.needs() or ():
            self._needing[word].discard(watch_id)
            if not self._needing[word]:
                del self._needing[word]


def _match(watch: Watch, found: Found) -> Match:
    terms = tuple(
        TermMatch(term=term, spans=tuple(sorted(place.span for place in places)))
        for term, places in found.terms
    )
    spans = sorted({span for term in terms for span in term.spans}, key=_order)
    close = found.strength is Strength.CLOSE
    return Match(
        watch=watch.spec.id,
        strength=found.strength,
        rings=close or watch.spec.near_words == 0 or watch.spec.scattered is Scattered.ALERT,
        spans=tuple(spans),
        terms=terms,
    )


def _order(span: Span) -> tuple[str, int, int]:
    return span.field.value, span.start, span.end
