"""The port of the real daemon: asked while it polls, and taken down with it."""

from __future__ import annotations

import socket
from pathlib import Path

import httpx

from tests.e2e.daemon import Daemon, write_config
from tests.e2e.servers.hook import HookServer
from tests.e2e.servers.routes import RouteServer, rss


def free_port() -> int:
    """Return a port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def test_the_daemon_tells_how_it_is_and_ends_cleanly(tmp_path: Path) -> None:
    """A connection that is kept open must not hold up the stop."""
    port = free_port()
    with RouteServer() as web, HookServer() as hook:
        web.serve("/feed", rss([1]))
        config = write_config(
            tmp_path,
            feeds=[{"name": "News", "url": web.url("/feed")}],
            watches=[{"name": "Talks", "query": '"river talks"'}],
            channels={"chat": hook.apprise_url},
            article={"mode": "never"},
            http={"listen": f"127.0.0.1:{port}"},
        )
        with Daemon(config) as daemon, httpx.Client(trust_env=False) as client:
            daemon.start()
            daemon.wait_ready()
            hook.wait_for(lambda rows: len(rows) >= 1, 60)
            daemon.wait_quiet(30)
            health = client.get(f"http://127.0.0.1:{port}/healthz")
            figures = client.get(f"http://127.0.0.1:{port}/metrics")
            status = daemon.ask("status")
            kept = socket.create_connection(("127.0.0.1", port))
            code = daemon.terminate()
            kept.close()

    assert (health.status_code, health.json()["ok"]) == (200, True)
    assert 'wirewatch_attempts_total{channel="chat",result="sent"} 1.0' in figures.text
    assert status["daemon"]["http_error"] is None
    assert "p50" in status["publication_to_alert_s"]
    assert code == 0
