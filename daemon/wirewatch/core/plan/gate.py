"""Which deliveries of an announcement go at once and which are kept back: the policies, applied."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from wirewatch.core.model.alert import Alert, AlertKind, Delivery, DeliveryState
from wirewatch.core.model.hit import AlertId, Why
from wirewatch.core.model.hold import Asked, Hold, HoldBack, Rate, Subject, Told, WatchAsked
from wirewatch.core.model.mute import Mute
from wirewatch.core.model.plan import AnnouncementPlan
from wirewatch.core.model.policy import ChannelPolicy, WatchPolicy
from wirewatch.core.policy.burst import is_first_of_burst
from wirewatch.core.policy.gate import ask, muted, strictest

FREE: Final = frozenset({AlertKind.OPERATOR, AlertKind.TEST})
"""What Wirewatch says about itself is never kept back, and uses up nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """What the owner wants of channels and watches, and what is known of them at this moment."""

    now: datetime
    channels: Mapping[str, ChannelPolicy] = field(default_factory=dict)
    watches: Mapping[str, WatchPolicy] = field(default_factory=dict)
    told: Mapping[str, Sequence[Told]] = field(default_factory=dict)
    """What was let through, by channel, oldest first."""
    rates: Mapping[str, Rate] = field(default_factory=dict)
    mutes: Sequence[Mute] = ()

    def asked(self, channel: str, subjects: Sequence[Subject], *, since: datetime) -> Asked:
        """Return the question whether an alert about these may be told on a channel."""
        return Asked(
            channel=self.channels.get(channel, ChannelPolicy()),
            watches=tuple(
                WatchAsked(
                    id=name,
                    policy=self.watches.get(name, WatchPolicy()),
                    rate=self.rates.get(name),
                )
                for name in dict.fromkeys(subject.watch for subject in subjects)
            ),
            told=tuple(self.told.get(channel, ())),
            since=since,
            now=self.now,
        )

    def hold(
        self, alert: Alert, channel: str, subjects: Sequence[Subject], *, since: datetime
    ) -> HoldBack | None:
        """Return why an alert may not be told on a channel now, None when it may."""
        if alert.kind in FREE:
            return None
        quiet = muted(
            self.mutes, channel=channel, story=alert.story_id, subjects=subjects, now=self.now
        )
        return strictest([quiet, ask(self.asked(channel, subjects, since=since))])


def gated(
    plan: AnnouncementPlan, subjects: Mapping[AlertId, Sequence[Subject]], gate: Gate
) -> AnnouncementPlan:
    """Return the plan with every delivery that may not go now kept back. *subjects* are those of each alert.

    Deliveries are asked one after the other: what was let through counts for the next.
    """
    alerts = {alert.id: alert for alert in plan.alerts}
    told = {channel: list(lately) for channel, lately in gate.told.items()}
    ways: list[Delivery] = []
    holds: list[Hold] = []
    for way in plan.deliveries:
        alert, about = alerts[way.alert_id], subjects.get(way.alert_id, ())
        now_told = replace(gate, told=told)
        held = now_told.hold(alert, way.channel, about, since=gate.now)
        if held is None and alert.kind not in FREE:
            asked = now_told.asked(way.channel, about, since=gate.now)
            if is_first_of_burst(asked):
                held = HoldBack(why=Why.BURST, until=gate.now)
        if held is not None:
            ways.append(replace(way, state=DeliveryState.HELD, due_at=held.until))
            holds.append(Hold(delivery=way.key, why=held.why))
            continue
        ways.append(way)
        told.setdefault(way.channel, []).append(let_through(alert, about, now=gate.now))
    return replace(plan, deliveries=tuple(ways), holds=tuple(holds))


def let_through(alert: Alert, subjects: Sequence[Subject], *, now: datetime) -> Told:
    """Return a message that is on its way since this moment."""
    watches = frozenset(subject.watch for subject in subjects)
    return Told(at=now, done_at=None, kind=alert.kind, watches=watches)
