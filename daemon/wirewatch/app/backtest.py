"""Trying a query on everything stored: what it would have found, told and taught. Nothing is stored or sent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from zoneinfo import ZoneInfo

from wirewatch.app.indexing import is_index_current, needs_of_all
from wirewatch.app.search import PAGE, Searched
from wirewatch.core.match import Match
from wirewatch.core.model.article import Article, ArticleStatus
from wirewatch.core.model.entry import EntryId
from wirewatch.core.model.hit import WatchId
from wirewatch.core.model.plan import WaitingHit
from wirewatch.core.model.watch import Watchlist, WatchSpec
from wirewatch.core.plan.advice import (
    on_alternatives,
    on_boilerplate,
    on_exclusions,
    on_numbers,
    on_shadows,
    without_exclusions,
)
from wirewatch.core.plan.backtest import Replay, as_if_watched, replay
from wirewatch.core.plan.wanted import Wanted, document_of, find_hits
from wirewatch.core.policy.registry import POLICIES
from wirewatch.core.policy.verdict import AlertRules
from wirewatch.core.query import lint, parse_query
from wirewatch.core.query.node import Node
from wirewatch.core.query.view import Subject
from wirewatch.core.text.reader import Reader
from wirewatch.ports import StoredText
from wirewatch.settings.settings import Settings

LIST = "backtest"
MOST_FOUND = 20_000
"""More hits than this are too many to be read by anybody, and to be held at once."""

MOST_COMPARED = 300
"""So many hits are tried on the other watches."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """How the hits of a query differ from those of a watch."""

    watch: str
    only_query: tuple[WaitingHit, ...]
    only_watch: tuple[WaitingHit, ...]
    both: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Backtest:
    """What a query would have led to."""

    query: str
    since: datetime
    until: datetime
    replay: Replay
    found: tuple[WaitingHit, ...]
    """Newest first."""
    advice: tuple[str, ...]
    comparison: Comparison | None = None


@dataclass(frozen=True, slots=True)
class _Find:
    """A text that matches, with how it does."""

    text: StoredText
    waiting: WaitingHit
    match: Match


def backtest(
    store: Searched,
    query: str,
    settings: Settings,
    *,
    since: datetime,
    until: datetime,
    feeds: tuple[str, ...] = (),
    compare: WatchSpec | None = None,
    most: int = MOST_FOUND,
) -> Backtest:
    """Try a query on the stored texts of some feeds (none: all). Raise QueryError.

    Of a query that finds more than *most* only the newest are told again, and the answer says so.
    """
    spec = WatchSpec(
        id=WatchId(f"{LIST}/{query}"),
        name=query,
        query=query,
        near_words=settings.match.near_words,
        scattered=settings.match.scattered,
    )
    finds = list(islice(_finds(store, spec, settings, since=since, feeds=feeds), most))
    found = tuple(find.waiting for find in finds)
    told = replay(
        found,
        policy=POLICIES["instant"],
        rules=_rules(settings),
        zone=ZoneInfo(settings.general.timezone),
    )
    if len(finds) == most:
        since = min(find.text.entry.found_at for find in finds)
    days = (until - since).total_seconds() / 86_400
    return Backtest(
        query=str(parse_query(query, terms=settings.terms)),
        since=since,
        until=until,
        replay=told,
        found=found,
        advice=(
            *((f"only the newest {most} hits were looked at",) if len(finds) == most else ()),
            *lint(parse_query(query, terms=settings.terms)),
            *_of_finds(store, spec, finds, settings, since=since, feeds=feeds),
            *on_numbers(told.hits, told.alerts, days),
        ),
        comparison=None
        if compare is None
        else _compared(compare, found, _finds(store, compare, settings, since=since, feeds=feeds)),
    )


def _rules(settings: Settings) -> AlertRules:
    return AlertRules(
        settle=settings.alerts.settle,
        settle_max=settings.alerts.settle_max,
        story_window=settings.alerts.story_window,
        timezone=settings.general.timezone,
    )


def _finds(
    store: Searched,
    spec: WatchSpec,
    settings: Settings,
    *,
    since: datetime,
    feeds: tuple[str, ...],
) -> Iterator[_Find]:
    watchlist = Watchlist(name=LIST, watches=(spec,), feeds=feeds, channels=(LIST,))
    wanted = Wanted.of([watchlist], terms=settings.terms)
    for text in _texts(store, wanted, since=since):
        hits = find_hits(
            wanted, text.entry, text.feed, now=text.entry.found_at, article=text.article_text
        )
        for hit in hits:
            waiting = WaitingHit(
                hit=hit, entry=text.entry, outlet=text.feed.name, article=_page(text)
            )
            document = document_of(text.entry, text.feed, article=text.article_text)
            (match,) = wanted.matcher.match(document)
            yield _Find(text, as_if_watched(waiting, channels=(LIST,)), match)


def _page(text: StoredText) -> Article | None:
    """Return the page behind a stored text: it was read, or it is not waited for."""
    if not text.article_text:
        return None
    return Article(
        entry_id=text.entry.id,
        status=ArticleStatus.READ,
        url=text.entry.link or "",
        due_at=text.entry.found_at,
        deadline_at=text.entry.found_at,
        text=text.article_text,
    )


def _texts(store: Searched, wanted: Wanted, *, since: datetime) -> Iterator[StoredText]:
    needs = needs_of_all(wanted) if is_index_current(store.notes()) else None
    after: EntryId | None = None
    while page := store.texts(since=since, after=after, needs=needs, limit=PAGE):
        yield from page
        after = page[-1].entry.id


def _of_finds(
    store: Searched,
    spec: WatchSpec,
    finds: Sequence[_Find],
    settings: Settings,
    *,
    since: datetime,
    feeds: tuple[str, ...],
) -> Iterator[str]:
    node = parse_query(spec.query, terms=settings.terms).node
    yield from on_alternatives(node, (find.match for find in finds))
    kept, excluded = without_exclusions(node)
    if kept is not None:
        out = _kept_out(store, kept, excluded, spec, settings, since=since, feeds=feeds)
        yield from on_exclusions(excluded, out)
    yield from on_boilerplate([find.waiting for find in finds])
    yield from on_shadows(list(_others(finds, spec, settings)))


def _kept_out(
    store: Searched,
    kept: Node,
    excluded: Sequence[Node],
    spec: WatchSpec,
    settings: Settings,
    *,
    since: datetime,
    feeds: tuple[str, ...],
) -> Counter[Node]:
    """Count what each exclusion kept out of the hits."""
    whole = WatchSpec(id=spec.id, name=spec.name, query=str(kept), near_words=spec.near_words)
    reader = Reader()
    out: Counter[Node] = Counter()
    for find in _finds(store, whole, settings, since=since, feeds=feeds):
        document = document_of(find.text.entry, find.text.feed, article=find.text.article_text)
        view = Subject(reader, document).view(spec.near_words)
        for node in excluded:
            there = node.find(view)
            out[node] += there is not None and there.close
    return out


def _others(
    finds: Sequence[_Find], spec: WatchSpec, settings: Settings
) -> Iterator[frozenset[str]]:
    """Yield the other watches that hit each find too."""
    wanted = Wanted.of(settings.watchlists, terms=settings.terms)
    for find in islice(finds, MOST_COMPARED):
        document = document_of(find.text.entry, find.text.feed, article=find.text.article_text)
        yield frozenset(
            match.watch
            for match in wanted.matcher.match(document)
            if wanted.watches[match.watch].spec.query != spec.query
            and wanted.lists[match.watch].reads(find.text.feed.name, find.text.feed.tags)
        )


def _compared(watch: WatchSpec, found: Sequence[WaitingHit], others: Iterator[_Find]) -> Comparison:
    theirs = {find.waiting.entry.id: find.waiting for find in others}
    mine = {one.entry.id: one for one in found}
    return Comparison(
        watch=watch.name,
        only_query=tuple(one for id_, one in mine.items() if id_ not in theirs),
        only_watch=tuple(one for id_, one in theirs.items() if id_ not in mine),
        both=len(mine.keys() & theirs.keys()),
    )
