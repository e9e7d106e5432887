"""The daemon as a service: one at a time, reloaded, stopped, asked how it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.daemon import Daemon, write_config
from tests.e2e.servers.hook import HookServer
from tests.e2e.servers.news import NewsServer

pytestmark = pytest.mark.timeout(200)


def a_config(
    folder: Path, server: NewsServer, hook: HookServer, query: str = '"river talks"'
) -> Path:
    feeds = [{"name": "Gulf", "url": f"{server.base_url}/feeds/none.xml"}]
    return write_config(
        folder, feeds=feeds, watches=[{"query": query}], channels={"chat": hook.apprise_url}
    )


def test_a_wrong_configuration_leaves_the_old_one_in_force_and_is_told_loudly(
    tmp_path: Path,
) -> None:
    """O-74: a typo at noon must not end the watch; the owner must learn of it."""
    with NewsServer() as server, HookServer() as hook:
        config = a_config(tmp_path, server, hook)
        sound = config.read_text(encoding="utf-8")
        with Daemon(config) as daemon:
            daemon.start()
            daemon.wait_ready()

            config.write_text(sound.replace("[poll]", "[pol]"), encoding="utf-8")
            daemon.reload()
            refused = daemon.ask("status", codes=(1,))
            hook.wait_for(lambda posts: len(posts) == 1, 30)
            assert daemon.run_cli("reload").returncode == 78

            config.write_text(sound, encoding="utf-8")
            daemon.reload()
            mended = daemon.ask("status", codes=(0, 1))
            code = daemon.terminate()
        (post,) = hook.ledger()

    assert "pol" in post.body["message"]
    assert refused["daemon"]["running"]
    assert "poll" in refused["daemon"]["config_error"]
    assert any("did you mean" in trouble for trouble in refused["troubles"])
    assert mended["daemon"]["config_error"] is None
    assert code == 0


def test_a_second_daemon_is_refused(tmp_path: Path) -> None:
    """O-66: two daemons on one database would tell every story twice."""
    with NewsServer() as server, HookServer() as hook:
        config = a_config(tmp_path, server, hook)
        with Daemon(config) as daemon:
            daemon.start()
            daemon.wait_ready()

            second = daemon.run_cli("run")

            assert daemon.terminate() == 0
    assert second.returncode == 75
    assert "already" in second.stderr or "another" in second.stderr
