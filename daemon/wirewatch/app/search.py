"""Search stored entries: the store leaves out what cannot match, the matcher decides."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Protocol

from wirewatch.app.indexing import is_index_current, needs_of_all
from wirewatch.core.model.entry import EntryId
from wirewatch.core.model.hit import WatchId
from wirewatch.core.model.watch import Watchlist, WatchSpec
from wirewatch.core.plan.wanted import Wanted, find_hits
from wirewatch.ports import BrowseStore, HitView, Keeper, StoredText
from wirewatch.settings.schema import MatchSettings


class Searched(BrowseStore, Keeper, Protocol):
    """A store that can be searched."""


PAGE = 500
NAME = "search"


def search_stored(
    store: Searched,
    query: str,
    *,
    terms: Mapping[str, str],
    since: datetime | None,
    limit: int,
    near: MatchSettings,
) -> Iterator[HitView]:
    """Yield what a watch with this query would have found, newest first. Raise QueryError."""
    wanted = _wanted(query, terms, near)
    needs = needs_of_all(wanted) if is_index_current(store.notes()) else None
    found = 0
    after: EntryId | None = None
    while found < limit:
        page = store.texts(since=since, after=after, needs=needs, limit=PAGE)
        if not page:
            return
        for text in page:
            view = _match(wanted, text)
            if view is not None and found < limit:
                found += 1
                yield view
        after = page[-1].entry.id


def _wanted(query: str, terms: Mapping[str, str], near: MatchSettings) -> Wanted:
    spec = WatchSpec(
        id=WatchId(f"{NAME}/{query}"),
        name=query,
        query=query,
        near_words=near.near_words,
        scattered=near.scattered,
    )
    return Wanted.of([Watchlist(name=NAME, watches=(spec,))], terms=terms)


def _match(wanted: Wanted, text: StoredText) -> HitView | None:
    hits = find_hits(
        wanted, text.entry, text.feed, now=text.entry.found_at, article=text.article_text
    )
    return HitView(hit=hits[0], entry=text.entry, outlet=text.feed.name) if hits else None
