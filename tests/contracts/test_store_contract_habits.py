"""The contract of every store: when a feed brings entries."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from tests.contracts.nouns import GULF_ID, NOON, a_poll, a_state, an_entry, synced
from wirewatch.core.habit import observed
from wirewatch.core.model.habit import Habit
from wirewatch.ports import Store


def of_gulf(store: Store) -> Habit | None:
    """Return what is known of the feed."""
    return next(feed.state.habit for feed in store.feeds() if feed.id == GULF_ID)


def test_a_habit_is_kept_as_it_was_learnt(store: Store) -> None:
    """After a restart the feed is asked as before."""
    synced(store)
    assert of_gulf(store) is None
    habit = observed(Habit(NOON - timedelta(days=3)), [NOON, NOON], now=NOON, window=30)

    store.commit_polls([a_poll(an_entry("a"), state=replace(a_state(), habit=habit))])

    assert of_gulf(store) == habit
    more = observed(habit, [NOON], now=NOON + timedelta(hours=1))
    store.commit_polls([a_poll(an_entry("b"), state=replace(a_state(), habit=more))])
    assert of_gulf(store) == more
    assert store.due(next(f.shard for f in store.feeds()), now=NOON + timedelta(days=9), limit=9)
