"""Hits nobody was told about, the stories they belong to, and the end of their wait."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, select, update

from wirewatch.core.model.alert import Alert, Delivery
from wirewatch.core.model.hit import HitState, StoryId, Why
from wirewatch.core.model.hold import Hold
from wirewatch.core.model.plan import AnnouncementPlan, WaitingHit
from wirewatch.core.model.story import Story, StoryEntry
from wirewatch.store.rules import last_at, telling_order
from wirewatch.store.shapes import (
    ALERT,
    ARTICLE,
    DELIVERY,
    ENTRY,
    ESCALATION,
    HIT,
    HOLD,
    STORY_ENTRY,
    chunks,
    insert_new,
    present,
)
from wirewatch.store.tables import (
    alerts,
    articles,
    deliveries,
    entries,
    feeds,
    hits,
    stories,
    story_entries,
    story_keys,
    told,
)
from wirewatch.store.tables_holds import escalations, holds


def waiting(tx: Connection, *, limit: int) -> Sequence[WaitingHit]:
    """Return hits in state WAITING, oldest first."""
    query = (
        select(*HIT.columns, *ENTRY.columns, feeds.c.name, *ARTICLE.columns)
        .join(entries, entries.c.id == hits.c.entry_id)
        .join(feeds, feeds.c.id == entries.c.feed_id)
        .outerjoin(articles, articles.c.entry_id == hits.c.entry_id)
        .where(hits.c.state == HitState.WAITING)
        .order_by(hits.c.found_at, hits.c.id)
        .limit(limit)
    )
    return [_waiting(iter(row)) for row in tx.execute(query)]


def _waiting(values: Iterable[Any]) -> WaitingHit:
    values = iter(values)
    hit = HIT.read(values)
    entry = ENTRY.read(values)
    outlet = next(values)
    page = tuple(values)
    article = None if page[0] is None else ARTICLE.read(page)
    return WaitingHit(hit=hit, entry=entry, outlet=outlet, article=article)


def stories_sharing(tx: Connection, keys: Sequence[int], *, since: datetime) -> Sequence[Story]:
    """Return whole stories opened or joined since then that share one of these numbers, oldest first."""
    ids: set[int] = set()
    for some in chunks(dict.fromkeys(keys)):
        query = (
            select(stories.c.id)
            .join(story_keys, story_keys.c.story_id == stories.c.id)
            .where(story_keys.c.number.in_(some), stories.c.last_at >= since)
        )
        ids.update(tx.execute(query).scalars())
    return whole_stories(tx, ids)


def whole_stories(tx: Connection, ids: Iterable[int]) -> Sequence[Story]:
    """Return these stories with their entries, fingerprints and who was told, oldest first."""
    found: list[Story] = []
    for some in chunks(sorted(set(ids))):
        tellings = _tellings(tx, some)
        pairs = _told(tx, some)
        for id_, title, opened_at in tx.execute(
            select(stories.c.id, stories.c.title, stories.c.opened_at).where(stories.c.id.in_(some))
        ):
            found.append(
                Story(
                    id=StoryId(id_),
                    title=title,
                    opened_at=opened_at,
                    entries=tuple(sorted(tellings.get(id_, ()), key=telling_order)),
                    told=frozenset(pairs.get(id_, ())),
                )
            )
    return sorted(found, key=lambda story: (story.opened_at, story.id))


def _tellings(tx: Connection, ids: Sequence[int]) -> dict[int, list[StoryEntry]]:
    found: dict[int, list[StoryEntry]] = {}
    query = select(story_entries.c.story_id, *STORY_ENTRY.columns)
    for row in tx.execute(query.where(story_entries.c.story_id.in_(ids))):
        found.setdefault(row[0], []).append(STORY_ENTRY.read(row[1:]))
    return found


def _told(tx: Connection, ids: Sequence[int]) -> dict[int, list[tuple[str, str]]]:
    found: dict[int, list[tuple[str, str]]] = {}
    query = select(told.c.story_id, told.c.watch, told.c.channel).where(told.c.story_id.in_(ids))
    for story_id, watch, channel in tx.execute(query):
        found.setdefault(story_id, []).append((watch, channel))
    return found


def commit(tx: Connection, plan: AnnouncementPlan) -> None:
    """Store stories, alerts, deliveries and the end of the hits' wait. What is there already stays as it is."""
    opened = [
        {
            "id": story.id,
            "title": story.title,
            "opened_at": story.opened_at,
            "last_at": last_at(story),
        }
        for story in plan.opened
    ]
    insert_new(tx, stories, opened)
    tellings = [(story.id, telling) for story in plan.opened for telling in story.entries]
    _tell(tx, [*tellings, *plan.joined])
    _touch(tx, plan.joined)
    pairs = [(story.id, *pair) for story in plan.opened for pair in sorted(story.told)]
    insert_new(
        tx,
        told,
        [
            {"story_id": story_id, "watch": watch, "channel": channel}
            for story_id, watch, channel in (*pairs, *plan.told)
        ],
    )
    post(tx, plan.alerts, plan.deliveries)
    insert_new(tx, holds, [HOLD.row(hold) for hold in plan.holds])
    insert_new(tx, escalations, [ESCALATION.row(one) for one in plan.escalations])
    _end_waits(tx, plan)


def hold_back(tx: Connection, new: Sequence[Delivery], why: Why) -> None:
    """Put held deliveries of alerts there are into the outbox; those that are there stay as they are."""
    there = present(tx, deliveries.c.key, [way.key for way in new])
    fresh = [way for way in new if way.key not in there]
    insert_new(tx, deliveries, [DELIVERY.row(way) for way in fresh])
    insert_new(tx, holds, [HOLD.row(Hold(delivery=way.key, why=why)) for way in fresh])


def post(tx: Connection, new: Sequence[Alert], ways: Sequence[Delivery]) -> None:
    """Put alerts into the outbox; those that are there stay as they are."""
    insert_new(tx, alerts, [ALERT.row(alert) for alert in new])
    insert_new(tx, deliveries, [DELIVERY.row(way) for way in ways])


def _tell(tx: Connection, tellings: Sequence[tuple[StoryId, StoryEntry]]) -> None:
    insert_new(
        tx,
        story_entries,
        [{"story_id": id_, **STORY_ENTRY.row(telling)} for id_, telling in tellings],
    )
    numbers = {
        (number, id_) for id_, telling in tellings for number in telling.fingerprint.numbers()
    }
    insert_new(
        tx, story_keys, [{"number": number, "story_id": id_} for number, id_ in sorted(numbers)]
    )


def _touch(tx: Connection, joined: Sequence[tuple[StoryId, StoryEntry]]) -> None:
    rows = [{"of": id_, "at_": telling.at} for id_, telling in joined]
    if rows:
        at = bindparam("at_", type_=stories.c.last_at.type)
        older = (stories.c.id == bindparam("of")) & (stories.c.last_at < at)
        tx.execute(update(stories).where(older).values(last_at=at), rows)


def _end_waits(tx: Connection, plan: AnnouncementPlan) -> None:
    # Only what waits is decided: a plan made before another was committed changes nothing of that one's.
    rows = [
        {
            "of": verdict.hit_id,
            "state": verdict.state,
            "why": verdict.why,
            "story_id": verdict.story_id,
            "alert_id": verdict.alert_id,
        }
        for verdict in plan.verdicts
    ]
    if rows:
        undecided = (hits.c.id == bindparam("of")) & (hits.c.state == HitState.WAITING)
        tx.execute(update(hits).where(undecided), rows)
