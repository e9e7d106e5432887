"""What feeds list and what slipped past: memories, gaps, revisions, and the care that feeds in trouble need."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Integer, cast, delete, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from wirewatch.core.model.coverage import (
    NOTHING,
    FeedCoverage,
    FillPlan,
    Gap,
    GapId,
    GapJob,
    GapState,
    Memory,
    Revision,
)
from wirewatch.core.model.entry import Entry, EntryId
from wirewatch.core.model.feed import Feed, FeedId, FeedState
from wirewatch.core.model.plan import PollPlan
from wirewatch.store import feeds as feed_rows
from wirewatch.store.rules import QUIET, REVISIONS
from wirewatch.store.shapes import GAP, REVISION, chunks, insert_new, present
from wirewatch.store.tables import (
    entries,
    feed_care,
    feed_memory,
    feed_schedule,
    gap_entries,
    gaps,
    poll_log,
    renamed,
    revisions,
)

_CARE: Final = ("weight", "dead_told_at", "fast_until")


def memory(tx: Connection, feed_id: FeedId) -> Memory:
    """Return what the last document of a feed listed."""
    query = select(feed_memory.c.traces).where(feed_memory.c.feed_id == feed_id)
    return tx.execute(query).scalar() or NOTHING


def put(tx: Connection, plans: Sequence[PollPlan]) -> None:
    """Store what documents listed, the new names of entries, and the gaps that were seen."""
    latest = {plan.feed_id: plan.memory for plan in plans if plan.memory is not None}
    if latest:
        insert = _dialect(tx).insert(feed_memory)
        insert = insert.on_conflict_do_update(
            index_elements=[feed_memory.c.feed_id], set_={"traces": insert.excluded.traces}
        )
        tx.execute(insert, [{"feed_id": id_, "traces": latest[id_]} for id_ in sorted(latest)])
    insert_new(
        tx,
        renamed,
        [
            {"feed_id": plan.feed_id, "key": key, "entry_key": true}
            for plan in plans
            for key, true in plan.renamed
        ],
    )
    insert_new(tx, gaps, [GAP.row(plan.gap) for plan in plans if plan.gap is not None])


def put_care(tx: Connection, states: Mapping[FeedId, FeedState]) -> None:
    """Store what feeds in trouble need; a feed that is well needs no row."""
    rows = {
        id_: {"feed_id": id_, **{name: getattr(state, name) for name in _CARE}}
        for id_, state in states.items()
        if state.weight or state.dead_told_at or state.fast_until
    }
    well = present(tx, feed_care.c.feed_id, states.keys() - rows.keys())
    if well:
        tx.execute(delete(feed_care).where(feed_care.c.feed_id.in_(well)))
    if rows:
        insert = _dialect(tx).insert(feed_care)
        insert = insert.on_conflict_do_update(
            index_elements=[feed_care.c.feed_id],
            set_={name: insert.excluded[name] for name in _CARE},
        )
        tx.execute(insert, [rows[id_] for id_ in sorted(rows)])


def put_revisions(tx: Connection, edits: Sequence[Entry]) -> None:
    """Keep what these entries say until now; of each the last few revisions."""
    at = {edit.id: edit.found_at for edit in edits}
    for some in chunks(at):
        query = select(entries).where(entries.c.id.in_(some))
        texts = tx.execute(query).mappings().all()
        rows = [
            {
                "entry_id": text["id"],
                "at": at[text["id"]],
                **{name: text[name] for name in ("title", "summary", "body", "text_hash")},
            }
            for text in texts
        ]
        insert_new(tx, revisions, rows)
        for id_ in some:
            _forget_old_revisions(tx, id_)


def _forget_old_revisions(tx: Connection, id_: EntryId) -> None:
    mine = revisions.c.entry_id == id_
    last = select(revisions.c.at).where(mine).order_by(revisions.c.at.desc())
    oldest = tx.execute(last.offset(REVISIONS - 1).limit(1)).scalar()
    if oldest is not None:
        tx.execute(delete(revisions).where(mine, revisions.c.at < oldest))


def history(tx: Connection, id_: EntryId) -> Sequence[Revision]:
    """Return what an entry said before it was edited, oldest first."""
    query = select(*REVISION.columns).where(revisions.c.entry_id == id_).order_by(revisions.c.at)
    return [REVISION.read(row) for row in tx.execute(query)]


def put_fill(tx: Connection, plan: FillPlan) -> None:
    """Store how far a gap is, and which entries were found in it."""
    row = GAP.row(plan.gap)
    del row["id"]
    tx.execute(update(gaps).where(gaps.c.id == plan.gap.id).values(row))
    insert_new(
        tx,
        gap_entries,
        [{"entry_id": entry.id, "gap_id": plan.gap.id} for entry in plan.new],
    )


def due_gaps(tx: Connection, *, now: datetime, limit: int) -> Sequence[GapId]:
    """Return open gaps whose next page may be read, longest due first; those of paused feeds never."""
    query = (
        select(gaps.c.id)
        .join(feed_schedule, feed_schedule.c.feed_id == gaps.c.feed_id)
        .where(
            gaps.c.state == GapState.OPEN,
            gaps.c.due_at <= now,
            feed_schedule.c.active.is_(True),
        )
        .order_by(gaps.c.due_at, gaps.c.id)
        .limit(limit)
    )
    return list(tx.execute(query).scalars())


def gap_job(tx: Connection, id_: GapId) -> GapJob | None:
    """Return an open gap with its feed, None where there is none (any more)."""
    query = select(*GAP.columns).where(gaps.c.id == id_, gaps.c.state == GapState.OPEN)
    row = tx.execute(query).first()
    if row is None:
        return None
    gap = GAP.read(row)
    feed: Feed | None = feed_rows.one(tx, gap.feed_id)
    return None if feed is None else GapJob(gap=gap, feed=feed)


def links_since(tx: Connection, feed_id: FeedId, since: datetime) -> Sequence[str]:
    """Return the links of a feed's stored entries found since then."""
    query = select(entries.c.link).where(
        entries.c.feed_id == feed_id, entries.c.found_at >= since, entries.c.link.is_not(None)
    )
    return list(tx.execute(query).scalars())


def gaps_of(tx: Connection, feed_id: FeedId, *, limit: int) -> Sequence[Gap]:
    """Return the last gaps of a feed, newest first."""
    query = select(*GAP.columns).where(gaps.c.feed_id == feed_id).order_by(gaps.c.to_at.desc())
    return [GAP.read(row) for row in tx.execute(query.limit(limit))]


def coverage(tx: Connection) -> Sequence[FeedCoverage]:
    """Return how much of each feed was seen for certain, over the kept record of polls."""
    quiet = poll_log.c.outcome.in_(QUIET)
    told = tx.execute(
        select(poll_log.c.feed_id, func.count(), _count(or_(quiet, poll_log.c.overlap.is_(True))))
        .where(or_(quiet, poll_log.c.overlap.is_not(None)))
        .group_by(poll_log.c.feed_id)
    )
    polls = {id_: (many, covered) for id_, many, covered in told}
    by_state: dict[FeedId, dict[GapState, int]] = {}
    for id_, state, many in tx.execute(
        select(gaps.c.feed_id, gaps.c.state, func.count()).group_by(gaps.c.feed_id, gaps.c.state)
    ):
        by_state.setdefault(id_, {})[state] = many
    last_at = (
        select(gaps.c.feed_id, func.max(gaps.c.to_at).label("at")).group_by(gaps.c.feed_id)
    ).subquery()
    latest: Any = select(*GAP.columns).join(
        last_at, (last_at.c.feed_id == gaps.c.feed_id) & (last_at.c.at == gaps.c.to_at)
    )
    last = {gap.feed_id: gap for gap in map(GAP.read, tx.execute(latest))}
    return [
        FeedCoverage(
            feed_id=id_,
            polls=polls.get(id_, (0, 0))[0],
            covered=polls.get(id_, (0, 0))[1],
            gaps=sum(by_state.get(id_, {}).values()),
            open_gaps=by_state.get(id_, {}).get(GapState.OPEN, 0),
            lost_gaps=by_state.get(id_, {}).get(GapState.LOST, 0),
            last_gap=last.get(id_),
        )
        for id_ in sorted(polls.keys() | by_state.keys())
    ]


def _count(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(cast(condition, Integer))


def _dialect(tx: Connection) -> Any:
    return sqlite if tx.dialect.name == "sqlite" else postgresql
