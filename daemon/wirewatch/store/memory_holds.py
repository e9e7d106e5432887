"""What is kept back or muted, and what people made of it, in the memory store."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from wirewatch.core.model.alert import Delivery, DeliveryKey, DeliveryState
from wirewatch.core.model.hit import HitId, HitState, Why
from wirewatch.core.model.hold import Held, Hold, ReleasePlan, Subject, Told
from wirewatch.core.model.mute import Ack, Escalation, Mark, Mute, MuteId
from wirewatch.core.model.plan import EscalationPlan
from wirewatch.store.memory_base import alone
from wirewatch.store.memory_coverage import MemoryCoverage
from wirewatch.store.rules import OPEN, UNCOUNTED, tidy


class MemoryHolds(MemoryCoverage):
    """The part of the store that knows what is kept back."""

    @alone
    def told(self, channel: str, *, since: datetime) -> Sequence[Told]:
        """Return what was let through to a channel since then, and what is still on its way, oldest first."""
        found = [
            way
            for way in self.rows.deliveries.values()
            if way.channel == channel
            and self.rows.alerts[way.alert_id].kind not in UNCOUNTED
            and (way.state in OPEN or _arrived_since(way, since))
        ]
        found.sort(key=lambda way: (way.created_at, way.key))
        return [
            Told(
                at=way.created_at,
                done_at=way.done_at,
                kind=alert.kind,
                watches=frozenset(one.watch for one in self._subjects(alert.hits)),
            )
            for way in found
            for alert in (self.rows.alerts[way.alert_id],)
        ]

    @alone
    def held(self, *, now: datetime, limit: int) -> Sequence[Held]:
        """Return deliveries that are kept back and whose time has come, oldest first."""
        due = [way for way in self._held() if way.due_at <= now]
        due.sort(key=lambda way: (way.created_at, way.key))
        return [
            Held(
                delivery=way,
                alert=alert,
                why=self.rows.holds[way.key].why,
                subjects=self._subjects(alert.hits),
            )
            for way in due[:limit]
            for alert in (self.rows.alerts[way.alert_id],)
        ]

    def _held(self) -> list[Delivery]:
        ways = self.rows.deliveries.values()
        return [way for way in ways if way.state is DeliveryState.HELD]

    def _subjects(self, ids: Iterable[HitId]) -> tuple[Subject, ...]:
        found = (self.rows.hits[id_] for id_ in ids if id_ in self.rows.hits)
        subjects = (
            Subject(watch=hit.watch, feed=self.rows.feeds[hit.feed_id].stored.spec.name)
            for hit in found
        )
        return tuple(dict.fromkeys(subjects))

    @alone
    def holds(self, keys: Sequence[DeliveryKey]) -> Mapping[DeliveryKey, Hold]:
        """Return why those of these deliveries that were ever kept back were, and in which summary they were told."""
        return {key: self.rows.holds[key] for key in keys if key in self.rows.holds}

    @alone
    def next_release(self) -> Mapping[str, datetime]:
        """Return for each channel with held deliveries when the earliest is looked at again."""
        first: dict[str, datetime] = {}
        for way in self._held():
            first[way.channel] = min(way.due_at, first.get(way.channel, way.due_at))
        return first

    @alone
    def commit_release(self, plan: ReleasePlan) -> bool:
        """Store summaries with the end of what they tell; False, and nothing, where a delivery is no longer held."""
        plan = tidy(plan)
        rows = self.rows
        keys = [key for summary in plan.summaries for key in summary.tells]
        keys += [key for key, _ in plan.postponed]
        if any(rows.deliveries[key].state is not DeliveryState.HELD for key in keys):
            return False
        for summary in plan.summaries:
            rows.post([summary.alert], [summary.delivery])
            at = summary.alert.created_at
            for key in summary.tells:
                way = rows.deliveries[key]
                rows.deliveries[key] = replace(
                    way, state=DeliveryState.GATHERED, done_at=at, due_at=at
                )
                rows.holds[key] = replace(rows.holds[key], told_in=summary.alert.id)
        for key, back in plan.postponed:
            rows.deliveries[key] = replace(rows.deliveries[key], due_at=back.until)
            rows.holds[key] = replace(rows.holds[key], why=back.why)
        return True

    @alone
    def reconsider(self, *, now: datetime) -> int:
        """Let every held delivery be looked at again at once; return how many there are."""
        return self._look_at([way for way in self._held() if way.due_at > now], now=now)

    def _look_at(self, ways: Sequence[Delivery], *, now: datetime) -> int:
        self.rows.deliveries.update((way.key, replace(way, due_at=now)) for way in ways)
        return len(ways)

    @alone
    def rates(
        self, watches: Sequence[str], *, recent: datetime, usual: datetime
    ) -> Mapping[str, tuple[int, int]]:
        """Return how many hits each watch had since *recent*, and from *usual* up to it."""
        found: dict[str, tuple[int, int]] = {}
        for hit in self.rows.hits.values():
            counts = hit.watch in watches and hit.state is not HitState.BASELINE
            if counts and hit.found_at > usual:
                new, before = found.get(hit.watch, (0, 0))
                is_new = hit.found_at > recent
                found[hit.watch] = (new + is_new, before + (not is_new))
        return found

    @alone
    def mutes(self) -> Sequence[Mute]:
        """Return every mute, those that end first first."""
        return sorted(self.rows.mutes.values(), key=lambda mute: (mute.until, mute.id))

    @alone
    def put_mute(self, mute: Mute) -> None:
        """Mute something, or change until when it is."""
        mute = tidy(mute)
        live = {id_: one for id_, one in self.rows.mutes.items() if one.until > mute.made_at}
        self.rows.mutes = {**live, mute.id: mute}
        self._reconsider_muted(now=mute.made_at)

    @alone
    def end_mutes(self, ids: Sequence[MuteId], *, now: datetime) -> int:
        """End mutes; return how many there were."""
        gone = [self.rows.mutes.pop(id_) for id_ in ids if id_ in self.rows.mutes]
        if gone:
            self._reconsider_muted(now=now)
        return len(gone)

    def _reconsider_muted(self, *, now: datetime) -> None:
        holds = self.rows.holds
        self._look_at([way for way in self._held() if holds[way.key].why is Why.MUTED], now=now)

    @alone
    def put_acks(self, acks: Sequence[Ack]) -> int:
        """Note that somebody has taken note of alerts; return of how many that was not known."""
        rows = self.rows
        new = {one.alert_id: tidy(one) for one in acks if one.alert_id in rows.alerts}
        for id_ in new:
            rows.escalations.pop(id_, None)
        unknown = new.keys() - rows.acks.keys()
        rows.acks = new | rows.acks
        return len(unknown)

    @alone
    def put_mark(self, mark: Mark) -> bool:
        """Note what somebody said of a hit; False where there is no such hit."""
        if mark.hit_id not in self.rows.hits:
            return False
        self.rows.marks[mark.hit_id] = tidy(mark)
        return True

    @alone
    def marks(self) -> Sequence[Mark]:
        """Return what people said of hits, newest first."""
        found = sorted(self.rows.marks.values(), key=lambda mark: mark.hit_id)
        return sorted(found, key=lambda mark: mark.at, reverse=True)

    @alone
    def due_escalations(self, *, now: datetime, limit: int) -> Sequence[Escalation]:
        """Return escalations whose time has come, longest due first."""
        due = [one for one in self.rows.escalations.values() if one.due_at <= now]
        return sorted(due, key=lambda one: (one.due_at, one.alert_id))[:limit]

    @alone
    def commit_escalation(self, plan: EscalationPlan) -> None:
        """Store deliveries to the next channels and what is left of the escalations."""
        rows = self.rows
        for old, delivery, rest in tidy(plan).steps:
            stored = rows.escalations.get(old.alert_id)
            if stored is None or stored.due_at != old.due_at:
                continue
            del rows.escalations[old.alert_id]
            if delivery is not None:
                rows.hold_back(delivery, Why.ESCALATED)
            if rest is not None:
                rows.escalations[rest.alert_id] = rest


def _arrived_since(way: Delivery, since: datetime) -> bool:
    return way.state is DeliveryState.SENT and way.due_at > since
