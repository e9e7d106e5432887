"""Escalation and fallback through the real loop: nobody looks, or a channel fails."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.app.life import Life
from tests.e2e.servers.hook import HookFault, HookServer


@pytest.fixture
def other() -> Iterator[HookServer]:
    """Return a second webhook."""
    server = HookServer()
    server.start()
    yield server
    server.stop()


def titles(server: HookServer) -> list[str]:
    return [post.body["title"].partition("] ")[2] for post in server.taken.rows()]


def two(a_life: Any, other: HookServer, channel: str = "", lists: str = "") -> Life:
    """Return a life with a second channel."""
    second = f'[channel.other]\nurl = "{other.apprise_url}"\n'
    life: Life = a_life(f"{channel}\n{second}", lists)
    return life


def test_an_alert_nobody_acknowledges_goes_to_the_next_channel_once(
    a_life: Any, other: HookServer
) -> None:
    """The one on duty sleeps: somebody else is woken, a single time."""
    life = two(a_life, other, lists='escalate = ["other"]\nescalate_after = "15 min"')
    life.publish("River talks open")
    life.live(minutes=10)
    assert (titles(life.hook), titles(other)) == (["River talks open"], [])

    life.live(minutes=6, poll=False)
    life.live(minutes=40, poll=False)

    assert titles(other) == ["River talks open"]
    assert "because nobody took note of it" in other.taken.rows()[0].body["message"]


def test_an_alert_that_is_acknowledged_goes_no_further(a_life: Any, other: HookServer) -> None:
    """Two people running for one thing."""
    life = two(a_life, other, lists='escalate = ["other"]\nescalate_after = "15 min"')
    life.publish("River talks open")
    life.live(minutes=10)
    key = life.command("deliveries", "list").output.splitlines()[1].split("\t")[0]
    assert life.command("ack", key).return_value == 0

    life.live(minutes=60, poll=False)

    assert titles(other) == []


def test_while_a_channel_fails_another_stands_in(a_life: Any, other: HookServer) -> None:
    """The mail server is down at the moment of the year: the phone rings, and the mail comes later."""
    life = two(a_life, other, 'fallback = "other"\nfallback_after = "3 min"')
    down = [True]
    life.hook.faults = iter(lambda: HookFault.ERROR if down[0] else None, 0)
    life.publish("River talks open", "Harbour strike spreads")
    life.live(minutes=2)
    assert titles(other) == []
    life.live(minutes=15, poll=False)
    assert titles(life.hook) == []
    told = "".join(post.body["message"] for post in other.taken.rows())
    assert told.count("River talks open") == told.count("Harbour strike spreads") == 1
    assert "because its own channel fails" in told

    down[0] = False
    life.live(minutes=10, poll=False)

    assert sorted(titles(life.hook)) == ["Harbour strike spreads", "River talks open"]
    assert len(other.taken.rows()) <= 2


@pytest.mark.parametrize(
    ("fallback", "said"),
    [("hook", "cannot stand in"), ("othr", 'did you mean "other"'), ("loop", "cannot stand in")],
)
def test_a_fallback_that_cannot_be_is_refused(
    a_life: Any, other: HookServer, fallback: str, said: str
) -> None:
    """An alert that is passed in a circle arrives nowhere."""
    loop = '[channel.loop]\nurl = "json://127.0.0.1:9/"\nfallback = "other"\n'
    life = two(a_life, other, f'fallback = "{fallback}"\n{loop}')

    with pytest.raises(Exception, match=said):
        life.world()
