"""The contract of every store: hits nobody was told about, and the stories they belong to."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy.exc import IntegrityError

from tests.contracts.nouns import (
    DAY,
    HOUR,
    MINUTE,
    NOON,
    a_delivery,
    a_hit,
    a_poll,
    a_story,
    a_telling,
    an_alert,
    an_entry,
    announced,
    synced,
    told,
)
from wirewatch.core.model.hit import HitState, StoryId, Why
from wirewatch.core.model.plan import AnnouncementPlan, HitVerdict
from wirewatch.ports import Store

A_LINK, A_SHINGLE, ANOTHER = 2**63 - 1, 12_345, 99


def test_hits_wait_in_the_order_they_were_found(store: Store) -> None:
    """Who waits longest is decided first; what is final does not wait."""
    synced(store)
    entries = [an_entry(name, at=NOON - i * MINUTE) for i, name in enumerate("abc")]
    hits = tuple(a_hit(entry) for entry in entries)
    silent = a_hit(entries[0], "gulf/other", state=HitState.BASELINE)
    store.commit_polls([a_poll(*entries, hits=(*hits, silent))])

    assert [row.hit for row in store.waiting(limit=9)] == [hits[2], hits[1], hits[0]]
    assert [row.hit for row in store.waiting(limit=1)] == [hits[2]]
    assert store.waiting(limit=9)[0].article is None


def test_an_announcement_is_stored_whole(store: Store) -> None:
    """The story, the alert, its ways and the end of the wait are one."""
    plan = told(synced(store))

    assert store.waiting(limit=9) == []
    (view,) = store.hits()
    assert (view.hit.state, view.hit.why) == (HitState.ALERTED, Why.FIRST_OF_STORY)
    assert (view.hit.story_id, view.hit.alert_id) == (plan.opened[0].id, plan.alerts[0].id)
    parcels = store.deliveries()
    assert {parcel.delivery for parcel in parcels} == set(plan.deliveries)
    assert all(parcel.alert == plan.alerts[0] for parcel in parcels)
    story = store.story(plan.opened[0].id)
    assert story == replace(
        plan.opened[0],
        told=frozenset({("gulf/river talks", "desk"), ("gulf/river talks", "phone")}),
    )


def test_an_announcement_committed_twice_is_told_once(store: Store) -> None:
    """No repeated alert."""
    plan = told(synced(store))
    (parcel,) = store.claim("desk", now=NOON, lease=MINUTE, limit=9)

    store.commit_announcement(plan)

    assert store.claim("desk", now=NOON, lease=MINUTE, limit=9) == []
    assert len(store.deliveries()) == 2
    assert parcel.delivery in {parcel.delivery for parcel in store.deliveries()}


def test_a_hit_that_was_decided_stays_as_it_was_decided(store: Store) -> None:
    """A plan made before another was committed must not undo that one."""
    plan = told(synced(store))
    verdict = replace(plan.verdicts[0], state=HitState.JOINED, why=Why.STORY_ALREADY_TOLD)

    store.commit_announcement(AnnouncementPlan(verdicts=(verdict,)))

    assert store.hits()[0].hit.state is HitState.ALERTED


def test_a_hit_may_end_its_wait_without_an_alert(store: Store) -> None:
    """Every "no" has a reason."""
    synced(store)
    entry = an_entry()
    hit = a_hit(entry)
    store.commit_polls([a_poll(entry, hits=(hit,))])
    verdict = HitVerdict(
        hit_id=hit.id, state=HitState.NO_CHANNEL, why=Why.NO_CHANNEL, story_id=None
    )

    store.commit_announcement(AnnouncementPlan(verdicts=(verdict,)))

    assert store.hits()[0].hit == replace(hit, state=HitState.NO_CHANNEL, why=Why.NO_CHANNEL)


def test_stories_are_found_by_any_number_they_have(store: Store) -> None:
    """A copy shares the link, the headline or some of the words."""
    synced(store)
    entry = an_entry()
    story = a_story(entry, A_LINK, A_SHINGLE)
    store.commit_announcement(AnnouncementPlan(opened=(story,)))

    assert store.stories_sharing([A_LINK, ANOTHER], since=NOON - DAY) == [story]
    assert store.stories_sharing([A_SHINGLE, A_LINK], since=NOON - DAY) == [story]
    assert store.stories_sharing([7_000_000], since=NOON - DAY) == [story]
    assert store.stories_sharing([ANOTHER], since=NOON - DAY) == []
    assert store.stories_sharing([], since=NOON - DAY) == []


def test_a_story_is_found_by_the_numbers_of_a_copy_too(store: Store) -> None:
    """The third paper may have copied from the second."""
    synced(store)
    story = a_story(an_entry("first"), A_LINK)
    copy = a_telling(an_entry("copy", at=NOON + HOUR), ANOTHER, joined_by="body")
    store.commit_announcement(AnnouncementPlan(opened=(story,)))

    store.commit_announcement(AnnouncementPlan(joined=((story.id, copy),)))

    (found,) = store.stories_sharing([ANOTHER], since=NOON)
    assert found.entries == (*story.entries, copy)


def test_an_old_story_is_found_as_long_as_it_is_joined(store: Store) -> None:
    """A story that goes on for days is one story."""
    synced(store)
    story = a_story(an_entry("first", at=NOON - DAY), A_LINK)
    store.commit_announcement(AnnouncementPlan(opened=(story,)))
    asleep = store.stories_sharing([A_LINK], since=NOON)

    copy = a_telling(an_entry("copy", at=NOON), A_LINK, joined_by="link")
    store.commit_announcement(AnnouncementPlan(joined=((story.id, copy),)))

    assert asleep == []
    assert [found.id for found in store.stories_sharing([A_LINK], since=NOON)] == [story.id]


def test_tellings_are_in_order_and_the_first_leads(store: Store) -> None:
    """Two papers of one moment: the one that opened the story is the first."""
    synced(store)
    first = an_entry("first")
    others = [an_entry(name) for name in ("b", "c", "d")]
    story = a_story(first, A_LINK)
    earlier = a_telling(an_entry("late news", at=NOON - HOUR), 5, joined_by="title")
    joined = [(story.id, a_telling(entry, 1, joined_by="link")) for entry in others]

    store.commit_announcement(
        AnnouncementPlan(opened=(story,), joined=(*joined, (story.id, earlier)))
    )

    found = store.story(story.id)
    assert found is not None
    assert found.entries[:2] == (earlier, story.entries[0])
    assert {telling.entry_id for telling in found.entries[2:]} == {entry.id for entry in others}


def test_an_entry_joins_a_story_once(store: Store) -> None:
    """Its hits of two watches may be decided at two looks."""
    synced(store)
    entry = an_entry()
    story = a_story(entry, A_LINK)
    again = a_telling(entry, A_LINK, joined_by="link")

    store.commit_announcement(AnnouncementPlan(opened=(story,)))
    store.commit_announcement(AnnouncementPlan(opened=(story,), joined=((story.id, again),)))

    assert store.story(story.id) == story


def test_joining_a_story_that_is_not_there_is_a_bug_and_changes_nothing(store: Store) -> None:
    """A telling without its story could never be shown."""
    plan = told(synced(store))
    alert = an_alert(at=NOON + HOUR)
    lost = AnnouncementPlan(
        joined=((StoryId(77), a_telling(an_entry(), A_LINK)),),
        alerts=(alert,),
        deliveries=(a_delivery(alert),),
    )

    with pytest.raises((LookupError, IntegrityError)):
        store.commit_announcement(lost)

    assert {parcel.alert.id for parcel in store.deliveries()} == {plan.alerts[0].id}


def test_a_story_that_is_not_stored_is_none(store: Store) -> None:
    """People mistype numbers."""
    assert store.story(StoryId(77)) is None


def test_stories_come_oldest_first(store: Store) -> None:
    """The oldest is the likeliest original."""
    synced(store)
    older = a_story(an_entry("older", at=NOON - HOUR), A_LINK)
    newer = a_story(an_entry("newer"), A_LINK)

    store.commit_announcement(AnnouncementPlan(opened=(newer, older)))

    assert store.stories_sharing([A_LINK], since=NOON - DAY) == [older, newer]


def test_many_numbers_are_looked_up(store: Store) -> None:
    """A burst of news brings thousands of numbers to one look."""
    synced(store)
    story = a_story(an_entry(), A_LINK)
    store.commit_announcement(announced(story=story))

    assert store.stories_sharing([*range(5_000), A_LINK], since=NOON - DAY)[0].id == story.id
