"""What slipped past is found and told; what only changed its name or address is not."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.accounts import words_of
from tests.e2e.daemon import Daemon, write_config
from tests.e2e.servers.hook import HookServer
from tests.e2e.servers.routes import RouteServer, rss

SOON = 60.0
DAY = re.compile(r"River talks, day (\d+)")


class World:
    """A feed, an operator who hears everything, and the daemon between them."""

    def __init__(self, directory: Path, stack: ExitStack, **feed: str) -> None:
        self.web = stack.enter_context(RouteServer())
        self.hook = stack.enter_context(HookServer())
        more = {name: self.web.url(value) for name, value in feed.items()}
        config = write_config(
            directory,
            feeds=[{"name": "News", "url": self.web.url("/feed"), **more}],
            watches=[{"name": "Talks", "query": '"river talks"'}],
            channels={"chat": self.hook.apprise_url},
            poll={"first_poll": "silent"},
            article={"mode": "never"},
            alerts={"settle": "200 ms"},
        )
        self.daemon = stack.enter_context(Daemon(config))

    def begin(self, *numbers: int, **parts: Any) -> None:
        """Start with a feed that lists these entries, and wait until it was read."""
        self.web.serve("/feed", rss(list(numbers), **parts))
        self.daemon.start()
        self.daemon.wait_ready()
        self.read_twice()

    def read_twice(self) -> None:
        """Wait until what is served now was read: the second request comes after the first was committed."""
        self.web.wait_asked("/feed", self.web.asked("/feed") + 2, SOON)

    def told(self) -> Counter[int]:
        """Return which days were told, how often."""
        found = (set(DAY.findall(words_of(row))) for row in self.hook.taken.rows())
        return Counter(int(day) for days in found for day in days)

    def said(self, words: str) -> int:
        """Return in how many messages these words stand."""
        return sum(words in words_of(row) for row in self.hook.taken.rows())

    def wait_said(self, words: str, times: int) -> None:
        """Wait until these words stand in so many messages."""
        self.hook.wait_for(lambda _: self.said(words) >= times, SOON)

    def wait_told(self, *days: int) -> None:
        """Wait until each of these was told."""
        self.hook.wait_for(lambda _: set(days) <= set(self.told()), SOON)
        self.daemon.wait_quiet(SOON)


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as opened:
        yield opened


@pytest.mark.timeout(180)
def test_what_scrolled_out_unseen_is_found_in_the_archive_and_told(
    tmp_path: Path, stack: ExitStack
) -> None:
    """Twelve entries came while we looked away, the feed lists three: the other nine are news as well."""
    world = World(tmp_path, stack)
    world.begin(3, 2, 1)
    world.web.serve("/2", rss([12, 11, 10, 9, 8], archive="{base}/3"))
    world.web.serve("/3", rss([7, 6, 5, 4, 3, 2], archive="{base}/4"))
    world.web.serve("/feed", rss([15, 14, 13], archive="{base}/2"))
    world.wait_told(*range(4, 16))
    shown = world.daemon.ask("feed", "show", "News")
    status = world.daemon.ask("status", codes=(0, 1))
    words = world.daemon.run_cli("feed", "show", "News").stdout

    assert world.told() == Counter(range(4, 16))
    assert world.web.asked("/4") == 0
    (gap,) = shown["recent_gaps"]
    assert (gap["state"], gap["filled"], gap["pages"]) == ("filled", 9, 2)
    assert shown["coverage"]["covered"] == shown["coverage"]["polls"] - 1
    (main,) = status["coverage"]["watchlists"]
    assert (main["watchlist"], main["gaps"], main["open_gaps"]) == ("main", 1, 0)
    assert "filled, 9 missed entries found" in words


@pytest.mark.timeout(180)
def test_what_scrolled_out_unseen_is_found_in_the_news_sitemap(
    tmp_path: Path, stack: ExitStack
) -> None:
    """Few feeds have an archive; most sites list their last two days for a search engine."""
    world = World(tmp_path, stack, news_sitemap="/sitemap.xml")
    world.begin(3, 2, 1)
    now = datetime.now(UTC).isoformat()
    urls = "".join(
        f"<url><loc>{{base}}/news/{n}.html?utm_source=sitemap</loc><n:news><n:publication_date>{date}</n:publication_date>"
        f"<n:title>River talks, day {n}</n:title></n:news></url>"
        for n, date in ((6, now), (5, now), (4, now), (3, now), (99, "2020-01-01"))
    )
    names = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:n="http://www.google.com/schemas/sitemap-news/0.9"'
    world.web.serve("/part.xml", f"<urlset {names}>{urls}</urlset>")
    index = f"<sitemapindex {names}><sitemap><loc>{{base}}/part.xml</loc></sitemap></sitemapindex>"
    world.web.serve("/sitemap.xml", index)
    world.web.serve("/feed", rss([9, 8, 7]))
    world.wait_told(*range(4, 10))

    assert world.told() == Counter(range(4, 10))
    (gap,) = world.daemon.ask("feed", "show", "News")["recent_gaps"]
    assert (gap["state"], gap["filled"]) == ("filled", 3)


@pytest.mark.timeout(180)
def test_a_kill_in_the_middle_of_filling_loses_and_repeats_nothing(
    tmp_path: Path, stack: ExitStack
) -> None:
    """How far the gap is filled stands in the database, not in the process."""
    world = World(tmp_path, stack)
    world.begin(3, 2, 1)
    world.web.serve("/2", rss([9, 8, 7], archive="{base}/3"))
    world.web.hang("/3")
    world.web.serve("/feed", rss([12, 11, 10], archive="{base}/2"))
    world.web.wait_asked("/3", 1, SOON)
    world.daemon.kill9()
    world.web.serve("/3", rss([6, 5, 4, 3]))
    world.daemon.start()
    world.wait_told(*range(4, 13))

    told = world.told()
    assert set(told) == set(range(4, 13))
    assert world.web.asked("/2") == 1, "the first page was read and committed before the kill"
    assert sum(told.values()) <= len(told) + 1, "one message may have been on its way at the kill"
    (gap,) = world.daemon.ask("feed", "show", "News")["recent_gaps"]
    assert (gap["state"], gap["filled"]) == ("filled", 6)


@pytest.mark.timeout(180)
def test_a_stop_does_not_wait_for_an_archive_that_hangs(tmp_path: Path, stack: ExitStack) -> None:
    """What is read for yesterday must not hold up a restart today."""
    world = World(tmp_path, stack)
    world.begin(3, 2, 1)
    world.web.hang("/2")
    world.web.serve("/feed", rss([9, 8, 7], archive="{base}/2"))
    world.web.wait_asked("/2", 1, SOON)
    world.wait_told(7, 8, 9)
    code = world.daemon.terminate(timeout=12)
    (gap,) = world.daemon.ask("feed", "show", "News")["recent_gaps"]

    assert code == 0
    assert (gap["state"], gap["filled"]) == ("open", 0)


@pytest.mark.timeout(180)
def test_a_mass_change_of_guids_rings_nothing_and_is_told_once(
    tmp_path: Path, stack: ExitStack
) -> None:
    """A publisher's new software renames everything: one line for the operator, none for the desk."""
    world = World(tmp_path, stack)
    world.begin(6, 5, 4, 3, 2, 1)
    for prefix in ("new", "newer"):
        world.web.serve("/feed", rss([6, 5, 4, 3, 2, 1], name=lambda n, p=prefix: f"{p}-{n}"))
        world.read_twice()
    world.web.serve("/feed", rss([7, 6, 5, 4, 3, 2], name=lambda n: f"newer-{n}"))
    world.wait_told(7)

    assert world.told() == Counter([7])
    assert world.said("gave its entries new names") == 1
    assert len(world.hook.taken) == 2


@pytest.mark.timeout(180)
def test_a_moved_feed_is_asked_at_its_new_address_after_three_polls(
    tmp_path: Path, stack: ExitStack
) -> None:
    """Following a redirect for years burdens the publisher, and ends when the old name expires."""
    world = World(tmp_path, stack)
    world.web.serve("/new", rss([3, 2, 1]))
    world.web.move("/feed", world.web.url("/new"))
    world.daemon.start()
    world.web.wait_asked("/new", 6, SOON)
    world.web.serve("/new", rss([4, 3, 2]))
    world.wait_told(4)
    shown = world.daemon.ask("feed", "show", "News")
    words = world.daemon.run_cli("feed", "show", "News").stdout

    assert world.web.asked("/feed") in (3, 4), "a fourth only where the week ended meanwhile"
    assert (shown["url"], shown["asked_at"]) == (world.web.url("/feed"), world.web.url("/new"))
    assert f"for good to {world.web.url('/new')}" in words


@pytest.mark.timeout(180)
def test_a_feed_that_is_gone_is_told_once_and_once_when_it_is_back(
    tmp_path: Path, stack: ExitStack
) -> None:
    """Who watches a feed must learn that nobody speaks there any more, and when somebody does again."""
    world = World(tmp_path, stack)
    world.begin(3, 2, 1)
    world.web.close("/feed")
    world.wait_said("the feed News is dead", 1)
    shown = world.daemon.ask("feed", "show", "News")
    world.web.serve("/feed", rss([4, 3, 2]))
    world.daemon.poll_now()
    world.wait_said("the feed News is back", 1)
    world.wait_told(4)

    assert shown["problem"] == "gone"
    assert shown["interval_s"] > 80_000
    assert world.said("the feed News is dead") == 1
    assert world.told() == Counter([4])
