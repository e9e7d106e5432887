"""The contract of every store: what people look up, and housekeeping."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from tests.contracts.nouns import (
    DAY,
    DESK,
    DESK_ID,
    GULF,
    GULF_ID,
    HOUR,
    MINUTE,
    NOON,
    a_hit,
    a_page,
    a_poll,
    a_read_page,
    a_state,
    after,
    an_alert,
    an_entry,
    synced,
    told,
)
from wirewatch.core.model.alert import DeliveryState
from wirewatch.core.model.hit import AlertId, HitState, StoryId, Why
from wirewatch.core.model.outcome import Problem
from wirewatch.core.model.plan import AnnouncementPlan, ArticlePlan, HitVerdict
from wirewatch.ports import Store, StoredText

LEASE = timedelta(minutes=2)
LONG_AGO = NOON - 400 * DAY


def prune(store: Store, *, before: datetime = NOON) -> int:
    """Delete everything that may go before a time."""
    return store.prune(entries_before=before, hits_before=before, polls_before=before)


def test_an_empty_store_counts_nothing(store: Store) -> None:
    """``status`` works before the first poll."""
    counts = store.counts()

    assert (counts.feeds, counts.entries, counts.hits, counts.stories) == (0, 0, 0, 0)
    assert counts.deliveries == dict.fromkeys(DeliveryState, 0)
    assert (counts.oldest_pending_at, counts.last_poll_at) == (None, None)


def test_everything_is_counted(store: Store) -> None:
    """``status`` is the first thing a worried operator asks for."""
    paused = replace(DESK, paused=True)
    synced(store, GULF, paused)
    told(store, "a")
    told(store, "b", at=NOON - MINUTE)
    failing = replace(a_state(), failures=1, problem=Problem.DNS)
    entry = an_entry("c")
    store.commit_polls(
        [
            a_poll(
                entry,
                articles=(a_page(entry),),
                hits=(a_hit(entry),),
                state=failing,
                at=NOON + HOUR,
            )
        ]
    )
    (parcel,) = store.claim("desk", now=NOON, lease=LEASE, limit=1)
    store.settle(after(parcel.delivery, DeliveryState.SENT))

    counts = store.counts()

    assert (counts.feeds, counts.feeds_failing, counts.feeds_paused) == (2, 1, 1)
    assert (counts.entries, counts.articles_pending) == (3, 1)
    assert (counts.hits, counts.hits_waiting, counts.stories) == (3, 1, 2)
    assert counts.deliveries[DeliveryState.SENT] == 1
    assert counts.deliveries[DeliveryState.PENDING] == 3
    assert counts.oldest_pending_at == NOON - MINUTE
    assert counts.last_poll_at == NOON


def test_retired_feeds_are_not_counted(store: Store) -> None:
    """They are nobody's worry."""
    synced(store)
    store.commit_polls([a_poll(state=replace(a_state(), failures=9, problem=Problem.GONE))])

    synced(store, DESK)

    counts = store.counts()
    assert (counts.feeds, counts.feeds_failing, counts.last_poll_at) == (1, 0, None)


def test_hits_are_listed_newest_first_by_what_is_asked(store: Store) -> None:
    """By watch, by list, by feed, by state, by time."""
    synced(store)
    gulf = an_entry("gulf")
    desk = an_entry("desk", feed=DESK_ID, at=NOON + MINUTE)
    first = a_hit(gulf, "energy/oil 100%")
    second = a_hit(desk, "gulf/river talks")
    third = a_hit(desk, "gulf_/x", state=HitState.BASELINE)
    store.commit_polls(
        [a_poll(gulf, hits=(first,)), a_poll(desk, feed=DESK_ID, hits=(second, third))]
    )

    def found(**wish: object) -> set[object]:
        return {view.hit for view in store.hits(**wish)}  # type: ignore[arg-type]

    assert store.hits()[-1].hit == first
    assert store.hits()[-1].entry == gulf
    assert store.hits()[0].outlet == "Desk"
    assert len(store.hits(limit=2)) == 2
    assert found(watch="gulf") == {second}
    assert found(watch="gulf/river talks") == {second}
    assert found(watch="oil 100%") == {first}
    assert found(watch="gul") == set()
    assert found(watch="GULF") == set()
    assert found(feed="Gulf") == {first}
    assert found(state=HitState.BASELINE) == {third}
    assert found(since=NOON + MINUTE) == {second, third}
    assert found(watch="gulf", feed="Gulf") == set()


def test_deliveries_are_listed_newest_first_by_what_is_asked(store: Store) -> None:
    """By state and by channel."""
    synced(store)
    old = told(store, "a", at=NOON - HOUR)
    new = told(store, "b")
    store.claim("phone", now=NOON, lease=LEASE, limit=1)

    assert store.deliveries()[0].alert == new.alerts[0]
    assert store.deliveries()[-1].alert == old.alerts[0]
    assert len(store.deliveries(limit=3)) == 3
    assert {p.delivery.channel for p in store.deliveries(channel="desk")} == {"desk"}
    assert len(store.deliveries(state=DeliveryState.SENDING)) == 1
    assert store.deliveries(state=DeliveryState.SENDING, channel="desk") == []


def test_texts_are_turned_page_by_page_without_a_gap(store: Store) -> None:
    """Matching stored text again must read every entry once, those of one moment too."""
    synced(store)
    entries = [an_entry(str(i), at=NOON - (i // 4) * MINUTE) for i in range(11)]
    store.commit_polls([a_poll(*entries)])
    store.commit_article(ArticlePlan(article=a_read_page(entries[3], text="The page.")))

    seen: list[StoredText] = []
    after_ = None
    while page := store.texts(after=after_, limit=3):
        seen += page
        after_ = page[-1].entry.id

    assert sorted(text.entry.id for text in seen) == sorted(entry.id for entry in entries)
    times = [text.entry.found_at for text in seen]
    assert times == sorted(times, reverse=True)
    assert all(text.feed == GULF for text in seen)
    pages = {text.entry.id: text.article_text for text in seen}
    assert (pages[entries[3].id], pages[entries[4].id]) == ("The page.", "")


def test_texts_since_a_time_are_those_found_then_or_later(store: Store) -> None:
    """``search --since``."""
    synced(store)
    old, new = an_entry("old", at=NOON - DAY), an_entry("new")
    store.commit_polls([a_poll(old, new)])

    assert [text.entry for text in store.texts(since=NOON)] == [new]
    assert len(store.texts(since=NOON - DAY)) == 2


def test_pages_go_on_where_an_entry_was_pruned(store: Store) -> None:
    """Housekeeping may take the very entry a page ended with."""
    synced(store)
    entries = [an_entry(str(i), at=NOON - i * DAY) for i in range(4)]
    hit = a_hit(entries[3], state=HitState.BASELINE)
    store.commit_polls([a_poll(*entries, hits=(hit,))])
    page = store.texts(limit=3)

    store.prune(entries_before=NOON, hits_before=LONG_AGO, polls_before=LONG_AGO)

    rest = store.texts(after=page[-1].entry.id, limit=3)
    assert [text.entry for text in rest] == [entries[3]]


def test_a_page_after_an_entry_nobody_ever_saw_is_a_bug(store: Store) -> None:
    """An empty answer would end the reading too soon, in silence."""
    with pytest.raises(LookupError):
        store.texts(after=an_entry().id)


def test_notes_are_kept_under_their_names(store: Store) -> None:
    """The heartbeat and the last reload, for ``status``."""
    store.note("heartbeat", {"at": "12:00", "nested": {"n": [1, None, 2.5, True]}})
    store.note("reload", {"error": "line\x00 3 ü"})
    store.note("heartbeat", {"at": "12:01"})

    assert store.notes() == {"heartbeat": {"at": "12:01"}, "reload": {"error": "line\ufffd 3 ü"}}


def test_old_texts_without_hits_are_pruned_and_still_known(store: Store) -> None:
    """An entry that appears again after a year is not new."""
    synced(store)
    old, young = an_entry("old", at=NOON - DAY), an_entry("young")
    store.commit_polls([a_poll(old, young, articles=(a_page(old), a_page(young)))])

    gone = store.prune(entries_before=NOON, hits_before=LONG_AGO, polls_before=LONG_AGO)

    assert gone == 1
    assert [text.entry for text in store.texts()] == [young]
    assert store.pending_articles() == 1
    remembered = store.known(GULF_ID, [old.key, young.key])
    assert (remembered[old.key].stored, remembered[young.key].stored) == (False, True)


def test_texts_of_kept_hits_are_kept(store: Store) -> None:
    """What rang can be shown as long as the hit is."""
    synced(store)
    told(store, "told", at=NOON - DAY)

    store.prune(entries_before=NOON, hits_before=LONG_AGO, polls_before=LONG_AGO)

    assert len(store.texts()) == 1


def test_an_old_alert_that_is_done_goes_with_all_that_belonged_to_it(store: Store) -> None:
    """Alert, deliveries, attempts, hit, text and story are past keeping together."""
    synced(store)
    plan = told(store, "told", at=NOON - DAY)
    for channel in ("desk", "phone"):
        (parcel,) = store.claim(channel, now=NOON, lease=LEASE, limit=1)
        store.settle(after(parcel.delivery, DeliveryState.SENT))

    gone = prune(store)

    assert gone == 5
    counts = store.counts()
    assert (counts.entries, counts.hits, counts.stories) == (0, 0, 0)
    assert store.deliveries() == []
    assert store.attempts(plan.deliveries[0].key) == []
    assert store.stories_sharing([7_000_000], since=LONG_AGO) == []
    assert store.polls(GULF_ID) == []
    assert prune(store) == 0


@pytest.mark.parametrize(
    "state", [DeliveryState.PENDING, DeliveryState.SENDING, DeliveryState.DEAD]
)
def test_an_old_alert_somebody_is_still_to_be_told_stays_whole(
    store: Store, state: DeliveryState
) -> None:
    """A message that waits for its channel, or for the operator, is not old news."""
    synced(store)
    told(store, "told", at=NOON - DAY)
    (parcel,) = store.claim("phone", now=NOON, lease=LEASE, limit=1)
    store.settle(after(parcel.delivery, DeliveryState.SENT))
    if state is not DeliveryState.PENDING:
        (parcel,) = store.claim("desk", now=NOON, lease=LEASE, limit=1)
    if state is DeliveryState.DEAD:
        store.settle(after(parcel.delivery, DeliveryState.DEAD))

    assert prune(store) == 1

    counts = store.counts()
    assert (counts.entries, counts.hits, counts.stories) == (1, 1, 1)
    assert len(store.deliveries()) == 2


def test_a_hit_that_waits_is_never_too_old(store: Store) -> None:
    """Nobody was told of it yet."""
    synced(store)
    entry = an_entry(at=NOON - DAY)
    silent = a_hit(entry, "gulf/other", state=HitState.SCATTERED)
    store.commit_polls([a_poll(entry, hits=(a_hit(entry), silent), at=NOON)])

    assert prune(store) == 1

    assert [view.hit for view in store.hits()] == [a_hit(entry)]
    assert len(store.texts()) == 1


def test_a_story_lives_as_long_as_it_is_joined(store: Store) -> None:
    """Its copies must not ring again."""
    synced(store)
    told(store, "told", at=NOON)

    store.prune(entries_before=NOON, hits_before=NOON, polls_before=NOON)

    assert store.counts().stories == 1


def sent_long_ago(store: Store) -> AnnouncementPlan:
    """Tell an entry a day ago, and deliver it; return the plan that did."""
    plan = told(synced(store), "told", at=NOON - DAY)
    for channel in ("desk", "phone"):
        (parcel,) = store.claim(channel, now=NOON, lease=LEASE, limit=1)
        store.settle(after(parcel.delivery, DeliveryState.SENT))
    return plan


def decided(store: Store, *, story: StoryId | None, alert: AlertId | None) -> None:
    """Bring a new hit that was joined to an old story or alert."""
    entry = an_entry("young")
    hit = a_hit(entry)
    store.commit_polls([a_poll(entry, hits=(hit,))])
    verdict = HitVerdict(
        hit_id=hit.id,
        state=HitState.JOINED,
        why=Why.STORY_ALREADY_TOLD,
        story_id=story,
        alert_id=alert,
    )
    store.commit_announcement(AnnouncementPlan(verdicts=(verdict,)))


def test_an_old_alert_is_kept_for_a_young_hit(store: Store) -> None:
    """``why`` must be able to show in what it was told."""
    plan = sent_long_ago(store)
    decided(store, story=None, alert=plan.alerts[0].id)

    prune(store)

    assert {parcel.alert for parcel in store.deliveries()} == set(plan.alerts)
    assert store.counts().hits == 1


def test_an_old_story_is_kept_for_a_young_hit(store: Store) -> None:
    """It says where else the hit was told."""
    plan = sent_long_ago(store)
    decided(store, story=plan.opened[0].id, alert=None)

    prune(store)

    assert store.story(plan.opened[0].id) is not None
    assert store.deliveries() == []


def test_an_old_story_is_kept_for_a_young_alert(store: Store) -> None:
    """A watch that is new may have told it again."""
    plan = sent_long_ago(store)
    again = an_alert(story=plan.opened[0], at=NOON)
    store.commit_announcement(AnnouncementPlan(alerts=(again,)))

    prune(store)

    assert store.story(plan.opened[0].id) is not None
    assert store.counts().hits == 0


def test_more_than_a_slice_is_pruned(store: Store) -> None:
    """After a year without housekeeping there is much to do."""
    synced(store)
    old = [an_entry(str(i), at=NOON - DAY) for i in range(1_100)]
    store.commit_polls([a_poll(*old)])
    for minute in range(20):
        store.commit_polls([a_poll(at=NOON - DAY + minute * MINUTE)])

    assert prune(store) == 1_100 + 20
    assert store.texts() == []


def test_a_sound_store_has_no_problems(store: Store) -> None:
    """``db check`` says nothing when there is nothing to say."""
    told(synced(store))

    assert list(store.check()) == []


def test_compacting_changes_nothing_one_can_see(store: Store) -> None:
    """It only gives space back."""
    told(synced(store))
    before = (store.texts(), store.hits(), store.deliveries(), store.feeds())

    store.compact()

    assert (store.texts(), store.hits(), store.deliveries(), store.feeds()) == before
