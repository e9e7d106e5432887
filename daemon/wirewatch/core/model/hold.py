"""Alerts that are kept back for a while, and what is looked at to decide on them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from wirewatch.core.model.alert import Alert, AlertKind, Delivery, DeliveryKey
from wirewatch.core.model.hit import AlertId, Why
from wirewatch.core.model.policy import ChannelPolicy, WatchPolicy


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A message that was let through to a channel."""

    at: datetime
    """When it was let through."""
    done_at: datetime | None
    """When it arrived, None while it is on its way."""
    kind: AlertKind
    watches: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What an alert is about, as far as mutes and policies care: its watch and the feed that brought it."""

    watch: str
    feed: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """How often a watch found its words: lately, and in the usual span of that length."""

    recent: int
    usual: float


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchAsked:
    """A watch an alert rings for, with what its owner wants and how it has been lately."""

    id: str
    policy: WatchPolicy
    rate: Rate | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One alert that would be told on one channel now."""

    channel: ChannelPolicy
    watches: tuple[WatchAsked, ...]
    told: tuple[Told, ...]
    """What was told on this channel, oldest first."""
    since: datetime
    """When it was first to be told."""
    now: datetime

    @property
    def urgent(self) -> bool:
        """Say whether one of its watches is."""
        return any(watch.policy.urgent for watch in self.watches)


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldBack:
    """Not now: why, and when to ask again."""

    why: Why
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """Why a delivery was kept back, for ever: and, once it was told, in which summary."""

    delivery: DeliveryKey
    why: Why
    told_in: AlertId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A delivery that is kept back, with what it carries and is about."""

    delivery: Delivery
    alert: Alert
    why: Why
    subjects: tuple[Subject, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """Held deliveries of one channel told in one alert."""

    alert: Alert
    delivery: Delivery
    tells: tuple[DeliveryKey, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleasePlan:
    """What a look at held deliveries leads to."""

    summaries: tuple[Summary, ...] = ()
    postponed: tuple[tuple[DeliveryKey, HoldBack], ...] = ()
