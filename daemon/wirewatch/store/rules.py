"""What happens to a delivery, a story or a hit, decided once for every store. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Any, Final, TypeVar, cast

from wirewatch.core.identity import number
from wirewatch.core.model.alert import AlertKind, Delivery, DeliveryState
from wirewatch.core.model.article import Article, ArticleStatus
from wirewatch.core.model.entry import Entry, EntryId
from wirewatch.core.model.story import Story, StoryEntry
from wirewatch.core.urls import link_key
from wirewatch.store.kinds import require_aware, storable

T = TypeVar("T")

OPEN: Final = (DeliveryState.PENDING, DeliveryState.SENDING)
"""On its way."""

KEPT: Final = (*OPEN, DeliveryState.DEAD, DeliveryState.HELD)
"""Never pruned: what is on its way or kept back, and dead letters until the operator decides."""

UNCOUNTED: Final = (AlertKind.OPERATOR, AlertKind.TEST)
"""What Wirewatch says about itself: no policy counts it."""

QUIET: Final = ("unchanged", "same-body")
"""Outcomes of polls that brought nothing: what was listed is still listed."""

REVISIONS: Final = 5
"""So many former texts of an entry are kept."""


def claimed(delivery: Delivery, *, now: datetime, lease: timedelta) -> Delivery:
    """Return a delivery as it is while somebody sends it."""
    return replace(
        delivery,
        state=DeliveryState.SENDING,
        due_at=now + lease,
        attempts=delivery.attempts + 1,
        first_attempt_at=delivery.first_attempt_at or now,
    )


def is_overtaken(stored: Delivery, settled: Delivery) -> bool:
    """Say whether what a sender found out is of no interest any more.

    It is, when its lease ended while it waited and somebody else took over: what arrived has arrived, and who holds
    the delivery now decides on the rest.
    """
    if settled.state is DeliveryState.SENT:
        return False
    return stored.state is DeliveryState.SENT or stored.attempts > settled.attempts


def is_held(stored: Delivery, claim: Delivery) -> bool:
    """Say whether a claim still stands."""
    return stored.state is DeliveryState.SENDING and stored.attempts == claim.attempts


def released(delivery: Delivery, *, due_at: datetime) -> Delivery:
    """Return a claimed delivery as it was before."""
    before = delivery.attempts - 1
    return replace(
        delivery,
        state=DeliveryState.PENDING,
        due_at=due_at,
        attempts=before,
        first_attempt_at=delivery.first_attempt_at if before else None,
    )


def resumed(delivery: Delivery, *, state: DeliveryState, now: datetime) -> Delivery:
    """Return a dead delivery as the operator wants it: dropped, or with a fresh span of time to arrive in."""
    match state:
        case DeliveryState.DROPPED:
            return replace(delivery, state=state, done_at=now)
        case DeliveryState.PENDING:
            return replace(
                delivery,
                state=state,
                created_at=now,
                due_at=now,
                first_attempt_at=None,
                done_at=None,
            )
        case _:
            raise ValueError(f"a dead delivery is tried again or dropped, it cannot be {state}")


def is_older_reading(stored: Article, found: Article) -> bool:
    """Say whether a page was read already, so that a slower reader's failure changes nothing."""
    return stored.status is ArticleStatus.READ and found.status is not ArticleStatus.READ


def edited(stored: Entry, edit: Entry) -> Entry:
    """Return an entry with the texts of its edit: when it was found, and whether it rings, is not edited."""
    return replace(
        edit,
        feed_id=stored.feed_id,
        key=stored.key,
        found_at=stored.found_at,
        baseline=stored.baseline,
    )


def telling_order(telling: StoryEntry) -> tuple[datetime, bool, int]:
    """Return the place of a telling in its story: by time, the one that opened it before others of that moment."""
    return telling.at, telling.joined_by is not None, telling.entry_id


def last_at(story: Story) -> datetime:
    """Return when a story was opened or last joined."""
    return max((story.opened_at, *(telling.at for telling in story.entries)))


def watchlist_of(watch: str) -> str:
    """Return the list a watch belongs to.

    >>> watchlist_of("gulf/river talks")
    'gulf'
    """
    return watch.partition("/")[0]


def link_number(link: str) -> int:
    """Return the number of a link: one for all that probably lead to the same page."""
    return number("link", link_key(storable(link)))


def links_of(pairs: Iterable[tuple[EntryId, str | None]]) -> Iterator[tuple[int, EntryId]]:
    """Yield the number of each link with its entry."""
    return ((link_number(link), id_) for id_, link in pairs if link)


def tidy(value: T) -> T:
    """Return a noun as a database gives it back: times in UTC, texts without what cannot be stored."""
    return cast("T", _tidy(value))


def _tidy(value: Any) -> Any:
    if isinstance(value, str):
        return value if isinstance(value, Enum) else storable(value)
    if isinstance(value, datetime):
        require_aware(value)
        return value.astimezone(UTC)
    if isinstance(value, tuple | frozenset):
        return type(value)(_tidy(item) for item in value)
    if is_dataclass(value) and not isinstance(value, type):
        return replace(
            value, **{field.name: _tidy(getattr(value, field.name)) for field in fields(value)}
        )
    return value
