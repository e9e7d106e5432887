"""The demonstration: the real path on built-in feeds, on this machine only."""

from __future__ import annotations

import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic

from wirewatch import __version__
from wirewatch.app.config import load_settings
from wirewatch.app.logs import configure
from wirewatch.app.run import run_forever, run_until_quiet
from wirewatch.app.wiring import build_store
from wirewatch.demo.content import WATCHES
from wirewatch.demo.server import DemoServer
from wirewatch.ports import Store
from wirewatch.settings.settings import Settings

LIMIT = timedelta(seconds=60)

CONFIG = """\
[database]
url = "sqlite:///{folder}/demo.db"

[http]
listen = ""
[poll]
first_poll = "alert"
allow_networks = ["127.0.0.0/8"]
host_gap = "0 s"
per_host = 4

[alerts]
settle = "1 s"

[channel.terminal]
url = "console://"
"""


def run_demo(*, once: bool, verbose: bool) -> bool:
    """Show Wirewatch at work; return whether an alert was told. With *once* end then, else go on until Ctrl-C."""
    configure("info" if verbose else "error", "console")
    began = monotonic()
    with (
        tempfile.TemporaryDirectory(prefix="wirewatch-demo-") as folder,
        DemoServer(now=datetime.now(UTC)) as server,
    ):
        settings = _settings(Path(folder), server)
        _say(
            f"Wirewatch {__version__} demo: {len(settings.feeds)} built-in feeds, "
            f"{sum(len(one.watches) for one in settings.watchlists)} watches; nothing leaves this machine\n"
        )
        run_until_quiet(settings, limit=LIMIT)
        store = build_store(settings)
        try:
            told = _summary(store, monotonic() - began)
        finally:
            store.close()
        if not once:
            _go_on(settings, server)
    return told


def _settings(folder: Path, server: DemoServer) -> Settings:
    config = folder / "wirewatch.toml"
    tables = [CONFIG.format(folder=folder)]
    tables += [f'[[feed]]\nname = "{name}"\nurl = "{url}"\n' for name, url in server.feeds]
    config.write_text("\n".join(tables), encoding="utf-8")
    lists = folder / "watchlists"
    lists.mkdir()
    (lists / "demo.txt").write_text("\n".join(("channels = terminal", *WATCHES)), encoding="utf-8")
    return load_settings(config, {})


def _summary(store: Store, took_s: float) -> bool:
    for feed in store.feeds():
        polls = store.polls(feed.id, limit=1)
        entries = polls[0].entries if polls else 0
        said = feed.state.problem_detail or f"{entries} entries"
        _say(f"  {feed.spec.name:<24}{said}")
    counts = store.counts()
    sent = sum(1 for _ in store.deliveries(limit=100))
    _say(
        f"\n{counts.entries} entries read, {counts.hits} hits, {counts.stories} story, "
        f"{sent} alert in {took_s:.1f} s."
    )
    _say(
        "Next:  wirewatch init      writes wirewatch.toml, where your feeds, watches and channels go"
    )
    return sent > 0


def _go_on(settings: Settings, server: DemoServer) -> None:
    """Keep the feeds there, and the daemon polling them, until Ctrl-C."""
    _say(f"\nThe feeds stay at {server.base_url}/ and are polled again and again. Ctrl-C ends it.")
    run_forever(settings, lambda: settings)


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()
