"""The contract of every store: how the daemon is doing."""

from __future__ import annotations

from dataclasses import replace

from tests.contracts.nouns import (
    HOUR,
    MINUTE,
    NOON,
    a_gap,
    a_hit,
    a_poll,
    after,
    an_entry,
    synced,
    told,
)
from wirewatch.core.model.alert import DeliveryState
from wirewatch.core.model.coverage import GapState
from wirewatch.core.model.vitals import Latency
from wirewatch.ports import Store


def test_an_empty_store_has_nothing_that_waits(store: Store) -> None:
    """A fresh start is no backlog."""
    found = store.vitals()

    assert (found.deliveries, found.gaps, found.feeds, found.feeds_failing) == ({}, {}, 0, 0)
    assert (found.oldest_hit_at, found.oldest_delivery_at, found.oldest_due_at) == (None,) * 3
    assert store.latencies() == []


def test_what_waits_longest_is_told(store: Store) -> None:
    """A backlog that grows is seen by its age, not by its length."""
    synced(store)
    early, late = an_entry("one"), an_entry("two", at=NOON + MINUTE)
    store.commit_polls([a_poll(early, hits=(a_hit(early),))])
    store.commit_polls([replace(a_poll(late, hits=(a_hit(late),), at=NOON + MINUTE), gap=a_gap())])
    found = store.vitals()

    assert found.oldest_hit_at == NOON
    assert found.gaps == {GapState.OPEN: 1}
    assert found.feeds == 2
    assert found.oldest_due_at is not None


def test_deliveries_are_counted_by_channel_and_state(store: Store) -> None:
    """One dead channel must not hide among five that work."""
    told(synced(store))
    found = store.vitals()

    assert found.deliveries
    assert {state for _, state in found.deliveries} == {DeliveryState.PENDING}
    assert sum(found.deliveries.values()) == len(store.deliveries())
    assert found.oldest_delivery_at == min(one.delivery.created_at for one in store.deliveries())


def test_what_was_sent_is_timed(store: Store) -> None:
    """How late we are is known from what arrived, not from what was meant to."""
    told(synced(store))
    (parcel,) = store.claim("desk", now=NOON, lease=MINUTE, limit=1)
    store.settle(after(parcel.delivery, DeliveryState.SENT, at=NOON + MINUTE))
    key = parcel.delivery.key
    one = Latency(published_at=NOON - HOUR, found_at=NOON, sent_at=NOON + MINUTE)

    assert store.latencies() == [one]
    assert store.latencies(keys=[key], since=parcel.delivery.created_at) == [one]
    assert store.latencies(keys=[]) == []
    assert store.latencies(since=NOON + HOUR) == []
