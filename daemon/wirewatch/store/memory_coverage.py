"""What the store for tests tells of gaps and coverage."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from wirewatch.core.model.coverage import NOTHING, FeedCoverage, Gap, GapId, GapState, Memory
from wirewatch.core.model.feed import FeedId
from wirewatch.store.memory_rows import Rows
from wirewatch.store.rules import QUIET


def memory(rows: Rows, feed_id: FeedId) -> Memory:
    """Return what the last document of a feed listed."""
    return rows.traces.get(feed_id, NOTHING)


def due_gaps(rows: Rows, *, now: datetime, limit: int) -> Sequence[GapId]:
    """Return open gaps whose next page may be read, longest due first."""
    due = [
        gap
        for gap in rows.gaps.values()
        if gap.state is GapState.OPEN and gap.due_at <= now and rows.feeds[gap.feed_id].active
    ]
    return [gap.id for gap in sorted(due, key=lambda gap: (gap.due_at, gap.id))[:limit]]


def gaps_of(rows: Rows, feed_id: FeedId, *, limit: int) -> Sequence[Gap]:
    """Return the last gaps of a feed, newest first."""
    found = [gap for gap in rows.gaps.values() if gap.feed_id == feed_id]
    return sorted(found, key=lambda gap: gap.to_at, reverse=True)[:limit]


def coverage(rows: Rows) -> Sequence[FeedCoverage]:
    """Return how much of each feed was seen for certain."""
    told = [
        record
        for record in rows.polls.values()
        if record.overlap is not None or record.outcome in QUIET
    ]
    ids = {record.feed_id for record in told} | {gap.feed_id for gap in rows.gaps.values()}
    found = []
    for id_ in sorted(ids):
        mine = [record for record in told if record.feed_id == id_]
        gaps = gaps_of(rows, id_, limit=len(rows.gaps))
        found.append(
            FeedCoverage(
                feed_id=id_,
                polls=len(mine),
                covered=sum(bool(one.overlap) or one.outcome in QUIET for one in mine),
                gaps=len(gaps),
                open_gaps=sum(gap.state is GapState.OPEN for gap in gaps),
                lost_gaps=sum(gap.state is GapState.LOST for gap in gaps),
                last_gap=gaps[0] if gaps else None,
            )
        )
    return found
