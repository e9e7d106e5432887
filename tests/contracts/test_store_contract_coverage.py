"""The contract of every store: gaps, memories, other names, revisions, and feeds that need care."""

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
    a_gap,
    a_hit,
    a_poll,
    a_record,
    a_state,
    an_alert,
    an_entry,
    key_of,
    synced,
)
from wirewatch.core.identity import delivery_key
from wirewatch.core.model.alert import Delivery, DeliveryState
from wirewatch.core.model.coverage import (
    NOTHING,
    FillPlan,
    Gap,
    GapState,
    Memory,
    Trace,
)
from wirewatch.core.model.entry import Known
from wirewatch.ports import Store


def gapped(store: Store, *gaps: Gap) -> Store:
    """Sync the feeds and let polls see these gaps."""
    synced(store)
    for number, gap in enumerate(gaps):
        store.commit_polls([replace(a_poll(at=NOON + number * MINUTE), gap=gap)])
    return store


def test_what_a_document_listed_is_remembered_until_the_next(store: Store) -> None:
    """By it the next poll sees what it missed."""
    synced(store)
    full = Trace(
        key=key_of("a"), raw=b"r" * 8, title=b"t" * 4, link=b"l" * 4, text=b"x" * 4, date=b"d" * 4
    )
    bare = Trace(key=key_of("b"))
    memory = Memory(window=(full, bare), newest=(bare,))
    assert store.memory(GULF_ID) == NOTHING

    store.commit_polls([replace(a_poll(), memory=memory)])
    store.commit_polls([a_poll(at=NOON + MINUTE)])
    assert store.memory(GULF_ID) == memory

    store.commit_polls([replace(a_poll(at=NOON + HOUR), memory=Memory(window=(bare,)))])
    assert store.memory(GULF_ID) == Memory(window=(bare,))
    assert store.memory(DESK_ID) == NOTHING


def test_a_new_name_leads_to_the_stored_entry(store: Store) -> None:
    """An edit under the new name must find the text."""
    synced(store)
    entry = an_entry()
    new = key_of("renamed")
    plan = a_poll(entry)
    store.commit_polls([plan])
    plan = replace(
        a_poll(at=NOON + MINUTE), seen=((new, entry.text_hash),), renamed=((new, entry.key),)
    )
    store.commit_polls([plan])
    store.commit_polls([plan])

    assert store.known(GULF_ID, [new, entry.key]) == {
        new: Known(entry.text_hash, stored=True, key=entry.key),
        entry.key: Known(entry.text_hash, stored=True),
    }


def test_a_gap_is_open_until_its_last_page(store: Store) -> None:
    """What is to be read is in the store: a crash forgets nothing."""
    gapped(store, a_gap())
    (id_,) = store.due_gaps(now=NOON, limit=9)
    job = store.gap_job(id_)

    assert job is not None
    assert job.gap == a_gap()
    assert (job.feed.id, job.feed.spec) == (GULF_ID, GULF)
    later = replace(a_gap(), due_at=NOON + HOUR, tries=1, detail="no answer")
    store.commit_fill(FillPlan(feed_id=GULF_ID, gap=later))
    assert store.due_gaps(now=NOON, limit=9) == []
    assert store.due_gaps(now=NOON + HOUR, limit=9) == [a_gap().id]
    done = replace(later, state=GapState.FILLED, todo=(), filled=2)
    store.commit_fill(FillPlan(feed_id=GULF_ID, gap=done))
    assert store.due_gaps(now=NOON + DAY, limit=9) == []
    assert store.gap_job(a_gap().id) is None
    assert store.gaps(GULF_ID) == [done]


def test_a_gap_seen_twice_is_one(store: Store) -> None:
    """A batch may be committed twice; what was filled meanwhile stays filled."""
    gapped(store, a_gap())
    done = replace(a_gap(), state=GapState.FILLED, todo=(), filled=2)
    store.commit_fill(FillPlan(feed_id=GULF_ID, gap=done))
    store.commit_polls([replace(a_poll(), gap=a_gap())])

    assert store.gaps(GULF_ID) == [done]


def test_gaps_of_feeds_that_are_not_polled_wait(store: Store) -> None:
    """Who pauses a feed wants it left alone."""
    gapped(store, a_gap())
    store.sync_feeds([replace(GULF, paused=True)], now=NOON, spread=MINUTE)
    assert store.due_gaps(now=NOON, limit=9) == []

    store.sync_feeds([], now=NOON, spread=MINUTE)
    assert store.due_gaps(now=NOON, limit=9) == []
    assert store.gap_job(a_gap().id) is None


def test_what_fills_a_gap_is_stored_with_it_once(store: Store) -> None:
    """Missed news rings like any other; done twice, it rings once."""
    gapped(store, a_gap())
    entry = an_entry("missed")
    plan = FillPlan(
        feed_id=GULF_ID,
        gap=replace(a_gap(), filled=1, pages=1),
        seen=((entry.key, entry.text_hash),),
        new=(entry,),
        hits=(a_hit(entry),),
    )
    store.commit_fill(plan)
    store.commit_fill(plan)

    assert [one.entry for one in store.waiting(limit=9)] == [entry]
    assert store.known(GULF_ID, [entry.key]) == {entry.key: Known(entry.text_hash, stored=True)}
    assert store.links_since(GULF_ID, NOON) == [entry.link]
    assert store.links_since(GULF_ID, NOON + HOUR) == []
    assert store.links_since(DESK_ID, NOON) == []
    assert store.gaps(GULF_ID) == [plan.gap]


def test_coverage_counts_what_was_certain(store: Store) -> None:
    """The share of polls before which nothing can have slipped past, and the gaps of the others."""
    gapped(store, a_gap(1, state=GapState.LOST, todo=()), a_gap(2))
    outcomes = (("ok", True), ("ok", False), ("ok", None), ("unchanged", None), ("timeout", None))
    for number, (outcome, overlap) in enumerate(outcomes, start=10):
        at = NOON + number * MINUTE
        record = replace(a_record(at=at), outcome=outcome, overlap=overlap)
        store.commit_polls([replace(a_poll(at=at), record=record)])
    before = sum(record.overlap is True for record in store.polls(GULF_ID)) - 1
    (told,) = store.coverage()

    assert told.feed_id == GULF_ID
    assert (told.polls, told.covered) == (3 + before, 2 + before)
    assert (told.gaps, told.open_gaps, told.lost_gaps) == (2, 1, 1)
    assert told.last_gap == a_gap(2)


def test_an_edit_keeps_what_was_said_before_but_not_for_ever(store: Store) -> None:
    """What was corrected may be the news; a page edited every minute must not fill the disk."""
    synced(store)
    entry = an_entry()
    store.commit_polls([a_poll(entry)])
    for number in range(1, 8):
        at = NOON + number * MINUTE
        edit = replace(entry, title=f"Version {number}", text_hash=bytes([number] * 8), found_at=at)
        store.commit_polls([a_poll(edited=(edit,), at=at)])
    kept = store.revisions(entry.id)

    assert [(one.title, one.at) for one in kept] == [
        (f"Version {number}", NOON + (number + 1) * MINUTE) for number in range(2, 7)
    ]
    assert (kept[0].summary, kept[0].body) == (entry.summary, entry.body)
    assert kept[0].text_hash == bytes([2] * 8)


def test_what_is_pruned_takes_its_revisions_and_its_place_in_a_gap_along(store: Store) -> None:
    """Housekeeping must not stumble over what hangs on a text."""
    gapped(store, a_gap())
    entry = an_entry("missed")
    done = replace(a_gap(), state=GapState.FILLED, todo=())
    store.commit_fill(FillPlan(feed_id=GULF_ID, gap=done, new=(entry,)))
    edit = replace(entry, title="Corrected", text_hash=b"12121212", found_at=NOON + MINUTE)
    store.commit_polls([a_poll(edited=(edit,), at=NOON + MINUTE)])
    late = NOON + DAY
    store.prune(entries_before=late, hits_before=late, polls_before=late)

    assert store.revisions(entry.id) == []
    assert store.gaps(GULF_ID) == []
    assert not store.check()


def test_an_open_gap_is_never_pruned(store: Store) -> None:
    """It is still to be filled."""
    gapped(store, a_gap())
    late = NOON + 9 * DAY
    store.prune(entries_before=late, hits_before=late, polls_before=late)

    assert store.gaps(GULF_ID) == [a_gap()]


def test_a_feed_in_trouble_is_remembered_with_its_weight_until_it_is_well(store: Store) -> None:
    """After a restart a dead feed is dead still, and its owner is not told again."""
    synced(store)
    ill = replace(
        a_state(), weight=8.25, dead_told_at=NOON, fast_until=NOON + HOUR, next_poll_at=NOON
    )
    store.commit_polls([replace(a_poll(), state=ill)])
    assert [feed.state for feed in store.feeds() if feed.id == GULF_ID] == [ill]

    well = replace(a_state(), next_poll_at=NOON)
    store.commit_polls([replace(a_poll(at=NOON + MINUTE), state=well)])
    assert [feed.state for feed in store.feeds() if feed.id == GULF_ID] == [well]


def test_a_corrected_address_forgets_the_troubles_of_the_old(store: Store) -> None:
    """The owner mended it: it is a healthy feed until it proves otherwise."""
    synced(store)
    ill = replace(a_state(), weight=8.25, dead_told_at=NOON, fast_until=NOON)
    store.commit_polls([replace(a_poll(), state=ill)])
    moved = replace(GULF, url="https://gulf.example/new")
    store.sync_feeds([moved], now=NOON, spread=MINUTE)
    (feed,) = store.feeds()

    assert (feed.state.weight, feed.state.dead_told_at, feed.state.fast_until) == (0, None, None)


def test_what_the_owner_is_told_about_a_feed_leaves_with_the_poll_once(store: Store) -> None:
    """Told twice, nobody listens any more; lost, nobody knows."""
    synced(store)
    alert = replace(an_alert(), hits=())
    way = Delivery(
        key=delivery_key(alert.id, "ops"),
        alert_id=alert.id,
        channel="ops",
        state=DeliveryState.PENDING,
        created_at=NOON,
        due_at=NOON,
    )
    plan = replace(a_poll(), alerts=(alert,), deliveries=(way,))
    store.commit_polls([plan])
    store.commit_polls([replace(plan, record=a_record(at=NOON + MINUTE))])

    assert [parcel.delivery for parcel in store.deliveries()] == [way]
