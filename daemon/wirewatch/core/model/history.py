"""What became of an entry and of each hit in it: everything that is kept, and where a hit's way ended."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, TypeAlias

from wirewatch.core.model.alert import Attempt, DeliveryState, Parcel
from wirewatch.core.model.article import Article
from wirewatch.core.model.coverage import Gap, Revision
from wirewatch.core.model.entry import Entry
from wirewatch.core.model.feed import FeedSpec
from wirewatch.core.model.hit import Hit, HitState
from wirewatch.core.model.plan import PollRecord
from wirewatch.core.model.story import Story


class Told(StrEnum):
    """What became of the messages about a hit that was to be told."""

    ON_ITS_WAY = "on-its-way"
    """At least one channel has not taken it yet."""
    SENT = "sent"
    """Every channel took it (or its owner dropped the message to the others)."""
    DEAD = "dead"
    """Nothing is on its way any more, and a channel never took it."""
    DROPPED = "dropped"
    """The owner dropped every message."""
    WITHOUT_MESSAGE = "without-message"
    """It counts as told and there is no message: this must never be."""


Fate: TypeAlias = HitState | Told
"""Where a hit is: one and only one of these. A hit that was told is where its messages are."""

OPEN: Final = frozenset({HitState.WAITING, Told.ON_ITS_WAY})
"""Fates that are not the last."""


def fate_of(state: HitState, messages: Collection[DeliveryState]) -> Fate:
    """Return where a hit is, from its own state and those of the messages that carry it."""
    if state is not HitState.ALERTED:
        return state
    there = set(messages)
    if not there:
        return Told.WITHOUT_MESSAGE
    told = {DeliveryState.SENT, DeliveryState.GATHERED}
    if there - told - {DeliveryState.DEAD, DeliveryState.DROPPED}:
        return Told.ON_ITS_WAY
    if DeliveryState.DEAD in there:
        return Told.DEAD
    return Told.SENT if there & told else Told.DROPPED


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """Everything that is kept about one entry."""

    entry: Entry
    feed: FeedSpec
    listed_by: PollRecord | None = None
    """The poll that found it; None when its record is past keeping."""
    before: PollRecord | None = None
    """The poll before that one."""
    gap: Gap | None = None
    """The gap it was found in afterwards."""
    article: Article | None = None
    revisions: tuple[Revision, ...] = ()
    hits: tuple[Hit, ...] = ()
    stories: tuple[Story, ...] = ()
    """Those it is a telling of, oldest first."""
    parcels: tuple[Parcel, ...] = ()
    """Messages about those stories, oldest first, whatever watch they are for."""
    attempts: tuple[Attempt, ...] = ()
    """What came of every attempt at them, oldest first."""

    def parcels_of(self, hit: Hit) -> tuple[Parcel, ...]:
        """Return the messages that carry a hit."""
        return tuple(
            parcel
            for parcel in self.parcels
            if hit.id in parcel.alert.hits or hit.alert_id == parcel.alert.id
        )

    def fate_of(self, hit: Hit) -> Fate:
        """Return where a hit of this entry is."""
        return fate_of(hit.state, [one.delivery.state for one in self.parcels_of(hit)])
