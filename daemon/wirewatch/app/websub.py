"""The push loop: subscribe with hubs, renew, take what they send.

What is agreed or sent is committed before it is acted upon.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterable, Mapping
from dataclasses import replace
from hashlib import sha256
from typing import Final

from wirewatch.app.context import Context
from wirewatch.app.dispatch import Job
from wirewatch.app.logs import get_logger
from wirewatch.core.identity import Listed, keys_of, listed, number
from wirewatch.core.model.feed import FeedId
from wirewatch.core.model.outcome import Parsed, ParsedFeed, Request, Unreadable
from wirewatch.core.model.push import Push, PushId, PushJob, PushPlan, Subscription
from wirewatch.core.plan.push import plan_push
from wirewatch.core.plan.subscribe import (
    after_answer,
    confirmed,
    denied,
    form_of,
    is_signed,
    plan_asking,
)
from wirewatch.errors import StoreError
from wirewatch.ports import Store
from wirewatch.settings.settings import Settings

log = get_logger(__name__)

AT_ONCE: Final = 4
DUE_AT_ONCE: Final = 16
MOST_WAITING: Final = 64
"""So many pushes may wait to be read; a hub with more is told to come back, and its feed is polled."""

ACCEPTED, GONE, TOO_LARGE, BUSY = 202, 410, 413, 503
TOKEN_BYTES: Final = 32


class TooLargeError(Exception):
    """A push is larger than is taken."""


def callbacks_of(settings: Settings) -> str | None:
    """Return the address under which hubs reach us, None where the owner named none."""
    base = settings.websub.callback.rstrip("/")
    return f"{base}/websub" if base else None


class Subscriber:
    """Asks hubs, answers them, and reads what they push."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._changing = asyncio.Lock()
        """Held from reading a subscription to storing it: a hub may ask back while it is being asked."""

    def due(self, store: Store) -> list[Job]:
        """Return a job for each push that waits and each hub that is to be asked."""
        waiting = store.waiting_pushes(limit=DUE_AT_ONCE)
        jobs = [Job(kind="push", about=str(id_)) for id_ in waiting]
        if callbacks_of(self._context.world.settings) is not None:
            due = store.due_subscriptions(now=self._context.now(), limit=DUE_AT_ONCE)
            jobs += [Job(kind="subscribe", about=str(id_), priority=5) for id_ in due]
        return jobs

    async def begin(self) -> None:
        """Ask again, at once, those hubs that know us under another address."""
        context = self._context
        base = callbacks_of(context.world.settings)
        if base is None:
            return
        for one in (await context.off(context.store.all_pushing)).values():
            agreed = one.subscription
            if agreed is not None and agreed.callback != f"{base}/{agreed.token}":
                stale = replace(agreed, due_at=context.now())
                await context.insist(context.store.put_subscription, stale)

    async def subscribe(self, job: Job) -> None:
        """Ask one hub to push, or to go on pushing. It may ask back before it answers."""
        context = self._context
        base = callbacks_of(context.world.settings)
        if base is None:
            return
        asking = await self._begin_asking(FeedId(int(job.about)), base)
        if asking is None:
            return
        fetched = await context.fetcher.fetch(
            Request(
                url=asking.hub,
                accept="*/*",
                form=form_of(asking, lease=context.world.settings.websub.lease),
            )
        )
        async with self._changing:
            known = await context.insist(context.store.subscription_by, asking.token)
            if known is None:
                return
            after = after_answer(known, fetched, now=context.now())
            if after != known:
                await context.insist(context.store.put_subscription, after)
        if after.detail is not None:
            log.warning("the hub was asked", feed_id=after.feed_id, problem=after.detail)
        else:
            log.info("the hub was asked", feed_id=after.feed_id, state=after.state.value)

    async def _begin_asking(self, feed_id: FeedId, base: str) -> Subscription | None:
        context = self._context
        async with self._changing:
            now = context.now()
            pushing = await context.insist(context.store.pushing, feed_id)
            hub, before = pushing.hub, pushing.subscription
            if hub is None:
                return None
            as_agreed = before is not None and (before.hub, before.topic) == (hub.url, hub.topic)
            if as_agreed and before is not None and before.due_at > now:
                return None  # it was asked, or asked back, since this job was due
            asking = plan_asking(
                hub,
                before,
                callbacks=base,
                token=secrets.token_urlsafe(TOKEN_BYTES),
                secret=secrets.token_urlsafe(TOKEN_BYTES),
                now=now,
            )
            await context.insist(context.store.put_subscription, asking)
            return asking

    async def verify(self, token: str, query: Mapping[str, str]) -> str | None:
        """Answer a hub that asks whether we meant it, or says that it will not push: what to reply, None for "no".

        Raises StoreError where the answer could not be stored: the hub asks again.
        """
        context = self._context
        async with self._changing:
            known = await context.off(context.store.subscription_by, token)
            if known is None:
                return None
            agreed = confirmed(known, query, now=context.now())
            refused = denied(known, query, now=context.now())
            after = agreed or refused
            if after is None:
                log.warning("a hub asked what was not wanted", feed_id=known.feed_id)
                return None
            await context.off(context.store.put_subscription, after)
        if refused is not None:
            log.warning("the hub refuses", feed_id=after.feed_id, problem=after.detail)
            await self._poll_soon(after.feed_id)
            return "noted"
        log.info("the hub pushes from now on", feed_id=after.feed_id)
        return query["hub.challenge"]

    async def take(
        self, token: str, content_type: str, signature: str, pieces: AsyncIterable[bytes]
    ) -> int:
        """Store what a hub sends and return the status to answer with. It is acted upon only once it is stored."""
        context = self._context
        try:
            known = await context.off(context.store.subscription_by, token)
            if known is None:
                context.meters.pushes["unknown"] += 1
                return GONE
            return await self._take(known, content_type, signature, pieces)
        except StoreError as exc:
            context.store_trouble = str(exc)
            return BUSY

    async def _take(
        self, known: Subscription, content_type: str, signature: str, pieces: AsyncIterable[bytes]
    ) -> int:
        context, meters = self._context, self._context.meters
        waiting = await context.off(context.store.waiting_pushes, limit=MOST_WAITING)
        if len(waiting) >= MOST_WAITING:
            meters.pushes["busy"] += 1
            return BUSY
        try:
            body = await self._read(pieces)
        except TooLargeError:
            meters.pushes["too-large"] += 1
            log.warning("a push was too large; the feed is polled instead", feed_id=known.feed_id)
            await self._poll_soon(known.feed_id)
            return TOO_LARGE
        if not is_signed(body, signature, known.secret):
            # The standard wants these ignored without telling whoever may be guessing.
            meters.pushes["wrong-signature"] += 1
            log.warning("a push was not signed as agreed, and is ignored", feed_id=known.feed_id)
            return ACCEPTED
        push = Push(
            id=PushId(number("push", known.feed_id, content_type, sha256(body).digest())),
            feed_id=known.feed_id,
            at=context.now(),
            content_type=content_type[:200],
            body=body,
        )
        fresh = await context.off(context.store.put_push, push)
        meters.pushes["taken" if fresh else "repeated"] += 1
        context.dispatcher.submit(Job(kind="push", about=str(push.id)))
        return ACCEPTED

    async def _read(self, pieces: AsyncIterable[bytes]) -> bytes:
        most = self._context.world.settings.websub.max_body
        body = bytearray()
        async for piece in pieces:
            body += piece
            if len(body) > most:
                raise TooLargeError
        return bytes(body)

    async def _poll_soon(self, feed_id: FeedId) -> None:
        """Have a feed polled at once, where a push that cannot be used says that there is something new."""
        context = self._context
        try:
            await context.off(context.store.poll_now, [feed_id], now=context.now())
        except StoreError as exc:
            context.store_trouble = str(exc)

    async def act(self, job: Job) -> None:
        """Read a push that is stored, match, commit: what a poll would have done."""
        context = self._context
        push_id = PushId(int(job.about))
        found = await context.insist(context.store.push_job, push_id)
        if found is None or found.feed.state.baseline_at is None or not found.push.body:
            await context.insist(context.store.drop_push, push_id, now=context.now())
            return
        try:
            parsed = await self._parsed(found)
            async with context.writing:
                plan = await context.insist(self._plan, found, parsed)
                await context.insist(context.store.commit_push, plan)
        except (
            Exception
        ):  # bulkhead: a bug with one push must not stop the others, nor come again every second
            log.exception("bug while reading a push", feed=found.feed.spec.name)
            await context.insist(context.store.drop_push, push_id, now=context.now())
            await self._poll_soon(found.feed.id)
            return
        context.meters.pushed(plan)
        _report(found, plan)
        if isinstance(parsed, Unreadable):
            await self._poll_soon(found.feed.id)
        if plan.articles:
            context.dispatcher.submit(Job(kind="articles"))
        if plan.hits:
            context.dispatcher.submit(Job(kind="announce"))

    async def _parsed(self, job: PushJob) -> Parsed:
        push = job.push
        return await self._context.parser.feed(
            push.body, url=job.hub.topic, content_type=push.content_type
        )

    def _plan(self, job: PushJob, parsed: Parsed) -> PushPlan:
        context, store = self._context, self._context.store
        items: tuple[Listed, ...] = listed(parsed) if isinstance(parsed, ParsedFeed) else ()
        hub = store.pushing(job.feed.id).hub or job.hub
        return plan_push(
            replace(job, hub=hub),
            parsed,
            items,
            known=store.known(job.feed.id, keys_of(items)) if items else {},
            memory=store.memory(job.feed.id),
            wanted=context.world.wanted,
            articles=context.world.articles,
            now=context.now(),
        )


def _report(job: PushJob, plan: PushPlan) -> None:
    log.info(
        "pushed",
        feed=job.feed.spec.name,
        outcome=plan.record.outcome,
        entries=plan.record.entries,
        new=plan.record.new,
        hits=len(plan.hits),
    )
