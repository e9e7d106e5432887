"""What a page that may fill a gap leads to: missed news that rings, and the next page or the end."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from wirewatch.core.identity import Listed
from wirewatch.core.model.coverage import FillPlan, Gap, GapPage, GapState, PageKind
from wirewatch.core.model.entry import EntryKey, Known
from wirewatch.core.model.feed import Feed
from wirewatch.core.model.outcome import Failed, Fetched, Parsed, ParsedFeed, Unchanged, Unreadable
from wirewatch.core.plan.article import FOR_GOOD, ArticleRules, pages_of
from wirewatch.core.plan.listing import entry_of, seen_of
from wirewatch.core.plan.wanted import Wanted, find_hits
from wirewatch.core.urls import link_key

MOST_PAGES: Final = 20
"""So many pages are read for one gap: an archive may go back to the beginning of time."""

MOST_PARTS: Final = 5
"""So many of the documents that the index of a sitemap lists, newest first."""

TRIES: Final = 4
RETRY: Final = timedelta(minutes=1)
"""Wait after the first failure at a page; fourfold after each further one."""

LOOK_BACK: Final = timedelta(days=7)
"""So far back the links of stored entries are compared with those of a sitemap."""

SLACK: Final = timedelta(hours=1)
"""A sitemap lists the whole site: what it dates this long before the gap was there to be seen in the feed."""


def plan_fill(
    gap: Gap,
    feed: Feed,
    fetched: Fetched,
    parsed: Parsed | None,
    items: tuple[Listed, ...],
    *,
    known: Mapping[EntryKey, Known],
    links: Collection[str],
    wanted: Wanted,
    articles: ArticleRules,
    now: datetime,
) -> FillPlan:
    """Decide what one page leads to. *links* are those of entries found lately, as ``link_key`` writes them.

    A page that cannot be read is tried again later, then left out: the others may still help.
    """
    match fetched:
        case Failed():
            return _setback(gap, fetched.detail, for_good=fetched.problem in FOR_GOOD, now=now)
        case Unchanged():
            return _setback(gap, "the server answered 304 unasked", for_good=True, now=now)
        case _:
            pass
    match parsed:
        case None:
            return _setback(gap, "nothing was read", for_good=True, now=now)
        case Unreadable():
            return _setback(gap, parsed.detail, for_good=True, now=now)
        case ParsedFeed():
            pass
    page = gap.todo[0]
    missed = tuple(
        item
        for item in items
        if item.key not in known and item.alias not in known and _belongs(item, gap, page, links)
    )
    new = tuple(entry_of(feed, parsed, item, item.key, now=now) for item in missed)
    return FillPlan(
        feed_id=feed.id,
        gap=_after_page(gap, parsed, items, found=len(new), now=now),
        seen=seen_of(missed, known),
        new=new,
        articles=pages_of(feed, new, wanted, articles, now=now),
        hits=tuple(hit for entry in new for hit in find_hits(wanted, entry, feed.spec, now=now)),
    )


def _belongs(item: Listed, gap: Gap, page: GapPage, links: Collection[str]) -> bool:
    """Say whether an unknown entry of a page was missed. A sitemap has no guids: there the link tells."""
    if page.kind is PageKind.ARCHIVE:
        return True
    told = item.parsed
    if told.link is None or link_key(told.link) in links:
        return False
    return told.published_at is None or told.published_at >= gap.from_at - SLACK


def _after_page(
    gap: Gap, parsed: ParsedFeed, items: tuple[Listed, ...], *, found: int, now: datetime
) -> Gap:
    page, rest = gap.todo[0], gap.todo[1:]
    goal = set(gap.goal)
    reached = page.kind is PageKind.ARCHIVE and any({item.key, item.alias} & goal for item in items)
    if page.kind is PageKind.SITEMAP:
        parts = tuple(GapPage(kind=page.kind, url=url) for url in parsed.more[:MOST_PARTS])
        rest = parts + rest
        reached = not rest
    elif parsed.archive is not None and not reached:
        rest = (GapPage(kind=page.kind, url=parsed.archive), *rest)
    gap = replace(
        gap, filled=gap.filled + found, pages=gap.pages + 1, tries=0, due_at=now, todo=rest
    )
    if reached:
        return replace(gap, state=GapState.FILLED, todo=(), detail=None)
    return _ended(gap, f"after {gap.pages} pages no entry known before was met")


def _setback(gap: Gap, detail: str, *, for_good: bool, now: datetime) -> FillPlan:
    tries = gap.tries + 1
    if for_good or tries >= TRIES:
        left = replace(gap, todo=gap.todo[1:], tries=0, due_at=now, detail=detail)
        return FillPlan(feed_id=gap.feed_id, gap=_ended(left, detail))
    again = replace(gap, tries=tries, due_at=now + RETRY * 4 ** (tries - 1), detail=detail)
    return FillPlan(feed_id=gap.feed_id, gap=again)


def _ended(gap: Gap, detail: str) -> Gap:
    """Return the gap as lost when nothing is left to be read, or too much was."""
    if gap.todo and gap.pages < MOST_PAGES:
        return gap
    return replace(gap, state=GapState.LOST, todo=(), detail=detail)
