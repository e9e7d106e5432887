"""The part of the store in a database that knows what is kept back: each method is one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from wirewatch.core.model.alert import DeliveryKey
from wirewatch.core.model.hold import Held, Hold, ReleasePlan, Told
from wirewatch.core.model.mute import Ack, Escalation, Mark, Mute, MuteId
from wirewatch.core.model.plan import EscalationPlan
from wirewatch.store import holds
from wirewatch.store.engine import Database


class SqlHolds:
    """Held deliveries, mutes, acknowledgements, marks and escalations."""

    def __init__(self, database: Database) -> None:
        self.database: Final = database

    def told(self, channel: str, *, since: datetime) -> Sequence[Told]:
        """Return what was let through to a channel since then, and what is still on its way, oldest first."""
        return self.database.read(lambda tx: holds.told(tx, channel, since=since))

    def held(self, *, now: datetime, limit: int) -> Sequence[Held]:
        """Return deliveries that are kept back and whose time has come, oldest first."""
        return self.database.read(lambda tx: holds.held(tx, now=now, limit=limit))

    def holds(self, keys: Sequence[DeliveryKey]) -> Mapping[DeliveryKey, Hold]:
        """Return why those of these deliveries that were ever kept back were, and in which summary they were told."""
        return self.database.read(lambda tx: holds.holds_of(tx, keys))

    def next_release(self) -> Mapping[str, datetime]:
        """Return for each channel with held deliveries when the earliest is looked at again."""
        return self.database.read(holds.next_release)

    def commit_release(self, plan: ReleasePlan) -> bool:
        """Store summaries with the end of what they tell; False, and nothing, where a delivery is no longer held."""
        return self.database.write(lambda tx: holds.release(tx, plan))

    def reconsider(self, *, now: datetime) -> int:
        """Let every held delivery be looked at again at once; return how many there are."""
        return self.database.write(lambda tx: holds.reconsider(tx, now=now))

    def rates(
        self, watches: Sequence[str], *, recent: datetime, usual: datetime
    ) -> Mapping[str, tuple[int, int]]:
        """Return how many hits each watch had since *recent*, and from *usual* up to it."""
        return self.database.read(lambda tx: holds.rates(tx, watches, recent=recent, usual=usual))

    def mutes(self) -> Sequence[Mute]:
        """Return every mute, those that end first first."""
        return self.database.read(holds.all_mutes)

    def put_mute(self, mute: Mute) -> None:
        """Mute something, or change until when it is."""
        self.database.write(lambda tx: holds.put_mute(tx, mute))

    def end_mutes(self, ids: Sequence[MuteId], *, now: datetime) -> int:
        """End mutes; return how many there were."""
        return self.database.write(lambda tx: holds.end_mutes(tx, ids, now=now))

    def put_acks(self, acks: Sequence[Ack]) -> int:
        """Note that somebody has taken note of alerts; return of how many that was not known."""
        return self.database.write(lambda tx: holds.put_acks(tx, acks))

    def put_mark(self, mark: Mark) -> bool:
        """Note what somebody said of a hit; False where there is no such hit."""
        return self.database.write(lambda tx: holds.put_mark(tx, mark))

    def marks(self) -> Sequence[Mark]:
        """Return what people said of hits, newest first."""
        return self.database.read(holds.all_marks)

    def due_escalations(self, *, now: datetime, limit: int) -> Sequence[Escalation]:
        """Return escalations whose time has come, longest due first."""
        return self.database.read(lambda tx: holds.due_escalations(tx, now=now, limit=limit))

    def commit_escalation(self, plan: EscalationPlan) -> None:
        """Store deliveries to the next channels and what is left of the escalations."""
        self.database.write(lambda tx: holds.commit_escalation(tx, plan))
