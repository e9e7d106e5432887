"""The gap loop: where entries slipped past, read the pages that still list them, match, commit."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from wirewatch.app.context import Context
from wirewatch.app.dispatch import Job
from wirewatch.app.logs import get_logger
from wirewatch.app.poll import FEED_TYPES
from wirewatch.core.identity import keys_of, listed
from wirewatch.core.model.coverage import FillPlan, GapId, GapJob, GapState, PageKind
from wirewatch.core.model.outcome import (
    Failed,
    Fetched,
    Got,
    Parsed,
    ParsedFeed,
    Problem,
    Request,
)
from wirewatch.core.plan.fill import LOOK_BACK, plan_fill
from wirewatch.core.urls import link_key, same_server
from wirewatch.ports import Store

log = get_logger(__name__)

AT_ONCE = 4
"""So many gaps are filled at a time: what is new now comes first."""

DUE_AT_ONCE = 16


class Filler:
    """Reads one page of a gap after another. What a page brought is committed before the next is asked for."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._stopping = False
        self._reading: set[asyncio.Task[FillPlan]] = set()

    def due(self, store: Store) -> list[Job]:
        """Return a job for each gap whose next page may be read."""
        ids = store.due_gaps(now=self._context.now(), limit=DUE_AT_ONCE)
        return [Job(kind="gap", about=str(id_), priority=5) for id_ in ids]

    async def fill(self, job: Job) -> None:
        """Read the pages of one gap until it is closed, or a page has to wait."""
        context = self._context
        while not self._stopping:
            found = await context.off(context.store.gap_job, GapId(int(job.about)))
            if found is None or found.gap.due_at > context.now() or not found.gap.todo:
                return
            reading = asyncio.create_task(self._page(found), name=f"gap:{found.gap.id}")
            self._reading.add(reading)
            try:
                plan = await reading
            finally:
                self._reading.discard(reading)
            await context.insist(context.store.commit_fill, plan)
            _report(found, plan)
            if plan.articles:
                context.dispatcher.submit(Job(kind="articles"))
            if plan.hits:
                context.dispatcher.submit(Job(kind="announce"))

    def stop(self) -> None:
        """Ask for no further page, and give up those under way: they are asked again after the next start."""
        self._stopping = True
        for reading in self._reading:
            reading.cancel()

    async def _page(self, job: GapJob) -> FillPlan:
        context = self._context
        fetched: Fetched
        try:
            fetched = await context.fetcher.fetch(_request(job))
            parsed = await self._parse(job, fetched)
            return await context.insist(self._plan, job, fetched, parsed)
        except Exception:  # bulkhead: one gap's bug must not stop the others
            log.exception("bug while filling a gap", feed=job.feed.spec.name)
        fetched = Failed(problem=Problem.BUG, detail="Wirewatch itself failed on this page")
        return self._plan(job, fetched, None)

    async def _parse(self, job: GapJob, fetched: Fetched) -> Parsed | None:
        if not isinstance(fetched, Got):
            return None
        parser = self._context.parser
        read = parser.sitemap if job.gap.todo[0].kind is PageKind.SITEMAP else parser.feed
        return await read(fetched.body, url=fetched.url, content_type=fetched.content_type)

    def _plan(self, job: GapJob, fetched: Fetched, parsed: Parsed | None) -> FillPlan:
        context, feed, gap = self._context, job.feed, job.gap
        items = listed(parsed) if isinstance(parsed, ParsedFeed) else ()
        links: Sequence[str] = ()
        if items and gap.todo[0].kind is PageKind.SITEMAP:
            links = context.store.links_since(feed.id, gap.from_at - LOOK_BACK)
        return plan_fill(
            gap,
            feed,
            fetched,
            parsed,
            items,
            known=context.store.known(feed.id, keys_of(items)) if items else {},
            links=frozenset(map(link_key, links)),
            wanted=context.world.wanted,
            articles=context.world.articles,
            now=context.now(),
        )


def _request(job: GapJob) -> Request:
    spec, url = job.feed.spec, job.gap.todo[0].url
    return Request(
        url=url,
        accept=FEED_TYPES,
        # What is secret of the feed goes to its own server only.
        headers=spec.headers if same_server(spec.url, url) else (),
        user_agent=spec.user_agent,
        access=spec.access if same_server(spec.url, url) else spec.access.elsewhere(),
    )


def _report(job: GapJob, plan: FillPlan) -> None:
    gap = plan.gap
    fields: dict[str, object] = {
        "feed": job.feed.spec.name,
        "state": gap.state.value,
        "pages": gap.pages,
        "missed": len(plan.new),
        "hits": len(plan.hits),
        "gap_from": gap.from_at.isoformat(timespec="seconds"),
        "gap_to": gap.to_at.isoformat(timespec="seconds"),
    }
    if gap.state is GapState.LOST or gap.tries:
        log.warning("gap page read", **fields, problem=gap.detail)
    else:
        log.info("gap page read", **fields)
