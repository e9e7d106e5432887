"""The contract of every store: a host that asks for rest gets it from all of its feeds."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from tests.contracts.nouns import DESK, GULF, GULF_ID, HOUR, MINUTE, NOON, a_poll, a_state, synced
from wirewatch.core.model.feed import FeedSpec
from wirewatch.core.model.plan import HostRest
from wirewatch.ports import Store

SISTER = FeedSpec(url="https://www.gulf.example/sport", name="Sister")
RESTING = replace(SISTER, url="https://gulf.example/paused", name="Paused", paused=True)


def test_a_resting_host_is_left_alone_by_its_other_feeds_and_by_no_others(store: Store) -> None:
    """After a restart too: asking on is what gets a reader blocked for good."""
    synced(store, GULF, SISTER, RESTING, DESK)
    rest = HostRest(host="gulf.example", until=NOON + HOUR)
    late = a_state(next_poll_at=NOON + 2 * HOUR)

    store.commit_polls([replace(a_poll(feed=GULF_ID, state=late), rest=rest)])

    next_at = {feed.spec.name: feed.state.next_poll_at for feed in store.feeds()}
    assert next_at["Sister"] == NOON + HOUR
    assert next_at["Gulf"] == NOON + 2 * HOUR  # whoever waits longer already goes on waiting
    assert next_at["Desk"] <= NOON + timedelta(seconds=1)
    assert next_at["Paused"] <= NOON + MINUTE
