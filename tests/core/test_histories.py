"""Feeds as they live: whatever they do to their guids, nothing rings twice and nothing new is swallowed."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.make import NOON, a_document, a_spec, got, wanted
from wirewatch.core.cadence import CadenceRules
from wirewatch.core.identity import digest, keys_of, listed
from wirewatch.core.model.alert import DeliveryState
from wirewatch.core.model.hit import HitState
from wirewatch.core.model.outcome import ParsedEntry, ParsedFeed
from wirewatch.core.model.plan import PollPlan
from wirewatch.core.plan.article import ArticleRules
from wirewatch.core.plan.poll import plan_poll
from wirewatch.store.memory import MemoryStore

SPEC = a_spec()
STEP = timedelta(minutes=15)
WINDOW = 6


@dataclass(slots=True)
class Publisher:
    """A feed that lists its newest entries, each under the names it bears at present."""

    count: int = 0
    names: dict[int, int] = field(default_factory=dict)
    """How often an entry was renamed."""
    edits: dict[int, int] = field(default_factory=dict)
    listing: list[int] = field(default_factory=list)
    shared_guids: bool = False

    def publish(self, many: int) -> None:
        for _ in range(many):
            self.listing.insert(0, self.count)
            self.count += 1
        del self.listing[WINDOW:]

    def rename(self) -> None:
        for number in self.listing:
            self.names[number] = self.names.get(number, 0) + 1

    def edit(self, place: int) -> None:
        if self.listing:
            number = self.listing[place % len(self.listing)]
            self.edits[number] = self.edits.get(number, 0) + 1

    def withdraw(self, place: int) -> None:
        if self.listing:
            del self.listing[place % len(self.listing)]

    def bring_back(self, number: int) -> None:
        if self.count and number % self.count not in self.listing:
            self.listing.append(number % self.count)

    def document(self) -> ParsedFeed:
        return a_document(*map(self._entry, self.listing))

    def _entry(self, number: int) -> ParsedEntry:
        name = self.names.get(number, 0)
        guid = "the-feed" if self.shared_guids else f"urn:{number}:{name}"
        return ParsedEntry(
            guid=guid,
            link=f"https://gulfcourier.example/{name}/{number}",
            title=f"River talks, day {number}",
            summary=f"Envoys met for the {number}th time. Version {self.edits.get(number, 0)}.",
            published_at=NOON + number * timedelta(minutes=1),
        )


@dataclass(slots=True)
class Reader:
    """Polls a publisher as the daemon does; with *partial*, what is known by its bytes is not read."""

    partial: bool
    store: MemoryStore = field(default_factory=MemoryStore)
    now: datetime = NOON
    last: PollPlan | None = None

    def __post_init__(self) -> None:
        self.store.sync_feeds([SPEC], now=self.now, spread=timedelta())

    def poll(self, document: ParsedFeed) -> PollPlan:
        (feed,) = self.store.feeds()
        parsed = self._cut(document) if self.partial else document
        items = listed(parsed)
        memory = self.store.memory(feed.id)
        names = (*keys_of(items), *(trace.key for trace in memory.window))
        plan = plan_poll(
            feed,
            got(repr(document).encode()),
            items,
            parsed,
            known=self.store.known(feed.id, names),
            wanted=wanted('"river talks"'),
            cadence=CadenceRules(),
            articles=ArticleRules(),
            now=self.now,
            memory=memory,
            operator=("ops",),
        )
        self.store.commit_polls([plan])
        self.now += STEP
        return plan

    def _cut(self, document: ParsedFeed) -> ParsedFeed:
        known = self.store.known_items(self.store.feeds()[0].id)
        raws = tuple(digest(repr(entry), size=8) for entry in document.entries)
        fresh = tuple(
            entry for entry, raw in zip(document.entries, raws, strict=True) if raw not in known
        )
        left_out = len(raws) - len(fresh)
        return replace(document, entries=fresh, items=raws, left_out=left_out)

    def rung(self) -> Counter[str]:
        hits = self.store.hits(state=HitState.WAITING, limit=10_000)
        return Counter(view.entry.title for view in hits)

    def alarms(self) -> list[str]:
        parcels = self.store.deliveries(state=DeliveryState.PENDING, limit=1000)
        return [parcel.alert.message.headline for parcel in parcels]


STEPS = st.one_of(
    st.tuples(st.just("publish"), st.integers(0, WINDOW)),
    st.tuples(st.just("rename"), st.just(0)),
    st.tuples(st.just("edit"), st.integers(0, 20)),
    st.tuples(st.just("withdraw"), st.integers(0, 20)),
    st.tuples(st.just("bring_back"), st.integers(0, 50)),
    st.tuples(st.just("poll"), st.just(0)),
)


@pytest.mark.parametrize("partial", [False, True], ids=["whole", "partial"])
@given(steps=st.lists(STEPS, max_size=25))
def test_whatever_a_feed_does_every_entry_rings_exactly_once(
    partial: bool, steps: list[tuple[str, int]]
) -> None:
    """Twice is spam, never is a missed story: these are the two things Wirewatch must not do."""
    feed, reader = Publisher(), Reader(partial=partial)
    feed.publish(WINDOW)
    reader.poll(feed.document())
    baseline = feed.count
    told: set[int] = set()
    for step, much in steps:
        match step:
            case "publish":
                feed.publish(much)
            case "rename":
                # A feed renames what it lists: few or half-new listings are another test's.
                reader.poll(feed.document())
                told |= set(feed.listing)
                if len(feed.listing) >= 3:
                    feed.rename()
            case "edit":
                feed.edit(much)
            case "withdraw":
                feed.withdraw(much)
            case "bring_back":
                feed.bring_back(much)
        reader.poll(feed.document())
        told |= set(feed.listing)

    expected = {f"River talks, day {number}" for number in told if number >= baseline}
    assert reader.rung() == Counter(expected)


@given(steps=st.lists(STEPS, max_size=15))
def test_a_feed_that_gives_one_guid_to_all_tells_its_entries_apart(
    steps: list[tuple[str, int]],
) -> None:
    """Some feeds put their own address into every guid: each entry is news all the same."""
    feed, reader = Publisher(shared_guids=True), Reader(partial=False)
    feed.publish(WINDOW)
    reader.poll(feed.document())
    told: set[int] = set()
    for step, much in steps:
        if step == "publish":
            feed.publish(min(much, 2))
        reader.poll(feed.document())
        told |= set(feed.listing)

    expected = {f"River talks, day {number}" for number in told if number >= WINDOW}
    assert reader.rung() == Counter(expected)


@pytest.mark.parametrize("partial", [False, True], ids=["whole", "partial"])
def test_a_mass_rename_rings_for_nothing_and_is_told_once(partial: bool) -> None:
    """A publisher's new software gave every entry another guid and link: forty old alerts help nobody."""
    feed, reader = Publisher(), Reader(partial=partial)
    feed.publish(WINDOW)
    reader.poll(feed.document())
    feed.publish(2)
    reader.poll(feed.document())
    before = reader.rung()
    for _ in range(3):
        feed.rename()
        feed.edit(1)
        plan = reader.poll(feed.document())
        assert plan.new == ()

    assert reader.rung() == before
    assert reader.alarms() == ["the feed Gulf Courier gave its entries new names"]


def test_what_is_new_rings_in_the_middle_of_a_rename() -> None:
    """The repair must not swallow news."""
    feed, reader = Publisher(), Reader(partial=True)
    feed.publish(WINDOW)
    reader.poll(feed.document())
    feed.rename()
    feed.publish(2)
    reader.poll(feed.document())

    assert reader.rung() == Counter(["River talks, day 6", "River talks, day 7"])


def test_an_edit_of_a_renamed_entry_is_matched_again() -> None:
    """A correction is news to whoever waits for its words, whatever the entry is called by now."""
    entries = [
        ParsedEntry(guid=f"a{n}", link=f"https://a.example/{n}", title=f"Day {n}", summary="Quiet.")
        for n in range(4)
    ]
    reader = Reader(partial=False)
    reader.poll(a_document(*entries))
    renamed = [replace(entry, guid=f"b{n}") for n, entry in enumerate(entries)]
    reader.poll(a_document(*renamed))
    renamed[2] = replace(renamed[2], summary="The river talks resumed.")
    plan = reader.poll(a_document(*renamed))

    assert [entry.title for entry in plan.edited] == ["Day 2"]
    assert reader.rung() == Counter(["Day 2"])


def test_an_hourly_bulletin_is_not_taken_for_its_predecessor() -> None:
    """The same headline and link with another day and other words is news."""

    def bulletins(hour: int) -> ParsedFeed:
        return a_document(
            *(
                ParsedEntry(
                    guid=f"{town}-{hour}",
                    link=f"https://weather.example/{town}",
                    title=f"Weather in {town}",
                    summary=f"{hour} degrees. " + ("River talks flooded." if hour == 2 else ""),
                    published_at=NOON + hour * timedelta(hours=1),
                )
                for town in ("Doha", "Sana", "Aden", "Cairo")
            )
        )

    reader = Reader(partial=False)
    reader.poll(bulletins(1))
    plan = reader.poll(bulletins(2))

    assert len(plan.new) == 4
    assert sum(reader.rung().values()) == 4
