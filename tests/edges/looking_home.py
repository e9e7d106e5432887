"""A configuration with a database in it, for tests of the commands that look things up."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from click.testing import Result

from tests.edges.runner import clean_runner
from wirewatch.app.config import load_settings
from wirewatch.cli.main import cli
from wirewatch.core.identity import entry_id, feed_id, guid_key
from wirewatch.core.model.entry import Entry
from wirewatch.core.model.feed import FeedSpec, FeedState
from wirewatch.core.model.hit import Hit, Why
from wirewatch.core.model.plan import PollPlan, PollRecord
from wirewatch.core.plan.wanted import Wanted, find_hits
from wirewatch.ports import Store
from wirewatch.settings.settings import Settings
from wirewatch.store.open import open_sql_store

CONFIG = """
[database]
url = "sqlite:///{folder}/wirewatch.db"
[channel.desk]
url = "json://127.0.0.1:9/"
[[feed]]
name = "Gulf Courier"
url = "https://gulf.example/feed"
[[feed]]
name = "River Desk"
url = "https://river.example/feed"
[watchlist.main]
channels = ["desk"]
"""


@dataclass(slots=True)
class Home:
    """Files in a folder, and the store they lead to."""

    folder: Path
    now: datetime
    more: str = ""

    def __post_init__(self) -> None:
        self.config.write_text(CONFIG.format(folder=self.folder) + self.more, encoding="utf-8")
        with self.open() as store:
            store.sync_feeds(self.settings().feeds, now=self.now, spread=timedelta())

    @property
    def config(self) -> Path:
        return self.folder / "wirewatch.toml"

    def settings(self) -> Settings:
        return load_settings(self.config, {"HOME": str(self.folder)}, need_secrets=False)

    def open(self) -> Opened:
        return Opened(open_sql_store(f"sqlite:///{self.folder}/wirewatch.db", examine=False))

    def bring(
        self, *entries: Entry, feed: str = "Gulf Courier", silent: Why | None = None
    ) -> list[Hit]:
        """Poll entries into the store, matched as the daemon does; return their hits."""
        settings = self.settings()
        wanted = Wanted.of(settings.watchlists, terms=settings.terms)
        spec = next(one for one in settings.feeds if one.name == feed)
        hits = [
            h for e in entries for h in find_hits(wanted, e, spec, now=e.found_at, silent=silent)
        ]
        at = max((entry.found_at for entry in entries), default=self.now)
        with self.open() as store:
            store.commit_polls([_polled(spec, entries, hits, at)])
        return hits

    def run(self, *args: str) -> Result:
        """Run a command."""
        return clean_runner().invoke(
            cli, ["-c", str(self.config), *args], standalone_mode=False, catch_exceptions=False
        )

    def ask(self, *args: str) -> Any:
        """Run a command and read its JSON."""
        return json.loads(self.run(*args, "--json").stdout)


class Opened:
    """A store that closes itself."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def __enter__(self) -> Store:
        return self.store

    def __exit__(self, *_: object) -> None:
        self.store.close()


def an_entry(name: str, title: str, text: str, *, at: datetime, feed: str = "gulf") -> Entry:
    """Return an entry of a feed as a poll would make it."""
    feed_ = feed_id(f"https://{feed}.example/feed")
    key = guid_key(f"https://{feed}.example/{name}")
    return Entry(
        id=entry_id(feed_, key),
        feed_id=feed_,
        key=key,
        guid=f"https://{feed}.example/{name}",
        link=f"https://{feed}.example/{name}",
        title=title,
        summary=text,
        body="",
        published_at=at - timedelta(minutes=3),
        found_at=at,
        text_hash=name.encode().ljust(8)[:8],
    )


def _polled(
    spec: FeedSpec, entries: Sequence[Entry], hits: Sequence[Hit], at: datetime
) -> PollPlan:
    return PollPlan(
        feed_id=feed_id(spec.url),
        state=FeedState(
            next_poll_at=at + timedelta(minutes=15),
            interval=timedelta(minutes=15),
            polls=3,
            last_poll_at=at,
        ),
        record=PollRecord(
            feed_id=feed_id(spec.url),
            at=at,
            outcome="ok",
            status=200,
            wire_bytes=1000,
            entries=30,
            new=len(entries),
            overlap=True,
            took_s=0.1,
        ),
        seen=tuple((entry.key, entry.text_hash) for entry in entries),
        new=tuple(entries),
        hits=tuple(hits),
    )


def utc_now() -> datetime:
    """Return the time: the commands look back from it."""
    return datetime.now(UTC)
