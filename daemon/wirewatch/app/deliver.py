"""The deliver loop: one lane per channel, so that a slow or failing channel delays no other."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from time import monotonic

from wirewatch.app.context import Context
from wirewatch.app.dispatch import Job
from wirewatch.app.logs import get_logger
from wirewatch.core.model.alert import ChannelSpec, DeliveryState, NotSent, Parcel, Receipt, Sent
from wirewatch.core.model.plan import AttemptPlan
from wirewatch.core.plan.deliver import after_attempt

log = get_logger(__name__)

MARGIN = timedelta(seconds=30)
"""A lease outlives the sender's own time limit by this."""

FAILURES_TO_PAUSE = 2
MAX_PAUSE = timedelta(seconds=30)
"""After two failures in a row a channel is left alone until the next retry, at most this long: then one probe."""


class Sender:
    """Sends what is due to one channel, oldest first, as many at a time as the owner allows (one, by default)."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._stopping = False
        self._failures: dict[str, int] = {}
        self._paused_until: dict[str, datetime] = {}

    async def deliver(self, job: Job) -> None:
        """Send until nothing is due for this channel, or until it fails."""
        context = self._context
        while not self._stopping and not self._is_paused(job.about):
            channel = context.world.channels.get(job.about)
            if channel is None:
                return  # `status` shows what waits for a channel that is no longer configured
            settings = context.world.settings.delivery
            lease = max(settings.lease, timedelta(seconds=channel.timeout_s) + MARGIN)
            claimed = await context.insist(
                context.store.claim,
                channel.name,
                now=context.now(),
                lease=lease,
                limit=settings.per_channel_in_flight,
            )
            if not claimed:
                return
            await asyncio.gather(*(self._deliver(channel, parcel) for parcel in claimed))

    def _is_paused(self, channel: str) -> bool:
        until = self._paused_until.get(channel)
        return until is not None and self._context.now() < until

    def _learn(self, channel: str, plan: AttemptPlan) -> None:
        """Pause a channel that failed twice in a row, so that a thousand waiting messages make one probe."""
        if plan.delivery.state is not DeliveryState.PENDING:
            self._failures.pop(channel, None)
            self._paused_until.pop(channel, None)
            return
        self._failures[channel] = self._failures.get(channel, 0) + 1
        if self._failures[channel] >= FAILURES_TO_PAUSE:
            now = self._context.now()
            self._paused_until[channel] = min(plan.delivery.due_at, now + MAX_PAUSE)

    def stop(self) -> None:
        """Claim nothing more; what is being sent is finished."""
        self._stopping = True

    async def _deliver(self, channel: ChannelSpec, parcel: Parcel) -> None:
        context = self._context
        began = monotonic()
        receipt: Receipt
        try:
            receipt = await context.notifier.send(channel, parcel)
        except asyncio.CancelledError:
            raise
        except Exception as exc:  # bulkhead: a bug in one rendering must not stop a channel
            log.exception("bug while sending", channel=channel.name)
            receipt = NotSent(detail=f"Wirewatch itself failed: {type(exc).__name__}")
        took = timedelta(seconds=monotonic() - began)
        plan = after_attempt(
            parcel,
            receipt,
            rules=context.world.retry,
            now=context.now(),
            took=took,
            channel=channel,
        )
        await context.insist(context.store.settle, plan)
        context.meters.attempted(channel.name, plan)
        self._learn(channel.name, plan)
        _report(plan, channel, receipt)
        context.dispatcher.submit(
            *(Job(kind="deliver", about=alarm.channel) for alarm in plan.alarm_deliveries)
        )


def _report(plan: AttemptPlan, channel: ChannelSpec, receipt: Receipt) -> None:
    fields: dict[str, object] = {
        "channel": channel.name,
        "delivery": plan.delivery.key,
        "attempt": plan.delivery.attempts,
        "took_s": round(plan.attempt.took_s, 3),
    }
    if isinstance(receipt, Sent):
        log.info("sent", **fields)
    elif plan.delivery.state is DeliveryState.DEAD:
        log.error("not delivered, given up", **fields, error=receipt.detail)
    else:
        log.warning(
            "not delivered, tried again later",
            **fields,
            error=receipt.detail,
            again_at=plan.delivery.due_at.isoformat(timespec="seconds"),
        )
