"""A daemon on a real SQLite file that tells a real webhook, is killed after every step and started again."""

from __future__ import annotations

import asyncio
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from tests.app.rig import FEED, Hand, Rig, Web, a_world, rss
from tests.e2e.servers.hook import HookServer
from wirewatch.app.world import World
from wirewatch.cli.main import cli
from wirewatch.core.model.alert import DeliveryState
from wirewatch.core.model.hit import HitState
from wirewatch.notify.apprise_notifier import AppriseNotifier
from wirewatch.store.open import open_sql_store
from wirewatch.store.sql import SqlStore

WATCHES = ('"river talks"', '"harbour strike"')


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

    def command(self, *words: str) -> Result:
        """Run a command on the same configuration and file."""
        environ: dict[str, str | None] = {
            name: None for name in os.environ if name.startswith("WIREWATCH_")
        }
        environ["WIREWATCH_DATABASE__URL"] = f"sqlite:///{self.folder / 'news.db'}"
        config = ["-c", str(self.folder / "wirewatch.toml")]
        return CliRunner(env=environ).invoke(cli, [*config, *words], standalone_mode=False)
