"""The contract of every store: hubs, what was agreed with them, and what they sent."""

from __future__ import annotations

from dataclasses import replace

from tests.contracts.nouns import (
    DAY,
    DESK_ID,
    GULF,
    GULF_ID,
    HOUR,
    MINUTE,
    NOON,
    a_poll,
    an_entry,
    synced,
)
from tests.contracts.pushed import AGREED, HUB, PUSH, a_plan
from wirewatch.core.model.entry import Known
from wirewatch.core.model.push import PushId, Pushing
from wirewatch.ports import Store


def hubbed(store: Store) -> Store:
    """Sync the feeds, and let a poll find a hub."""
    synced(store)
    store.commit_polls([replace(a_poll(), hub=HUB)])
    return store


def test_the_hub_a_poll_found_is_remembered(store: Store) -> None:
    """A poll that brings nothing new must not forget it."""
    hubbed(store)
    store.commit_polls([a_poll(at=NOON + MINUTE)])
    assert store.pushing(GULF_ID) == Pushing(hub=HUB)
    assert store.pushing(DESK_ID) == Pushing()

    missed = replace(HUB, missed_at=NOON, pushes=3, news_at=NOON - DAY, pushed_at=NOON)
    store.commit_polls([replace(a_poll(at=NOON + HOUR), hub=missed)])
    assert store.all_pushing() == {GULF_ID: Pushing(hub=missed)}


def test_a_hub_is_due_until_it_is_asked_and_when_its_time_has_come(store: Store) -> None:
    """Whoever forgets to renew hears nothing more."""
    hubbed(store)
    assert store.due_subscriptions(now=NOON, limit=9) == [GULF_ID]

    store.put_subscription(AGREED)
    assert store.pushing(GULF_ID) == Pushing(hub=HUB, subscription=AGREED)
    assert store.due_subscriptions(now=NOON, limit=9) == []
    assert store.due_subscriptions(now=NOON + HOUR, limit=9) == [GULF_ID]

    store.commit_polls([replace(a_poll(at=NOON), hub=replace(HUB, url="https://other.example/"))])
    assert store.due_subscriptions(now=NOON, limit=9) == [GULF_ID]


def test_a_feed_that_is_not_polled_has_no_subscription(store: Store) -> None:
    """Who pauses a feed wants nothing of it."""
    hubbed(store).put_subscription(AGREED)
    assert store.subscription_by("t0k3n") == AGREED
    assert store.subscription_by("other") is None

    store.sync_feeds([replace(GULF, paused=True)], now=NOON, spread=MINUTE)
    assert store.subscription_by("t0k3n") is None
    assert store.due_subscriptions(now=NOON + DAY, limit=9) == []


def test_a_push_waits_until_it_is_done_and_is_known_afterwards(store: Store) -> None:
    """A hub may send it again at any time."""
    hubbed(store)
    assert store.put_push(PUSH)
    assert not store.put_push(replace(PUSH, at=NOON + MINUTE))
    assert store.put_push(replace(PUSH, id=PushId(78), at=NOON - MINUTE))
    assert store.waiting_pushes(limit=9) == [78, 77]
    assert store.waiting_pushes(limit=1) == [78]

    job = store.push_job(PushId(77))
    assert job is not None
    assert (job.push, job.hub, job.feed.spec) == (PUSH, HUB, GULF)

    store.drop_push(PushId(77), now=NOON)
    assert store.push_job(PushId(77)) is None
    assert store.waiting_pushes(limit=9) == [78]
    assert not store.put_push(PUSH)

    store.prune(entries_before=NOON - DAY, hits_before=NOON - DAY, polls_before=NOON + HOUR)
    assert store.waiting_pushes(limit=9) == [78]
    assert store.put_push(PUSH)


def test_what_a_push_brought_is_stored_like_what_a_poll_brought(store: Store) -> None:
    """Nobody downstream should know the difference."""
    synced(store)
    store.commit_polls([replace(a_poll(an_entry()), hub=HUB)])
    store.put_push(PUSH)
    plan = a_plan()

    store.commit_push(plan)
    store.commit_push(plan)

    (entry,), (edit,) = plan.new, plan.edited
    known = store.known(GULF_ID, [entry.key, edit.key])
    assert known[entry.key] == Known(entry.text_hash, stored=True)
    assert known[edit.key] == Known(edit.text_hash, stored=True)
    assert [view.hit for view in store.hits()] == list(plan.hits)
    assert store.pending_articles() == 1
    assert len(store.revisions(edit.id)) == 1
    assert store.memory(GULF_ID) == plan.memory
    assert store.pushing(GULF_ID) == Pushing(hub=plan.hub)
    assert store.polls(GULF_ID)[0] == plan.record
    assert store.waiting_pushes(limit=9) == []
    assert next(feed for feed in store.feeds() if feed.id == GULF_ID).state.last_new_at is not None


def test_what_is_secret_of_a_subscription_is_not_shown() -> None:
    """A noun in a log line must not open the door."""
    told = repr(AGREED) + repr(PUSH)

    for secret in ("t0k3n", "s3cr3t", "us.example"):
        assert secret not in told
