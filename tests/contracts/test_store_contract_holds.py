"""The contract of every store: what is kept back, muted, acknowledged and marked."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from tests.contracts.nouns import (
    DAY,
    DESK,
    HOUR,
    MINUTE,
    NOON,
    a_delivery,
    a_hit,
    a_poll,
    a_story,
    after,
    an_alert,
    an_entry,
    announced,
    synced,
)
from wirewatch.core.identity import feed_id
from wirewatch.core.model.alert import Alert, AlertKind, Delivery, DeliveryState
from wirewatch.core.model.hit import AlertId, HitId, Why
from wirewatch.core.model.hold import Hold, HoldBack, ReleasePlan, Subject, Summary, Told
from wirewatch.core.model.mute import Ack, Escalation, Mark, Mute, MuteId, MuteKind
from wirewatch.core.model.plan import AnnouncementPlan, EscalationPlan
from wirewatch.ports import Store

WATCH = "gulf/river talks"
LEASE = timedelta(minutes=2)


def held(store: Store, *, until: timedelta = HOUR, why: Why = Why.DIGEST) -> AnnouncementPlan:
    """Commit an alert on two channels, of which the desk's is kept back."""
    entry = an_entry()
    hit = a_hit(entry)
    synced(store).commit_polls([a_poll(entry, hits=(hit,))])
    plan = announced(hit, story=a_story(entry, 1))
    desk, phone = plan.deliveries
    plan = replace(
        plan,
        deliveries=(replace(desk, state=DeliveryState.HELD, due_at=NOON + until), phone),
        holds=(Hold(delivery=desk.key, why=why),),
    )
    store.commit_announcement(plan)
    return plan


def a_summary(plan: AnnouncementPlan) -> Summary:
    """Return what tells the desk's delivery of a plan."""
    alert = replace(an_alert(at=NOON + HOUR), kind=AlertKind.DIGEST, hits=plan.alerts[0].hits)
    return Summary(alert=alert, delivery=a_delivery(alert), tells=(plan.deliveries[0].key,))


def states(store: Store, channel: str = "desk") -> list[DeliveryState]:
    return [one.delivery.state for one in store.deliveries(channel=channel)]


def test_what_is_held_is_not_claimed_and_is_found_at_its_time(store: Store) -> None:
    """A sender that took it would ring at night."""
    plan = held(store)

    assert store.claim("desk", now=NOON + DAY, lease=LEASE, limit=9) == []
    assert "desk" not in store.next_due()
    assert store.next_release() == {"desk": NOON + HOUR}
    assert store.held(now=NOON + HOUR - MINUTE, limit=9) == []
    (found,) = store.held(now=NOON + HOUR, limit=9)
    assert (found.delivery, found.alert, found.why, found.subjects) == (
        plan.deliveries[0],
        plan.alerts[0],
        Why.DIGEST,
        (Subject(watch=WATCH, feed="Gulf"),),
    )


def test_a_summary_and_the_end_of_what_it_tells_are_one(store: Store) -> None:
    """One without the other is an alert lost or told twice."""
    summary = a_summary(held(store))

    assert store.commit_release(ReleasePlan(summaries=(summary,))) is True

    (key,) = summary.tells
    assert store.holds([key]) == {key: Hold(delivery=key, why=Why.DIGEST, told_in=summary.alert.id)}
    assert sorted(states(store)) == [DeliveryState.GATHERED, DeliveryState.PENDING]
    (parcel,) = store.claim("desk", now=NOON + HOUR, lease=LEASE, limit=9)
    assert parcel.alert == summary.alert
    assert store.next_release() == {}


def test_what_was_released_is_not_released_again(store: Store) -> None:
    """Two looks at the same moment make one summary."""
    summary = a_summary(held(store))
    store.commit_release(ReleasePlan(summaries=(summary,)))
    again = replace(summary.alert, id=AlertId(7))
    other = Summary(alert=again, delivery=a_delivery(again), tells=summary.tells)

    assert store.commit_release(ReleasePlan(summaries=(other,))) is False

    assert len(store.deliveries(channel="desk")) == 2


def test_a_further_wait_has_its_own_reason(store: Store) -> None:
    """The digest fell into the quiet hours."""
    plan = held(store)
    later = HoldBack(why=Why.QUIET_HOURS, until=NOON + DAY)

    assert store.commit_release(ReleasePlan(postponed=((plan.deliveries[0].key, later),)))

    assert store.next_release() == {"desk": NOON + DAY}
    assert store.held(now=NOON + DAY, limit=9)[0].why is Why.QUIET_HOURS
    assert store.reconsider(now=NOON + HOUR) == 1
    assert store.next_release() == {"desk": NOON + HOUR}
    assert store.reconsider(now=NOON + HOUR) == 0


def test_what_was_told_and_what_is_on_its_way_is_known_by_its_watches(store: Store) -> None:
    """Budgets and cooldowns count it."""
    held(store)
    on_its_way = Told(at=NOON, done_at=None, kind=AlertKind.STORY, watches=frozenset({WATCH}))

    assert store.told("desk", since=NOON - DAY) == []
    assert store.told("phone", since=NOON + DAY) == [on_its_way]

    (parcel,) = store.claim("phone", now=NOON, lease=LEASE, limit=9)
    store.settle(after(parcel.delivery, DeliveryState.SENT, at=NOON + MINUTE))
    assert store.told("phone", since=NOON) == [replace(on_its_way, done_at=NOON + MINUTE)]
    assert store.told("phone", since=NOON + MINUTE) == []


def test_what_wirewatch_says_about_itself_is_not_counted(store: Store) -> None:
    """A full budget must not silence an alarm, and an alarm must not silence news."""
    alarm = replace(an_alert(), kind=AlertKind.OPERATOR)
    store.commit_announcement(AnnouncementPlan(alerts=(alarm,), deliveries=(a_delivery(alarm),)))

    assert store.told("desk", since=NOON - DAY) == []


def test_hits_are_counted_by_watch_lately_and_before(store: Store) -> None:
    """What is unusual is known from what is usual."""
    synced(store)
    desk = feed_id(DESK.url)
    entries = [
        an_entry(f"n{n}", at=NOON - n * MINUTE, feed=desk) for n in (1, 5, 20, 30, 40, 9_000)
    ]
    hits = tuple(a_hit(entry) for entry in entries)
    store.commit_polls([a_poll(*entries, feed=desk, hits=hits)])

    found = store.rates([WATCH, "gulf/other"], recent=NOON - 10 * MINUTE, usual=NOON - DAY)

    assert found == {WATCH: (2, 3)}


def a_mute(about: str = "gulf", *, until: timedelta = HOUR) -> Mute:
    return Mute(
        id=MuteId(5), kind=MuteKind.WATCH, about=about, made_at=NOON, until=NOON + until, note="n"
    )


def test_muting_again_changes_until_when_and_what_is_over_is_forgotten(store: Store) -> None:
    """The list of mutes is read by people."""
    store.put_mute(a_mute())
    store.put_mute(a_mute(until=DAY))
    assert list(store.mutes()) == [a_mute(until=DAY)]

    later = replace(a_mute("x"), id=MuteId(6), made_at=NOON + 2 * DAY, until=NOON + 3 * DAY)
    store.put_mute(later)
    assert list(store.mutes()) == [later]


def test_the_end_of_a_mute_lets_what_it_kept_back_be_looked_at(store: Store) -> None:
    """And nothing else."""
    held(store, until=DAY, why=Why.MUTED)
    store.put_mute(a_mute(until=DAY))
    store.reconsider(now=NOON)

    assert store.end_mutes([MuteId(77)], now=NOON) == 0
    assert store.end_mutes([MuteId(5)], now=NOON + MINUTE) == 1
    assert store.next_release() == {"desk": NOON + MINUTE}
    assert store.mutes() == []


def test_an_acknowledged_alert_escalates_no_further(store: Store) -> None:
    """Also when the next step was planned already."""
    alert = held(store).alerts[0]
    escalation = Escalation(
        alert_id=alert.id, due_at=NOON, every=15 * MINUTE, channels=("boss", "board")
    )
    store.commit_announcement(AnnouncementPlan(escalations=(escalation,)))
    assert list(store.due_escalations(now=NOON - MINUTE, limit=9)) == []
    assert list(store.due_escalations(now=NOON, limit=9)) == [escalation]

    ack = Ack(alert_id=alert.id, at=NOON, note="seen")
    assert store.put_acks([ack, Ack(alert_id=AlertId(12), at=NOON)]) == 1
    assert store.put_acks([ack]) == 0
    store.commit_escalation(a_step(escalation, alert))

    assert list(store.due_escalations(now=NOON + DAY, limit=9)) == []
    assert store.deliveries(channel="boss") == []


def a_step(escalation: Escalation, alert: Alert) -> EscalationPlan:
    way: Delivery = a_delivery(alert, "boss", state=DeliveryState.HELD)
    rest = replace(escalation, due_at=NOON + 15 * MINUTE, channels=("board",))
    return EscalationPlan(steps=((escalation, way, rest),))


def test_an_escalation_tells_the_next_channel_once(store: Store) -> None:
    """A step that is done twice makes the same row."""
    alert = held(store).alerts[0]
    escalation = Escalation(
        alert_id=alert.id, due_at=NOON, every=15 * MINUTE, channels=("boss", "board")
    )
    store.commit_announcement(AnnouncementPlan(escalations=(escalation,)))

    for _ in range(2):
        store.commit_escalation(a_step(escalation, alert))

    (one,) = store.held(now=NOON, limit=9)
    assert (one.delivery.channel, one.why) == ("boss", Why.ESCALATED)
    (rest,) = store.due_escalations(now=NOON + DAY, limit=9)
    assert rest.channels == ("board",)


def test_a_fallback_is_held_once_however_often_its_channel_fails(store: Store) -> None:
    """Every retry says again that the other one is to stand in."""
    alert = held(store).alerts[0]
    for number in range(2):
        now = NOON + number * HOUR
        (parcel,) = store.claim("phone", now=now, lease=LEASE, limit=9)
        plan = after(parcel.delivery, DeliveryState.PENDING, at=now, due_at=now + MINUTE)
        other = a_delivery(alert, "other", state=DeliveryState.HELD, due_at=now)
        store.settle(replace(plan, fallback=other))

    assert [one.why for one in store.held(now=NOON, limit=9)] == [Why.FALLBACK]
    assert len(store.deliveries(channel="other")) == 1


def test_a_hit_is_marked_and_the_mark_can_change(store: Store) -> None:
    """People change their minds."""
    (hit,) = held(store).alerts[0].hits

    assert store.put_mark(Mark(hit_id=hit, relevant=True, at=NOON))
    assert store.put_mark(Mark(hit_id=hit, relevant=False, at=NOON + MINUTE))
    assert not store.put_mark(Mark(hit_id=HitId(9), relevant=True, at=NOON))
    assert list(store.marks()) == [Mark(hit_id=hit, relevant=False, at=NOON + MINUTE)]


def test_what_is_held_is_never_pruned_and_goes_with_its_alert_afterwards(store: Store) -> None:
    """A mute of a year outlives the retention."""
    plan = held(store)
    (hit,) = plan.alerts[0].hits
    store.put_mark(Mark(hit_id=hit, relevant=True, at=NOON))
    store.put_acks([Ack(alert_id=plan.alerts[0].id, at=NOON)])
    (parcel,) = store.claim("phone", now=NOON, lease=LEASE, limit=9)
    store.settle(after(parcel.delivery, DeliveryState.SENT))
    late = NOON + 900 * DAY
    store.prune(entries_before=late, hits_before=late, polls_before=late)
    assert DeliveryState.HELD in states(store)

    summary = a_summary(plan)
    store.commit_release(ReleasePlan(summaries=(summary,)))
    (parcel,) = store.claim("desk", now=late, lease=LEASE, limit=9)
    store.settle(after(parcel.delivery, DeliveryState.SENT, at=late))
    store.prune(entries_before=late, hits_before=late, polls_before=late)

    assert not [*store.deliveries(), *store.marks(), *store.check()]
