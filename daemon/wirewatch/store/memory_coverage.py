"""Gaps, coverage and revisions in the memory store."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

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
from wirewatch.core.model.entry import EntryId
from wirewatch.core.model.feed import FeedId
from wirewatch.store.memory_base import MemoryBase, alone
from wirewatch.store.rules import QUIET, tidy


class MemoryCoverage(MemoryBase):
    """The part of the store that knows what slipped past."""

    @alone
    def memory(self, feed_id: FeedId) -> Memory:
        """Return what the last document of a feed listed."""
        return self.rows.traces.get(feed_id, NOTHING)

    @alone
    def due_gaps(self, *, now: datetime, limit: int) -> Sequence[GapId]:
        """Return open gaps whose next page may be read, longest due first."""
        due = [
            gap
            for gap in self.rows.gaps.values()
            if gap.state is GapState.OPEN
            and gap.due_at <= now
            and self.rows.feeds[gap.feed_id].active
        ]
        return [gap.id for gap in sorted(due, key=lambda gap: (gap.due_at, gap.id))[:limit]]

    @alone
    def gap_job(self, gap_id: GapId) -> GapJob | None:
        """Return an open gap with its feed, None where there is none (any more)."""
        gap = self.rows.gaps.get(gap_id)
        if gap is None or gap.state is not GapState.OPEN:
            return None
        row = self.rows.feeds[gap.feed_id]
        return GapJob(gap=gap, feed=self.feeds_of([row])[0]) if row.configured else None

    @alone
    def links_since(self, feed_id: FeedId, since: datetime) -> Sequence[str]:
        """Return the links of a feed's stored entries found since then."""
        return [
            entry.link
            for entry in self.rows.entries.values()
            if entry.feed_id == feed_id and entry.found_at >= since and entry.link is not None
        ]

    @alone
    def commit_fill(self, plan: FillPlan) -> None:
        """Store what a page brought for a gap, and how far the gap is: all of it or nothing."""
        self.rows.take_fill(tidy(plan))

    @alone
    def gaps(self, feed_id: FeedId, *, limit: int = 20) -> Sequence[Gap]:
        """Return the last gaps of a feed, newest first."""
        found = [gap for gap in self.rows.gaps.values() if gap.feed_id == feed_id]
        return sorted(found, key=lambda gap: gap.to_at, reverse=True)[:limit]

    @alone
    def revisions(self, entry_id: EntryId) -> Sequence[Revision]:
        """Return what an entry said before it was edited, oldest first."""
        kept = self.rows.revisions
        return [kept[key] for key in sorted(kept) if key[0] == entry_id]

    @alone
    def coverage(self) -> Sequence[FeedCoverage]:
        """Return how much of each feed was seen for certain."""
        told = [
            record
            for record in self.rows.polls.values()
            if record.overlap is not None or record.outcome in QUIET
        ]
        ids = {record.feed_id for record in told}
        ids |= {gap.feed_id for gap in self.rows.gaps.values()}
        found = []
        for id_ in sorted(ids):
            mine = [record for record in told if record.feed_id == id_]
            gaps = self.gaps(id_, limit=len(self.rows.gaps))
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
