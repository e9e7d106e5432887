"""Nouns to store: small, whole, and the same at every run."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from wirewatch.core.identity import (
    alert_id,
    delivery_key,
    digest,
    entry_id,
    feed_id,
    hit_id,
    story_id,
)
from wirewatch.core.model.alert import (
    Alert,
    AlertKind,
    Attempt,
    Delivery,
    DeliveryState,
    Message,
)
from wirewatch.core.model.article import Article, ArticleStatus
from wirewatch.core.model.coverage import Gap, GapId, GapPage, PageKind
from wirewatch.core.model.entry import Entry, EntryKey
from wirewatch.core.model.feed import FeedId, FeedSpec, FeedState, Validators
from wirewatch.core.model.hit import (
    Field,
    Hit,
    HitState,
    Piece,
    Snippet,
    Span,
    Strength,
    WatchId,
    Why,
)
from wirewatch.core.model.plan import (
    AnnouncementPlan,
    AttemptPlan,
    HitVerdict,
    PollPlan,
    PollRecord,
)
from wirewatch.core.model.story import Fingerprint, Story, StoryEntry
from wirewatch.ports import Store

NOON = datetime(2026, 3, 14, 12, 0, 0, 123_456, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)

GULF = FeedSpec(url="https://gulf.example/feed", name="Gulf")
DESK = FeedSpec(url="https://desk.example/feed", name="Desk")
GULF_ID = feed_id(GULF.url)
DESK_ID = feed_id(DESK.url)


def key_of(name: str) -> EntryKey:
    """Return the key of an entry with this guid."""
    return EntryKey(digest("guid", name))


def an_entry(name: str = "talks", *, feed: FeedId = GULF_ID, at: datetime = NOON) -> Entry:
    """Return an entry with something in every field."""
    key = key_of(name)
    return Entry(
        id=entry_id(feed, key),
        feed_id=feed,
        key=key,
        guid=name,
        link=f"https://gulf.example/{name}",
        title=f"River talks: {name}",
        summary="Envoys met.\n\nMore to follow.",
        body="Die Gespräche begannen um 9 Uhr. 会談が始まった 🕊",
        authors=("A. Writer", "B. Writer"),
        categories=("world",),
        language="de",
        published_at=at - HOUR,
        updated_at=at - MINUTE,
        found_at=at,
        text_hash=digest(name, size=8),
    )


def a_hit(
    entry: Entry,
    watch: str = "gulf/river talks",
    *,
    at: datetime | None = None,
    state: HitState = HitState.WAITING,
) -> Hit:
    """Return a hit with evidence."""
    id_ = WatchId(watch)
    return Hit(
        id=hit_id(id_, entry.id),
        watch=id_,
        watch_name=watch.partition("/")[2],
        query='"river talks"',
        entry_id=entry.id,
        feed_id=entry.feed_id,
        channels=("desk", "phone"),
        found_at=entry.found_at if at is None else at,
        strength=Strength.CLOSE,
        spans=(Span(Field.TITLE, 0, 5), Span(Field.TITLE, 6, 11)),
        snippets=(
            Snippet(
                field=Field.TITLE,
                pieces=(Piece("River", hit=True), Piece(" "), Piece("talks", hit=True)),
                cut_after=True,
            ),
        ),
        state=state,
        why=None if state is HitState.WAITING else Why.BASELINE,
    )


def a_page(entry: Entry, *, due_at: datetime = NOON) -> Article:
    """Return a page that is still to be read."""
    return Article(
        entry_id=entry.id,
        status=ArticleStatus.PENDING,
        url=str(entry.link),
        due_at=due_at,
        deadline_at=due_at + HOUR,
    )


def a_read_page(entry: Entry, text: str = "The river talks began.") -> Article:
    """Return a page that was read."""
    return replace(
        a_page(entry),
        status=ArticleStatus.READ,
        attempts=1,
        text=text,
        title="River talks",
        canonical="https://gulf.example/canonical",
        language="en",
        site="Gulf",
        published_at=NOON - DAY,
        fetched_at=NOON + MINUTE,
    )


def a_state(*, next_poll_at: datetime = NOON + HOUR) -> FeedState:
    """Return a state with something in every field."""
    return FeedState(
        next_poll_at=next_poll_at,
        interval=timedelta(minutes=12, microseconds=7),
        polls=3,
        failures=0,
        validators=Validators(etag='W/"x"', last_modified="Sat, 14 Mar 2026 12:00:00 GMT"),
        body_hash=digest("body"),
        last_poll_at=NOON,
        last_ok_at=NOON,
        last_new_at=NOON - HOUR,
        baseline_at=NOON - DAY,
        moved_to="https://gulf.example/new",
        moved_seen=2,
        title="The Gulf",
        format="rss20",
        language="en-GB",
    )


def a_record(*, feed: FeedId = GULF_ID, at: datetime = NOON) -> PollRecord:
    """Return the record of a poll that brought something."""
    return PollRecord(
        feed_id=feed,
        at=at,
        outcome="ok",
        status=200,
        wire_bytes=5_000_000_000,
        entries=30,
        new=1,
        overlap=True,
        took_s=0.25,
    )


def a_poll(
    *new: Entry,
    feed: FeedId = GULF_ID,
    at: datetime = NOON,
    state: FeedState | None = None,
    edited: tuple[Entry, ...] = (),
    articles: tuple[Article, ...] = (),
    hits: tuple[Hit, ...] = (),
) -> PollPlan:
    """Return what a poll leads to that brought these entries."""
    return PollPlan(
        feed_id=feed,
        state=a_state() if state is None else state,
        record=a_record(feed=feed, at=at),
        seen=tuple((entry.key, entry.text_hash) for entry in (*new, *edited)),
        new=new,
        edited=edited,
        articles=articles,
        hits=hits,
    )


def a_telling(entry: Entry, *numbers: int, joined_by: str | None = None) -> StoryEntry:
    """Return an entry as part of a story."""
    return StoryEntry(
        entry_id=entry.id,
        outlet="Gulf",
        link=entry.link,
        joined_by=joined_by,
        at=entry.found_at,
        fingerprint=Fingerprint(links=numbers[:1], title=7_000_000, shingles=numbers[1:]),
    )


def a_story(entry: Entry, *numbers: int) -> Story:
    """Return a story opened by an entry."""
    return Story(
        id=story_id(entry.id),
        title=entry.title,
        opened_at=entry.found_at,
        entries=(a_telling(entry, *numbers),),
        told=frozenset({("gulf/river talks", "desk")}),
    )


def an_alert(*hits: Hit, story: Story | None = None, at: datetime = NOON) -> Alert:
    """Return an alert with something in every field of its message."""
    return Alert(
        id=alert_id(*(hit.id for hit in hits), at.isoformat()),
        kind=AlertKind.STORY,
        story_id=None if story is None else story.id,
        hits=tuple(hit.id for hit in hits),
        message=Message(
            subject="River talks",
            headline="River talks begin",
            link="https://gulf.example/talks",
            outlet="Gulf",
            also_in=("Desk",),
            watches=("river talks",),
            matched=("River", "talks"),
            snippets=(Snippet(field=Field.BODY, pieces=(Piece("会談", hit=True),)),),
            published_at=NOON - HOUR,
            found_at=NOON,
            timezone="Europe/Berlin",
            note="page not read: timeout",
            body="One\n\nTwo",
            lists=("gulf",),
        ),
        created_at=at,
    )


def a_delivery(
    alert: Alert,
    channel: str = "desk",
    *,
    due_at: datetime | None = None,
    created_at: datetime | None = None,
    state: DeliveryState = DeliveryState.PENDING,
) -> Delivery:
    """Return a delivery that is due since its alert was made."""
    return Delivery(
        key=delivery_key(alert.id, channel),
        alert_id=alert.id,
        channel=channel,
        state=state,
        created_at=created_at or alert.created_at,
        due_at=due_at or alert.created_at,
    )


def an_attempt(delivery: Delivery, *, at: datetime = NOON, ok: bool = False) -> Attempt:
    """Return what came of an attempt."""
    detail = "250 taken" if ok else "451 try later"
    return Attempt(delivery=delivery.key, at=at, ok=ok, detail=detail, took_s=0.5)


def after(
    delivery: Delivery,
    state: DeliveryState,
    *,
    at: datetime = NOON,
    due_at: datetime | None = None,
    alarm: Alert | None = None,
) -> AttemptPlan:
    """Return what an attempt leads to that ended so."""
    ok = state is DeliveryState.SENT
    done = state in {DeliveryState.SENT, DeliveryState.DEAD}
    return AttemptPlan(
        delivery=replace(
            delivery,
            state=state,
            due_at=at if due_at is None else due_at,
            done_at=at if done else None,
            last_error=None if ok else "451 try later",
        ),
        attempt=an_attempt(delivery, at=at, ok=ok),
        alarm=alarm,
        alarm_deliveries=() if alarm is None else (a_delivery(alarm, "operator"),),
    )


def announced(*hits: Hit, story: Story, at: datetime = NOON) -> AnnouncementPlan:
    """Return the plan that tells these hits in one alert on two channels."""
    alert = an_alert(*hits, story=story, at=at)
    return AnnouncementPlan(
        opened=(story,),
        told=((story.id, "gulf/river talks", "phone"),),
        alerts=(alert,),
        deliveries=(a_delivery(alert, "desk"), a_delivery(alert, "phone")),
        verdicts=tuple(
            HitVerdict(
                hit_id=hit.id,
                state=HitState.ALERTED,
                why=Why.FIRST_OF_STORY,
                story_id=story.id,
                alert_id=alert.id,
            )
            for hit in hits
        ),
    )


def synced(store: Store, *specs: FeedSpec, at: datetime = NOON) -> Store:
    """Return the store with these feeds (else the two usual ones) configured."""
    store.sync_feeds(specs or (GULF, DESK), now=at, spread=timedelta())
    return store


def told(store: Store, name: str = "talks", *, at: datetime = NOON) -> AnnouncementPlan:
    """Bring an entry with a hit into the store and tell it; return the plan that did."""
    entry = an_entry(name, at=at)
    hit = a_hit(entry)
    store.commit_polls([a_poll(entry, hits=(hit,), at=at)])
    plan = announced(hit, story=a_story(entry, entry.id % 1_000_003), at=at)
    store.commit_announcement(plan)
    return plan


def a_gap(number: int = 7, **parts: object) -> Gap:
    """Return a gap with something in every field."""
    told = {
        "id": GapId(number),
        "feed_id": GULF_ID,
        "from_at": NOON - HOUR,
        "to_at": NOON + number * MINUTE,
        "goal": (key_of("a"), key_of("b")),
        "todo": (
            GapPage(kind=PageKind.ARCHIVE, url="https://gulf.example/feed?page=2"),
            GapPage(kind=PageKind.SITEMAP, url="https://gulf.example/news.xml"),
        ),
        "due_at": NOON,
        **parts,
    }
    return Gap(**told)  # type: ignore[arg-type]
