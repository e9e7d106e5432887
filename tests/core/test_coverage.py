"""When a poll can have missed something, and what fills the gap."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.core.make import MINUTE, NOON, a_document, a_feed, a_parsed, a_spec, got, wanted
from tests.core.test_histories import Reader
from wirewatch.core.identity import Listed, keys_of, listed
from wirewatch.core.model.coverage import FillPlan, Gap, GapId, GapPage, GapState, PageKind
from wirewatch.core.model.entry import Known
from wirewatch.core.model.hit import HitState
from wirewatch.core.model.outcome import Failed, Fetched, Parsed, ParsedFeed, Problem
from wirewatch.core.plan.article import ArticleRules
from wirewatch.core.plan.fill import MOST_PAGES, TRIES, plan_fill
from wirewatch.core.urls import link_key

ARCHIVE = "https://gulfcourier.example/feed?page=2"
SITEMAP = "https://gulfcourier.example/news.xml"
HOUR = timedelta(hours=1)


def window(*numbers: int, **parts: object) -> ParsedFeed:
    return a_document(*(a_parsed(number) for number in numbers), **parts)


@pytest.mark.parametrize("partial", [False, True], ids=["whole", "partial"])
@pytest.mark.parametrize(
    ("polls", "covered", "why"),
    [
        ([(3, 2, 1), (4, 3, 2)], True, "the newest known moved down one place"),
        ([(3, 2, 1), (5, 4, 3)], True, "the newest known is just leaving"),
        ([(3, 2, 1), (6, 5, 4)], False, "nothing known is left"),
        ([(9, 3, 2, 1), (9, 5, 4, 3), (9, 8, 7, 6)], False, "only what is pinned is left"),
        ([(3, 2, 1), (5, 4, 3), (9, 8, 3)], False, "an older entry stayed, the newest are gone"),
        ([(6, 5, 4, 3, 2, 1), (7, 5, 4, 3, 2, 1)], True, "the newest was withdrawn"),
        ([(3, 2, 1), (2, 1)], True, "the newest was withdrawn, nothing came"),
        ([(3, 2, 1), (1, 2, 3), (2, 3, 4)], True, "a feed that grows at its end"),
        ([(3, 2, 1), (6, 5, 4), (7, 6, 5)], True, "the gap is behind us"),
        ([(3, 2, 1), (4, 3, 2), (3, 2, 1), (5, 4, 3)], True, "a copy of the server lags behind"),
    ],
)
def test_a_poll_knows_whether_it_missed_something(
    partial: bool, polls: list[tuple[int, ...]], covered: bool, why: str
) -> None:
    """A wrong "all seen" hides a loss; a wrong alarm costs a request or two."""
    reader = Reader(partial=partial)
    for numbers in polls:
        plan = reader.poll(window(*numbers))

    assert plan.record.overlap is covered, why
    assert (plan.gap is None) is covered, why


def test_an_edit_of_the_newest_is_no_gap() -> None:
    """It is listed still, whatever it says now."""
    reader = Reader(partial=True)
    reader.poll(window(3, 2, 1))
    edited = a_parsed(3, title="Corrected headline", summary="All of it anew.")
    plan = reader.poll(a_document(a_parsed(5), a_parsed(4), edited))

    assert plan.record.overlap is True


def test_the_first_poll_and_a_broken_document_are_no_gap() -> None:
    """Before the first there was nothing to miss; what broke off may hold the newest in its other half."""
    reader = Reader(partial=False)
    first = reader.poll(window(3, 2, 1))
    broken = reader.poll(window(6, 5, flaw=Problem.TRUNCATED))

    assert (first.record.overlap, first.gap) == (None, None)
    assert broken.gap is None


def test_a_gap_says_from_when_to_when_and_hurries() -> None:
    """Its owner wants to know what hours are uncertain; and the feed is too fast for us."""
    reader = Reader(partial=False)
    reader.poll(window(3, 2, 1))
    calm = reader.poll(window(4, 3, 2)).state.interval
    seen_at = reader.now
    plan = reader.poll(window(9, 8, 7, archive=ARCHIVE))
    later = reader.poll(window(10, 9, 8))

    assert plan.gap is not None
    assert (plan.gap.from_at, plan.gap.to_at) == (seen_at - 15 * MINUTE, seen_at)
    assert plan.gap.todo == (GapPage(kind=PageKind.ARCHIVE, url=ARCHIVE),)
    assert plan.state.interval < calm / 2
    assert later.state.interval < calm / 2


def test_a_gap_that_nothing_can_fill_is_lost_and_says_what_would_help() -> None:
    """An open gap that nobody works at would be a promise we cannot keep."""
    reader = Reader(partial=False)
    reader.poll(window(3, 2, 1))
    plan = reader.poll(window(9, 8, 7))

    assert plan.gap is not None
    assert plan.gap.state is GapState.LOST
    assert "news_sitemap" in (plan.gap.detail or "")


def a_gap(*pages: GapPage, **parts: object) -> Gap:
    goal = tuple(item.key for item in listed(window(3, 2, 1)))
    told = {
        "id": GapId(7),
        "feed_id": a_feed().id,
        "from_at": NOON - HOUR,
        "to_at": NOON,
        "goal": goal,
        "todo": pages or (GapPage(kind=PageKind.ARCHIVE, url=ARCHIVE),),
        "due_at": NOON,
        **parts,
    }
    return Gap(**told)  # type: ignore[arg-type]


def fill(
    gap: Gap,
    parsed: Parsed | None,
    *,
    fetched: Fetched | None = None,
    known: tuple[int, ...] = (),
    links: tuple[str, ...] = (),
) -> FillPlan:
    items: tuple[Listed, ...] = listed(parsed) if isinstance(parsed, ParsedFeed) else ()
    return plan_fill(
        gap,
        a_feed(a_spec()),
        fetched or got(),
        parsed,
        items,
        known={
            key: Known(text_hash=b"x" * 8, stored=True) for key in keys_of(listed(window(*known)))
        },
        links=frozenset(map(link_key, links)),
        wanted=wanted('"number 5"'),
        articles=ArticleRules(),
        now=NOON,
    )


def test_missed_entries_ring_and_the_page_that_meets_a_known_one_closes_the_gap() -> None:
    """They are missed news: late is better than never."""
    done = fill(a_gap(), window(6, 5, 4, 3), known=(3, 2, 1))

    assert [entry.title for entry in done.new] == [
        f"Entry number {number} of the day" for number in (6, 5, 4)
    ]
    assert [hit.state for hit in done.hits] == [HitState.WAITING]
    assert (done.gap.state, done.gap.filled, done.gap.todo) == (GapState.FILLED, 3, ())


def test_an_archive_is_followed_until_it_ends_or_has_cost_enough() -> None:
    """An archive may go back to the beginning of time, or in a circle."""
    gap, pages = a_gap(), 0
    while gap.state is GapState.OPEN:
        gap = fill(gap, window(60 - pages, archive=f"{ARCHIVE}{pages}")).gap
        pages += 1
    ended = fill(a_gap(), window(6, 5)).gap

    assert (gap.state, pages) == (GapState.LOST, MOST_PAGES)
    assert ended.state is GapState.LOST


def test_a_sitemap_brings_what_is_unknown_and_not_older_than_the_gap() -> None:
    """It lists the whole site for two days, and knows no guids."""
    page = GapPage(kind=PageKind.SITEMAP, url=SITEMAP)
    site = a_document(
        *(
            a_parsed(number, guid=None, published_at=NOON - age * MINUTE)
            for number, age in ((7, 5), (6, 30), (5, 40), (2, 50), (1, 600))
        ),
        a_parsed(8, guid=None, published_at=NOON + 400 * HOUR),
    )

    done = fill(a_gap(page), site, links=("https://www.gulfcourier.example/2?utm_source=rss",))

    assert [entry.link for entry in done.new] == [
        f"https://gulfcourier.example/{number}" for number in (7, 6, 5, 8)
    ]
    assert done.gap.state is GapState.FILLED


def test_the_parts_of_a_sitemap_are_read_one_after_the_other() -> None:
    """Large sites cut their sitemap into parts."""
    page = GapPage(kind=PageKind.SITEMAP, url=SITEMAP)
    index = fill(a_gap(page), a_document(more=("https://a.example/1", "https://a.example/2"))).gap

    assert [todo.url for todo in index.todo] == ["https://a.example/1", "https://a.example/2"]
    assert index.state is GapState.OPEN


def test_a_page_that_fails_is_tried_again_then_the_next_one_is() -> None:
    """A server that stumbles must not cost the news; one that is dead must not hold the sitemap up."""
    sitemap = GapPage(kind=PageKind.SITEMAP, url=SITEMAP)
    gap = a_gap(GapPage(kind=PageKind.ARCHIVE, url=ARCHIVE), sitemap)
    failed = Failed(problem=Problem.TIMEOUT, detail="no answer within 30 s")
    waits = []
    for _ in range(TRIES - 1):
        gap = fill(gap, None, fetched=failed).gap
        waits.append((gap.due_at - NOON) / MINUTE)
    left = fill(gap, None, fetched=failed).gap
    refused = fill(a_gap(), None, fetched=Failed(problem=Problem.HTTP_CLIENT, detail="404")).gap

    assert waits == [1, 4, 16]
    assert left.todo == (sitemap,)
    assert replace(left, tries=0) == left
    assert (refused.state, refused.detail) == (GapState.LOST, "404")
