"""The contract of the store that answers "why?": entries by their links, all that is kept of one, where hits are."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.contracts.nouns import (
    DAY,
    HOUR,
    MINUTE,
    NOON,
    a_delivery,
    a_gap,
    a_hit,
    a_poll,
    a_read_page,
    a_story,
    a_telling,
    after,
    an_alert,
    an_entry,
    announced,
    synced,
    told,
)
from wirewatch.core.model.alert import DeliveryState
from wirewatch.core.model.coverage import FillPlan
from wirewatch.core.model.history import Told, fate_of
from wirewatch.core.model.hit import HitState, Why
from wirewatch.core.model.plan import AnnouncementPlan, ArticlePlan, HitVerdict
from wirewatch.ports import Store

LEASE = timedelta(minutes=2)


@pytest.mark.parametrize(
    "asked",
    [
        "https://gulf.example/talks",
        "http://www.gulf.example/talks/",
        "https://gulf.example/talks?utm_source=rss&fbclid=1#top",
    ],
)
def test_an_entry_is_found_by_its_link_however_it_was_shared(store: Store, asked: str) -> None:
    """People paste what their browser shows, with what trackers added to it."""
    entry = an_entry()
    synced(store).commit_polls([a_poll(entry, an_entry("other"))])

    assert list(store.entries_at(asked)) == [entry.id]


def test_an_entry_is_found_by_where_its_link_led(store: Store) -> None:
    """A feed may link to a counter that redirects; the reader knows the page's own address."""
    entry = an_entry()
    synced(store).commit_polls([a_poll(entry)])
    page = replace(a_read_page(entry), url="https://paper.example/a/1", canonical=None)
    store.commit_article(ArticlePlan(article=page))

    assert list(store.entries_at("https://paper.example/a/1")) == [entry.id]
    assert list(store.entries_at("https://paper.example/a/2")) == []


def test_an_edited_link_finds_the_entry_and_so_does_the_old_one(store: Store) -> None:
    """Desks correct addresses; the one that was sent around still has to be answered for."""
    entry = an_entry()
    synced(store).commit_polls([a_poll(entry)])
    edit = replace(entry, link="https://gulf.example/better", text_hash=b"another!")
    store.commit_polls([a_poll(edited=(edit,), at=NOON + HOUR)])

    assert list(store.entries_at("https://gulf.example/better")) == [entry.id]
    assert list(store.entries_at("https://gulf.example/talks")) == [entry.id]


def test_a_pruned_entry_is_not_found(store: Store) -> None:
    """A link must not lead to a text that is gone."""
    entry = an_entry(at=NOON - 9 * DAY)
    synced(store).commit_polls([a_poll(entry, at=NOON - 9 * DAY)])
    store.prune(entries_before=NOON, hits_before=NOON, polls_before=NOON)

    assert list(store.entries_at("https://gulf.example/talks")) == []
    assert store.entry_numbered(entry.id) is None
    assert store.history(entry.id) is None


def test_an_entry_is_found_by_its_number_and_by_that_of_its_hit(store: Store) -> None:
    """What `hits --json` prints can be asked about."""
    entry = an_entry()
    hit = a_hit(entry)
    synced(store).commit_polls([a_poll(entry, hits=(hit,))])

    assert store.entry_numbered(entry.id) == entry.id
    assert store.entry_numbered(hit.id) == entry.id
    assert store.entry_numbered(7) is None


def test_the_history_of_an_entry_is_whole(store: Store) -> None:
    """Whatever is left out here, nobody will ever be told."""
    earlier = a_poll(an_entry("before"), at=NOON - HOUR)
    synced(store).commit_polls([earlier])
    plan = told(store)
    entry = an_entry()
    page = a_read_page(entry)
    store.commit_article(ArticlePlan(article=page))
    (parcel,) = store.claim("desk", now=NOON, lease=LEASE, limit=1)
    store.settle(after(parcel.delivery, DeliveryState.PENDING, due_at=NOON + MINUTE))

    found = store.history(entry.id)

    assert found is not None
    assert found.entry == entry
    assert found.feed.name == "Gulf"
    assert found.listed_by is not None
    assert found.listed_by.at == NOON
    assert found.before == earlier.record
    assert found.article == page
    assert [hit.state for hit in found.hits] == [HitState.ALERTED]
    assert [story.id for story in found.stories] == [plan.opened[0].id]
    assert {one.delivery.channel for one in found.parcels} == {"desk", "phone"}
    assert [attempt.detail for attempt in found.attempts] == ["451 try later"]
    assert found.fate_of(found.hits[0]) is Told.ON_ITS_WAY


def test_an_entry_found_in_a_gap_says_so(store: Store) -> None:
    """An alert that came a day late needs its reason."""
    synced(store).commit_polls([replace(a_poll(), gap=a_gap())])
    missed = an_entry("missed")
    store.commit_fill(FillPlan(feed_id=missed.feed_id, gap=a_gap(), new=(missed,)))

    found = store.history(missed.id)

    assert found is not None
    assert found.gap == a_gap()
    assert list(store.entries_at("https://gulf.example/missed")) == [missed.id]


def test_a_hit_told_in_two_alerts_is_where_both_are(store: Store) -> None:
    """Channels that know different parts of a story get different alerts: both carry the hit."""
    entry = an_entry()
    hit = a_hit(entry)
    synced(store).commit_polls([a_poll(entry, hits=(hit,))])
    story = a_story(entry, 1)
    first, second = an_alert(hit, story=story), an_alert(hit, story=story, at=NOON + MINUTE)
    plan = announced(hit, story=story)
    store.commit_announcement(
        replace(
            plan,
            alerts=(first, second),
            deliveries=(a_delivery(first, "desk"), a_delivery(second, "phone")),
            verdicts=(replace(plan.verdicts[0], alert_id=second.id),),
        )
    )
    (parcel,) = store.claim("phone", now=NOON + HOUR, lease=LEASE, limit=1)
    store.settle(after(parcel.delivery, DeliveryState.SENT))

    found = store.history(entry.id)

    assert found is not None
    assert len(found.parcels_of(found.hits[0])) == 2
    assert found.fate_of(found.hits[0]) is Told.ON_ITS_WAY
    assert store.fates(since=NOON - HOUR) == {Told.ON_ITS_WAY: 1}


def test_every_hit_is_counted_where_it_is(store: Store) -> None:
    """The sum of all fates is the number of hits: none is forgotten, none counted twice."""
    synced(store)
    told(store, "sent", at=NOON)
    told(store, "dead", at=NOON + MINUTE)
    for state, name in ((DeliveryState.SENT, "sent"), (DeliveryState.DEAD, "dead")):
        for channel in ("desk", "phone"):
            (parcel,) = store.claim(channel, now=NOON + HOUR, lease=LEASE, limit=1)
            store.settle(after(parcel.delivery, state))
        assert name
    joined, waits = an_entry("joined"), an_entry("waits")
    hits = (a_hit(joined), a_hit(waits), a_hit(waits, "gulf/old", state=HitState.BASELINE))
    store.commit_polls([a_poll(joined, waits, hits=hits, at=NOON + HOUR)])
    (story,) = [s for s in (store.history(an_entry("sent").id),) if s]
    home = story.stories[0].id
    store.commit_announcement(
        AnnouncementPlan(
            joined=((home, a_telling(joined, joined_by="link")),),
            verdicts=(
                HitVerdict(
                    hit_id=hits[0].id,
                    state=HitState.JOINED,
                    why=Why.STORY_ALREADY_TOLD,
                    story_id=home,
                ),
            ),
        )
    )

    assert store.fates(since=NOON - DAY) == {
        Told.SENT: 1,
        Told.DEAD: 1,
        HitState.JOINED: 1,
        HitState.WAITING: 1,
        HitState.BASELINE: 1,
    }
    assert store.fates(since=NOON + DAY) == {}


@pytest.mark.parametrize(
    ("messages", "fate"),
    [
        ([], Told.WITHOUT_MESSAGE),
        ([DeliveryState.SENT], Told.SENT),
        ([DeliveryState.SENT, DeliveryState.SENDING], Told.ON_ITS_WAY),
        ([DeliveryState.DEAD, DeliveryState.PENDING], Told.ON_ITS_WAY),
        ([DeliveryState.SENT, DeliveryState.DEAD], Told.DEAD),
        ([DeliveryState.SENT, DeliveryState.DROPPED], Told.SENT),
        ([DeliveryState.DROPPED], Told.DROPPED),
    ],
)
def test_a_hit_that_was_told_is_where_its_messages_are(
    messages: list[DeliveryState], fate: Told
) -> None:
    """A message that somebody never got outweighs those that arrived."""
    assert fate_of(HitState.ALERTED, messages) is fate
