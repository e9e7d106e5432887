"""Start, signals, reload, graceful stop."""

from __future__ import annotations

import asyncio
import contextlib
import faulthandler
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

from wirewatch.app import sdnotify
from wirewatch.app.callback import callback_routes
from wirewatch.app.context import Context
from wirewatch.app.daemon import Daemon
from wirewatch.app.front import Front
from wirewatch.app.lock import InstanceLock
from wirewatch.app.logs import get_logger
from wirewatch.app.wiring import build_context, build_store, lock_path, swap_fetcher
from wirewatch.app.world import World
from wirewatch.core.plan.wanted import Progress
from wirewatch.errors import ConfigError, QueryError
from wirewatch.ports import Notifier
from wirewatch.settings.settings import Settings

log = get_logger(__name__)

MANY_WATCHES = 20_000

ONCE_TICK = timedelta(milliseconds=100)
ONCE_LOOK_S = 0.1

Loader = Callable[[], Settings]
"""Reads the configuration again; raises ConfigError."""


@contextmanager
def only_daemon(settings: Settings) -> Iterator[None]:
    """Hold the lock of the state, so that two daemons never tell one story twice. Raise AlreadyRunningError."""
    path = lock_path(settings.database.url)
    if path is None:
        yield
        return
    with InstanceLock(path):
        yield


def run_forever(settings: Settings, load: Loader, *, building: Progress | None = None) -> None:
    """Run the daemon in the foreground until SIGTERM or SIGINT.

    SIGHUP reads the configuration again, SIGUSR1 polls every feed now, SIGUSR2 writes all stacks to stderr, a second
    SIGINT ends at once. Raise AlreadyRunningError, StoreError.
    """
    with only_daemon(settings), contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_run_forever(settings, load, building))


async def _run_forever(settings: Settings, load: Loader, building: Progress | None) -> None:
    context = await _build(settings, building=building)
    daemon = Daemon(context)
    await daemon.start()
    front = Front(context, more=callback_routes(daemon.subscriber, settings))
    await front.start()
    stop, reloads = asyncio.Event(), asyncio.Event()
    _on_signals(stop, reloads, daemon)
    sdnotify.ready()
    reloader = asyncio.create_task(_reload_loop(daemon, load, reloads), name="reload")
    await stop.wait()
    sdnotify.stopping("finishing what is being sent")
    log.info("stopping")
    reloader.cancel()
    await front.stop()
    await daemon.stop()


def _tell_building(done: int, total: int) -> None:
    """Say how far the watches are, where there are so many that somebody may wonder."""
    if total >= MANY_WATCHES and (done % MANY_WATCHES == 0 or done == total):
        sdnotify.status(f"building watches: {done} of {total}")
        log.info("building watches", done=done, of=total)


async def _build(
    settings: Settings, *, notifier: Notifier | None = None, building: Progress | None = None
) -> Context:
    world = await asyncio.to_thread(World.of, settings, progress=building or _tell_building)
    store = await asyncio.to_thread(build_store, settings)
    return build_context(world, store=store, notifier=notifier)


def run_until_quiet(
    settings: Settings,
    *,
    force: bool = False,
    limit: timedelta = timedelta(minutes=15),
    notifier: Notifier | None = None,
) -> bool:
    """Poll what is due (all of it with *force*), read, match, tell, and return; False when *limit* ended it."""
    with only_daemon(settings):
        return asyncio.run(_run_until_quiet(settings, force, limit, notifier))


async def _run_until_quiet(
    settings: Settings, force: bool, limit: timedelta, notifier: Notifier | None
) -> bool:
    context = await _build(settings, notifier=notifier)
    daemon = Daemon(context, tick=ONCE_TICK)
    stop, reloads = asyncio.Event(), asyncio.Event()
    await daemon.start()
    _on_signals(stop, reloads, daemon)
    if force:
        await daemon.poll_now()
    try:
        async with asyncio.timeout(limit.total_seconds()):
            while not stop.is_set() and not await daemon.is_quiet():
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), ONCE_LOOK_S)
    except TimeoutError:
        return False
    finally:
        await daemon.stop()
    return not stop.is_set()


def _on_signals(stop: asyncio.Event, reloads: asyncio.Event, daemon: Daemon) -> None:
    loop = asyncio.get_running_loop()
    background: set[asyncio.Task[int]] = set()

    def interrupted() -> None:
        if stop.is_set():
            log.warning("interrupted again: ending at once")
            os._exit(130)
        stop.set()

    def poll_now() -> None:
        task = asyncio.create_task(daemon.poll_now(), name="poll-now")
        background.add(task)
        task.add_done_callback(background.discard)

    loop.add_signal_handler(signal.SIGTERM, stop.set)
    loop.add_signal_handler(signal.SIGINT, interrupted)
    loop.add_signal_handler(signal.SIGHUP, reloads.set)
    loop.add_signal_handler(signal.SIGUSR1, poll_now)
    with contextlib.suppress(AttributeError, OSError, ValueError):  # stderr may be closed
        faulthandler.register(signal.SIGUSR2, all_threads=True)


async def _reload_loop(daemon: Daemon, load: Loader, reloads: asyncio.Event) -> None:
    """Reload whenever asked; fifty requests in a moment are one."""
    while True:
        await reloads.wait()
        reloads.clear()
        sdnotify.reloading("reading the configuration")
        try:
            await _reload(daemon, load)
        except Exception:  # a bug in reloading must not stop the daemon
            log.exception("bug while reloading")
        finally:
            sdnotify.ready()


async def _reload(daemon: Daemon, load: Loader) -> None:
    before = daemon.context.world.settings
    try:
        settings = await asyncio.to_thread(load)
        world = await asyncio.to_thread(World.of, settings, progress=_tell_building)
    except (ConfigError, QueryError) as exc:
        log.error("the new configuration is refused, the old one stays in force", error=str(exc))
        await daemon.refuse(str(exc))
        return
    if settings.database != before.database:
        log.warning("another database is used only after a restart")
    # A certificate that was renewed has the same name: its file is read again.
    has_files = any(feed.access.ca_file or feed.access.client_cert for feed in settings.feeds)
    if settings.http.listen != before.http.listen:
        log.warning("the HTTP port changes only after a restart")
    if settings.poll != before.poll or has_files:
        await swap_fetcher(daemon.context, settings)
    await daemon.apply(world)
    log.info("reloaded", feeds=len(settings.feeds), watches=len(world.wanted.watches))
