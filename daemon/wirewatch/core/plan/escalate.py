"""Who is told next while nobody takes note of an alert."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from wirewatch.core.identity import delivery_key
from wirewatch.core.model.alert import Alert, Delivery, DeliveryState
from wirewatch.core.model.hit import AlertId
from wirewatch.core.model.hold import Subject
from wirewatch.core.model.mute import Escalation
from wirewatch.core.model.plan import AnnouncementPlan, EscalationPlan


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """The channels of a watchlist that are told one after the other, and how long each has."""

    channels: tuple[str, ...]
    after: timedelta


def with_escalations(
    plan: AnnouncementPlan,
    subjects: Mapping[AlertId, Sequence[Subject]],
    chains: Mapping[str, Chain],
    *,
    now: datetime,
) -> AnnouncementPlan:
    """Return the plan with an escalation for each alert that goes out at once and has a chain.

    What is kept back can wait, and is told in a summary: it does not escalate.
    """
    at_once = {way.alert_id for way in plan.deliveries if way.state is DeliveryState.PENDING}
    found = []
    for alert in plan.alerts:
        lists = (subject.watch.partition("/")[0] for subject in subjects.get(alert.id, ()))
        mine = [chains[name] for name in dict.fromkeys(lists) if name in chains]
        escalation = _escalation(alert, mine, plan.deliveries, now=now)
        if alert.id in at_once and escalation is not None:
            found.append(escalation)
    return replace(plan, escalations=tuple(found))


def _escalation(
    alert: Alert, chains: Sequence[Chain], deliveries: Sequence[Delivery], *, now: datetime
) -> Escalation | None:
    told = {way.channel for way in deliveries if way.alert_id == alert.id}
    channels = dict.fromkeys(name for chain in chains for name in chain.channels)
    rest = tuple(name for name in channels if name not in told)
    if not rest:
        return None
    after = min(chain.after for chain in chains)
    return Escalation(alert_id=alert.id, due_at=now + after, every=after, channels=rest)


def plan_escalation(due: Sequence[Escalation], *, now: datetime) -> EscalationPlan:
    """Tell the next channel of each, and give it its time too. Its policies are asked before it is told."""
    steps = []
    for one in due:
        channel, *rest = one.channels
        delivery = Delivery(
            key=delivery_key(one.alert_id, channel),
            alert_id=one.alert_id,
            channel=channel,
            state=DeliveryState.HELD,
            created_at=now,
            due_at=now,
        )
        left = replace(one, due_at=now + one.every, channels=tuple(rest)) if rest else None
        steps.append((one, delivery, left))
    return EscalationPlan(steps=tuple(steps))
