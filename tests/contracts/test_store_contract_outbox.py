"""The contract of every store: messages on their way."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from tests.contracts.nouns import (
    DAY,
    HOUR,
    MINUTE,
    NOON,
    a_delivery,
    a_page,
    a_poll,
    after,
    an_alert,
    an_attempt,
    an_entry,
    synced,
    told,
)
from wirewatch.core.model.alert import Delivery, DeliveryState, Parcel
from wirewatch.core.model.plan import AnnouncementPlan
from wirewatch.ports import Store

LEASE = timedelta(minutes=2)


def with_alerts(store: Store, count: int) -> list[Delivery]:
    """Put several deliveries to the desk into the outbox, made a minute apart."""
    alerts = [an_alert(at=NOON + number * MINUTE) for number in range(count)]
    deliveries = [a_delivery(alert, due_at=NOON) for alert in alerts]
    store.commit_announcement(AnnouncementPlan(alerts=tuple(alerts), deliveries=tuple(deliveries)))
    return deliveries


def claim_one(store: Store, *, now: datetime = NOON) -> Parcel:
    """Claim the only delivery that is due to the desk."""
    (parcel,) = store.claim("desk", now=now, lease=LEASE, limit=9)
    return parcel


def test_a_claimed_delivery_says_so(store: Store) -> None:
    """After a crash it is known to be perhaps sent."""
    plan = told(synced(store))

    parcel = claim_one(store)

    assert parcel.alert == plan.alerts[0]
    assert parcel.delivery == replace(
        plan.deliveries[0],
        state=DeliveryState.SENDING,
        due_at=NOON + LEASE,
        attempts=1,
        first_attempt_at=NOON,
    )
    assert parcel in store.deliveries(state=DeliveryState.SENDING)


def test_a_claimed_delivery_is_hidden_until_its_lease_ends(store: Store) -> None:
    """A sender that died must not keep a message for ever."""
    told(synced(store))
    claim_one(store)

    assert store.claim("desk", now=NOON + LEASE - MINUTE, lease=LEASE, limit=9) == []
    again = claim_one(store, now=NOON + LEASE)

    assert (again.delivery.attempts, again.delivery.first_attempt_at) == (2, NOON)


def test_each_channel_has_its_own_line(store: Store) -> None:
    """A channel that fails delays no other."""
    told(synced(store))

    assert len(store.claim("phone", now=NOON, lease=LEASE, limit=9)) == 1
    assert len(store.claim("desk", now=NOON, lease=LEASE, limit=9)) == 1
    assert store.claim("nobody", now=NOON, lease=LEASE, limit=9) == []


def test_the_longest_due_is_sent_first(store: Store) -> None:
    """Messages of one moment keep the order in which they were made."""
    first, second, third = with_alerts(synced(store), 3)
    (parcel,) = store.claim("desk", now=NOON, lease=LEASE, limit=1)
    retry = after(parcel.delivery, DeliveryState.PENDING, due_at=NOON + HOUR)
    store.settle(retry)

    rest = store.claim("desk", now=NOON, lease=LEASE, limit=9)

    assert parcel.delivery.key == first.key
    assert [parcel.delivery.key for parcel in rest] == [second.key, third.key]


def test_a_message_that_waits_for_its_retry_blocks_no_other(store: Store) -> None:
    """One recipient may be refused while the next is not."""
    first, second = with_alerts(synced(store), 2)
    (parcel,) = store.claim("desk", now=NOON, lease=LEASE, limit=1)
    store.settle(after(parcel.delivery, DeliveryState.PENDING, due_at=NOON + HOUR))

    assert claim_one(store).delivery.key == second.key
    later = store.claim("desk", now=NOON + HOUR, lease=LEASE, limit=9)
    assert [parcel.delivery.key for parcel in later] == [second.key, first.key]


def test_what_was_sent_is_done(store: Store) -> None:
    """It is never given out again, and one can see when it went."""
    told(synced(store))
    parcel = claim_one(store)
    plan = after(parcel.delivery, DeliveryState.SENT, at=NOON + MINUTE)

    store.settle(plan)

    assert store.claim("desk", now=NOON + DAY, lease=LEASE, limit=9) == []
    assert [p.delivery for p in store.deliveries(state=DeliveryState.SENT)] == [plan.delivery]
    assert store.attempts(parcel.delivery.key) == [plan.attempt]


def test_every_attempt_is_remembered_in_order(store: Store) -> None:
    """``why`` shows what the provider said each time."""
    told(synced(store))
    parcel = claim_one(store)
    store.settle(after(parcel.delivery, DeliveryState.PENDING, at=NOON, due_at=NOON))
    parcel = claim_one(store, now=NOON + MINUTE)
    store.settle(after(parcel.delivery, DeliveryState.SENT, at=NOON + MINUTE))

    assert store.attempts(parcel.delivery.key) == [
        an_attempt(parcel.delivery, at=NOON),
        an_attempt(parcel.delivery, at=NOON + MINUTE, ok=True),
    ]


def test_settling_twice_is_settling_once(store: Store) -> None:
    """After a cut in the line nobody knows whether it was committed, so it is done again."""
    told(synced(store))
    parcel = claim_one(store)
    alarm = an_alert(at=NOON + HOUR)
    plan = after(parcel.delivery, DeliveryState.DEAD, alarm=alarm)

    store.settle(plan)
    store.settle(plan)

    assert len(store.attempts(parcel.delivery.key)) == 1
    assert [p.alert for p in store.deliveries(channel="operator")] == [alarm]


def test_a_dead_letter_waits_and_raises_its_alarm(store: Store) -> None:
    """Nothing is dropped in silence."""
    told(synced(store))
    parcel = claim_one(store)
    alarm = an_alert(at=NOON + HOUR)

    store.settle(after(parcel.delivery, DeliveryState.DEAD, alarm=alarm))

    assert store.claim("desk", now=NOON + DAY, lease=LEASE, limit=9) == []
    (dead,) = store.deliveries(state=DeliveryState.DEAD)
    assert dead.delivery.last_error == "451 try later"
    assert store.claim("operator", now=NOON + HOUR, lease=LEASE, limit=9)[0].alert == alarm


def test_what_was_sent_stays_sent_whatever_a_slower_sender_says(store: Store) -> None:
    """Its lease had ended, another one sent the message: it must not be sent a third time."""
    told(synced(store))
    slow = claim_one(store)
    fast = claim_one(store, now=NOON + LEASE)
    store.settle(after(fast.delivery, DeliveryState.SENT, at=NOON + LEASE))

    late = NOON + LEASE + MINUTE
    store.settle(after(slow.delivery, DeliveryState.PENDING, at=late, due_at=late))

    assert store.claim("desk", now=NOON + DAY, lease=LEASE, limit=9) == []
    assert len(store.attempts(slow.delivery.key)) == 2


def test_a_slower_senders_failure_does_not_take_the_message_from_the_next(store: Store) -> None:
    """While one sends it, no third may begin."""
    told(synced(store))
    slow = claim_one(store)
    fast = claim_one(store, now=NOON + LEASE)

    now = NOON + LEASE
    alarm = an_alert(at=NOON + HOUR)
    store.settle(after(slow.delivery, DeliveryState.DEAD, at=now, alarm=alarm))

    assert store.deliveries(channel="desk")[0].delivery == fast.delivery
    assert store.deliveries(channel="operator") == []


def test_a_slower_senders_success_counts(store: Store) -> None:
    """The message arrived: whoever holds it now need not send it any more, and cannot undo it."""
    told(synced(store))
    slow = claim_one(store)
    fast = claim_one(store, now=NOON + LEASE)

    store.settle(after(slow.delivery, DeliveryState.SENT, at=NOON + LEASE))
    late = NOON + LEASE + MINUTE
    store.settle(after(fast.delivery, DeliveryState.PENDING, at=late, due_at=late))

    assert store.claim("desk", now=NOON + DAY, lease=LEASE, limit=9) == []


def test_settling_what_is_not_there_is_a_bug(store: Store) -> None:
    """A message nobody posted cannot have been sent."""
    stranger = a_delivery(an_alert())

    with pytest.raises(LookupError):
        store.settle(after(stranger, DeliveryState.SENT))

    assert store.attempts(stranger.key) == []


def test_a_released_delivery_is_as_if_it_had_not_been_claimed(store: Store) -> None:
    """The daemon stops: what it did not try is not an attempt."""
    plan = told(synced(store))
    parcel = claim_one(store)

    store.release(parcel.delivery, due_at=NOON)
    store.release(parcel.delivery, due_at=NOON)

    assert plan.deliveries[0] in {p.delivery for p in store.deliveries()}
    assert claim_one(store).delivery.attempts == 1


def test_releasing_keeps_earlier_attempts(store: Store) -> None:
    """The clock of a message that failed before goes on."""
    told(synced(store))
    first = claim_one(store)
    store.settle(after(first.delivery, DeliveryState.PENDING, due_at=NOON + MINUTE))
    second = claim_one(store, now=NOON + MINUTE)

    store.release(second.delivery, due_at=NOON + MINUTE)

    third = claim_one(store, now=NOON + MINUTE)
    assert (third.delivery.attempts, third.delivery.first_attempt_at) == (2, NOON)


def test_only_the_holder_can_release(store: Store) -> None:
    """Another one may have claimed it since."""
    told(synced(store))
    slow = claim_one(store)
    fast = claim_one(store, now=NOON + LEASE)

    store.release(slow.delivery, due_at=NOON)

    assert store.deliveries(channel="desk")[0].delivery == fast.delivery
    store.release(a_delivery(an_alert()), due_at=NOON)


def test_recovering_ends_every_lease(store: Store) -> None:
    """The only daemon starts: whoever held them is dead."""
    plan = told(synced(store))
    claim_one(store)
    entries = [an_entry("read"), an_entry("later")]
    pages = (a_page(entries[0]), a_page(entries[1], due_at=NOON + HOUR))
    store.commit_polls([a_poll(*entries, articles=pages)])
    store.claim_articles(now=NOON, lease=LEASE, limit=9)

    assert store.recover(now=NOON + MINUTE) == 2

    again = claim_one(store, now=NOON + MINUTE)
    assert (again.delivery.key, again.delivery.attempts) == (plan.deliveries[0].key, 2)
    jobs = store.claim_articles(now=NOON + MINUTE, lease=LEASE, limit=9)
    assert [job.entry for job in jobs] == [entries[0]]


def test_recovering_leaves_retries_their_time(store: Store) -> None:
    """A message or page that waits for its turn is held by nobody."""
    told(synced(store))
    parcel = claim_one(store)
    store.settle(after(parcel.delivery, DeliveryState.PENDING, due_at=NOON + HOUR))

    assert store.recover(now=NOON + MINUTE) == 0
    assert store.claim("desk", now=NOON + MINUTE, lease=LEASE, limit=9) == []


def test_the_next_moment_of_each_channel_is_known(store: Store) -> None:
    """The sender sleeps until then."""
    synced(store)
    assert store.next_due() == {}
    told(store)
    parcel = claim_one(store)

    assert store.next_due() == {"desk": NOON + LEASE, "phone": NOON}

    store.settle(after(parcel.delivery, DeliveryState.SENT))

    assert store.next_due() == {"phone": NOON}


def test_a_dead_letter_is_tried_again_as_if_it_were_new(store: Store) -> None:
    """After three days of trying it gets three new ones, not one."""
    told(synced(store))
    parcel = claim_one(store)
    store.settle(after(parcel.delivery, DeliveryState.DEAD))

    assert store.resume([parcel.delivery.key], state=DeliveryState.PENDING, now=NOON + DAY) == 1

    again = claim_one(store, now=NOON + DAY)
    assert again.delivery.created_at == NOON + DAY
    assert again.delivery.first_attempt_at == NOON + DAY
    assert again.delivery.done_at is None
    assert again.delivery.attempts == 2


def test_a_dead_letter_is_dropped_for_good(store: Store) -> None:
    """The operator decides, and it stays visible."""
    told(synced(store))
    parcel = claim_one(store)
    store.settle(after(parcel.delivery, DeliveryState.DEAD))

    assert store.resume(None, state=DeliveryState.DROPPED, now=NOON + DAY) == 1
    assert store.resume(None, state=DeliveryState.DROPPED, now=NOON + DAY) == 0

    (dropped,) = store.deliveries(state=DeliveryState.DROPPED)
    assert dropped.delivery.done_at == NOON + DAY
    assert store.next_due() == {"phone": NOON}


def test_only_dead_letters_are_resumed(store: Store) -> None:
    """A message on its way would go out twice."""
    plan = told(synced(store))

    assert store.resume([plan.deliveries[0].key], state=DeliveryState.PENDING, now=NOON) == 0
    assert store.resume([], state=DeliveryState.PENDING, now=NOON) == 0


def test_a_dead_letter_cannot_be_called_sent(store: Store) -> None:
    """Nobody sent it."""
    told(synced(store))
    store.settle(after(claim_one(store).delivery, DeliveryState.DEAD))

    with pytest.raises(ValueError, match="dropped"):
        store.resume(None, state=DeliveryState.SENT, now=NOON)


def test_no_two_senders_get_the_same_message(store: Store) -> None:
    """Four threads ask at once, each message is given out once."""
    deliveries = with_alerts(synced(store), 20)
    start = threading.Barrier(4)
    taken: list[str] = []

    def sender() -> None:
        start.wait()
        while parcels := store.claim("desk", now=NOON, lease=LEASE, limit=3):
            taken.extend(parcel.delivery.key for parcel in parcels)

    senders = [threading.Thread(target=sender) for _ in range(4)]
    for thread in senders:
        thread.start()
    for thread in senders:
        thread.join()

    assert sorted(taken) == sorted(delivery.key for delivery in deliveries)
