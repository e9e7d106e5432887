"""What an attempt leads to: done, again, or dead with an alarm; nothing in between."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from tests.core.make import NOON, a_parcel
from wirewatch.core.model.alert import AlertKind, DeliveryState, NotSent, Sent
from wirewatch.core.plan.deliver import RetryRules, after_attempt, retry_wait

RULES = RetryRules(operator=("ops", "desk"))
SHORT = timedelta(seconds=1)


def test_what_was_taken_is_sent() -> None:
    """The end that everybody wants."""
    done = after_attempt(a_parcel(attempts=1), Sent(), rules=RULES, now=NOON, took=SHORT)

    assert done.delivery.state is DeliveryState.SENT
    assert done.delivery.done_at == NOON
    assert done.attempt.ok


def test_a_permanent_refusal_is_not_retried() -> None:
    """A revoked token is refused again; the operator must know."""
    refused = NotSent(detail="401 Unauthorized", permanent=True)

    done = after_attempt(a_parcel(attempts=1), refused, rules=RULES, now=NOON, took=SHORT)

    assert done.delivery.state is DeliveryState.DEAD
    assert [alarm.channel for alarm in done.alarm_deliveries] == ["ops"]
    assert done.alarm is not None
    assert "401 Unauthorized" in (done.alarm.message.body or "")


def test_an_alarm_that_cannot_be_delivered_raises_no_alarm() -> None:
    """Else one dead channel would fill the outbox with alarms about alarms."""
    parcel = a_parcel("ops", kind=AlertKind.OPERATOR, attempts=1)
    refused = NotSent(detail="no", permanent=True)

    done = after_attempt(parcel, refused, rules=RULES, now=NOON, took=SHORT)

    assert done.delivery.state is DeliveryState.DEAD
    assert done.alarm is None


def test_it_is_tried_for_three_days_and_then_given_up_loudly() -> None:
    """A provider may be down for a weekend."""
    failed = NotSent(detail="connection refused")
    before = NOON + timedelta(hours=71)
    after = NOON + timedelta(hours=72)

    assert after_attempt(
        a_parcel(attempts=9), failed, rules=RULES, now=before, took=SHORT
    ).delivery.state is (DeliveryState.PENDING)
    given_up = after_attempt(a_parcel(attempts=9), failed, rules=RULES, now=after, took=SHORT)
    assert given_up.delivery.state is DeliveryState.DEAD
    assert given_up.alarm is not None


@given(st.integers(1, 10_000), st.timedeltas(timedelta(seconds=1), timedelta(minutes=10)))
def test_no_wait_is_longer_than_the_promise(attempts: int, longest: timedelta) -> None:
    """After a provider is back the first attempt comes within ``max_retry``, give or take the jitter."""
    rules = RetryRules(max_retry=longest)

    wait = retry_wait(a_parcel(attempts=attempts).delivery, rules)

    assert timedelta(0) < wait <= longest * 1.2
