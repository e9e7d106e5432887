"""Feeds that misbehave delay no other, and say what is wrong with them in one line."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import pairwise
from pathlib import Path
from typing import Final

import pytest

from tests.e2e.accounts import words_of
from tests.e2e.daemon import Daemon, write_config
from tests.e2e.servers.documents import NewsEntry
from tests.e2e.servers.hook import HookServer
from tests.e2e.servers.hostile import HOSTILE
from tests.e2e.servers.news import NewsServer

PROBLEMS: Final = {
    "/hang": {"timeout"},
    "/drip": {"timeout"},
    "/redirloop": {"redirects"},
    "/huge": {"too-large"},
    "/gzbomb": {"too-large"},
    "/html": {"not-a-feed"},
    "/empty": {"empty"},
    "/truncated": {"truncated"},
    "/reset": {"connect", "protocol"},
    "/500": {"http-server-error"},
    "/410": {"gone"},
    "/garbage": {"protocol"},
}
"""What must be said of each route."""

CONTROLS = 3
ROUNDS = 4
INTERVAL_S = 2.0
SLACK_S = 10.0
SOON = 90.0
SENT_AT_MOST = 24_000_000
"""The limit on the wire (16 MiB) and what fits into the sockets between."""


class World:
    """Every hostile route and some good feeds, each on a host of its own."""

    def __init__(self, directory: Path, stack: ExitStack) -> None:
        self.news = stack.enter_context(NewsServer(hosts=len(PROBLEMS) + CONTROLS))
        self.hook = stack.enter_context(HookServer())
        self.good = [self.news.add_feed(f"good-{number}") for number in range(CONTROLS)]
        paths = [*PROBLEMS, *self.good]
        config = write_config(
            directory,
            feeds=[
                {"name": path, "url": self.news.url(path, host=host)}
                for host, path in enumerate(paths)
            ],
            watches=[{"name": "Talks", "query": '"Abu Dhabi talks"'}],
            channels={"chat": self.hook.apprise_url},
            poll={"timeout": "4 s", "connect_timeout": "4 s"},
            article={"mode": "never"},
            alerts={"settle": "200 ms"},
        )
        self.daemon = stack.enter_context(Daemon(config))

    def publish_round(self, number: int) -> list[str]:
        """Publish a hit in every good feed; return their headlines."""
        entries = [
            NewsEntry(
                guid=f"{feed}-{number}",
                title=f"Round {number} of feed {feed}: {'ox ' * (number + 1)}{'yak ' * (feed + 1)}",
                summary=f"Notes on the Abu Dhabi talks, {number} times {feed}.",
            )
            for feed in range(CONTROLS)
        ]
        for path, entry in zip(self.good, entries, strict=True):
            self.news.publish(path, entry)
        return [f"Round {number} of feed {feed}:" for feed in range(CONTROLS)]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with ExitStack() as stack:
        yield World(tmp_path, stack)


def test_every_hostile_route_has_its_problem() -> None:
    """A route without an expectation would test nothing."""
    assert set(PROBLEMS) == set(HOSTILE)


@pytest.mark.timeout(280)
def test_hostile_feeds_delay_no_other_and_each_says_one_clear_thing(world: World) -> None:
    """One broken feed must cost one line in the status; only one that is gone for good is worth a message."""
    world.daemon.start()
    world.daemon.wait_ready()
    world.news.wait_for(lambda rows: {one.path for one in rows} >= {*PROBLEMS, *world.good}, SOON)
    assert "/hang" not in {one.path for one in world.news.answers.rows()}, "it still hangs"

    for number in range(ROUNDS):
        published_at = time.monotonic()
        headlines = world.publish_round(number)
        posts = world.hook.wait_for(
            lambda rows, wanted=headlines: all(  # type: ignore[misc]
                any(one in words_of(row) for row in rows) for one in wanted
            ),
            SOON,
        )
        assert posts[-1].at - published_at <= 2 * INTERVAL_S + SLACK_S

    ended = world.news.answers.wait_for(
        lambda rows: {one.path for one in rows} >= set(PROBLEMS), SOON
    )
    failing = _failing(world)
    listed = {one["name"]: one for one in world.daemon.ask("feed", "list")}
    code = world.daemon.terminate()

    for path, problems in PROBLEMS.items():
        assert failing[path]["problem"] in problems, failing[path]
        assert listed[path]["problem"] in problems, listed[path]
        _check_line(listed[path]["problem_detail"])
    assert not {path for path in world.good if listed[path]["problem"]}
    assert max(one.sent for one in ended if one.path in ("/huge", "/gzbomb")) < SENT_AT_MOST
    assert max(_gaps(world)) <= 2 * INTERVAL_S + SLACK_S
    told = [words_of(row) for row in world.hook.ledger()]
    assert sum("Round" in words for words in told) == ROUNDS * CONTROLS
    assert [
        words for words in told if "Round" not in words and "the feed /410 is dead" not in words
    ] == []
    assert len(told) == ROUNDS * CONTROLS + 1, "that one is gone for good is told, once"
    assert "Traceback" not in world.daemon.logs()
    assert code == 0


def _failing(world: World) -> dict[str, dict[str, str]]:
    """Wait until the status names every hostile feed; return what it says of each, by name."""
    deadline = time.monotonic() + SOON
    while True:
        rows = world.daemon.ask("status", codes=(0, 1))["failing"]
        names = [row["feed"] for row in rows]
        if set(names) >= set(PROBLEMS):
            assert sorted(names) == sorted(PROBLEMS), "each once, and no good feed among them"
            return {row["feed"]: row for row in rows}
        assert time.monotonic() < deadline, f"only {sorted(names)} are said to fail"


def _check_line(detail: str) -> None:
    """Assert that a person can read it at a glance."""
    assert 5 <= len(detail) <= 200, detail
    assert detail.isprintable(), detail
    assert "object at 0x" not in detail, detail


def _gaps(world: World) -> list[float]:
    """Return how long the good feeds were not asked, from one poll to the next."""
    return [
        later.at - earlier.at
        for path in world.good
        for earlier, later in pairwise(world.news.ledger(path))
    ]
