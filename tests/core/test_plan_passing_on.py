"""Dead summaries raise the alarm; a channel stands in for one that fails, and escalations find their way."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.core.make import MINUTE, NOON, a_parcel
from wirewatch.core.identity import alert_id
from wirewatch.core.model.alert import (
    Alert,
    AlertKind,
    ChannelSpec,
    DeliveryState,
    Message,
    NotSent,
    Sent,
)
from wirewatch.core.model.hold import Subject
from wirewatch.core.model.plan import AnnouncementPlan, AttemptPlan
from wirewatch.core.plan.announce import pending
from wirewatch.core.plan.deliver import RetryRules, after_attempt
from wirewatch.core.plan.escalate import Chain, plan_escalation, with_escalations

DESK = ChannelSpec(name="desk", urls=(), fallback="phone")


def tried(
    *, permanent: bool = False, since: float = 0, kind: AlertKind = AlertKind.STORY
) -> AttemptPlan:
    """Return what a failure leads to; *since* minutes ago was the first attempt."""
    first = NOON - since * MINUTE
    parcel = a_parcel(kind=kind, attempts=3, first_attempt_at=first, created_at=first)
    return after_attempt(
        parcel,
        NotSent(detail="no", permanent=permanent),
        rules=RetryRules(operator=("ops",)),
        now=NOON,
        took=timedelta(seconds=1),
        channel=DESK,
    )


@pytest.mark.parametrize(
    "kind", [AlertKind.STORY, AlertKind.DIGEST, AlertKind.SUMMARY, AlertKind.BURST]
)
def test_whatever_tells_hits_raises_the_alarm_when_it_is_given_up(kind: AlertKind) -> None:
    """A digest that dies quietly takes thirty stories with it."""
    plan = tried(permanent=True, kind=kind)

    assert plan.delivery.state is DeliveryState.DEAD
    assert [way.channel for way in plan.alarm_deliveries] == ["ops"]


@pytest.mark.parametrize(
    ("since", "permanent", "stands_in"), [(9, False, False), (10, False, True), (0, True, True)]
)
def test_another_channel_stands_in_after_a_while_and_at_once_for_the_dead(
    since: float, permanent: bool, stands_in: bool
) -> None:
    """A hiccup is no reason to call the phone."""
    plan = tried(since=since, permanent=permanent)

    assert (plan.fallback is not None) is stands_in
    if plan.fallback is not None:
        assert (plan.fallback.channel, plan.fallback.state) == ("phone", DeliveryState.HELD)
        assert plan.fallback.alert_id == plan.delivery.alert_id


def test_nobody_stands_in_for_what_arrived_or_for_alarms() -> None:
    """Alarms go to all channels of the operator anyway, and one about an alarm would go on for ever."""
    parcel = a_parcel(first_attempt_at=NOON - 60 * MINUTE)
    arrived = after_attempt(
        parcel, Sent(), rules=RetryRules(), now=NOON, took=timedelta(), channel=DESK
    )

    assert arrived.fallback is None
    assert tried(since=60, kind=AlertKind.OPERATOR).fallback is None


def an_announcement(*states: tuple[str, DeliveryState]) -> AnnouncementPlan:
    alert = Alert(
        id=alert_id("x"),
        kind=AlertKind.STORY,
        story_id=None,
        hits=(),
        message=Message(subject="s", headline="h"),
        created_at=NOON,
    )
    ways = tuple(replace(pending(alert, name, now=NOON), state=state) for name, state in states)
    return AnnouncementPlan(alerts=(alert,), deliveries=ways)


@pytest.mark.parametrize(
    ("state", "channels", "expected"),
    [
        (DeliveryState.PENDING, ("boss", "board"), ("boss", "board")),
        (DeliveryState.PENDING, ("desk", "board"), ("board",)),
        (DeliveryState.PENDING, ("desk",), None),
        (DeliveryState.HELD, ("boss",), None),
    ],
    ids=["chain", "told already", "nobody else", "can wait"],
)
def test_an_alert_that_goes_out_at_once_escalates_to_those_not_told(
    state: DeliveryState, channels: tuple[str, ...], expected: tuple[str, ...] | None
) -> None:
    """Nobody is told twice, and what can wait wakes nobody."""
    plan = an_announcement(("desk", state))
    subjects = {plan.alerts[0].id: (Subject(watch="gulf/talks", feed="Courier"),)}
    chains = {"gulf": Chain(channels=channels, after=15 * MINUTE)}

    found = with_escalations(plan, subjects, chains, now=NOON).escalations

    assert [one.channels for one in found] == ([] if expected is None else [expected])
    assert all(one.due_at == NOON + 15 * MINUTE for one in found)


def test_each_channel_of_a_chain_has_its_time() -> None:
    """The board is not called while the boss is still looking for the glasses."""
    plan = an_announcement(("desk", DeliveryState.PENDING))
    subjects = {plan.alerts[0].id: (Subject(watch="gulf/talks", feed="Courier"),)}
    chains = {"gulf": Chain(channels=("boss", "board"), after=15 * MINUTE)}
    due = with_escalations(plan, subjects, chains, now=NOON).escalations
    late = NOON + 15 * MINUTE

    ((_, first, rest),) = plan_escalation(due, now=late).steps
    assert first is not None
    assert rest is not None
    assert (first.channel, rest.channels, rest.due_at) == ("boss", ("board",), late + 15 * MINUTE)
    ((_, last, nothing),) = plan_escalation([rest], now=late + 15 * MINUTE).steps
    assert last is not None
    assert (last.channel, nothing) == ("board", None)
