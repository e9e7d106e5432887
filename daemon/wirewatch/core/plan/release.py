"""What becomes of held deliveries whose time has come: one summary for each channel, or a further wait."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from wirewatch.core.identity import alert_id
from wirewatch.core.model.alert import Alert, AlertKind
from wirewatch.core.model.hit import Why
from wirewatch.core.model.hold import Held, HoldBack, ReleasePlan, Summary
from wirewatch.core.model.policy import ChannelPolicy
from wirewatch.core.plan.announce import pending
from wirewatch.core.plan.gate import Gate
from wirewatch.core.policy.burst import is_first_of_burst
from wirewatch.core.summary import summary_message


def plan_release(held: Sequence[Held], gate: Gate) -> ReleasePlan:
    """Ask the policies again for each held delivery; what may go now of one channel goes in one message."""
    free: dict[str, list[Held]] = {}
    postponed = []
    for one in sorted(held, key=_age):
        back = _hold(one, gate)
        if back is None:
            free.setdefault(one.delivery.channel, []).append(one)
        else:
            postponed.append((one.delivery.key, back))
    summaries = []
    for channel, gathered in sorted(free.items()):
        policy = gate.channels.get(channel, ChannelPolicy())
        summaries.append(_summary(channel, gathered, policy, gate))
    return ReleasePlan(summaries=tuple(summaries), postponed=tuple(postponed))


def _age(one: Held) -> tuple[datetime, str]:
    return one.delivery.created_at, one.delivery.key


def _hold(one: Held, gate: Gate) -> HoldBack | None:
    return gate.hold(one.alert, one.delivery.channel, one.subjects, since=one.delivery.created_at)


def _summary(channel: str, held: Sequence[Held], policy: ChannelPolicy, gate: Gate) -> Summary:
    now = gate.now
    kind = _kind(channel, held, gate)
    keys = tuple(one.delivery.key for one in held)
    alert = Alert(
        id=alert_id("summary", channel, *keys),
        kind=kind,
        story_id=None,
        hits=tuple(dict.fromkeys(hit for one in held for hit in one.alert.hits)),
        message=summary_message(kind, held, timezone=policy.timezone, now=now),
        created_at=now,
    )
    return Summary(alert=alert, delivery=pending(alert, channel, now=now), tells=keys)


def _kind(channel: str, held: Sequence[Held], gate: Gate) -> AlertKind:
    questions = (gate.asked(channel, one.subjects, since=one.delivery.created_at) for one in held)
    if any(map(is_first_of_burst, questions)):
        return AlertKind.BURST
    due = gate.channels.get(channel, ChannelPolicy()).digest
    gathered = any(one.why is Why.DIGEST for one in held)
    return AlertKind.DIGEST if due and gathered else AlertKind.SUMMARY
