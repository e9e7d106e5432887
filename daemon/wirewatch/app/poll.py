"""The poll loop: fetch, parse, match, commit. One feed delays no other."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from wirewatch.app.context import Context
from wirewatch.app.dispatch import Job
from wirewatch.app.logs import get_logger
from wirewatch.core.identity import Listed, keys_of, listed
from wirewatch.core.model.coverage import NOTHING, Memory
from wirewatch.core.model.entry import EntryKey, Known
from wirewatch.core.model.feed import Feed, FeedId
from wirewatch.core.model.outcome import Failed, Fetched, Got, Parsed, ParsedFeed, Problem, Request
from wirewatch.core.model.plan import PollPlan
from wirewatch.core.plan.listed import is_same_body
from wirewatch.core.plan.poll import plan_failure, plan_poll
from wirewatch.core.plan.push import offer_of, with_pushing
from wirewatch.core.plan.trouble import Asked, adopted_url, whom_to_ask
from wirewatch.core.repair import FEWEST
from wirewatch.errors import StoreError

log = get_logger(__name__)

FEED_TYPES = (
    "application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml;q=0.9, "
    "application/xml;q=0.9, text/xml;q=0.9, application/json;q=0.8, */*;q=0.5"
)

SHARD_LIMIT = 500
PATIENCE_S = 2.0
"""How long a shard's job waits for its feeds; a slower one finishes by itself, the shard goes on."""

BATCH = 200
GATHER_S = 0.1
"""How long a finished poll waits for others, so that they are committed together."""

BUG = "Wirewatch itself failed on this feed; the log has the details"


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """A poll that came back and is to be decided on."""

    feed: Feed
    fetched: Fetched
    parsed: Parsed | None
    asked: Asked = Asked.CONFIGURED


class Poller:
    """Polls the due feeds of a shard and commits what they bring, in batches."""

    def __init__(self, context: Context, *, gather_s: float = GATHER_S) -> None:
        self._context = context
        self._gather_s = gather_s
        self._in_flight: dict[FeedId, asyncio.Task[None]] = {}
        self._results: asyncio.Queue[Result] = asyncio.Queue()
        self._writer: asyncio.Task[None] | None = None

    async def poll_shard(self, job: Job) -> None:
        """Poll the due feeds of one shard; return when they are done or after a moment's patience."""
        context = self._context
        due = await context.off(
            context.store.due,
            int(job.about),
            now=context.now(),
            limit=SHARD_LIMIT,
            skip=frozenset(self._in_flight),
        )
        tasks = []
        for feed in due:
            task = asyncio.create_task(self._poll(feed), name=f"feed:{feed.spec.name}")
            self._in_flight[feed.id] = task
            tasks.append(task)
        if tasks:
            await asyncio.wait(tasks, timeout=PATIENCE_S)

    def tasks(self) -> tuple[asyncio.Task[None], ...]:
        """Return what is under way: feeds being asked, answers being committed."""
        writer = (self._writer,) if self._writer is not None else ()
        return tuple(task for task in (*self._in_flight.values(), *writer) if not task.done())

    async def drain(self, timeout_s: float) -> None:
        """Let polls under way come in for a while, give up the rest, commit what came."""
        tasks = [task for task in self._in_flight.values() if not task.done()]
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=timeout_s)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        if self._writer is not None:
            self._writer.cancel()
            await asyncio.gather(self._writer, return_exceptions=True)
        left = [self._results.get_nowait() for _ in range(self._results.qsize())]
        if left:
            # What cannot be committed now is polled again: nothing of it was acknowledged.
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._commit(left), timeout_s)

    async def _poll(self, feed: Feed) -> None:
        try:
            asked = whom_to_ask(feed, now=self._context.now())
            fetched = await self._context.fetcher.fetch(_request(feed, asked))
            parsed = await self._parse(feed, fetched)
            result = Result(feed=feed, fetched=fetched, parsed=parsed, asked=asked)
            self._results.put_nowait(result)
        except asyncio.CancelledError:
            self._in_flight.pop(feed.id, None)
            raise
        except Exception:  # bulkhead: one feed's bug must not stop the others
            log.exception("bug while polling", feed=feed.spec.name)
            fetched = Failed(problem=Problem.BUG, detail=BUG)
            self._results.put_nowait(Result(feed=feed, fetched=fetched, parsed=None))
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._write(), name="poll-writer")

    async def _parse(self, feed: Feed, fetched: Fetched) -> Parsed | None:
        if not isinstance(fetched, Got) or is_same_body(feed, fetched):
            return None
        context = self._context
        known = await context.off(context.store.known_items, feed.id)
        return await context.parser.feed(
            fetched.body, url=fetched.url, content_type=fetched.content_type, known=known
        )

    async def _write(self) -> None:
        """Commit results as they come, those of one moment together; end when there are none."""
        while not self._results.empty():
            await asyncio.sleep(self._gather_s)
            count = min(self._results.qsize(), BATCH)
            batch = [self._results.get_nowait() for _ in range(count)]
            try:
                await self._commit(batch)
            except asyncio.CancelledError:
                for result in batch:
                    self._results.put_nowait(result)
                raise

    async def _commit(self, batch: Sequence[Result]) -> None:
        """Decide and commit, however long the database refuses: what was read is not thrown away."""
        context = self._context
        async with context.writing:
            plans = await context.insist(self._plan_all, batch)
            await context.insist(context.store.commit_polls, plans)
        context.meters.polled(plans)
        for result in batch:
            self._in_flight.pop(result.feed.id, None)
        if any(plan.articles for plan in plans):
            context.dispatcher.submit(Job(kind="articles"))
        if any(plan.hits for plan in plans):
            context.dispatcher.submit(Job(kind="announce"))
        context.dispatcher.submit(
            *(
                Job(kind="gap", about=str(plan.gap.id), priority=5)
                for plan in plans
                if plan.gap is not None and plan.gap.todo
            ),
            *(Job(kind="deliver", about=way.channel) for plan in plans for way in plan.deliveries),
        )
        _report(batch, plans)

    def _plan_all(self, batch: Sequence[Result]) -> list[PollPlan]:
        plans = []
        for result in batch:
            try:
                plans.append(self._with_pushing(result, self._plan(result)))
            except StoreError:
                raise
            except Exception:  # bulkhead: one feed's bug must not stop the others
                log.exception("bug while matching", feed=result.feed.spec.name)
                plans.append(self._bug(result.feed))
        return plans

    def _plan(self, result: Result) -> PollPlan:
        context, feed = self._context, result.feed
        items: tuple[Listed, ...] = ()
        memory = NOTHING
        if isinstance(result.parsed, ParsedFeed):
            items = listed(result.parsed)
            memory = context.store.memory(feed.id)
        return plan_poll(
            feed,
            result.fetched,
            items,
            result.parsed,
            known=self._known(feed, items, memory),
            wanted=context.world.wanted,
            cadence=context.world.cadence,
            articles=context.world.articles,
            now=context.now(),
            memory=memory,
            asked=result.asked,
            operator=context.world.settings.general.operator,
        )

    def _with_pushing(self, result: Result, plan: PollPlan) -> PollPlan:
        context, settings = self._context, self._context.world.settings.websub
        offer = offer_of(result.fetched, result.parsed)
        if offer is None and not settings.callback:
            return plan
        pushing = context.store.pushing(result.feed.id)
        if not settings.callback:
            pushing = replace(pushing, subscription=None)
        return with_pushing(
            plan,
            result.feed,
            offer,
            pushing,
            slow=settings.poll_every,
            now=context.now(),
        )

    def _known(
        self, feed: Feed, items: tuple[Listed, ...], memory: Memory
    ) -> Mapping[EntryKey, Known]:
        if not items:
            return {}
        names = keys_of(items)
        if len(items) >= FEWEST:  # they may be known ones under new names
            names = (*names, *(trace.key for trace in memory.window))
        return self._context.store.known(feed.id, names)

    def _bug(self, feed: Feed) -> PollPlan:
        return plan_failure(
            feed,
            Problem.BUG,
            BUG,
            cadence=self._context.world.cadence,
            now=self._context.now(),
        )


def _request(feed: Feed, asked: Asked) -> Request:
    validators = feed.state.validators
    adopted = adopted_url(feed.state) if asked is Asked.ADOPTED else None
    return Request(
        url=adopted or feed.spec.url,
        accept=FEED_TYPES,
        etag=validators.etag,
        last_modified=validators.last_modified,
        # What is secret belongs to the configured address alone.
        headers=feed.spec.headers if adopted is None else (),
        user_agent=feed.spec.user_agent,
        access=feed.spec.access if adopted is None else feed.spec.access.elsewhere(),
    )


def _report(batch: Sequence[Result], plans: Sequence[PollPlan]) -> None:
    """Write one line per poll, at its end."""
    for result, plan in zip(batch, plans, strict=True):
        record = plan.record
        fields: dict[str, object] = {
            "feed": result.feed.spec.name,
            "outcome": record.outcome,
            "entries": record.entries,
            "new": record.new,
            "hits": len(plan.hits),
            "took_s": round(record.took_s, 3),
        }
        if plan.state.problem is not None:
            log.warning("polled", **fields, problem=plan.state.problem_detail)
        elif plan.gap is not None:
            span = (plan.gap.from_at, plan.gap.to_at)
            log.warning(
                "polled",
                **fields,
                gap="entries may have slipped past between two polls",
                gap_from=span[0].isoformat(timespec="seconds"),
                gap_to=span[1].isoformat(timespec="seconds"),
                fill=plan.gap.detail or "the pages that may hold them are read now",
            )
        else:
            log.info("polled", **fields)
