"""The article loop: read the pages behind entries, match again with the body, commit."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from wirewatch.app.context import Context
from wirewatch.app.dispatch import Job
from wirewatch.app.logs import get_logger
from wirewatch.core.model.article import ArticleJob
from wirewatch.core.model.entry import EntryId
from wirewatch.core.model.outcome import Failed, Fetched, Got, PageResult, Problem, Request
from wirewatch.core.model.plan import ArticlePlan
from wirewatch.core.plan.article import plan_article
from wirewatch.settings.schema import ArticleSettings

log = get_logger(__name__)

PAGE_TYPES = "text/html, application/xhtml+xml, */*;q=0.3"
AT_ONCE = 32
LEASE = timedelta(minutes=5)
"""Longer than the slowest page may take: politeness towards its host included."""


class Reader:
    """Reads due pages, many at once; politeness towards each host is the fetcher's."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._in_flight: dict[EntryId, asyncio.Task[None]] = {}

    async def read_due(self, job: Job) -> None:
        """Start reading the pages that are due, as many as there is room for."""
        del job
        context = self._context
        room = AT_ONCE - len(self._in_flight)
        if room <= 0:
            return
        claimed = await context.off(
            context.store.claim_articles, now=context.now(), lease=LEASE, limit=room
        )
        for page in claimed:
            if page.entry.id not in self._in_flight:
                task = asyncio.create_task(self._read(page), name=f"page:{page.entry.id}")
                self._in_flight[page.entry.id] = task

    def tasks(self) -> tuple[asyncio.Task[None], ...]:
        """Return the pages being read."""
        return tuple(self._in_flight.values())

    async def drain(self, timeout_s: float) -> None:
        """Let pages under way come in for a while and give up the rest: they are read after the next start."""
        tasks = list(self._in_flight.values())
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=timeout_s)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def _read(self, page: ArticleJob) -> None:
        context = self._context
        try:
            plan = await self._attempt(page)
            await context.insist(context.store.commit_article, plan)
            _report(page, plan)
        finally:
            self._in_flight.pop(page.entry.id, None)
        # An alert may have waited for this page even if it brought nothing.
        context.dispatcher.submit(Job(kind="announce"), Job(kind="articles"))

    async def _attempt(self, page: ArticleJob) -> ArticlePlan:
        context = self._context
        fetched: Fetched
        parsed: PageResult | None = None
        try:
            limits = context.world.settings.article
            fetched = await context.fetcher.fetch(page_request(page, limits))
            if isinstance(fetched, Got):
                parsed = await context.parser.page(
                    fetched.body, url=fetched.url, content_type=fetched.content_type
                )
            return await context.insist(self._plan, page, fetched, parsed)
        except Exception:  # bulkhead: one page's bug must not stop the others
            log.exception("bug while reading a page", feed=page.feed.name, entry=page.entry.id)
        fetched = Failed(problem=Problem.BUG, detail="Wirewatch itself failed on this page")
        return self._plan(page, fetched, None)

    def _plan(self, page: ArticleJob, fetched: Fetched, parsed: PageResult | None) -> ArticlePlan:
        world = self._context.world
        return plan_article(
            page,
            fetched,
            parsed,
            wanted=world.wanted,
            rules=world.articles,
            now=self._context.now(),
        )


def page_request(page: ArticleJob, limits: ArticleSettings) -> Request:
    """Return the request for a page: nothing secret of the feed goes to the site it links to."""
    return Request(
        url=page.article.url,
        accept=PAGE_TYPES,
        user_agent=page.feed.user_agent,
        access=page.feed.access.elsewhere(),
        timeout=limits.timeout,
        max_body=limits.max_body,
    )


def _report(page: ArticleJob, plan: ArticlePlan) -> None:
    article = plan.article
    fields: dict[str, object] = {
        "feed": page.feed.name,
        "status": article.status.value,
        "words": len(article.text.split()),
        "hits": len(plan.hits),
    }
    if article.problem is not None:
        log.warning("page read", **fields, url=article.url, problem=article.problem_detail)
    else:
        log.info("page read", **fields)
