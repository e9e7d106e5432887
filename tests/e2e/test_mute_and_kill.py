"""What a mute keeps back survives kill -9 of the real process, and is told once."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.e2e.daemon import Daemon, write_config
from tests.e2e.servers.documents import NewsEntry
from tests.e2e.servers.hook import HookServer
from tests.e2e.servers.news import NewsServer

pytestmark = pytest.mark.timeout(200)


def an_entry(number: int, title: str) -> NewsEntry:
    words = " ".join(f"Member {number}{n} moved item {n * number}." for n in range(1, 30))
    return NewsEntry(guid=f"urn:{number}", title=title, summary=words)


def wait_for_held(daemon: Daemon, count: int) -> None:
    """Wait until so many messages are kept back."""
    deadline = time.monotonic() + 60
    while len(daemon.ask("deliveries", "list", "--state", "held", codes=(0, 3))) < count:
        assert time.monotonic() < deadline, daemon.log_tail()


def test_what_is_kept_back_is_told_once_after_two_kills(tmp_path: Path) -> None:
    """Silence that was asked for must not become silence for ever."""
    with NewsServer() as server, HookServer() as hook:
        feed = server.add_feed("gulf")
        config = write_config(
            tmp_path,
            feeds=[{"name": "Gulf", "url": server.url(feed), "article": "never"}],
            watches=[{"query": '"river talks"'}, {"query": '"harbour strike"'}],
            channels={"chat": hook.apprise_url},
        )
        with Daemon(config) as daemon:
            daemon.start()
            daemon.wait_ready()
            assert daemon.run_cli("mute", "channel", "chat", "--for", "1 h").returncode == 0
            server.publish(feed, an_entry(1, "River talks open"), an_entry(2, "Harbour strike"))
            wait_for_held(daemon, 2)
            daemon.kill9()
            daemon.start()
            daemon.wait_ready()
            wait_for_held(daemon, 2)
            assert len(hook.taken) == 0

            assert daemon.run_cli("unmute", "channel", "chat").returncode == 0
            hook.wait_for(lambda posts: len(posts) >= 1, 30)
            daemon.kill9()
            daemon.start()
            daemon.wait_ready()
            daemon.wait_quiet(60)
            counts = daemon.ask("status", codes=(0, 1))["counts"]["deliveries"]
        posts = hook.ledger()

    assert counts["held"] == 0
    assert counts["gathered"] == 2
    assert 1 <= len(posts) <= 2
    assert len({post.headers.get("idempotency-key", post.body["message"]) for post in posts}) == 1
    assert "River talks open" in posts[0].body["message"]
    assert "Harbour strike" in posts[0].body["message"]
