"""Looks up what the policies ask about, and lets out what was kept back long enough."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from wirewatch.app.context import Context
from wirewatch.app.dispatch import Job
from wirewatch.app.logs import get_logger
from wirewatch.app.world import World
from wirewatch.core.model.hold import Rate, ReleasePlan, Subject
from wirewatch.core.model.plan import AnnouncementPlan, WaitingHit
from wirewatch.core.plan.escalate import plan_escalation, with_escalations
from wirewatch.core.plan.gate import Gate, gated
from wirewatch.core.plan.release import plan_release
from wirewatch.core.policy.burst import LATELY, USUALLY
from wirewatch.core.policy.gate import memory
from wirewatch.ports import Store

log = get_logger(__name__)

LIMIT = 5_000


class Doorkeeper:
    """Asks the policies before something is told, and again when it was kept back for a while."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def check(
        self, plan: AnnouncementPlan, waiting: Sequence[WaitingHit], now: datetime
    ) -> AnnouncementPlan:
        """Return an announcement with the deliveries that may not go now kept back."""
        if not plan.deliveries:
            return plan
        about = {
            waiter.hit.id: Subject(watch=waiter.hit.watch, feed=waiter.outlet) for waiter in waiting
        }
        subjects = {
            alert.id: tuple(dict.fromkeys(about[hit] for hit in alert.hits if hit in about))
            for alert in plan.alerts
        }
        world, store = self._context.world, self._context.store
        gate = look(world, store, _channels(plan), subjects.values(), now=now)
        plan = gated(plan, subjects, gate)
        return with_escalations(plan, subjects, world.chains, now=now)

    async def escalate(self) -> None:
        """Tell the next channel of what nobody took note of in time."""
        context = self._context
        now = context.now()
        due = await context.off(context.store.due_escalations, now=now, limit=LIMIT)
        if due:
            plan = plan_escalation(due, now=now)
            await context.insist(context.store.commit_escalation, plan)
            for one in due:
                log.warning(
                    "nobody took note of an alert", alert=one.alert_id, next=one.channels[0]
                )

    async def release(self) -> None:
        """Tell what may be told of what was kept back, each channel's in one message."""
        context = self._context
        now = context.now()
        plan = await context.off(self._plan, now)
        if not (plan.summaries or plan.postponed):
            return
        if not await context.insist(context.store.commit_release, plan):
            return  # somebody decided otherwise in between; the next tick looks again
        for summary in plan.summaries:
            log.info(
                "summary",
                alert=summary.alert.id,
                channel=summary.delivery.channel,
                kind=summary.alert.kind,
                alerts=len(summary.tells),
            )
        context.dispatcher.submit(
            *(Job(kind="deliver", about=summary.delivery.channel) for summary in plan.summaries)
        )

    def is_due(self, now: datetime) -> bool:
        """Say whether something that was kept back, or not taken note of, is to be looked at."""
        if self._context.store.due_escalations(now=now, limit=1):
            return True
        known = self._context.world.channels
        due = self._context.store.next_release()
        return any(at <= now for name, at in due.items() if name in known)

    def _plan(self, now: datetime) -> ReleasePlan:
        if not self.is_due(now):
            return ReleasePlan()
        context = self._context
        due = context.store.held(now=now, limit=LIMIT)
        # What waits for a channel that is no longer configured goes on waiting: `status` shows it.
        held = [one for one in due if one.delivery.channel in context.world.channels]
        channels = {one.delivery.channel for one in held}
        subjects = [one.subjects for one in held]
        return plan_release(held, look(context.world, context.store, channels, subjects, now=now))


def look(
    world: World,
    store: Store,
    channels: Iterable[str],
    subjects: Iterable[Sequence[Subject]],
    *,
    now: datetime,
) -> Gate:
    """Return what the policies of these channels, and of the watches in question, ask about."""
    asked = {subject.watch for some in subjects for subject in some}
    watches = {
        name: policy for name in asked if (policy := world.watch_policies.get(name)) is not None
    }
    policies = {name: world.channels[name].policy for name in channels if name in world.channels}
    strict = [policy for policy in watches.values() if not policy.is_plain]
    told = {
        name: store.told(name, since=now - memory(policy, strict))
        for name, policy in policies.items()
        if strict or not policy.is_plain
    }
    bursty = sorted(name for name, policy in watches.items() if policy.burst)
    return Gate(
        now=now,
        channels=policies,
        watches=watches,
        told=told,
        rates=_rates(store, bursty, now),
        mutes=store.mutes(),
    )


def _rates(store: Store, watches: Sequence[str], now: datetime) -> Mapping[str, Rate]:
    if not watches:
        return {}
    recent = now - LATELY
    counts = store.rates(watches, recent=recent, usual=recent - USUALLY)
    share = LATELY / USUALLY
    return {name: Rate(recent=new, usual=before * share) for name, (new, before) in counts.items()}


def _channels(plan: AnnouncementPlan) -> set[str]:
    return {delivery.channel for delivery in plan.deliveries}
