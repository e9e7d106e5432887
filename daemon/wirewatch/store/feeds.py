"""Which feeds there are, and whose time has come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Select, bindparam, delete, func, select, update

from wirewatch.core.identity import SHARDS, shard_of
from wirewatch.core.model.feed import Feed, FeedId, FeedSpec, FeedState, Validators
from wirewatch.core.model.plan import HostRest
from wirewatch.core.urls import politeness_key
from wirewatch.store import codec, searching
from wirewatch.store.shapes import chunks, insert_new
from wirewatch.store.syncing import (
    StoredFeed,
    SyncPlan,
    first_state,
    moved_state,
    plan_sync,
    sooner_state,
)
from wirewatch.store.tables import feed_care, feed_habits, feed_schedule, feeds

SPEC_COLUMNS: Final = (
    feeds.c.url,
    feeds.c.name,
    feeds.c.tags,
    feeds.c.every_s,
    feeds.c.language,
    feeds.c.article,
    feeds.c.first_poll,
    feeds.c.paused,
)
CARE_COLUMNS: Final = (feed_care.c.weight, feed_care.c.dead_told_at, feed_care.c.fast_until)
FEED_COLUMNS: Final = (feeds, feed_schedule, *CARE_COLUMNS, feed_habits.c.habit)


@dataclass(frozen=True, slots=True, kw_only=True)
class SlowFacts:
    """What polling learned of a feed and seldom changes."""

    said_title: str | None
    said_language: str | None
    format: str | None
    moved_to: str | None


def sync(
    tx: Connection, specs: Sequence[FeedSpec], *, now: datetime, spread: timedelta
) -> SyncPlan:
    """Make the stored feeds those of the configuration; return what was done."""
    plan = look(tx, specs)
    _add(tx, plan.added, now=now, spread=spread)
    for feed in plan.changed:
        _change(tx, feed, plan, now=now)
    searching.enqueue_feeds(tx, plan.respoken)
    for ids in chunks(plan.retired):
        tx.execute(update(feeds).where(feeds.c.id.in_(ids)).values(retired_at=now))
        tx.execute(
            update(feed_schedule).where(feed_schedule.c.feed_id.in_(ids)).values(active=False)
        )
    return plan


def look(tx: Connection, specs: Sequence[FeedSpec]) -> SyncPlan:
    """Return what would make the stored feeds those of the configuration."""
    query = select(feeds.c.id, feeds.c.url_key, feeds.c.retired_at, *SPEC_COLUMNS)
    return plan_sync(
        (
            StoredFeed(
                id=FeedId(row[0]), url_key=row[1], retired_at=row[2], spec=read_spec(row[3:])
            )
            for row in tx.execute(query)
        ),
        specs,
    )


def _add(tx: Connection, added: Sequence[StoredFeed], *, now: datetime, spread: timedelta) -> None:
    insert_new(tx, feeds, [{"id": feed.id, **_spec_row(feed)} for feed in added])
    insert_new(
        tx,
        feed_schedule,
        [
            {
                "feed_id": feed.id,
                "shard": shard_of(feed.spec.url),
                "active": not feed.spec.paused,
                **schedule_row(first_state(feed, now=now, spread=spread)),
            }
            for feed in added
        ],
    )


def _change(tx: Connection, feed: StoredFeed, plan: SyncPlan, *, now: datetime) -> None:
    tx.execute(update(feeds).where(feeds.c.id == feed.id).values(_spec_row(feed)))
    place = {"shard": shard_of(feed.spec.url), "active": not feed.spec.paused}
    schedule = update(feed_schedule).where(feed_schedule.c.feed_id == feed.id)
    tx.execute(schedule.values(place))
    if feed.id not in plan.moved and feed.id not in plan.sooner:
        return
    state = _select(tx, select(*FEED_COLUMNS).where(feeds.c.id == feed.id))[0].state
    if feed.id in plan.moved:
        state = moved_state(state, now=now)
        tx.execute(delete(feed_care).where(feed_care.c.feed_id == feed.id))
        tx.execute(update(feeds).where(feeds.c.id == feed.id).values(moved_to=None))
    if feed.id in plan.sooner:
        state = sooner_state(state, plan.sooner[feed.id], now=now)
    tx.execute(schedule.values(schedule_row(state)))


def all_feeds(tx: Connection) -> list[Feed]:
    """Return the configured feeds by name."""
    found = _select(tx, select(*FEED_COLUMNS).where(feeds.c.retired_at.is_(None)))
    return sorted(found, key=lambda feed: (feed.spec.name, feed.id))


def one(tx: Connection, id_: FeedId) -> Feed | None:
    """Return a configured feed."""
    found = _select(
        tx, select(*FEED_COLUMNS).where(feeds.c.id == id_, feeds.c.retired_at.is_(None))
    )
    return found[0] if found else None


def due_shards(tx: Connection, *, now: datetime) -> list[int]:
    """Return the shards that hold due feeds, longest due first."""
    # One seek in the index for each shard: grouping would read the schedule of every feed there is.
    number = select(bindparam("first", 0).label("shard")).cte("shard_numbers", recursive=True)
    number = number.union_all(select(number.c.shard + 1).where(number.c.shard < SHARDS - 1))
    first_at = (
        select(func.min(feed_schedule.c.next_poll_at))
        .where(feed_schedule.c.shard == number.c.shard, feed_schedule.c.active.is_(True))
        .scalar_subquery()
    )
    times = select(number.c.shard, first_at.label("at")).subquery()
    query = select(times.c.shard).where(times.c.at <= now).order_by(times.c.at, times.c.shard)
    return list(tx.execute(query).scalars())


def due(
    tx: Connection, shard: int, *, now: datetime, limit: int, skip: frozenset[FeedId]
) -> list[Feed]:
    """Return due feeds of a shard, longest due first."""
    query = (
        select(*FEED_COLUMNS)
        .where(
            feed_schedule.c.shard == shard,
            feed_schedule.c.active.is_(True),
            feed_schedule.c.next_poll_at <= now,
        )
        .order_by(feed_schedule.c.next_poll_at, feed_schedule.c.feed_id)
        .limit(limit + len(skip))
    )
    return [feed for feed in _select(tx, query) if feed.id not in skip][:limit]


def poll_now(tx: Connection, ids: Sequence[FeedId] | None, *, now: datetime) -> int:
    """Make feeds due at once, those that are due already keep their place; return how many are due."""
    later = update(feed_schedule).where(
        feed_schedule.c.active.is_(True), feed_schedule.c.next_poll_at > now
    )
    many = select(func.count()).where(feed_schedule.c.active.is_(True))
    if ids is None:
        tx.execute(later.values(next_poll_at=now))
        return tx.execute(many).scalar_one()
    count = 0
    for some in chunks(dict.fromkeys(ids)):
        mine = feed_schedule.c.feed_id.in_(some)
        tx.execute(later.where(mine).values(next_poll_at=now))
        count += tx.execute(many.where(mine)).scalar_one()
    return count


def leave_alone(tx: Connection, rests: Sequence[HostRest]) -> None:
    """Ask no feed of a host that wants to rest before it has rested."""
    for rest in rests:
        mine = select(feeds.c.id, feeds.c.url).join(
            feed_schedule, feeds.c.id == feed_schedule.c.feed_id
        )
        sooner = (
            feed_schedule.c.shard == shard_of(f"https://{rest.host}/"),
            feed_schedule.c.active.is_(True),
            feed_schedule.c.next_poll_at < rest.until,
        )
        ids = [
            id_ for id_, url in tx.execute(mine.where(*sooner)) if politeness_key(url) == rest.host
        ]
        for some in chunks(ids):
            later = update(feed_schedule).where(feed_schedule.c.feed_id.in_(some))
            tx.execute(later.values(next_poll_at=rest.until))


def slow_facts(tx: Connection, ids: Sequence[FeedId]) -> dict[FeedId, SlowFacts]:
    """Return what seldom changes of these feeds."""
    found: dict[FeedId, SlowFacts] = {}
    for some in chunks(ids):
        query = select(
            feeds.c.id,
            feeds.c.said_title,
            feeds.c.said_language,
            feeds.c.format,
            feeds.c.moved_to,
        ).where(feeds.c.id.in_(some))
        for id_, title, language, format_, moved_to in tx.execute(query):
            found[FeedId(id_)] = SlowFacts(
                said_title=title, said_language=language, format=format_, moved_to=moved_to
            )
    return found


def read_spec(values: Sequence[Any]) -> FeedSpec:
    """Return the spec as it is stored, without secrets, from SPEC_COLUMNS."""
    url, name, tags, every, language, article, first_poll, paused = values
    return FeedSpec(
        url=url,
        name=name,
        tags=tags,
        every=every,
        language=language,
        article=article,
        first_poll=first_poll,
        paused=paused,
    )


def _spec_row(feed: StoredFeed) -> dict[str, Any]:
    spec = feed.spec
    return {
        "url_key": feed.url_key,
        "url": spec.url,
        "name": spec.name,
        "tags": spec.tags,
        "every_s": spec.every,
        "language": spec.language,
        "article": spec.article,
        "first_poll": spec.first_poll,
        "paused": spec.paused,
        "retired_at": feed.retired_at,
    }


def schedule_row(state: FeedState) -> dict[str, Any]:
    """Return what is written at every poll."""
    return {
        "next_poll_at": state.next_poll_at,
        "interval_s": state.interval,
        "polls": state.polls,
        "failures": state.failures,
        "etag": state.validators.etag,
        "last_modified": state.validators.last_modified,
        "body_hash": state.body_hash,
        "problem": state.problem,
        "problem_detail": state.problem_detail,
        "problem_at": state.problem_at,
        "last_poll_at": state.last_poll_at,
        "last_ok_at": state.last_ok_at,
        "last_new_at": state.last_new_at,
        "baseline_at": state.baseline_at,
        "moved_seen": state.moved_seen,
    }


def slow_row(state: FeedState) -> SlowFacts:
    """Return what is written when it changes."""
    return SlowFacts(
        said_title=state.title,
        said_language=state.language,
        format=state.format,
        moved_to=state.moved_to,
    )


def _select(tx: Connection, query: Select[Any]) -> list[Feed]:
    known = (
        feeds.join(feed_schedule, feeds.c.id == feed_schedule.c.feed_id)
        .outerjoin(feed_care, feeds.c.id == feed_care.c.feed_id)
        .outerjoin(feed_habits, feeds.c.id == feed_habits.c.feed_id)
    )
    joined = query.select_from(known)
    return [_feed(row) for row in tx.execute(joined)]


def _feed(row: Any) -> Feed:
    wide = dict(zip(feeds.c.keys(), row, strict=False))
    narrow = dict(zip(feed_schedule.c.keys(), row[len(feeds.c) :], strict=False))
    weight, dead_told_at, fast_until, habit = row[-len(CARE_COLUMNS) - 1 :]
    state = FeedState(
        next_poll_at=narrow["next_poll_at"],
        interval=narrow["interval_s"],
        polls=narrow["polls"],
        failures=narrow["failures"],
        weight=weight or 0.0,
        dead_told_at=dead_told_at,
        fast_until=fast_until,
        validators=Validators(etag=narrow["etag"], last_modified=narrow["last_modified"]),
        body_hash=narrow["body_hash"],
        problem=narrow["problem"],
        problem_detail=narrow["problem_detail"],
        problem_at=narrow["problem_at"],
        last_poll_at=narrow["last_poll_at"],
        last_ok_at=narrow["last_ok_at"],
        last_new_at=narrow["last_new_at"],
        baseline_at=narrow["baseline_at"],
        moved_to=wide["moved_to"],
        moved_seen=narrow["moved_seen"],
        title=wide["said_title"],
        format=wide["format"],
        language=wide["said_language"],
        habit=codec.to_habit(habit),
    )
    spec = read_spec([wide[column.name] for column in SPEC_COLUMNS])
    return Feed(id=FeedId(wide["id"]), shard=narrow["shard"], spec=spec, state=state)
