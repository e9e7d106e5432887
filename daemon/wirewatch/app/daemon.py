"""The daemon: its loops on one event loop, from start to graceful stop."""

from __future__ import annotations

import asyncio
import os
from datetime import timedelta

from wirewatch.app import sdnotify
from wirewatch.app.announce import Announcer
from wirewatch.app.articles import Reader
from wirewatch.app.context import Context
from wirewatch.app.deliver import Sender
from wirewatch.app.dispatch import Job
from wirewatch.app.gaps import AT_ONCE, Filler
from wirewatch.app.indexing import Indexer
from wirewatch.app.jobs import Clock
from wirewatch.app.logs import get_logger
from wirewatch.app.poll import GATHER_S, Poller
from wirewatch.app.rematch import rematch_new
from wirewatch.app.websub import AT_ONCE as PUSHES_AT_ONCE
from wirewatch.app.websub import Subscriber
from wirewatch.app.world import World
from wirewatch.core.plan.deliver import operator_alert, plan_operator_alert
from wirewatch.errors import StoreError

log = get_logger(__name__)

TICK = timedelta(seconds=1)
HEARTBEAT = timedelta(seconds=10)
INDEX = timedelta(seconds=10)
PRUNE = timedelta(hours=6)
DRAIN_S = 10.0
"""How long polls and pages under way are waited for at a stop; they are done again after the start."""

SEND_DRAIN_S = 25.0
"""How long messages under way are waited for: given up, they might arrive twice."""

SHARDS_AT_ONCE = 16


class Daemon:
    """Ties clock, loops and store together."""

    def __init__(
        self, context: Context, *, tick: timedelta = TICK, gather_s: float = GATHER_S
    ) -> None:
        self.context = context
        self._tick_every = tick
        self._clock = Clock()
        self._poller = Poller(context, gather_s=gather_s)
        self._reader = Reader(context)
        self._filler = Filler(context)
        self._announcer = Announcer(context)
        self._sender = Sender(context)
        self._indexer = Indexer(context)
        self.subscriber = Subscriber(context)
        self._config_error: str | None = None
        dispatcher = context.dispatcher
        dispatcher.handle("poll", self._poller.poll_shard, at_once=SHARDS_AT_ONCE)
        dispatcher.handle("gap", self._filler.fill, at_once=AT_ONCE)
        dispatcher.handle("push", self.subscriber.act, at_once=PUSHES_AT_ONCE)
        dispatcher.handle("subscribe", self.subscriber.subscribe, at_once=PUSHES_AT_ONCE)
        dispatcher.handle("articles", self._reader.read_due, at_once=1)
        dispatcher.handle("announce", self._announcer.announce, at_once=1)
        dispatcher.handle("deliver", self._sender.deliver, at_once=1_000)
        dispatcher.handle("prune", self._prune, at_once=1)
        dispatcher.handle("rematch", self._rematch, at_once=1)
        dispatcher.handle("index", self._indexer.index_waiting, at_once=1)

    async def start(self) -> None:
        """Take over what an earlier run left, learn the configuration, start the clock."""
        await self.take_over()
        self._clock.every(self._tick_every, "tick", self.tick)
        self._clock.every(HEARTBEAT, "heartbeat", self._heartbeat)
        self._clock.every(INDEX, "index", self._submit_index)
        self._clock.every(PRUNE, "prune", self._submit_prune)
        interval = sdnotify.watchdog_interval()
        if interval is not None:
            self._clock.every(timedelta(seconds=interval), "watchdog", self._watchdog)
        self._clock.start()

    async def take_over(self) -> None:
        """End the leases of an earlier run, bring feeds and watches up to the configuration."""
        context = self.context
        settings = context.world.settings
        freed = await context.off(context.store.recover, now=context.now())
        await context.off(context.store.reconsider, now=context.now())
        await context.off(
            context.store.sync_feeds,
            settings.feeds,
            now=context.now(),
            spread=_spread(context.world),
        )
        await self.subscriber.begin()
        await self._indexer.begin()
        await rematch_new(context)
        log.info(
            "started",
            feeds=len(settings.feeds),
            watches=len(context.world.wanted.watches),
            channels=len(context.world.channels),
            recovered=freed,
        )

    async def stop(self) -> None:
        """Stop gracefully: start nothing new, finish what is being sent, commit what came in."""
        self._clock.stop()
        self._filler.stop()
        self._announcer.close()
        self._sender.stop()
        sending = asyncio.create_task(self.context.dispatcher.drain(SEND_DRAIN_S))
        await asyncio.gather(self._poller.drain(DRAIN_S), self._reader.drain(DRAIN_S))
        cut_off = await sending
        await self.context.off(self._note_stop)
        await self.context.fetcher.aclose()
        await self.context.parser.aclose()
        self.context.threads.shutdown(wait=True)
        self.context.store.close()
        log.info("stopped", cut_off=cut_off)

    async def apply(self, world: World) -> None:
        """Go on with another configuration."""
        context = self.context
        context.world = world
        self._config_error = None
        await context.insist(
            context.store.sync_feeds,
            world.settings.feeds,
            now=context.now(),
            spread=_spread(world),
        )
        await context.insist(context.store.reconsider, now=context.now())
        await self.subscriber.begin()
        context.dispatcher.submit(Job(kind="rematch"))
        await self._heartbeat()

    async def refuse(self, error: str) -> None:
        """Go on with the present configuration and say loudly that the new one is wrong."""
        context = self.context
        self._config_error = error
        await self._heartbeat()
        now = context.now()
        alert = operator_alert(
            "the new configuration was refused, the old one is still in force",
            error,
            about=("config", error, now.isoformat(timespec="minutes")),
            now=now,
        )
        plan = plan_operator_alert(alert, context.world.settings.general.operator, now=now)
        if plan.alerts:
            await context.insist(context.store.commit_announcement, plan)

    async def poll_now(self) -> int:
        """Make every feed due at once; return how many."""
        context = self.context
        count = await context.insist(context.store.poll_now, None, now=context.now())
        await self.tick()
        return count

    async def pause(self) -> None:
        """Return when nothing is under way at this moment."""
        while tasks := (
            *self.context.dispatcher.tasks(),
            *self._poller.tasks(),
            *self._reader.tasks(),
        ):
            await asyncio.wait(tasks)

    async def is_quiet(self) -> bool:
        """Say whether everything that can be done by now is done."""
        await self.pause()
        return not await self.context.off(self._has_work)

    def _has_work(self) -> bool:
        store, now = self.context.store, self.context.now()
        if store.due_shards(now=now) or self._announcer.has_work():
            return True
        due = (at for name, at in store.next_due().items() if name in self.context.world.channels)
        return (
            any(at <= now for at in due)
            or bool(store.due_articles(now=now))
            or bool(store.due_gaps(now=now, limit=1))
            or bool(store.waiting_pushes(limit=1))
        )

    async def tick(self) -> None:
        """Submit what is due. Everything is read from the store, so a lost job is found again a second later."""
        context = self.context
        try:
            jobs = await context.off(self._due_jobs)
        except StoreError as exc:
            context.store_trouble = str(exc)
            log.error("the database refuses", error=str(exc))
            return
        context.meters.ticked()
        context.dispatcher.submit(*jobs)

    def _due_jobs(self) -> list[Job]:
        store, now = self.context.store, self.context.now()
        jobs = [Job(kind="poll", about=str(shard)) for shard in store.due_shards(now=now)]
        jobs += self._filler.due(store)
        jobs += self.subscriber.due(store)
        if store.due_articles(now=now):
            jobs.append(Job(kind="articles"))
        if self._announcer.has_work():
            jobs.append(Job(kind="announce"))
        jobs.extend(
            Job(kind="deliver", about=channel)
            for channel, at in store.next_due().items()
            if at <= now and channel in self.context.world.channels
        )
        return jobs

    async def _heartbeat(self) -> None:
        context = self.context
        note: dict[str, object] = {
            "pid": os.getpid(),
            "started_at": context.started_at.isoformat(),
            "at": context.now().isoformat(),
            "running": True,
            "config_error": self._config_error,
            "http_error": context.front_trouble,
            "config_files": [str(path) for path in context.world.settings.files],
        }
        try:
            await context.off(context.store.note, "daemon", note)
        except StoreError as exc:
            context.store_trouble = str(exc)
            log.error("the database refuses", error=str(exc))
        sdnotify.status(self._status_line())

    def _status_line(self) -> str:
        if self.context.store_trouble:
            return f"database: {self.context.store_trouble}"
        if self._config_error:
            return "the new configuration was refused; see wirewatch status"
        world = self.context.world
        return f"watching {len(world.settings.feeds)} feeds for {len(world.wanted.watches)} watches"

    def _note_stop(self) -> None:
        note: dict[str, object] = {"running": False, "at": self.context.now().isoformat()}
        self.context.store.note("daemon", note)

    async def _watchdog(self) -> None:
        sdnotify.alive()

    async def _submit_index(self) -> None:
        self.context.dispatcher.submit(Job(kind="index", priority=9))

    async def _submit_prune(self) -> None:
        self.context.dispatcher.submit(Job(kind="prune", priority=9))

    async def _prune(self, job: Job) -> None:
        del job
        context = self.context
        keep, now = context.world.settings.retention, context.now()
        gone = await context.off(
            context.store.prune,
            entries_before=now - keep.entries,
            hits_before=now - keep.hits,
            polls_before=now - keep.polls,
        )
        if gone:
            log.info("pruned", rows=gone)

    async def _rematch(self, job: Job) -> None:
        del job
        await rematch_new(self.context)


def _spread(world: World) -> timedelta:
    """Return over how long the first polls of new feeds are spread: not at all for the few feeds of a person."""
    feeds = len(world.settings.feeds)
    return min(timedelta(seconds=feeds / 10), world.cadence.every) if feeds > 100 else timedelta()
