"""What one attempt at a delivery leads to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from wirewatch.core.identity import alert_id, number
from wirewatch.core.message import operator_message
from wirewatch.core.model.alert import (
    Alert,
    AlertKind,
    Attempt,
    ChannelSpec,
    Delivery,
    DeliveryState,
    NotSent,
    Parcel,
    Receipt,
    Sent,
)
from wirewatch.core.model.plan import AnnouncementPlan, AttemptPlan
from wirewatch.core.plan.announce import pending

WAITS = (
    timedelta(seconds=5),
    timedelta(seconds=15),
    timedelta(seconds=45),
    timedelta(minutes=2),
    timedelta(minutes=5),
)
"""Waits after the first failures; the last one is repeated."""

JITTER = 0.2

OWN = frozenset({AlertKind.OPERATOR, AlertKind.TEST})
"""What Wirewatch says about itself: no alarm is raised about it, and nobody stands in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryRules:
    """What the owner decided about sending."""

    give_up_after: timedelta = timedelta(hours=72)
    max_retry: timedelta = timedelta(minutes=5)
    operator: tuple[str, ...] = ()
    """Channels that are told when a message could not be delivered."""


def after_attempt(
    parcel: Parcel,
    receipt: Receipt,
    *,
    rules: RetryRules,
    now: datetime,
    took: timedelta,
    channel: ChannelSpec | None = None,
) -> AttemptPlan:
    """Decide what an attempt leads to: done, another try later, or the dead letters with an alarm.

    While a *channel* fails for long, its alerts go to the one that stands in for it as well.
    """
    plan = _after_attempt(parcel, receipt, rules=rules, now=now, took=took)
    if plan.delivery.state is DeliveryState.SENT or channel is None or channel.fallback is None:
        return plan
    first = plan.delivery.first_attempt_at or now
    is_dead = plan.delivery.state is DeliveryState.DEAD
    if parcel.alert.kind in OWN or not (is_dead or now - first >= channel.fallback_after):
        return plan
    return replace(plan, fallback=held_at_once(parcel.alert, channel.fallback, now=now))


def held_at_once(alert: Alert, channel: str, *, now: datetime) -> Delivery:
    """Return an alert's delivery to a channel whose policies are still to be asked."""
    return replace(pending(alert, channel, now=now), state=DeliveryState.HELD)


def _after_attempt(
    parcel: Parcel, receipt: Receipt, *, rules: RetryRules, now: datetime, took: timedelta
) -> AttemptPlan:
    delivery = parcel.delivery
    attempt = Attempt(
        delivery=delivery.key,
        at=now,
        ok=isinstance(receipt, Sent),
        detail=receipt.detail,
        took_s=took.total_seconds(),
    )
    match receipt:
        case Sent():
            done = replace(
                delivery, state=DeliveryState.SENT, done_at=now, due_at=now, last_error=None
            )
            return AttemptPlan(delivery=done, attempt=attempt)
        case NotSent():
            pass
    failed = replace(delivery, last_error=receipt.detail)
    wait = retry_wait(delivery, rules)
    if not receipt.permanent and now + wait - delivery.created_at < rules.give_up_after:
        again = replace(failed, state=DeliveryState.PENDING, due_at=now + wait)
        return AttemptPlan(delivery=again, attempt=attempt)
    dead = replace(failed, state=DeliveryState.DEAD, done_at=now, due_at=now)
    alarm = _alarm(parcel, dead, rules, now=now)
    if alarm is None:
        return AttemptPlan(delivery=dead, attempt=attempt)
    others = [channel for channel in rules.operator if channel != delivery.channel]
    return AttemptPlan(
        delivery=dead,
        attempt=attempt,
        alarm=alarm,
        alarm_deliveries=tuple(pending(alarm, channel, now=now) for channel in others),
    )


def retry_wait(delivery: Delivery, rules: RetryRules) -> timedelta:
    """Return how long to wait after this attempt, spread so that waiting messages do not return in one moment."""
    step = min(max(delivery.attempts, 1), len(WAITS)) - 1
    share = number("retry", delivery.key, delivery.attempts) % 10_001 / 10_000
    return min(WAITS[step], rules.max_retry) * (1 - JITTER + 2 * JITTER * share)


def _alarm(parcel: Parcel, dead: Delivery, rules: RetryRules, *, now: datetime) -> Alert | None:
    if parcel.alert.kind in OWN:
        return None  # an alarm about an alarm would go on for ever; `status` shows both
    if not any(channel != dead.channel for channel in rules.operator):
        return None
    message = parcel.alert.message
    return operator_alert(
        f"an alert could not be delivered to {dead.channel}",
        f"{message.subject}\n\n{dead.last_error}\n\n"
        f"It is kept. Mend the channel, then: wirewatch deliveries retry {dead.key}",
        about=("dead", dead.key, dead.attempts),
        now=now,
    )


def operator_alert(
    subject: str, body: str, *, about: tuple[str | int, ...], now: datetime
) -> Alert:
    """Return an alert of Wirewatch about itself; *about* names it, so that it is not told twice."""
    return Alert(
        id=alert_id("operator", *about),
        kind=AlertKind.OPERATOR,
        story_id=None,
        hits=(),
        message=operator_message(subject, body),
        created_at=now,
    )


def plan_operator_alert(
    alert: Alert, channels: Sequence[str], *, now: datetime
) -> AnnouncementPlan:
    """Put an operator's alert into the outbox."""
    return AnnouncementPlan(
        alerts=(alert,) if channels else (),
        deliveries=tuple(pending(alert, channel, now=now) for channel in channels),
    )
