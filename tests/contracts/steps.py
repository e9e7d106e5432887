"""Every step that writes, with a store made ready for it: to be cut short, killed, or done twice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, Select, Table, select

from tests.contracts.nouns import (
    DAY,
    DESK,
    DESK_ID,
    GULF,
    HOUR,
    MINUTE,
    NOON,
    a_gap,
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
    announced,
    key_of,
    synced,
    told,
)
from tests.contracts.pushed import AGREED, HUB, PUSH, a_plan
from wirewatch.core.model.alert import Alert, AlertKind, DeliveryState
from wirewatch.core.model.coverage import FillPlan, GapState, Memory, Trace
from wirewatch.core.model.hit import HitState, Why
from wirewatch.core.model.hold import Hold, ReleasePlan, Summary
from wirewatch.core.model.mute import Escalation, Mute, MuteId, MuteKind
from wirewatch.core.model.plan import AnnouncementPlan, ArticlePlan, EscalationPlan
from wirewatch.core.plan.announce import pending
from wirewatch.ports import Store
from wirewatch.store.engine import Database
from wirewatch.store.tables import COUNTER, metadata

LEASE = timedelta(minutes=2)
ENTRIES = tuple(an_entry(name) for name in ("a", "b", "c"))
HITS = tuple(a_hit(entry) for entry in ENTRIES)

Step = Callable[[Store], object]


def made_ready(store: Store) -> Store:
    """Fill a store with something of everything."""
    synced(store)
    told(store, "told", at=NOON - DAY)
    told(store, "old", at=NOON - 9 * DAY)
    waits = an_entry("waits")
    plan = a_poll(waits, hits=(a_hit(waits),), articles=(a_page(waits),))
    store.commit_polls([replace(plan, gap=a_gap(), memory=Memory(window=(Trace(key=waits.key),)))])
    (parcel,) = store.claim("desk", now=NOON, lease=LEASE, limit=1)
    store.settle(after(parcel.delivery, DeliveryState.SENT))
    (parcel,) = store.claim("phone", now=NOON, lease=LEASE, limit=1)
    store.settle(after(parcel.delivery, DeliveryState.DEAD))
    store.claim("desk", now=NOON, lease=LEASE, limit=1)
    store.note("heartbeat", {"at": "noon"})
    store.commit_polls([replace(a_poll(at=NOON + MINUTE), hub=HUB)])
    store.put_push(PUSH)
    night = replace(an_alert(at=NOON - DAY), hits=())
    way = replace(pending(night, "night", now=NOON), state=DeliveryState.HELD)
    store.put_mute(a_mute())
    store.commit_announcement(
        AnnouncementPlan(
            alerts=(night,),
            deliveries=(way,),
            holds=(Hold(delivery=way.key, why=Why.MUTED),),
            escalations=(an_escalation(night),),
        )
    )
    return store


def a_mute() -> Mute:
    """Return the mute there is."""
    until = NOON + DAY
    return Mute(id=MuteId(1), kind=MuteKind.FEED, about="Gulf", made_at=NOON, until=until)


def an_escalation(alert: Alert) -> Escalation:
    """Return what is to become of an alert."""
    return Escalation(alert_id=alert.id, due_at=NOON, every=HOUR, channels=("desk", "phone"))


def sync(store: Store) -> None:
    """Move one feed, retire one, add one."""
    moved = replace(GULF, url="https://new.example/feed", every=5 * MINUTE)
    added = replace(DESK, url="https://third.example/feed", name="Third")
    store.sync_feeds([moved, added], now=NOON + HOUR, spread=HOUR)


def commit_polls(store: Store) -> None:
    """Bring new entries, an edit, a page, hits and another title for the feed."""
    edit = replace(an_entry("waits"), title="Edited", text_hash=b"edited!!")
    late = an_entry("desk", feed=DESK_ID)
    plan = a_poll(
        *ENTRIES, edited=(edit,), hits=HITS, articles=(a_page(ENTRIES[0]),), at=NOON + HOUR
    )
    alarm = replace(an_alert(at=NOON + HOUR), hits=())
    store.commit_polls(
        [
            replace(
                plan,
                state=replace(plan.state, weight=8.0, dead_told_at=NOON, fast_until=NOON),
                memory=Memory(newest=(Trace(key=ENTRIES[0].key),)),
                renamed=((key_of("other name"), ENTRIES[0].key),),
                gap=a_gap(8),
                alerts=(alarm,),
                deliveries=(pending(alarm, "desk", now=NOON),),
            ),
            a_poll(late, feed=DESK_ID, state=replace(a_state(), title="Another")),
        ]
    )


def commit_fill(store: Store) -> None:
    """Fill a gap with an entry that rings, and close it."""
    missed = an_entry("missed")
    gap = replace(a_gap(), state=GapState.FILLED, todo=(), filled=1)
    store.commit_fill(
        FillPlan(
            feed_id=missed.feed_id,
            gap=gap,
            seen=((missed.key, missed.text_hash),),
            new=(missed,),
            articles=(a_page(missed),),
            hits=(a_hit(missed),),
        )
    )


def commit_article(store: Store) -> None:
    """Bring the text of a page, and a hit in it."""
    entry = an_entry("waits")
    hit = a_hit(entry, "gulf/envoys")
    store.commit_article(ArticlePlan(article=a_read_page(entry), hits=(hit,)))


def commit_announcement(store: Store) -> None:
    """Open a story, join another, tell a hit."""
    entry = an_entry("waits")
    plan = announced(a_hit(entry), story=a_story(entry, 1, 2, 3))
    known = a_story(an_entry("told", at=NOON - DAY))
    joined = (known.id, a_telling(entry, 4, joined_by="link"))
    store.commit_announcement(replace(plan, joined=(joined,)))


def claim(store: Store) -> None:
    """Take what is due to the phone."""
    store.claim("phone", now=NOON, lease=LEASE, limit=9)


def claim_articles(store: Store) -> None:
    """Take pages that are due."""
    store.claim_articles(now=NOON, lease=LEASE, limit=9)


def settle(store: Store) -> None:
    """Give a message up, with an alarm."""
    delivery = next(
        parcel.delivery
        for parcel in store.deliveries(channel="phone")
        if parcel.delivery.state is DeliveryState.PENDING
    )
    alarm = an_alert(at=NOON + HOUR)
    store.settle(after(delivery, DeliveryState.DEAD, at=NOON + HOUR, alarm=alarm))


def commit_hits(store: Store) -> None:
    """Bring a hit in stored text."""
    store.commit_hits([a_hit(an_entry("waits"), "gulf/late", state=HitState.BASELINE)])


def resume(store: Store) -> None:
    """Try dead letters again."""
    store.resume(None, state=DeliveryState.PENDING, now=NOON + HOUR)


def recover(store: Store) -> None:
    """End every lease."""
    store.recover(now=NOON)


def poll_now(store: Store) -> None:
    """Hurry."""
    store.poll_now(None, now=NOON)


def release(store: Store) -> None:
    """Tell what was kept back, in a summary."""
    (held,) = store.held(now=NOON + HOUR, limit=9)
    alert = replace(an_alert(at=NOON + HOUR), hits=(), kind=AlertKind.SUMMARY)
    way = pending(alert, "night", now=NOON)
    summary = Summary(alert=alert, delivery=way, tells=(held.delivery.key,))
    assert store.commit_release(ReleasePlan(summaries=(summary,)))


def unmute(store: Store) -> None:
    """End a mute: what it kept back is looked at again."""
    store.end_mutes([MuteId(1)], now=NOON + MINUTE)


def escalate(store: Store) -> None:
    """Tell the next channel."""
    (due,) = store.due_escalations(now=NOON, limit=9)
    way = pending(replace(an_alert(), id=due.alert_id), "phone", now=NOON)
    rest = replace(due, due_at=NOON + HOUR, channels=("phone",))
    store.commit_escalation(EscalationPlan(steps=((due, way, rest),)))


def push(store: Store) -> None:
    """Store what a push brought."""
    store.commit_push(a_plan())


def agree(store: Store) -> None:
    """Store what was agreed with a hub."""
    store.put_subscription(AGREED)


STEPS: tuple[Step, ...] = (
    sync,
    commit_polls,
    commit_fill,
    push,
    agree,
    commit_article,
    commit_announcement,
    claim,
    claim_articles,
    settle,
    commit_hits,
    resume,
    recover,
    poll_now,
    release,
    unmute,
    escalate,
)


def _all_of(table: Table) -> Select[Any]:
    return select(*(column for column in table.columns if column.type is not COUNTER))


def contents(database: Database) -> dict[str, list[Any]]:
    """Return every row of every table, without the numbers a database counts: a cut may leave a gap in them."""

    def look(tx: Connection) -> dict[str, list[Any]]:
        return {
            table.name: sorted((tuple(row) for row in tx.execute(_all_of(table))), key=repr)
            for table in metadata.sorted_tables
        }

    return database.read(look)
