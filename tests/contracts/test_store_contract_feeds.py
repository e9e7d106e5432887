"""The contract of every store: which feeds there are, and whose time has come."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from tests.contracts.nouns import (
    DAY,
    DESK,
    DESK_ID,
    GULF,
    GULF_ID,
    HOUR,
    MINUTE,
    NOON,
    a_poll,
    a_state,
    an_entry,
    synced,
)
from wirewatch.core.identity import feed_id, shard_of
from wirewatch.core.model.feed import ArticleMode, FeedSpec, FirstPoll, Validators
from wirewatch.core.model.outcome import Problem
from wirewatch.ports import Store

WHOLE = FeedSpec(
    url="https://user:secret@paper.example/feed?b=2&a=1",
    name="Paper",
    tags=("north", "daily"),
    every=timedelta(minutes=7, microseconds=5),
    language="de-CH",
    article=ArticleMode.ALWAYS,
    first_poll=FirstPoll.ALERT,
    paused=False,
    headers=(("Authorization", "Bearer secret"),),
    user_agent="Paper reader",
)


def test_a_configured_feed_comes_back_whole(store: Store) -> None:
    """The poller needs every wish of the owner, passwords and headers included."""
    synced(store, WHOLE)

    feed = store.feeds()[0]

    assert feed.spec == WHOLE
    assert feed.id == feed_id(WHOLE.url)
    assert feed.shard == shard_of(WHOLE.url)


def test_feeds_are_listed_by_name(store: Store) -> None:
    """People look for a name."""
    synced(store)

    assert [feed.spec.name for feed in store.feeds()] == ["Desk", "Gulf"]


def test_a_new_feed_waits_at_most_the_spread_and_knows_its_interval(store: Store) -> None:
    """A thousand new feeds must not be asked in one moment."""
    specs = [FeedSpec(url=f"https://n{i}.example/feed", name=f"n{i}") for i in range(40)]
    specs.append(replace(WHOLE, name="fixed"))

    store.sync_feeds(specs, now=NOON, spread=HOUR)

    first = [feed.state.next_poll_at for feed in store.feeds()]
    assert all(NOON <= at <= NOON + HOUR for at in first)
    assert len(set(first)) > 20
    intervals = {feed.spec.name: feed.state.interval for feed in store.feeds()}
    assert intervals["fixed"] == WHOLE.every
    assert intervals["n1"] == timedelta(minutes=15)


def test_syncing_the_same_feeds_again_changes_nothing(store: Store) -> None:
    """Every start and every command does so."""
    synced(store)
    store.commit_polls([a_poll(an_entry())])
    before = store.feeds()

    store.sync_feeds([DESK, GULF], now=NOON + DAY, spread=HOUR)

    assert store.feeds() == before


def test_a_feed_is_recognised_by_its_address_under_another_name(store: Store) -> None:
    """A feed that is renamed is not new: its entries would all ring again, or none would."""
    synced(store)
    store.commit_polls([a_poll(an_entry())])

    synced(store, DESK, replace(GULF, name="The Gulf", url="HTTPS://Gulf.example:443/feed/"))

    feed = store.feeds()[1]
    assert (feed.id, feed.spec.name) == (GULF_ID, "The Gulf")
    assert feed.state == a_state()
    assert store.known(GULF_ID, [an_entry().key])


def test_a_corrected_address_keeps_what_was_seen_and_forgets_the_old_server(store: Store) -> None:
    """The old server's ETag could make the new one say "unchanged", and news would be missed."""
    synced(store)
    failing = replace(a_state(), failures=3, problem=Problem.GONE, problem_detail="410")
    store.commit_polls([a_poll(an_entry(), state=failing)])
    moved = replace(GULF, url="https://new.example/atom")

    synced(store, DESK, moved, at=NOON + MINUTE)

    feed = store.feeds()[1]
    assert (feed.id, feed.spec, feed.shard) == (GULF_ID, moved, shard_of(moved.url))
    assert feed.state.next_poll_at == NOON + MINUTE
    assert feed.state.validators == Validators()
    assert (feed.state.body_hash, feed.state.problem, feed.state.failures) == (None, None, 0)
    assert (feed.state.moved_to, feed.state.moved_seen) == (None, 0)
    assert feed.state.baseline_at == failing.baseline_at
    assert store.known(GULF_ID, [an_entry().key])


def test_feeds_that_swap_their_names_keep_their_addresses_past(store: Store) -> None:
    """The address says which feed it is; a name is what people call it."""
    synced(store)
    store.commit_polls([a_poll(an_entry())])

    synced(store, replace(GULF, name="Desk"), replace(DESK, name="Gulf"))

    assert [(feed.id, feed.spec.name) for feed in store.feeds()] == [
        (GULF_ID, "Desk"),
        (DESK_ID, "Gulf"),
    ]
    assert store.feeds()[0].state == a_state()


def test_a_feed_at_the_address_another_one_left_is_a_feed_of_its_own(store: Store) -> None:
    """Ids come from addresses: two feeds must not share one because of a move."""
    synced(store, GULF)
    moved = replace(GULF, url="https://new.example/atom")
    synced(store, moved)
    other = FeedSpec(url=GULF.url, name="Other")

    synced(store, moved, other)
    ids = {feed.spec.name: feed.id for feed in store.feeds()}
    synced(store, other, moved)

    assert ids["Gulf"] == GULF_ID
    assert ids["Other"] != GULF_ID
    assert {feed.spec.name: feed.id for feed in store.feeds()} == ids


def test_two_feeds_with_one_address_are_both_there(store: Store) -> None:
    """Two readers of one server, told apart by their passwords only."""
    first = FeedSpec(url="https://ann:1@paper.example/feed", name="Ann")
    second = FeedSpec(url="https://bob:2@paper.example/feed", name="Bob")

    synced(store, first, second)
    ids = {feed.spec.name: feed.id for feed in store.feeds()}
    synced(store, second, first)

    assert len(set(ids.values())) == 2
    assert {feed.spec.name: feed.id for feed in store.feeds()} == ids
    assert [feed.spec for feed in store.feeds()] == [first, second]


def test_one_of_two_feeds_with_one_address_may_move(store: Store) -> None:
    """Its name says which of them it is."""
    first = FeedSpec(url="https://paper.example/feed", name="Ann")
    second = replace(first, name="Bob")
    synced(store, first, second)
    ids = {feed.spec.name: feed.id for feed in store.feeds()}

    synced(store, first, replace(second, url="https://bob.example/feed"))

    assert {feed.spec.name: feed.id for feed in store.feeds()} == ids


def test_a_feed_taken_out_is_retired_and_comes_back_with_its_past(store: Store) -> None:
    """A file that is empty for a moment must not make old news of everything."""
    synced(store)
    store.commit_polls([a_poll(an_entry(), state=a_state(next_poll_at=NOON))])

    synced(store, DESK)
    without = (store.feeds(), store.due_shards(now=NOON + DAY))
    synced(store)

    assert [feed.id for feed in without[0]] == [DESK_ID]
    assert without[1] == [shard_of(DESK.url)]
    assert store.feeds()[1].state == a_state(next_poll_at=NOON)
    assert store.known(GULF_ID, [an_entry().key])


def test_a_shorter_interval_counts_from_now(store: Store) -> None:
    """Who asks for five minutes does not want to wait six hours for the first."""
    synced(store)
    store.commit_polls([a_poll(state=a_state(next_poll_at=NOON + 6 * HOUR))])

    synced(store, DESK, replace(GULF, every=5 * MINUTE))

    assert store.feeds()[1].state.next_poll_at == NOON + 5 * MINUTE


def test_a_feed_in_trouble_is_not_asked_sooner_for_its_interval(store: Store) -> None:
    """A server that asked to be left alone is left alone."""
    synced(store)
    waiting = replace(a_state(next_poll_at=NOON + 6 * HOUR), failures=2)
    store.commit_polls([a_poll(state=waiting)])

    synced(store, DESK, replace(GULF, every=5 * MINUTE))

    assert store.feeds()[1].state.next_poll_at == NOON + 6 * HOUR


def test_the_longest_due_come_first(store: Store) -> None:
    """When there is more to do than time, nobody starves."""
    synced(store)
    store.commit_polls(
        [
            a_poll(state=a_state(next_poll_at=NOON - MINUTE)),
            a_poll(feed=DESK_ID, state=a_state(next_poll_at=NOON)),
        ]
    )
    earlier = a_state(next_poll_at=NOON - 2 * MINUTE)

    assert store.due_shards(now=NOON - HOUR) == []
    assert store.due_shards(now=NOON) == [shard_of(GULF.url), shard_of(DESK.url)]
    store.commit_polls([a_poll(feed=DESK_ID, state=earlier, at=NOON + MINUTE)])
    assert store.due_shards(now=NOON) == [shard_of(DESK.url), shard_of(GULF.url)]


def test_due_feeds_of_a_shard_are_given_in_order_and_within_the_limit(store: Store) -> None:
    """Feeds of one host share a shard, and one worker takes them in turn."""
    specs = [FeedSpec(url=f"https://one.example/{i}", name=str(i)) for i in range(5)]
    synced(store, *specs)
    ids = [feed_id(spec.url) for spec in specs]
    store.commit_polls(
        [
            a_poll(feed=id_, state=a_state(next_poll_at=NOON - i * MINUTE))
            for i, id_ in enumerate(ids)
        ]
    )
    shard = shard_of(specs[0].url)

    due = store.due(shard, now=NOON - MINUTE, limit=2)
    others = store.due(shard, now=NOON, limit=2, skip=frozenset({ids[4], ids[3]}))

    assert [feed.id for feed in due] == [ids[4], ids[3]]
    assert [feed.id for feed in others] == [ids[2], ids[1]]
    assert store.due(shard, now=NOON - HOUR, limit=9) == []
    assert due[0].state == a_state(next_poll_at=NOON - 4 * MINUTE)


def test_a_paused_feed_is_listed_but_never_due(store: Store) -> None:
    """Its owner wants quiet, and to see that it is there."""
    paused = replace(GULF, paused=True)

    synced(store, paused, DESK)

    assert [feed.spec.paused for feed in store.feeds()] == [False, True]
    assert store.due_shards(now=NOON + DAY) == [shard_of(DESK.url)]
    assert store.due(shard_of(GULF.url), now=NOON + DAY, limit=9) == []

    synced(store, GULF, DESK)

    assert len(store.due_shards(now=NOON + DAY)) == 2


def test_poll_now_makes_feeds_due_and_lets_the_overdue_keep_their_place(store: Store) -> None:
    """``feed poll`` hurries one feed without sending an older one to the end of the line."""
    synced(store)
    store.commit_polls(
        [
            a_poll(state=a_state(next_poll_at=NOON + HOUR)),
            a_poll(feed=DESK_ID, state=a_state(next_poll_at=NOON - HOUR)),
        ]
    )

    assert store.poll_now([GULF_ID], now=NOON) == 1
    assert store.due_shards(now=NOON) == [shard_of(DESK.url), shard_of(GULF.url)]
    assert store.poll_now(None, now=NOON) == 2
    assert store.feeds()[0].state.next_poll_at == NOON - HOUR


def test_poll_now_leaves_out_what_is_never_polled(store: Store) -> None:
    """It says how many will be asked, and means it."""
    synced(store, replace(GULF, paused=True), DESK)

    assert store.poll_now(None, now=NOON) == 1
    assert store.poll_now([GULF_ID, DESK_ID], now=NOON - HOUR) == 1
    assert [feed.state.next_poll_at for feed in store.feeds()] == [NOON - HOUR, NOON]
