"""Pushes in plain words: which hub tells of a feed's news, and whether it is relied upon."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from wirewatch.cli import show

if TYPE_CHECKING:
    from wirewatch.core.model.feed import FeedId
    from wirewatch.core.model.push import Pushing


def as_json(pushing: Pushing, now: datetime) -> dict[str, object] | None:
    """Return what is known of a feed's hub for programs, without what is secret; None where it names none."""
    from wirewatch.core.plan.push import is_relied_upon

    hub, agreed = pushing.hub, pushing.subscription
    if hub is None:
        return None
    return {
        "hub": show.public(hub.url),
        "topic": show.public(hub.topic),
        "state": agreed.state if agreed is not None else None,
        "relied_upon": is_relied_upon(pushing, now=now),
        "lease_until": agreed.lease_until if agreed is not None else None,
        "due_at": agreed.due_at if agreed is not None else None,
        "detail": agreed.detail if agreed is not None else None,
        "pushes": hub.pushes,
        "pushed_at": hub.pushed_at,
        "news_at": hub.news_at,
        "missed_at": hub.missed_at,
    }


def in_words(pushing: Pushing, now: datetime, *, wanted: bool) -> str:
    """Say how a feed's news comes by itself, if it does. *wanted*: whether hubs can reach us at all."""
    from wirewatch.core.model.push import SubscriptionState
    from wirewatch.core.plan.push import is_relied_upon

    hub, agreed = pushing.hub, pushing.subscription
    if hub is None:
        return "the feed names no hub"
    name = show.clean(show.public(hub.url))
    if not wanted:
        return f"{name} would push; callback of [websub] is not set"
    if agreed is None:
        return f"{name} is about to be asked"
    trouble = f" ({show.clean(agreed.detail)})" if agreed.detail else ""
    if agreed.state is not SubscriptionState.ACTIVE:
        said = "has not confirmed" if agreed.state is SubscriptionState.ASKED else "does not push"
        return f"{name} {said}{trouble}; asked again {show.ago(agreed.due_at, now)}"
    last = f"last {show.ago(hub.pushed_at, now)}" if hub.pushed_at else "nothing yet"
    trust = "relied upon" if is_relied_upon(pushing, now=now) else "not relied upon yet"
    if hub.missed_at is not None and not is_relied_upon(pushing, now=now):
        trust = (
            f"not relied upon: a poll found what it had not pushed {show.ago(hub.missed_at, now)}"
        )
    until = show.ago(agreed.lease_until, now)
    return f"{name} pushes, {last}, {trust}; agreed until {until}{trouble}"


def summary(all_: Mapping[FeedId, Pushing], now: datetime, *, wanted: bool) -> str | None:
    """Say for `status` how many feeds are pushed; None where no feed names a hub."""
    if not all_:
        return None
    if not wanted:
        return f"{len(all_)} feeds name a hub; callback of [websub] is not set, so they are polled"
    states = counted(all_.values(), now)
    told = ", ".join(f"{many} {what}" for what, many in states.items() if many)
    return f"{len(all_)} feeds name a hub: {told}"


def counted(all_: Iterable[Pushing], now: datetime) -> dict[str, int]:
    """Count feeds by how their hub stands."""
    from wirewatch.core.plan.push import is_relied_upon

    found: Counter[str] = Counter()
    for one in all_:
        agreed = one.subscription
        relied = is_relied_upon(one, now=now)
        found["relied upon" if relied else agreed.state.value if agreed else "not asked"] += 1
    return dict(found)
