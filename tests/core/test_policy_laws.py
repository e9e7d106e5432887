"""Whatever happens, every alert reaches every channel once, alone or in a summary, and no budget is exceeded."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.make import a_feed, a_hit, an_entry
from wirewatch.core.identity import alert_id, number
from wirewatch.core.model.alert import Alert, AlertKind, DeliveryState, Message, NotSent, Sent
from wirewatch.core.model.feed import Feed
from wirewatch.core.model.hit import HitState, Why
from wirewatch.core.model.hold import Rate, Subject
from wirewatch.core.model.mute import Mute, MuteId, MuteKind
from wirewatch.core.model.plan import AnnouncementPlan, HitVerdict, PollPlan, PollRecord
from wirewatch.core.model.policy import ChannelPolicy, DayTime, QuietSpan, WatchPolicy
from wirewatch.core.plan.announce import pending
from wirewatch.core.plan.deliver import RetryRules, after_attempt
from wirewatch.core.plan.gate import Gate, gated
from wirewatch.core.plan.release import plan_release
from wirewatch.core.policy.burst import LATELY, USUALLY
from wirewatch.core.policy.gate import memory
from wirewatch.store.memory import MemoryStore

START = datetime(2026, 3, 28, 20, 0, tzinfo=UTC)
"""The evening before clocks go forward in Berlin."""

CHANNELS = ("desk", "phone")
HOUR = timedelta(hours=1)
WATCHES = ("one", "two")

policies = st.builds(
    ChannelPolicy,
    timezone=st.sampled_from(["UTC", "Europe/Berlin", "America/New_York"]),
    digest=st.sampled_from(
        [(), (DayTime(at=time(2, 30)),), (DayTime(at=time(8)), DayTime(at=time(18)))]
    ),
    quiet=st.sampled_from([(), (QuietSpan(begins=time(22), ends=time(2, 30)),)]),
    max_per_hour=st.integers(0, 3),
    cooldown=st.sampled_from([timedelta(), 20 * timedelta(minutes=1)]),
    rolling=st.sampled_from([timedelta(), timedelta(minutes=5)]),
)
watches = st.builds(
    WatchPolicy,
    urgent=st.booleans(),
    max_per_hour=st.integers(0, 3),
    cooldown=st.sampled_from([timedelta(), timedelta(minutes=10)]),
    rolling=st.sampled_from([timedelta(), timedelta(minutes=3)]),
    burst=st.sampled_from([0, 2]),
)
steps = st.one_of(
    st.tuples(st.just("hit"), st.sampled_from(WATCHES)),
    st.tuples(st.just("hit"), st.sampled_from(WATCHES)),
    st.tuples(st.just("wait"), st.sampled_from([1, 7, 31, 61, 400])),
    st.tuples(st.just("crash"), st.integers(0, 3)),
    st.tuples(st.just("fail"), st.sampled_from(CHANNELS)),
    st.tuples(st.just("mute"), st.sampled_from([("watch", "main/one"), ("channel", "phone")])),
    st.tuples(st.just("unmute"), st.just(0)),
    st.tuples(st.just("reload"), st.tuples(policies, watches)),
    st.tuples(st.just("back"), st.integers(1, 90)),
)


@dataclass(slots=True)
class Desk:
    """What the daemon does with alerts, on a store that outlives it."""

    channel: ChannelPolicy
    watch: WatchPolicy
    store: MemoryStore = field(default_factory=MemoryStore)
    now: datetime = START
    count: int = 0
    failing: set[str] = field(default_factory=set)
    arrived: dict[str, list[datetime]] = field(
        default_factory=lambda: {name: [] for name in CHANNELS}
    )
    crash_at: int | None = None
    feed: Feed = field(default_factory=a_feed)

    def __post_init__(self) -> None:
        self.store.sync_feeds([self.feed.spec], now=self.now, spread=timedelta())

    def hit(self, watch: str) -> None:
        """Let a watch find its words, and announce it."""
        self.count += 1
        entry = an_entry(self.count)
        hit = a_hit(entry, watch, channels=CHANNELS, found_at=self.now)
        record = PollRecord(
            feed_id=self.feed.id,
            at=self.now,
            outcome="ok",
            status=200,
            wire_bytes=1,
            entries=1,
            new=1,
            overlap=True,
            took_s=0.1,
        )
        self.store.commit_polls(
            [
                PollPlan(
                    feed_id=self.feed.id,
                    state=self.feed.state,
                    record=record,
                    new=(entry,),
                    hits=(hit,),
                )
            ]
        )

    def announce(self) -> None:
        """Tell what waits, through the gate."""
        waiting = self.store.waiting(limit=100)
        alerts, verdicts, subjects = [], [], {}
        for one in waiting:
            message = Message(
                subject=one.entry.title, headline=one.entry.title, watches=(one.hit.watch,)
            )
            alert = Alert(
                id=alert_id("law", one.hit.id),
                kind=AlertKind.STORY,
                story_id=None,
                hits=(one.hit.id,),
                message=message,
                created_at=self.now,
            )
            alerts.append(alert)
            subjects[alert.id] = (Subject(watch=one.hit.watch, feed=one.outlet),)
            verdicts.append(
                HitVerdict(
                    hit_id=one.hit.id,
                    state=HitState.ALERTED,
                    why=Why.FIRST_OF_STORY,
                    story_id=None,
                    alert_id=alert.id,
                )
            )
        plan = AnnouncementPlan(
            alerts=tuple(alerts),
            deliveries=tuple(
                pending(one, name, now=self.now) for one in alerts for name in CHANNELS
            ),
            verdicts=tuple(verdicts),
        )
        self.store.commit_announcement(gated(plan, subjects, self.gate()))

    def gate(self) -> Gate:
        """Return what is known, as the daemon looks it up."""
        names = [f"main/{name}" for name in WATCHES]
        since = self.now - memory(self.channel, [self.watch])
        recent = self.now - LATELY
        counts = self.store.rates(names, recent=recent, usual=recent - USUALLY)
        return Gate(
            now=self.now,
            channels=dict.fromkeys(CHANNELS, self.channel),
            watches=dict.fromkeys(names, self.watch),
            told={name: self.store.told(name, since=since) for name in CHANNELS},
            rates={
                name: Rate(recent=new, usual=before * (LATELY / USUALLY))
                for name, (new, before) in counts.items()
            },
            mutes=self.store.mutes(),
        )

    def release(self) -> None:
        """Let out what may go."""
        held = self.store.held(now=self.now, limit=1000)
        if held:
            assert self.store.commit_release(plan_release(held, self.gate()))

    def deliver(self) -> None:
        """Send what is due; a failing channel refuses."""
        for name in CHANNELS:
            for parcel in self.store.claim(name, now=self.now, lease=HOUR, limit=100):
                refused = name in self.failing
                receipt = NotSent(detail="no") if refused else Sent()
                if not refused:
                    self.arrived[name].append(self.now)
                plan = after_attempt(
                    parcel, receipt, rules=RetryRules(), now=self.now, took=timedelta()
                )
                self.store.settle(plan)

    def work(self) -> None:
        """Do what is due, or as much of it as comes before the kill."""
        todo = [self.release, self.announce, self.release, self.deliver]
        for step in todo[: self.crash_at]:
            step()
        self.crash_at = None

    def step(self, kind: str, what: object) -> None:
        """Let one thing happen."""
        match kind, what:
            case "hit", str(watch):
                self.hit(watch)
            case "wait", int(minutes):
                self.now += timedelta(minutes=minutes)
            case "crash", int(at):
                self.crash_at = at
            case "fail", str(name):
                self.failing ^= {name}
            case "mute", (str(kind_), str(about)):
                self.store.put_mute(
                    Mute(
                        id=MuteId(number("mute", kind_, about)),
                        kind=MuteKind(kind_),
                        about=about,
                        made_at=self.now,
                        until=self.now + 3 * HOUR,
                    )
                )
            case "unmute", _:
                self.store.end_mutes([one.id for one in self.store.mutes()], now=self.now)
            case "reload", (ChannelPolicy() as channel, WatchPolicy() as watch):
                self.channel, self.watch = channel, watch
                self.store.reconsider(now=self.now)
        self.work()

    def finish(self) -> None:
        """Let everything heal and a long time pass."""
        self.failing.clear()
        for _ in range(60):
            self.now += HOUR
            for _ in range(2):
                self.work()

    def told(self, channel: str) -> Counter[str]:
        """Return how often each headline was told on a channel, alone or in a summary."""
        told: Counter[str] = Counter()
        for parcel in self.store.deliveries(state=DeliveryState.SENT, channel=channel, limit=1000):
            message = parcel.alert.message
            told.update([item.headline for item in message.items] or [message.headline])
        return told


@settings(max_examples=150, deadline=None)
@given(channel=policies, watch=watches, history=st.lists(steps, max_size=30))
def test_no_history_loses_an_alert_or_tells_it_twice(
    channel: ChannelPolicy, watch: WatchPolicy, history: list[tuple[str, object]]
) -> None:
    """Kills, failures, mutes, clocks that go back, another configuration: each alert arrives once on each channel."""
    desk = Desk(channel, watch)
    for kind, what in history:
        if kind == "back":
            desk.now -= timedelta(seconds=int(str(what)))
        desk.step(kind, what)
    desk.finish()

    expected = Counter(an_entry(count).title for count in range(1, desk.count + 1))
    for name in CHANNELS:
        assert desk.told(name) == expected
    ends = {state for state, many in desk.store.counts().deliveries.items() if many}
    assert ends <= {DeliveryState.SENT, DeliveryState.GATHERED}
    assert desk.store.waiting(limit=1) == []


busy = st.one_of(
    st.tuples(st.just("hit"), st.sampled_from(WATCHES)),
    st.tuples(st.just("wait"), st.sampled_from([10, 30, 61])),
    st.tuples(st.just("fail"), st.just("desk")),
    st.tuples(st.just("crash"), st.integers(0, 3)),
)


@settings(max_examples=150, deadline=None)
@given(
    channel=st.one_of(policies, st.just(ChannelPolicy())).map(
        lambda one: replace(one, max_per_hour=2)
    ),
    watch=st.one_of(watches, st.just(WatchPolicy())),
    history=st.lists(busy, min_size=5, max_size=30),
)
def test_no_hour_sees_more_messages_than_the_budget(
    channel: ChannelPolicy, watch: WatchPolicy, history: list[tuple[str, object]]
) -> None:
    """Not after an outage either, when everything that waited would come at once."""
    desk = Desk(channel, watch)
    for kind, what in history:
        desk.step(kind, what)
    desk.finish()

    for times in desk.arrived.values():
        for at in times:
            assert sum(at - HOUR < other <= at for other in times) <= 2
