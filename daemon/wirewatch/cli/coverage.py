"""Coverage in plain words: how sure it is that nothing slipped past."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from wirewatch.cli import show

if TYPE_CHECKING:
    from wirewatch.core.model.coverage import FeedCoverage, Gap
    from wirewatch.core.model.feed import Feed, FeedId
    from wirewatch.core.model.watch import Watchlist


def share(polls: int, covered: int) -> float | None:
    """Return the share of polls before which nothing slipped past, None when none could tell."""
    return covered / polls if polls else None


def in_words(told: FeedCoverage | None, now: datetime) -> str:
    """Say how much of one feed was seen for certain."""
    if told is None or not told.polls:
        return "not known before the second poll"
    words = _share_in_words(told.polls, told.covered)
    if told.last_gap is not None:
        words += f"; {_gaps_in_words(told.gaps, told.open_gaps)}, the last {gap_in_words(told.last_gap, now)}"
    return words


def gap_in_words(gap: Gap, now: datetime) -> str:
    """Say when a gap was and what became of it."""
    from wirewatch.core.model.coverage import GapState

    span = show.length((gap.to_at - gap.from_at).total_seconds())
    found = f"{gap.filled} missed entries found" if gap.filled else "no missed entry found"
    fates = {
        GapState.OPEN: f"being filled, {found} so far",
        GapState.FILLED: f"filled, {found}",
        GapState.LOST: f"not filled ({gap.detail}), {found}",
    }
    return f"{show.ago(gap.to_at, now)}, {span} long: {fates[gap.state]}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ListCoverage:
    """How much of the feeds of a watchlist was seen for certain."""

    watchlist: str
    feeds: int
    polls: int
    covered: int
    share: float | None
    gaps: int
    open_gaps: int
    last_gap_at: datetime | None


def by_watchlist(
    lists: Iterable[Watchlist], feeds: Sequence[Feed], told: Mapping[FeedId, FeedCoverage]
) -> list[ListCoverage]:
    """Return for each watchlist how much of the feeds it reads was seen for certain."""
    found = []
    for watchlist in lists:
        read = [feed for feed in feeds if watchlist.reads(feed.spec.name, feed.spec.tags)]
        mine = [told[feed.id] for feed in read if feed.id in told]
        polls, covered = sum(one.polls for one in mine), sum(one.covered for one in mine)
        found.append(
            ListCoverage(
                watchlist=watchlist.name,
                feeds=len(read),
                polls=polls,
                covered=covered,
                share=share(polls, covered),
                gaps=sum(one.gaps for one in mine),
                open_gaps=sum(one.open_gaps for one in mine),
                last_gap_at=max((one.last_gap.to_at for one in mine if one.last_gap), default=None),
            )
        )
    return found


def list_in_words(told: ListCoverage, now: datetime) -> str:
    """Say how much of a watchlist's feeds was seen for certain."""
    if not told.polls:
        return "not known before the second poll of its feeds"
    words = _share_in_words(told.polls, told.covered)
    if told.gaps:
        last = show.ago(told.last_gap_at, now)
        words += f"; {_gaps_in_words(told.gaps, told.open_gaps)}, the last {last}"
    return words


def as_json(told: FeedCoverage | None) -> dict[str, object]:
    """Return the same for programs."""
    polls, covered = (told.polls, told.covered) if told is not None else (0, 0)
    last = told.last_gap if told is not None else None
    return {
        "polls": polls,
        "covered": covered,
        "share": share(polls, covered),
        "gaps": told.gaps if told is not None else 0,
        "open_gaps": told.open_gaps if told is not None else 0,
        "lost_gaps": told.lost_gaps if told is not None else 0,
        "last_gap": gap_json(last) if last is not None else None,
    }


def gap_json(gap: Gap) -> dict[str, object]:
    """Return a gap for programs."""
    return {
        "from_at": gap.from_at,
        "to_at": gap.to_at,
        "state": gap.state,
        "found_by": gap.found_by,
        "filled": gap.filled,
        "pages": gap.pages,
        "detail": gap.detail,
    }


def _share_in_words(polls: int, covered: int) -> str:
    if covered == polls:
        return f"nothing slipped past in {polls} polls"
    return f"{covered} of {polls} polls ({covered / polls:.1%}) saw all that came before them"


def _gaps_in_words(gaps: int, open_gaps: int) -> str:
    number = "1 gap" if gaps == 1 else f"{gaps} gaps"
    return f"{number}, {open_gaps} open" if open_gaps else number
