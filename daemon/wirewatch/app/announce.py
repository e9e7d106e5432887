"""The announce loop: group waiting hits by story, decide, word, commit deliveries."""

from __future__ import annotations

import asyncio
from datetime import datetime

from wirewatch.app.context import Context
from wirewatch.app.dispatch import Job
from wirewatch.app.gate import Doorkeeper
from wirewatch.app.logs import get_logger
from wirewatch.core.model.plan import AnnouncementPlan
from wirewatch.core.plan.announce import fingerprints, plan_announcement
from wirewatch.core.policy.registry import POLICIES

log = get_logger(__name__)

LIMIT = 1000


class Announcer:
    """Looks at the hits nobody was told about. One at a time, so that two looks never tell one story twice."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._alarm: asyncio.TimerHandle | None = None
        self._door = Doorkeeper(context)

    async def announce(self, job: Job) -> None:
        """Tell what is ripe, and set the alarm for what is not."""
        del job
        context = self._context
        await self._door.escalate()
        await self._door.release()
        now = context.now()
        plan = await context.off(self._plan, now)
        if plan is None:
            return
        if plan.verdicts:
            await context.insist(context.store.commit_announcement, plan)
            context.meters.alerts += len(plan.alerts)
            for alert in plan.alerts:
                log.info("alert", alert=alert.id, headline=alert.message.headline[:120])
        channels = dict.fromkeys(delivery.channel for delivery in plan.deliveries)
        context.dispatcher.submit(
            *(
                Job(kind="deliver", about=name)
                for name in channels
                if name in context.world.channels
            )
        )
        if plan.holds:
            await self._door.release()  # the first of a burst is told at once
        if plan.look_again_at is not None:
            self._look_again((plan.look_again_at - now).total_seconds())

    def close(self) -> None:
        """Forget the alarm."""
        if self._alarm is not None:
            self._alarm.cancel()

    def _look_again(self, wait_s: float) -> None:
        self.close()
        submit = self._context.dispatcher.submit
        loop = asyncio.get_running_loop()
        self._alarm = loop.call_later(max(wait_s, 0.05), submit, Job(kind="announce"))

    def _plan(self, now: datetime) -> AnnouncementPlan | None:
        context = self._context
        waiting = context.store.waiting(limit=LIMIT)
        if not waiting:
            return None
        rules = context.world.alerts
        prints = fingerprints(waiting)
        keys = sorted({key for print_ in prints.values() for key in print_.numbers()})
        stories = context.store.stories_sharing(keys, since=now - rules.story_window)
        plan = plan_announcement(
            waiting,
            stories,
            prints=prints,
            policy=POLICIES["instant"],
            rules=rules,
            started_at=context.started_at,
            now=now,
        )
        return self._door.check(plan, waiting, now)

    def has_work(self) -> bool:
        """Say whether hits wait, or something that was kept back is to be looked at."""
        context = self._context
        return bool(context.store.waiting(limit=1)) or self._door.is_due(context.now())
