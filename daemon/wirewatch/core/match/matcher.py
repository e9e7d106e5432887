"""Try a document against every watch and say which match, how well, and where."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import partial
from itertools import repeat
from threading import Lock
from typing import Final, NamedTuple

from wirewatch.core.match.presearch import Candidates, Filed, Presearch
from wirewatch.core.model.hit import Span, Strength, WatchId
from wirewatch.core.model.watch import Scattered, WatchSpec
from wirewatch.core.query.node import Term
from wirewatch.core.query.parser import parse_query
from wirewatch.core.query.query import Query
from wirewatch.core.query.view import Subject
from wirewatch.core.text.document import Document
from wirewatch.core.text.page import Page
from wirewatch.core.text.reader import Reader
from wirewatch.core.text.words import is_pattern

_PROGRESS: Final = 1_000
_MOST_SPANS: Final = 500
"""Of a term found more often, the first finds are evidence enough."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """A watch with its query read."""

    spec: WatchSpec
    query: Query

    @classmethod
    def of(cls, spec: WatchSpec, *, terms: Mapping[str, str] | None = None) -> Watch:
        """Read the query of a watch. Raise QueryError when it is malformed."""
        return cls(spec=spec, query=parse_query(spec.query, terms=terms))


class TermMatch(NamedTuple):  # a named tuple is made several times faster than a frozen dataclass
    """A term of the query as typed, where it stands, and in which alternative of an OR it was."""

    term: str
    spans: tuple[Span, ...]
    alternative: str | None = None


class _Sight(NamedTuple):
    """A document that was matched, for those who ask for evidence."""

    subject: Subject
    lock: AbstractContextManager[object]
    """Held while words are looked up: reading teaches, and what is taught is shared."""
    terms: dict[WatchId, tuple[TermMatch, ...]]
    """What was asked for already."""


class _Found(NamedTuple):
    """A watch, the document it was found in, and whether close."""

    seen: Watch
    sight: _Sight
    close: bool


class Match(_Found):
    """A watch that a document matches. The evidence is looked up when it is asked for."""

    __slots__ = ()

    @property
    def watch(self) -> WatchId:
        """The watch's id."""
        return self.seen.spec.id

    @property
    def strength(self) -> Strength:
        """How near to each other the words stand."""
        return Strength.CLOSE if self.close else Strength.SCATTERED

    @property
    def rings(self) -> bool:
        """Close, or the watch says that scattered words ring too."""
        return self.close or self.seen.spec.scattered is Scattered.ALERT

    @property
    def terms(self) -> tuple[TermMatch, ...]:
        """The terms of the query that were found, and where."""
        subject, lock, known = self.sight
        name = self.seen.spec.id
        terms = known.get(name)
        if terms is None:
            with lock:
                found = self.seen.query.node.find(subject.view(self.seen.spec.near_words))
                terms = tuple([_term(t, subject.page) for t in found.terms]) if found else ()
            known[name] = terms
        return terms

    @property
    def spans(self) -> tuple[Span, ...]:
        """Where the terms stand, sorted and distinct."""
        terms = self.terms
        if len(terms) == 1 and len(terms[0].spans) == 1:
            return terms[0].spans
        return tuple(sorted({span for term in terms for span in term.spans}))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Match) and self._told() == other._told()

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return hash(self._told())

    def __repr__(self) -> str:
        return f"Match(watch={self.watch!r}, strength={self.strength!r}, spans={self.spans!r})"

    def _told(self) -> tuple[WatchId, Strength, bool, tuple[TermMatch, ...]]:
        return self.watch, self.strength, self.rings, self.terms


class Matcher:
    """Standing queries, ready for documents. Safe to use from several threads."""

    __slots__ = ("_anywhere", "_lock", "_presearch", "_reader", "_watches")

    def __init__(
        self,
        watches: Iterable[Watch] = (),
        *,
        progress: Callable[[int, int], None] | None = None,
    ) -> None:
        """File the watches; *progress* is told now and then how many of how many are done."""
        self._lock = Lock()
        self._reader = Reader()
        self._watches: dict[WatchId, Watch] = {}
        self._presearch = Presearch(self._reader.words())
        self._anywhere = Presearch(self._reader.words())
        known = list(watches)
        for number, watch in enumerate(known, start=1):
            self.add(watch)
            if progress is not None and (number % _PROGRESS == 0 or number == len(known)):
                progress(number, len(known))

    def __len__(self) -> int:
        return len(self._watches)

    def add(self, watch: Watch) -> None:
        """Add a watch, in place of the one with its id if there is one."""
        with self._lock:
            self._remove(watch.spec.id)
            self._watches[watch.spec.id] = watch
            self._index_of(watch).file(watch.spec.id, watch.query.node)
            if "*" in watch.spec.query or "?" in watch.spec.query:
                self._learn_patterns(watch)

    def remove(self, watch_id: WatchId) -> None:
        """Remove a watch; one that is not there is already removed."""
        with self._lock:
            self._remove(watch_id)

    def _remove(self, watch_id: WatchId) -> None:
        watch = self._watches.pop(watch_id, None)
        if watch is not None:
            self._index_of(watch).unfile(watch_id, watch.query.node)

    def _index_of(self, watch: Watch) -> Presearch:
        return self._anywhere if watch.query.anywhere else self._presearch

    def _learn_patterns(self, watch: Watch) -> None:
        words = self._reader.words()
        for alternative in watch.query.node.clues() or ():
            for _, key, beside in alternative:
                if not beside and is_pattern(key):
                    words.learn_pattern(key)

    def match(self, document: Document) -> tuple[Match, ...]:
        """Return what matches, in the order of watch ids."""
        with self._lock:
            subject = Subject(self._reader, document)
            matches = self._matches(self._presearch, subject)
            if self._anywhere:
                subject = Subject(self._reader, document, anywhere=True)
                matches += self._matches(self._anywhere, subject)
                matches.sort(key=_id)
        return tuple(matches)

    def _matches(self, presearch: Presearch, subject: Subject) -> list[Match]:
        decided = self._decided(presearch.candidates(subject), subject)
        if not decided:
            return []
        names = sorted(decided)
        sight = _Sight(subject, self._lock, {})
        watches = map(self._watches.__getitem__, names)
        return list(map(_match, zip(watches, repeat(sight), map(decided.__getitem__, names))))

    def _decided(self, candidates: Candidates, subject: Subject) -> dict[WatchId, bool]:
        """Return the watches that match, and whether they are close."""
        proven, doubtful = candidates
        decided: dict[WatchId, bool] = {}
        if subject.page.special is None:
            decided = dict.fromkeys(map(WatchId, proven), True)
        else:
            doubtful.update(map(Filed, proven))
        page = subject.page
        has_all = page.distinct.issuperset
        for filed in doubtful:
            name = WatchId(filed.name)
            if name in decided or not has_all(filed.forms):
                continue
            held = self._tried(filed, subject)
            if held is not None:
                decided[name] = held
        return decided

    def _tried(self, filed: Filed, subject: Subject) -> bool | None:
        page = subject.page
        if filed.forms and page.has_no_edge(filed.forms):
            return (
                page.stands(filed.forms) or None
            )  # the row under which it is filed is all there is to find
        watch = self._watches[WatchId(filed.name)]
        return watch.query.node.holds(subject.view(watch.spec.near_words))


_match: Final = partial(tuple.__new__, Match)
"""Quicker than calling the class: there may be hundreds on a page."""


def evaluate(watch: Watch, subject: Subject) -> Match | None:
    """Try one watch on a document."""
    held = watch.query.node.holds(subject.view(watch.spec.near_words))
    return None if held is None else Match(watch, _Sight(subject, nullcontext(), {}), held)


def _term(term: Term, page: Page) -> TermMatch:
    spans = tuple(page.spans(term.places[:_MOST_SPANS])) if term.places else term.spans
    return TermMatch(term.label, spans, term.alternative)


def _id(match: Match) -> str:
    return match.watch
