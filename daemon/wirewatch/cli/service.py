"""``run``, ``poll``, ``status``, ``reload``: the daemon as its owner sees it."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import click

from wirewatch.cli import coverage, pushing, show, speed
from wirewatch.cli.exits import Exit
from wirewatch.cli.progress import steps
from wirewatch.cli.state import State, json_option, pass_state
from wirewatch.errors import AlreadyRunningError

if TYPE_CHECKING:
    from wirewatch.ports import Counts, Store

RECENT = timedelta(days=1)
"""Gaps of feeds are shown one by one for so long."""

STALE = timedelta(seconds=60)
"""A daemon that has not said so for this long is not alive."""


MANY = 5_000
"""So many watches take long enough for a bar."""


@click.command
@pass_state
def run(state: State) -> None:
    """Run the daemon in the foreground.

    SIGTERM or SIGINT: stop gracefully. SIGHUP: read the configuration again. SIGUSR1: poll every feed now.
    SIGUSR2: write all stacks to the log. Exits with 75 if another daemon runs, 78 on a wrong configuration.
    """
    from wirewatch.app.run import run_forever

    settings = state.load()
    state.configure_logs(settings)
    watches = sum(len(watchlist.watches) for watchlist in settings.watchlists)
    if not sys.stderr.isatty() or watches < MANY:
        run_forever(settings, state.load)
        return
    with steps("building watches", watches) as building:
        run_forever(settings, state.load, building=building)


@click.command
@click.option("--all", "force", is_flag=True, help="Poll every feed, due or not.")
@json_option
@pass_state
def poll(state: State, force: bool) -> int:
    """Poll every due feed once, deliver, and exit.

    If a daemon is running, it is asked to poll every feed now. Exits with 4 if a feed or a delivery failed.
    """
    from wirewatch.app.lock import read_pid
    from wirewatch.app.run import run_until_quiet
    from wirewatch.app.wiring import lock_path

    settings = state.load()
    path = lock_path(settings.database.url)
    pid = read_pid(path) if path else None
    if pid is not None:
        _signal(pid, signal.SIGUSR1)
        if state.as_json:
            show.as_json({"asked_daemon": pid})
        else:
            click.echo(f"The daemon (pid {pid}) was asked to poll every feed now.")
        return Exit.DONE
    state.configure_logs(settings)
    began = datetime.now(UTC)
    finished = run_until_quiet(settings, force=force)
    store = state.open_store(settings)
    try:
        return _report_poll(state, store, began, finished=finished)
    finally:
        store.close()


def _report_poll(state: State, store: Store, began: datetime, *, finished: bool) -> int:
    from wirewatch.core.model.alert import DeliveryState

    feeds = [feed for feed in store.feeds() if (feed.state.last_poll_at or began) > began]
    failing = [feed for feed in feeds if feed.state.problem is not None]
    hits = store.hits(since=began, limit=10_000)
    counts = store.counts()
    open_ = sum(
        counts.deliveries.get(one, 0) for one in (DeliveryState.PENDING, DeliveryState.SENDING)
    )
    dead = counts.deliveries.get(DeliveryState.DEAD, 0)
    if state.as_json:
        show.as_json(
            {
                "polled": len(feeds),
                "failing": [
                    {"feed": f.spec.name, "problem": f.state.problem_detail} for f in failing
                ],
                "hits": len(hits),
                "deliveries_open": open_,
                "deliveries_dead": dead,
                "finished": finished,
            }
        )
    else:
        click.echo(f"{len(feeds)} feeds polled, {len(failing)} failing, {len(hits)} hits.")
        for feed in failing:
            click.echo(f"  {show.clean(feed.spec.name)}: {feed.state.problem_detail}")
        if open_ or dead:
            click.echo(f"{open_} messages wait to be sent, {dead} could not be delivered.")
    return Exit.PARTLY if failing or open_ or dead or not finished else Exit.DONE


@click.command
@click.option(
    "--check", is_flag=True, help="Print nothing; the exit code says whether all is well."
)
@json_option
@pass_state
def status(state: State, check: bool) -> int:
    """Say whether the daemon is alive, what was polled, and what waits to be sent.

    Exits with 1 when something needs you: no daemon, a refused configuration, a dead letter, a database in trouble.
    """
    from wirewatch.app.lock import read_pid
    from wirewatch.app.wiring import lock_path

    settings, faults = state.load_what_is_sound()
    store = state.open_store(settings)
    try:
        counts, notes, feeds = store.counts(), store.notes(), store.feeds()
        seen = {told.feed_id: told for told in store.coverage()}
        pushed = store.all_pushing()
        quick = store.latencies(since=datetime.now(UTC) - speed.SPAN)
    finally:
        store.close()
    path = lock_path(settings.database.url)
    daemon = _daemon(
        notes.get("daemon") or {}, pid=read_pid(path) if path else None, locked=path is not None
    )
    failing = [feed for feed in feeds if feed.state.problem is not None and not feed.spec.paused]
    troubles = _troubles(daemon, counts)
    lists = coverage.by_watchlist(settings.watchlists, feeds, seen)
    if faults is not None:
        troubles.insert(0, f"the configuration is wrong: {faults}")
    if check:
        return Exit.FAILED if troubles else Exit.DONE
    if state.as_json:
        show.as_json(
            {
                "ok": not troubles,
                "troubles": troubles,
                "daemon": daemon,
                "counts": counts,
                "publication_to_alert_s": speed.as_json(quick),
                "pushing": pushing.counted(pushed.values(), datetime.now(UTC)),
                "failing": [
                    {
                        "feed": feed.spec.name,
                        "problem": feed.state.problem,
                        "detail": feed.state.problem_detail,
                        "since": feed.state.problem_at,
                        "next_poll_at": feed.state.next_poll_at,
                    }
                    for feed in failing
                ],
                "coverage": {
                    "watchlists": lists,
                    "feeds": {
                        feed.spec.name: coverage.as_json(seen.get(feed.id)) for feed in feeds
                    },
                },
            }
        )
        return Exit.FAILED if troubles else Exit.DONE
    now = datetime.now(UTC)
    _print_status(daemon, counts, now)
    _print_lines(
        ("speed", speed.in_words(quick)),
        ("pushed", pushing.summary(pushed, now, wanted=bool(settings.websub.callback))),
    )
    for feed in failing:
        since = show.ago(feed.state.problem_at, now)
        click.echo(
            f"  feed    {show.clean(feed.spec.name)}: {feed.state.problem_detail} (since {since})"
        )
    for one in lists:
        words = coverage.list_in_words(one, now)
        click.echo(f"  seen    {show.clean(one.watchlist)}: {words}")
    for feed in feeds:
        told = seen.get(feed.id)
        if told is not None and told.last_gap is not None and now - told.last_gap.to_at < RECENT:
            gap = coverage.gap_in_words(told.last_gap, now)
            click.echo(f"  gap     {show.clean(feed.spec.name)}: {gap}")
    for trouble in troubles:
        click.secho(f"  trouble {trouble}", fg="red")
    return Exit.FAILED if troubles else Exit.DONE


def _print_lines(*lines: tuple[str, str | None]) -> None:
    for what, words in lines:
        if words is not None:
            click.echo(f"  {what:<7} {words}")


def _daemon(note: Mapping[str, object], *, pid: int | None, locked: bool) -> dict[str, object]:
    at = datetime.fromisoformat(str(note["at"])) if "at" in note else None
    fresh = at is not None and datetime.now(UTC) - at < STALE and bool(note.get("running"))
    return {
        "running": pid is not None if locked else fresh,
        "responding": fresh,
        "pid": pid if locked else note.get("pid"),
        "started_at": note.get("started_at"),
        "last_heartbeat_at": note.get("at"),
        "config_error": note.get("config_error"),
        "http_error": note.get("http_error"),
    }


def _troubles(daemon: Mapping[str, object], counts: Counts) -> list[str]:
    from wirewatch.core.model.alert import DeliveryState

    troubles = []
    if not daemon["running"]:
        troubles.append("the daemon is not running")
    elif not daemon["responding"]:
        troubles.append(f"the daemon has not responded since {daemon['last_heartbeat_at']}")
    if daemon["http_error"]:
        troubles.append(f"the HTTP port is not open: {daemon['http_error']}")
    if daemon["config_error"]:
        troubles.append(f"the new configuration was refused: {daemon['config_error']}")
    dead = counts.deliveries.get(DeliveryState.DEAD, 0)
    if dead:
        troubles.append(
            f"{dead} messages could not be delivered; see `wirewatch deliveries list --state dead`"
        )
    oldest = counts.oldest_pending_at
    if oldest is not None and datetime.now(UTC) - oldest > timedelta(minutes=15):
        troubles.append(f"a message waits to be sent since {oldest.isoformat(timespec='minutes')}")
    return troubles


def _print_status(daemon: Mapping[str, object], counts: Counts, now: datetime) -> None:
    from wirewatch.core.model.alert import DeliveryState

    running = f"running, pid {daemon['pid']}" if daemon["running"] else "not running"
    polled = show.ago(counts.last_poll_at, now)
    deliveries = counts.deliveries
    waiting = deliveries.get(DeliveryState.PENDING, 0) + deliveries.get(DeliveryState.SENDING, 0)
    click.echo(f"Wirewatch {running}; last poll {polled}")
    click.echo(
        f"  feeds   {counts.feeds} ({counts.feeds_failing} failing, {counts.feeds_paused} paused), "
        f"{counts.entries} entries kept, {counts.articles_pending} pages to read"
    )
    click.echo(
        f"  hits    {counts.hits} ({counts.hits_waiting} about to be told), {counts.stories} stories"
    )
    click.echo(
        f"  sent    {deliveries.get(DeliveryState.SENT, 0)}, {waiting} waiting, "
        f"{deliveries.get(DeliveryState.DEAD, 0)} dead"
        + (f", {held} kept back" if (held := deliveries.get(DeliveryState.HELD, 0)) else "")
    )


@click.command
@pass_state
def reload(state: State) -> int:
    """Check the configuration, then tell the running daemon to read it again.

    Exits with 78, and the daemon goes on as it is, when something is wrong; with 1 when no daemon runs.
    """
    from wirewatch.app.lock import read_pid
    from wirewatch.app.wiring import lock_path

    settings = state.load()
    path = lock_path(settings.database.url)
    pid = read_pid(path) if path else None
    if pid is None:
        click.echo(
            "No daemon is running here; it reads the configuration when it starts.", err=True
        )
        return Exit.FAILED
    _signal(pid, signal.SIGHUP)
    click.echo(
        f"The configuration is sound; the daemon (pid {pid}) reads it now: "
        f"{len(settings.feeds)} feeds, {sum(len(one.watches) for one in settings.watchlists)} watches."
    )
    return Exit.DONE


def _signal(pid: int, number: signal.Signals) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError as exc:
        raise AlreadyRunningError("the daemon just ended", pid=pid) from exc
    except PermissionError as exc:
        raise AlreadyRunningError(
            f"the daemon (pid {pid}) belongs to another user",
            pid=pid,
            hint="run this as root or as that user; with systemd: systemctl reload wirewatch",
        ) from exc
