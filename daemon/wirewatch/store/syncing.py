"""Deciding how the stored feeds become those of the configuration. Pure: every store does what it says."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from wirewatch.core.identity import digest, feed_id, number
from wirewatch.core.model.access import PUBLIC
from wirewatch.core.model.feed import FeedId, FeedSpec, FeedState, Validators
from wirewatch.core.urls import canonical_url

FIRST_INTERVAL: Final = timedelta(minutes=15)
"""The interval of a feed that says nothing yet."""

_USERINFO: Final = re.compile(r"^([A-Za-z][A-Za-z0-9+.-]*:)?//[^/?#]*@")


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFeed:
    """A feed as a store has it: its spec without secrets, and the hash by which its URL is recognised."""

    id: FeedId
    url_key: bytes
    spec: FeedSpec
    retired_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncPlan:
    """What makes the stored feeds those of the configuration."""

    specs: Mapping[FeedId, FeedSpec]
    """What each configured feed is, secrets included: kept in memory only."""
    added: tuple[StoredFeed, ...]
    changed: tuple[StoredFeed, ...]
    moved: frozenset[FeedId]
    """Those of the changed whose address is another: what the old server said of itself is forgotten."""
    sooner: Mapping[FeedId, timedelta]
    """Those of the changed that are to be asked more often than before."""
    retired: tuple[FeedId, ...]
    respoken: tuple[FeedId, ...]
    """Those of the changed whose language is another: their texts have other words."""

    @property
    def is_empty(self) -> bool:
        """Say whether there is nothing to write."""
        return not (self.added or self.changed or self.retired)


def plan_sync(stored: Iterable[StoredFeed], specs: Sequence[FeedSpec]) -> SyncPlan:
    """Recognise each spec by its URL, else by its name, else it is new; the rest is retired."""
    before = {feed.id: feed for feed in stored}
    matched = _match(before.values(), specs)
    wanted = {id_: _stored(id_, spec) for id_, spec in matched.items()}
    changed = tuple(feed for id_, feed in wanted.items() if id_ in before and feed != before[id_])
    return SyncPlan(
        specs=matched,
        added=tuple(feed for id_, feed in wanted.items() if id_ not in before),
        changed=changed,
        moved=frozenset(feed.id for feed in changed if feed.url_key != before[feed.id].url_key),
        sooner={
            feed.id: feed.spec.every
            for feed in changed
            if feed.spec.every is not None and feed.spec.every != before[feed.id].spec.every
        },
        retired=tuple(
            id_ for id_, feed in before.items() if id_ not in wanted and feed.retired_at is None
        ),
        respoken=tuple(
            feed.id for feed in changed if feed.spec.language != before[feed.id].spec.language
        ),
    )


def first_state(feed: StoredFeed, *, now: datetime, spread: timedelta) -> FeedState:
    """Return the state of a feed never polled: its first poll falls somewhere within *spread*."""
    share = number("spread", feed.id) % 10_000 / 10_000
    return FeedState(next_poll_at=now + spread * share, interval=feed.spec.every or FIRST_INTERVAL)


def moved_state(state: FeedState, *, now: datetime) -> FeedState:
    """Return the state of a feed at its new address: asked at once, its past with the old server forgotten."""
    return replace(
        state,
        next_poll_at=now,
        failures=0,
        weight=0.0,
        dead_told_at=None,
        fast_until=None,
        validators=Validators(),
        body_hash=None,
        problem=None,
        problem_detail=None,
        problem_at=None,
        moved_to=None,
        moved_seen=0,
    )


def sooner_state(state: FeedState, every: timedelta, *, now: datetime) -> FeedState:
    """Return the state of a feed that is to be asked more often, from now on unless it is in trouble."""
    if state.failures:
        return state
    return replace(state, next_poll_at=min(state.next_poll_at, now + every))


def url_key(url: str) -> bytes:
    """Return by what a feed's URL is recognised."""
    return digest("feed-url", canonical_url(url))


def without_secrets(spec: FeedSpec) -> FeedSpec:
    """Return what of a spec may be written down: no password in the URL, no headers.

    >>> without_secrets(FeedSpec(url="https://me:secret@news.example/feed", name="News")).url
    'https://news.example/feed'
    """
    url = _USERINFO.sub(lambda match: f"{match[1] or ''}//", spec.url)
    return replace(spec, url=url, headers=(), user_agent=None, access=PUBLIC, news_sitemap=None)


def _stored(id_: FeedId, spec: FeedSpec) -> StoredFeed:
    return StoredFeed(
        id=id_, url_key=url_key(spec.url), spec=without_secrets(spec), retired_at=None
    )


def _match(stored: Iterable[StoredFeed], specs: Sequence[FeedSpec]) -> dict[FeedId, FeedSpec]:
    # Feeds in use come first: a retired one is taken up again only when no other answers to the name.
    known = sorted(stored, key=lambda feed: (feed.retired_at is not None, feed.id))
    found: dict[int, FeedId] = {}
    taken: set[FeedId] = set()

    def take(place: int, candidates: Iterable[StoredFeed]) -> None:
        for feed in candidates:
            if feed.id not in taken and place not in found:
                found[place] = feed.id
                taken.add(feed.id)

    by_url = _grouped((feed.url_key, feed) for feed in known)
    by_name = _grouped((feed.spec.name, feed) for feed in known)
    for place, spec in enumerate(specs):
        alike = by_url.get(url_key(spec.url), [])
        take(place, sorted(alike, key=lambda feed: feed.spec.name != spec.name))
    for place, spec in enumerate(specs):
        take(place, by_name.get(spec.name, []))
    used = taken | {feed.id for feed in known}
    for place, spec in enumerate(specs):
        if place not in found:
            found[place] = _free_id(spec.url, used)
            used.add(found[place])
    return {found[place]: spec for place, spec in enumerate(specs)}


def _grouped(
    pairs: Iterable[tuple[bytes | str, StoredFeed]],
) -> dict[bytes | str, list[StoredFeed]]:
    groups: dict[bytes | str, list[StoredFeed]] = {}
    for key, feed in pairs:
        groups.setdefault(key, []).append(feed)
    return groups


def _free_id(url: str, used: set[FeedId]) -> FeedId:
    """Return the feed's id; another one when a feed that has moved away bears it."""
    id_ = feed_id(url)
    step = 1
    while id_ in used:
        step += 1
        id_ = FeedId(number("feed", canonical_url(url), step))
    return id_
