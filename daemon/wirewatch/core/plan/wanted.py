"""What the owner watches for: the compiled watches and the lists they belong to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeAlias

from wirewatch.core.identity import hit_id
from wirewatch.core.match import Match, Matcher, Watch
from wirewatch.core.match.snippet import snippets
from wirewatch.core.model.entry import Entry
from wirewatch.core.model.feed import FeedSpec
from wirewatch.core.model.hit import Hit, HitState, WatchId, Why
from wirewatch.core.model.route import Facts, Route, Routed
from wirewatch.core.model.watch import Priority, Watchlist
from wirewatch.core.policy.routing import route
from wirewatch.core.text.document import Document

Progress: TypeAlias = Callable[[int, int], None]
"""Is told how many of how many are done."""

EVERY: Final = 1_000

WEIGHTS: Final = {Priority.LOW: 0.5, Priority.NORMAL: 1.0, Priority.HIGH: 4.0, Priority.URGENT: 4.0}
UNREAD: Final = 0.25
"""The weight of a feed that no list reads."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Watches ready to match, with the list of each."""

    matcher: Matcher
    watches: Mapping[WatchId, Watch]
    lists: Mapping[WatchId, Watchlist]
    snippets: int = 4
    routes: tuple[Route, ...] = ()
    scopes: tuple[Watchlist, ...] = ()
    """The lists that hold watches, each once."""

    @classmethod
    def of(
        cls,
        watchlists: Iterable[Watchlist],
        *,
        terms: Mapping[str, str],
        snippets: int = 4,
        routes: tuple[Route, ...] = (),
        progress: Progress | None = None,
    ) -> Wanted:
        """Compile the lists that are not paused. Raise QueryError for a malformed query.

        *progress* is told after every thousand watches, and at the end, how many of how many are ready.
        """
        active = [watchlist for watchlist in watchlists if not watchlist.paused]
        total = sum(len(watchlist.watches) for watchlist in active)
        matcher = Matcher()
        watches: dict[WatchId, Watch] = {}
        lists: dict[WatchId, Watchlist] = {}
        specs = ((watchlist, spec) for watchlist in active for spec in watchlist.watches)
        for number, (watchlist, spec) in enumerate(specs, start=1):
            watches[spec.id] = Watch.of(spec, terms=terms)
            matcher.add(watches[spec.id])
            lists[spec.id] = watchlist
            if progress is not None and (number % EVERY == 0 or number == total):
                progress(number, total)
        return cls(
            matcher=matcher,
            watches=watches,
            lists=lists,
            snippets=snippets,
            routes=routes,
            scopes=tuple({id(one): one for one in lists.values()}.values()),
        )

    def reads(self, feed: FeedSpec) -> bool:
        """Say whether any list watches this feed."""
        return any(watchlist.reads(feed.name, feed.tags) for watchlist in self.scopes)

    def weight(self, feed: FeedSpec) -> float:
        """Return how much it matters to find a feed's entries soon, 1 for a list of normal priority."""
        found = (WEIGHTS[one.priority] for one in self.scopes if one.reads(feed.name, feed.tags))
        return max(found, default=UNREAD)


def document_of(entry: Entry, feed: FeedSpec, *, article: str = "") -> Document:
    """Return an entry, and the text of its page if it was read, as the matcher sees them."""
    return Document(
        title=entry.title,
        summary=entry.summary,
        body=entry.body,
        article=article,
        language=feed.language or entry.language,
        url=entry.link,
        feed=feed.name,
        authors=entry.authors,
        categories=entry.categories,
        tags=feed.tags,
    )


def find_hits(
    wanted: Wanted,
    entry: Entry,
    feed: FeedSpec,
    *,
    now: datetime,
    article: str = "",
    silent: Why | None = None,
) -> tuple[Hit, ...]:
    """Match an entry and return its hits with their evidence.

    *silent* says why none of them may ring (the first poll of a feed, a watch that is new).
    """
    document = document_of(entry, feed, article=article)
    return tuple(
        _hit(wanted, match, document, entry, feed, now=now, silent=silent)
        for match in wanted.matcher.match(document)
        if wanted.lists[match.watch].reads(feed.name, feed.tags)
    )


def _hit(
    wanted: Wanted,
    match: Match,
    document: Document,
    entry: Entry,
    feed: FeedSpec,
    *,
    now: datetime,
    silent: Why | None,
) -> Hit:
    spec = wanted.watches[match.watch].spec
    channels = routed(wanted, match, feed, language=document.language).channels
    state, why = _outset(match, channels=channels, silent=silent)
    return Hit(
        id=hit_id(spec.id, entry.id),
        watch=spec.id,
        watch_name=spec.name,
        query=spec.query,
        entry_id=entry.id,
        feed_id=entry.feed_id,
        channels=channels,
        found_at=now,
        strength=match.strength,
        spans=match.spans,
        snippets=snippets(document, match.spans, limit=wanted.snippets),
        state=state,
        why=why,
    )


def routed(wanted: Wanted, match: Match, feed: FeedSpec, *, language: str | None) -> Routed:
    """Return which channels are told of a match, and why."""
    watchlist = wanted.lists[match.watch]
    urgent = wanted.watches[match.watch].spec.policy.urgent
    facts = Facts(
        watch=match.watch,
        feed=feed.name,
        tags=feed.tags,
        priority=Priority.URGENT if urgent else watchlist.priority,
        language=language,
        mentions=len(match.spans),
    )
    return route(facts, wanted.routes, watchlist.channels)


def _outset(
    match: Match, *, channels: tuple[str, ...], silent: Why | None
) -> tuple[HitState, Why | None]:
    if silent is not None:
        return HitState.BASELINE, silent
    if not match.rings:
        return HitState.SCATTERED, Why.SCATTERED
    if not channels:
        return HitState.NO_CHANNEL, Why.NO_CHANNEL
    return HitState.WAITING, None
