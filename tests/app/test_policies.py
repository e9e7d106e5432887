"""Every policy through the real loop: a real SQLite file, a real webhook, a clock turned by hand, kills in between."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.app.rig import FEED, NOON, Hand, Rig, Web, a_world, rss
from tests.e2e.servers.hook import HookServer
from wirewatch.app.world import World
from wirewatch.core.model.alert import DeliveryState
from wirewatch.core.model.hit import HitState
from wirewatch.notify.apprise_notifier import AppriseNotifier
from wirewatch.store.open import open_sql_store
from wirewatch.store.sql import SqlStore

WATCHES = ('"river talks"', '"harbour strike"')


@pytest.fixture
def hook() -> Iterator[HookServer]:
    """Return a webhook that takes everything."""
    server = HookServer()
    server.start()
    yield server
    server.stop()


@dataclass(slots=True)
class Life:
    """A daemon on a file that is killed after every step and started again."""

    folder: Path
    hook: HookServer
    channel: str
    more: str = ""
    watches: tuple[str, ...] = WATCHES
    hand: Hand = field(default_factory=Hand)
    web: Web = field(default_factory=Web)
    items: list[tuple[str, str, str]] = field(default_factory=list)

    def world(self) -> World:
        """Return the configuration as it is now."""
        table = f'[channel.hook]\nurl = "{self.hook.apprise_url}"\n{self.channel}\n'
        lists = f'[watchlist.w]\nchannels = ["hook"]\n{self.more}\n'
        watches = "\n".join(
            f"[[watch]]\nquery = '{query}'\nwatchlist = \"w\"" for query in self.watches
        )
        feeds = f'\n[[feed]]\nname = "Gulf"\nurl = "{FEED}"\nevery = "2 min"\n'
        return a_world(self.folder, feeds={}, watches=(), more=table + lists + watches + feeds)

    def open(self) -> SqlStore:
        """Open the file."""
        return open_sql_store(f"sqlite:///{self.folder / 'news.db'}")

    def publish(self, *titles: str) -> None:
        """Let the feed list these at its next poll."""
        for title in titles:
            number = len(self.items) + 1
            words = " ".join(f"Member {number}{n} moved item {n * number}." for n in range(1, 30))
            self.items.append((str(number), title, words))
        self.web.documents[FEED] = rss(*self.items)

    def live(self, *, minutes: float = 1, poll: bool = True) -> None:
        """Start, poll at once, let time pass, and be gone without a word."""
        store = self.open()
        notifier = AppriseNotifier(timeout=self.world().settings.delivery.timeout)

        async def one_life() -> None:
            rig = Rig(self.world(), store, self.web, notifier, self.hand)  # type: ignore[arg-type]
            try:
                await rig.start()
                if poll:
                    await rig.daemon.poll_now()
                await rig.run(seconds=20)
                rest = minutes * 60 - 20
                while rest > 0:
                    self.hand.turn(seconds=min(30, rest))
                    rest -= 30
                    await rig.turn()
            finally:
                rig.end()

        asyncio.run(one_life())
        notifier.close()
        store.close()

    def rung(self) -> list[str]:
        """Return the titles of what the webhook took."""
        return [post.body["title"] for post in self.hook.taken.rows()]

    def messages(self) -> list[str]:
        """Return the texts of what the webhook took."""
        return [post.body["message"] for post in self.hook.taken.rows()]

    def ends(self) -> dict[str, int]:
        """Return how many deliveries are in which state."""
        store = self.open()
        counts: dict[DeliveryState, Any] = dict(store.counts().deliveries)
        waiting = store.hits(state=HitState.WAITING)
        store.close()
        assert not waiting
        return {state.value: count for state, count in counts.items() if count}


@pytest.fixture
def a_life(tmp_path: Path, hook: HookServer) -> Any:
    """Return what makes a life with these settings."""

    def make(channel: str = "", more: str = "", **parts: Any) -> Life:
        return Life(tmp_path, hook, channel, more, **parts)

    return make


def test_a_digest_tells_everything_at_its_time_once(a_life: Any) -> None:
    """The desk that wants one mail a day gets one, whatever was killed in between."""
    life = a_life('digest = ["13:00"]')
    life.publish("River talks open", "Harbour strike spreads")
    life.live(minutes=2)
    life.publish("River talks go on")
    life.live(minutes=10)
    assert life.rung() == []

    life.hand.now = datetime(2026, 1, 23, 13, 0, 1, tzinfo=UTC)
    life.live(poll=False)
    life.live(poll=False)

    assert len(life.rung()) == 1
    assert "Digest: 3 alerts" in life.rung()[0]
    assert all(title in life.messages()[0] for _, title, _ in life.items)
    assert life.ends() == {"gathered": 3, "sent": 1}


def test_quiet_hours_hold_and_release_one_summary_and_urgent_breaks_through(a_life: Any) -> None:
    """Nobody is woken for what can wait, and somebody is for what cannot."""
    urgent = '[[watch]]\nquery = \'"dam break"\'\nwatchlist = "w"\npriority = "urgent"'
    life = a_life('quiet_hours = ["11:30-12:30"]', urgent)
    life.publish("River talks open", "Harbour strike spreads", "Dam break upstream")
    life.live(minutes=2)
    assert [title.partition("] ")[2] for title in life.rung()] == ["Dam break upstream"]

    life.hand.now = datetime(2026, 1, 23, 12, 30, tzinfo=UTC)
    life.live(poll=False)

    assert len(life.rung()) == 2
    assert "River talks open" in life.messages()[1]
    assert "Harbour strike spreads" in life.messages()[1]
    assert life.ends() == {"gathered": 2, "sent": 2}


def test_above_the_budget_alerts_are_told_together_as_soon_as_there_is_room(a_life: Any) -> None:
    """A phone that rings forty times an hour is switched off."""
    life = a_life("max_per_hour = 2")
    life.publish(*(f"River talks, day {number}" for number in range(6)))
    life.live(minutes=3)
    assert len(life.rung()) == 2

    life.live(minutes=55, poll=False)
    assert len(life.rung()) == 2
    life.live(minutes=5, poll=False)

    assert len(life.rung()) == 3
    assert all(title in "".join(life.messages()) for _, title, _ in life.items)
    assert life.ends() == {"gathered": 4, "sent": 3}


def test_the_first_hit_of_a_quiet_watch_rings_and_the_noise_is_gathered(a_life: Any) -> None:
    """Nobody waits for a first alert, and nobody is called for every one of twenty."""
    life = a_life('rolling = "5 min"')
    life.publish("River talks open")
    life.live(minutes=1)
    assert len(life.rung()) == 1

    for number in range(6):
        life.publish(f"River talks, hour {number}")
        life.live(minutes=3)
    life.live(minutes=60, poll=False)

    told = life.messages()
    assert 2 < len(told) < 6
    assert all("".join(told).count(title) >= 1 for _, title, _ in life.items)


def test_a_cooldown_silences_one_watch_and_not_the_other(a_life: Any) -> None:
    """The other watch has nothing to do with it."""
    life = a_life(more='cooldown = "10 min"')
    life.publish("River talks open")
    life.live(minutes=1)
    life.publish("River talks go on", "Harbour strike spreads", "River talks end")
    life.live(minutes=3)
    assert sorted(title.partition("] ")[2] for title in life.rung()) == [
        "Harbour strike spreads",
        "River talks open",
    ]

    life.live(minutes=10, poll=False)

    assert len(life.rung()) == 3
    assert "River talks go on" in life.messages()[2]
    assert "River talks end" in life.messages()[2]
    assert life.ends() == {"gathered": 2, "sent": 3}


def test_a_burst_is_told_once_as_something_that_is_happening(a_life: Any) -> None:
    """Twenty hits in ten minutes on a watch that has one a month are one piece of news."""
    life = a_life(more="burst = 4")
    life.publish("River talks open")
    life.live(minutes=12)
    life.publish(*(f"River talks, hour {number}" for number in range(8)))
    life.live(minutes=2)
    assert len(life.rung()) == 2
    assert "Something is happening" in life.rung()[1]

    life.publish("River talks close")
    life.live(minutes=3)
    assert len(life.rung()) == 2
    life.live(minutes=40, poll=False)

    assert len(life.rung()) == 3
    assert "River talks close" in life.messages()[2]


def test_what_is_held_goes_out_when_the_configuration_no_longer_asks_for_it(a_life: Any) -> None:
    """Who takes the digest away does not want to wait for it."""
    life = a_life('digest = ["13:00"]')
    life.publish("River talks open", "Harbour strike spreads")
    life.live(minutes=2)
    life.channel = ""
    life.live(poll=False)

    assert len(life.rung()) == 1
    assert life.ends() == {"gathered": 2, "sent": 1}
    assert life.hand.now < NOON.replace(hour=13)
