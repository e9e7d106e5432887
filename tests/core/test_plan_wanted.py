"""The compiled watches: how far their building is, and how much a feed matters."""

from __future__ import annotations

import pytest

from wirewatch.core.model.feed import FeedSpec
from wirewatch.core.model.hit import WatchId
from wirewatch.core.model.watch import Priority, Watchlist, WatchSpec
from wirewatch.core.plan.wanted import UNREAD, Wanted


def a_list(name: str, count: int = 1, **more: object) -> Watchlist:
    """Return a list with so many watches."""
    watches = tuple(
        WatchSpec(id=WatchId(f"{name}/{i}"), name=str(i), query=f"word{i}") for i in range(count)
    )
    return Watchlist(name=name, watches=watches, **more)  # type: ignore[arg-type]


def test_building_tells_how_far_it_is_and_ends_with_all() -> None:
    """A hundred thousand watches take seconds: a bar shows them."""
    told: list[tuple[int, int]] = []
    lists = [a_list("a", 1_500), a_list("off", 10, paused=True), a_list("b", 700)]

    wanted = Wanted.of(lists, terms={}, progress=lambda done, of: told.append((done, of)))

    assert told == [(1_000, 2_200), (2_000, 2_200), (2_200, 2_200)]
    assert len(wanted.matcher) == len(wanted.watches) == 2_200


@pytest.mark.parametrize(
    ("lists", "weight"),
    [
        ([a_list("a")], 1.0),
        ([a_list("a", feeds=("Other",))], UNREAD),
        ([a_list("a"), a_list("b", priority=Priority.HIGH)], 4.0),
        ([a_list("a", priority=Priority.LOW), a_list("b", paused=True)], 0.5),
        ([a_list("a", feeds=("tag:gulf",), priority=Priority.HIGH)], 4.0),
        ([], UNREAD),
    ],
)
def test_a_feed_matters_as_the_most_urgent_list_that_reads_it(
    lists: list[Watchlist], weight: float
) -> None:
    """Polls go where somebody waits."""
    feed = FeedSpec(url="https://news.example/feed", name="News", tags=("gulf",))

    assert Wanted.of(lists, terms={}).weight(feed) == weight
