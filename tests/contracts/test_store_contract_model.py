"""The database against the dictionaries: whatever is done to both, both say the same."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from tests.contracts.nouns import (
    DAY,
    DESK,
    GULF,
    HOUR,
    MINUTE,
    NOON,
    a_delivery,
    a_hit,
    a_page,
    a_poll,
    a_read_page,
    a_state,
    a_story,
    a_telling,
    after,
    an_alert,
    an_entry,
    key_of,
)
from wirewatch.core.model.alert import DeliveryState
from wirewatch.core.model.article import ArticleStatus
from wirewatch.core.model.entry import Entry
from wirewatch.core.model.feed import FeedSpec
from wirewatch.core.model.history import Told
from wirewatch.core.model.hit import Hit, HitState, Why
from wirewatch.core.model.outcome import Problem
from wirewatch.core.model.plan import AnnouncementPlan, ArticlePlan, HitVerdict
from wirewatch.ports import Store
from wirewatch.store.memory import MemoryStore
from wirewatch.store.open import open_sql_store

LEASE = timedelta(minutes=2)

SPECS = (
    GULF,
    DESK,
    replace(GULF, url="https://new.example/feed"),
    replace(GULF, name="The Gulf", paused=True),
    replace(DESK, every=5 * MINUTE, tags=("x",)),
    FeedSpec(url="https://u:p@desk.example/feed", name="Login", headers=(("Cookie", "s"),)),
)
NAMES = ("a", "b", "c", "d\x00")
WATCHES = ("gulf/river talks", "gulf/envoys", "energy/oil")
CHANNELS = ("desk", "phone")

moments = st.integers(-3, 3).map(lambda n: NOON + n * HOUR) | st.integers(-2, 2).map(
    lambda n: NOON + n * 5 * DAY
)


class TwoStores(RuleBasedStateMachine):
    """Does everything to both."""

    empty: Path

    @initialize()
    def open(self) -> None:
        """Begin with nothing."""
        self.folder = tempfile.TemporaryDirectory()
        path = Path(self.folder.name) / "wirewatch.db"
        self.url = f"sqlite:///{path}"
        if not hasattr(TwoStores, "empty"):
            TwoStores.empty = Path(tempfile.mkdtemp()) / "empty.db"
            open_sql_store(f"sqlite:///{TwoStores.empty}").close()
        shutil.copy(TwoStores.empty, path)
        self.sql: Store = open_sql_store(self.url)
        self.memory: Store = MemoryStore()
        self.specs: tuple[FeedSpec, ...] = ()
        self.found: dict[str, Entry] = {}
        self.sync((GULF, DESK), NOON, timedelta())

    def both(self, step: Callable[[Store], Any]) -> Any:
        """Do a step to both, and return what both said."""
        answers = []
        for store in (self.sql, self.memory):
            try:
                answers.append(step(store))
            except (LookupError, ValueError) as exc:
                answers.append(type(exc).__name__)
        said, expected = answers
        assert said == expected
        return said

    @rule(specs=st.sets(st.sampled_from(SPECS), min_size=1, max_size=3), now=moments)
    def configure(self, specs: set[FeedSpec], now: datetime) -> None:
        """Change the configuration."""
        named = {spec.name: spec for spec in sorted(specs, key=repr)}
        self.sync(tuple(named.values()), now, HOUR)

    def sync(self, specs: tuple[FeedSpec, ...], now: datetime, spread: timedelta) -> None:
        """Remember what is configured."""
        self.specs = specs
        self.both(lambda store: store.sync_feeds(specs, now=now, spread=spread))

    @rule()
    def reopen(self) -> None:
        """Stop and start the daemon."""
        self.sql.close()
        self.sql = open_sql_store(self.url, examine=False)
        self.both(lambda store: store.sync_feeds(self.specs, now=NOON, spread=HOUR))

    @rule(
        data=st.data(),
        names=st.sets(st.sampled_from(NAMES), max_size=3),
        now=moments,
        failures=st.integers(0, 2),
    )
    def poll(self, data: st.DataObject, names: set[str], now: datetime, failures: int) -> None:
        """Poll a feed, bring new entries and edits, with hits and pages."""
        feed = data.draw(st.sampled_from(list(self.sql.feeds())))
        entries = [an_entry(name, feed=feed.id, at=now) for name in sorted(names)]
        edits = data.draw(st.lists(st.sampled_from(entries), max_size=1)) if entries else []
        edited = tuple(replace(entry, title="Edited", text_hash=b"another!") for entry in edits)
        hits = tuple(hit for entry in entries for hit in data.draw(_hits(entry)))
        pages = tuple(a_page(entry, due_at=now) for entry in entries[:1])
        state = replace(
            a_state(next_poll_at=now + HOUR),
            failures=failures,
            problem=Problem.DNS if failures else None,
            title=data.draw(st.sampled_from(["One", "Two"])),
        )
        plan = a_poll(
            *entries, feed=feed.id, at=now, state=state, edited=edited, hits=hits, articles=pages
        )
        self.both(lambda store: store.commit_polls([plan]))

    @rule(now=moments, limit=st.integers(1, 3), failed=st.booleans(), late=st.booleans())
    def read(self, now: datetime, limit: int, failed: bool, late: bool) -> None:
        """Claim pages, and read or fail to read them."""
        jobs = self.both(lambda store: store.claim_articles(now=now, lease=LEASE, limit=limit))
        for job in jobs[: None if late else 1]:
            article = a_read_page(job.entry)
            if failed:
                article = replace(job.article, status=ArticleStatus.FAILED, attempts=9)
            hits = (a_hit(job.entry, "page/only", at=now),)
            plan = ArticlePlan(article=article, hits=() if failed else hits)
            self.both(lambda store, plan=plan: store.commit_article(plan))

    @rule(data=st.data(), now=moments, state=st.sampled_from([*HitState][1:]))
    def announce(self, data: st.DataObject, now: datetime, state: HitState) -> None:
        """Decide on some waiting hits: open or join a story, tell it or not."""
        waiting = self.both(lambda store: store.waiting(limit=3))
        if not waiting:
            return
        hits = [row.hit for row in waiting]
        first = waiting[0].entry
        known = self.both(lambda store: store.stories_sharing([1, 2], since=NOON - HOUR))
        story = data.draw(st.sampled_from(list(known))) if known else a_story(first, 1, 2)
        telling = a_telling(first, 2, joined_by="link" if known else None)
        alert = an_alert(*hits, story=story, at=now)
        tell = state is HitState.ALERTED
        plan = AnnouncementPlan(
            opened=() if known else (story,),
            joined=((story.id, telling),) if known else (),
            told=((story.id, hits[0].watch, "desk"),) if tell else (),
            alerts=(alert,) if tell else (),
            deliveries=tuple(a_delivery(alert, channel) for channel in CHANNELS) if tell else (),
            verdicts=tuple(
                HitVerdict(
                    hit_id=hit.id,
                    state=state,
                    why=Why.FIRST_OF_STORY,
                    story_id=story.id,
                    alert_id=alert.id if tell else None,
                )
                for hit in hits
            ),
        )
        self.both(lambda store: store.commit_announcement(plan))
        self.both(lambda store: store.story(story.id))

    @rule(
        channel=st.sampled_from(CHANNELS),
        now=moments,
        end=st.sampled_from(["sent", "retry", "dead", "crash", "stop"]),
    )
    def deliver(self, channel: str, now: datetime, end: str) -> None:
        """Claim messages; send them, fail, die or stop."""
        parcels = self.both(lambda store: store.claim(channel, now=now, lease=LEASE, limit=2))
        for parcel in parcels:
            delivery = parcel.delivery
            plans = {
                "sent": after(delivery, DeliveryState.SENT, at=now),
                "retry": after(delivery, DeliveryState.PENDING, at=now, due_at=now + HOUR),
                "dead": after(delivery, DeliveryState.DEAD, at=now, alarm=an_alert(at=now)),
            }
            if end in plans:
                self.both(lambda store, plan=plans[end]: store.settle(plan))
            elif end == "stop":
                self.both(lambda store, held=delivery: store.release(held, due_at=NOON))
            self.both(lambda store, key=delivery.key: store.attempts(key))

    @rule(now=moments)
    def recover(self, now: datetime) -> None:
        """Start after a crash."""
        self.both(lambda store: store.recover(now=now))

    @rule(now=moments, state=st.sampled_from(DeliveryState))
    def resume(self, now: datetime, state: DeliveryState) -> None:
        """Decide on the dead letters."""
        self.both(lambda store: store.resume(None, state=state, now=now))

    @rule(now=moments)
    def hurry(self, now: datetime) -> None:
        """Poll now."""
        self.both(lambda store: store.poll_now(None, now=now))
        for shard in self.both(lambda store: store.due_shards(now=now)):
            self.both(lambda store, shard=shard: store.due(shard, now=now, limit=2))

    @rule(entries=moments, hits=moments, polls=moments)
    def prune(self, entries: datetime, hits: datetime, polls: datetime) -> None:
        """Keep house."""
        self.both(
            lambda store: store.prune(entries_before=entries, hits_before=hits, polls_before=polls)
        )

    @rule(data=st.data())
    def match_again(self, data: st.DataObject) -> None:
        """Find late hits in stored texts, a page at a time."""
        after_ = None
        while page := self.both(lambda store, at=after_: store.texts(after=at, limit=2)):
            hits = [hit for text in page for hit in data.draw(_hits(text.entry))]
            self.both(lambda store, hits=hits: store.commit_hits(hits))
            after_ = page[-1].entry.id

    @invariant()
    def both_show_the_same(self) -> None:
        """Compare everything that can be looked up."""
        if not hasattr(self, "memory"):
            return
        keys = [key_of(name) for name in NAMES]
        for feed in self.both(lambda store: store.feeds()):
            self.both(lambda store, id_=feed.id: store.known(id_, keys))
            self.both(lambda store, id_=feed.id: store.polls(id_, limit=3))
        self.both(lambda store: store.counts())
        self.both(lambda store: store.waiting(limit=99))
        self.both(lambda store: store.hits(limit=99))
        self.both(lambda store: store.hits(watch="gulf", feed="Gulf", since=NOON, limit=2))
        self.both(lambda store: store.deliveries(limit=99))
        fates = self.both(lambda store: store.fates(since=NOON - 99 * DAY))
        assert sum(fates.values()) == self.memory.counts().hits
        assert Told.WITHOUT_MESSAGE not in fates
        for view in self.memory.hits(limit=2):
            self.both(lambda store, id_=view.entry.id: store.history(id_))
            self.both(lambda store, link=view.entry.link: store.entries_at(link))
        self.both(lambda store: store.next_due())
        self.both(lambda store: store.due_articles(now=NOON))
        self.both(lambda store: store.texts(since=NOON, limit=3))

    def teardown(self) -> None:
        """Look the file through, and leave nothing."""
        if hasattr(self, "sql"):
            assert list(self.sql.check()) == []
            self.sql.close()
            self.folder.cleanup()


@st.composite
def _hits(draw: st.DrawFn, entry: Entry) -> list[Hit]:
    chosen = draw(st.sets(st.sampled_from(WATCHES), max_size=2))
    states = st.sampled_from([HitState.WAITING, HitState.BASELINE])
    return [a_hit(entry, watch, state=draw(states)) for watch in sorted(chosen)]


# A run has about fifteen looks at everything after each step, so a few runs tell much; a longer profile gets more.
TwoStores.TestCase.settings = settings(
    max_examples=max(8, settings.default.max_examples // 12), stateful_step_count=20, deadline=None
)
TestBothStoresSayTheSame = TwoStores.TestCase
