"""Hits nobody was told about, stories, and what was decided of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, Select, insert, select, update

from wirewatch.core.model.alert import Alert, Delivery
from wirewatch.core.model.hit import HitState, StoryId
from wirewatch.core.model.plan import AnnouncementPlan, WaitingHit
from wirewatch.core.model.story import Story, StoryEntry
from wirewatch.store.codec import (
    alert_values,
    article_of,
    delivery_values,
    entry_of,
    hit_of,
    story_entry_of,
    story_entry_values,
)
from wirewatch.store.polls import chunks, insert_new
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


def hits_with_entries() -> Select[tuple[object, ...]]:
    """Return a query for hits with their entries and the names of their feeds."""
    return (
        select(
            *(column.label(f"h_{column.name}") for column in hits.c),
            *(column.label(f"e_{column.name}") for column in entries.c),
            feeds.c.name.label("outlet"),
        )
        .join(entries, entries.c.id == hits.c.entry_id)
        .join(feeds, feeds.c.id == entries.c.feed_id)
    )


def waiting(connection: Connection, *, limit: int) -> Sequence[WaitingHit]:
    """Return hits in state WAITING, oldest first."""
    query = (
        hits_with_entries()
        .add_columns(*(column.label(f"a_{column.name}") for column in articles.c))
        .outerjoin(articles, articles.c.entry_id == hits.c.entry_id)
        .where(hits.c.state == HitState.WAITING.value)
        .order_by(hits.c.found_at, hits.c.id)
        .limit(limit)
    )
    return [
        WaitingHit(
            hit=hit_of(row, "h_"),
            entry=entry_of(row, "e_"),
            outlet=row["outlet"],
            article=article_of(row, "a_"),
        )
        for row in connection.execute(query).mappings()
    ]


def stories_sharing(
    connection: Connection, keys: Sequence[int], *, since: datetime
) -> Sequence[Story]:
    """Return whole stories told of since then that share a number with these."""
    ids: set[int] = set()
    for some in chunks(keys):
        query = (
            select(story_keys.c.story_id)
            .join(stories, stories.c.id == story_keys.c.story_id)
            .where(story_keys.c.number.in_(some), stories.c.updated_at >= since)
            .distinct()
        )
        ids.update(connection.execute(query).scalars())
    return [
        story for id_ in sorted(ids) if (story := story_of(connection, StoryId(id_))) is not None
    ]


def story_of(connection: Connection, id_: StoryId) -> Story | None:
    """Return a story whole."""
    row = connection.execute(select(stories).where(stories.c.id == id_)).first()
    if row is None:
        return None
    tellings = connection.execute(
        select(story_entries)
        .where(story_entries.c.story_id == id_)
        .order_by(
            story_entries.c.at, story_entries.c.joined_by.is_not(None), story_entries.c.entry_id
        )
    ).mappings()
    pairs = connection.execute(select(told.c.watch, told.c.channel).where(told.c.story_id == id_))
    return Story(
        id=id_,
        title=row.title,
        opened_at=row.opened_at,
        entries=tuple(story_entry_of(telling) for telling in tellings),
        told=frozenset((pair.watch, pair.channel) for pair in pairs),
    )


def commit(connection: Connection, plan: AnnouncementPlan) -> None:
    """Store stories, alerts, deliveries and the end of the hits' wait."""
    for story in plan.opened:
        row = {
            "id": story.id,
            "title": story.title,
            "opened_at": story.opened_at,
            "updated_at": story.opened_at,
        }
        insert_new(connection, stories, [row])
        for telling in story.entries:
            _tell(connection, story.id, telling)
    for story_id, telling in plan.joined:
        _tell(connection, story_id, telling)
        connection.execute(
            update(stories).where(stories.c.id == story_id).values(updated_at=telling.at)
        )
    names = ("story_id", "watch", "channel")
    insert_new(connection, told, [dict(zip(names, pair, strict=True)) for pair in plan.told])
    post(connection, plan.alerts, plan.deliveries)
    for verdict in plan.verdicts:
        connection.execute(
            update(hits)
            .where(hits.c.id == verdict.hit_id)
            .values(
                state=verdict.state.value,
                why=verdict.why.value,
                story_id=verdict.story_id,
                alert_id=verdict.alert_id,
            )
        )


def post(connection: Connection, new: Sequence[Alert], ways: Sequence[Delivery]) -> None:
    """Put alerts into the outbox; those that are there stay as they are."""
    insert_new(connection, alerts, [alert_values(alert) for alert in new])
    insert_new(connection, deliveries, [delivery_values(way) for way in ways])


def _tell(connection: Connection, story_id: StoryId, telling: StoryEntry) -> None:
    insert_new(connection, story_entries, [story_entry_values(story_id, telling)])
    rows = [
        {"number": number, "story_id": story_id}
        for number in dict.fromkeys(telling.fingerprint.numbers())
    ]
    there = set(
        connection.execute(
            select(story_keys.c.number).where(story_keys.c.story_id == story_id)
        ).scalars()
    )
    fresh = [row for row in rows if row["number"] not in there]
    if fresh:
        connection.execute(insert(story_keys), fresh)
