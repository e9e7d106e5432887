"""The HTTP port: what it tells, to whom, and that nobody can hold it up."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
from prometheus_client.parser import text_string_to_metric_families

from tests.app.rig import FEED, Hand, Provider, Rig, Web, a_world, rss
from wirewatch.app.front import Front, host_in
from wirewatch.core.model.outcome import Problem
from wirewatch.errors import StoreError
from wirewatch.store.memory import MemoryStore

STRANGE = "https://secret-host.example/feed?token=abc123"


def a_rig(folder: Path, *, listen: str = "127.0.0.1:0", more: str = "") -> Rig:
    """Return a daemon with two feeds, of which one fails, and a port."""
    tables = f"[article]\nmode = 'never'\n[http]\nlisten = '{listen}'\n{more}"
    feeds = {"Gulf": FEED, "<b>Strange</b>": STRANGE}
    world = a_world(folder, feeds=feeds, watches=('"river talks"',), more=tables)
    web = Web(documents={FEED: rss(("1", "River talks", "They go on.")), STRANGE: Problem.TIMEOUT})
    return Rig(world, MemoryStore(), web, Provider(), Hand())


@asynccontextmanager
async def opened(rig: Rig, *, connection_s: float = 20.0) -> AsyncIterator[tuple[Front, str]]:
    """Open the port of a daemon; yield it and its address."""
    front = Front(rig.daemon.context, connection_s=connection_s)
    await front.start()
    assert front.address is not None
    try:
        yield front, f"http://127.0.0.1:{front.address[1]}"
    finally:
        await front.stop()
        rig.end()


async def ask(url: str, **headers: str) -> httpx.Response:
    """Ask as a client without a proxy would."""
    async with httpx.AsyncClient(trust_env=False) as client:
        return await client.get(url, headers=headers)


def figures(text: str) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    """Return every sample by its name and labels."""
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


async def test_a_daemon_that_polls_is_healthy(tmp_path: Path) -> None:
    """A container is restarted by this answer."""
    rig = a_rig(tmp_path)
    async with opened(rig) as (_, base):
        await rig.start()
        before = await ask(f"{base}/healthz")
        await rig.turn()
        after = await ask(f"{base}/healthz")

    assert (before.status_code, before.json()["ok"]) == (503, False)
    assert before.json()["reasons"] == ["the clock has not ticked yet"]
    assert (after.status_code, after.json()) == (200, {"ok": True, "reasons": []})


async def test_a_daemon_that_ticks_but_does_not_poll_is_not_healthy(tmp_path: Path) -> None:
    """A process that lives and does nothing is the silence we fear most."""
    rig = a_rig(tmp_path)
    async with opened(rig) as (_, base):
        await rig.start()
        rig.daemon.context.meters.ticked()
        rig.hand.turn(minutes=11)
        told = await ask(f"{base}/healthz")

    assert told.status_code == 503
    assert told.json()["reasons"] == ["no feed is polled, though one is due since 11 min"]


async def test_a_database_in_trouble_is_not_healthy(tmp_path: Path) -> None:
    """What it said may name paths and hosts: the log has that, the port has not."""
    rig = a_rig(tmp_path)
    async with opened(rig) as (_, base):
        rig.daemon.context.meters.ticked()
        rig.daemon.context.store_trouble = str(StoreError("/var/lib/x.db: disk full"))
        told = await ask(f"{base}/healthz")

    assert told.status_code == 503
    assert "/var/lib" not in told.text


async def test_the_figures_follow_a_story_from_poll_to_alert(tmp_path: Path) -> None:
    """Who watches the watcher must see each step."""
    rig = a_rig(tmp_path)
    async with opened(rig) as (_, base):
        await rig.start()
        await rig.run(seconds=30)
        first = figures((await ask(f"{base}/metrics")).text)
        rig.daemon.context.store.poll_now(None, now=rig.hand.now)
        await rig.turn()
        later = figures((await ask(f"{base}/metrics")).text)

    assert first["wirewatch_polls_total", (("rung", "ok"),)] == 1
    assert first["wirewatch_polls_failed_total", (("problem", "timeout"),)] == 1
    assert first["wirewatch_hits_total", ()] == 1
    assert first["wirewatch_alerts_total", ()] == 1
    assert first["wirewatch_attempts_total", (("channel", "desk"), ("result", "sent"))] == 1
    assert first["wirewatch_deliveries", (("channel", "phone"), ("state", "sent"))] == 1
    assert first["wirewatch_detect_seconds_bucket", (("le", "300.0"),)] == 1
    assert first["wirewatch_detect_seconds_bucket", (("le", "120.0"),)] == 0
    assert first["wirewatch_alert_seconds_count", ()] == 2
    assert later["wirewatch_alert_seconds_count", ()] == 2
    assert later["wirewatch_polls_total", (("rung", "unchanged"),)] == 1
    assert first["wirewatch_feeds", (("health", "failing"),)] == 1
    assert first["wirewatch_backlog_age_seconds", (("of", "delivery"),)] == 0


async def test_no_address_and_no_strangers_text_is_in_the_figures(tmp_path: Path) -> None:
    """Figures travel far: no secret may travel with them, and no label may grow with the world."""
    rig = a_rig(tmp_path)
    async with opened(rig) as (_, base):
        await rig.start()
        await rig.run(seconds=30)
        told = (await ask(f"{base}/metrics")).text

    for word in ("abc123", "example", "Strange", "Gulf", "River"):
        assert word not in told


async def test_channels_that_are_gone_are_one_in_the_figures(tmp_path: Path) -> None:
    """Renaming channels for years must not grow the labels."""
    rig = a_rig(tmp_path)
    rig.daemon.context.meters.attempts.update({("old one", "sent"): 2, ("older", "sent"): 3})
    async with opened(rig) as (_, base):
        told = (await ask(f"{base}/metrics")).text

    found = figures(told)
    assert found["wirewatch_attempts_total", (("channel", "(removed)"), ("result", "sent"))] == 5
    assert "old one" not in told


async def test_it_answers_only_under_its_own_names(tmp_path: Path) -> None:
    """A web page whose name leads to this machine must not read what the port tells."""
    rig = a_rig(tmp_path, more="hosts = ['News.example.org']")
    async with opened(rig) as (front, base):
        assert front.address is not None
        own = f"127.0.0.1:{front.address[1]}"
        answers = {
            name: (await ask(f"{base}/metrics", Host=name)).status_code
            for name in (
                "evil.example",
                "localhost",
                own,
                "news.example.org:443",
                "localhost@evil.example",
                "127.0.0.1.evil.example",
                "",
            )
        }

    assert answers == {
        "evil.example": 421,
        "localhost": 200,
        own: 200,
        "news.example.org:443": 200,
        "localhost@evil.example": 421,
        "127.0.0.1.evil.example": 421,
        "": 421,
    }


def test_a_host_header_is_read_strictly() -> None:
    """What one server reads as one name must not be another's."""
    read = {
        text: host_in(text)
        for text in (b"[::1]:80", b"A.B", b"a/b", b"a?b", b"u@a", b"a:x", b"\xff", b"a b", b"")
    }

    assert read == {
        b"[::1]:80": "::1",
        b"A.B": "a.b",
        b"a/b": None,
        b"a?b": None,
        b"u@a": None,
        b"a:x": None,
        b"\xff": None,
        b"a b": "a b",
        b"": None,
    }


async def test_a_head_without_end_is_cut(tmp_path: Path) -> None:
    """Memory is bounded by us, not by who asks."""
    rig = a_rig(tmp_path)
    async with opened(rig) as (front, _):
        assert front.address is not None
        reader, writer = await asyncio.open_connection(*front.address)
        writer.write(b"GET /healthz HTTP/1.1\r\nX-Long: " + b"x" * 100_000)
        answer = await reader.read()
        writer.close()

    assert answer.startswith(b"HTTP/1.1 400")


async def test_who_says_nothing_is_hung_up_on(tmp_path: Path) -> None:
    """Sixty-four silent callers would be all it takes otherwise."""
    rig = a_rig(tmp_path)
    async with opened(rig, connection_s=0.2) as (front, _):
        assert front.address is not None
        reader, writer = await asyncio.open_connection(*front.address)
        writer.write(b"GET /healthz HTTP/1.1\r\n")
        answer = await reader.read()
        writer.close()

    assert answer == b""


async def test_a_port_that_is_taken_stops_no_news(tmp_path: Path) -> None:
    """Alerts come first; that the figures are missing is said."""
    one = a_rig(tmp_path)
    async with opened(one) as (front, _):
        assert front.address is not None
        other = a_rig(tmp_path, listen=f"127.0.0.1:{front.address[1]}")
        second = Front(other.daemon.context)
        await second.start()
        await other.start()
        await other.run(seconds=30)
        trouble = other.daemon.context.front_trouble
        other.end()

    assert len(other.provider.ledger) == 2
    assert second.address is None
    assert trouble is not None
    assert "cannot be opened" in trouble


async def test_after_the_stop_nobody_answers(tmp_path: Path) -> None:
    """A supervisor that starts the next one needs the port."""
    rig = a_rig(tmp_path)
    async with opened(rig) as (front, base):
        await ask(f"{base}/healthz")
        await front.stop()
        try:
            await ask(f"{base}/healthz")
        except httpx.ConnectError:
            refused = True
        else:
            refused = False

    assert refused
    assert front.address is None


async def test_without_an_address_there_is_no_port(tmp_path: Path) -> None:
    """Who does not want one has none."""
    rig = a_rig(tmp_path, listen="")
    front = Front(rig.daemon.context)
    await front.start()
    await front.stop()
    rig.end()

    assert front.address is None
