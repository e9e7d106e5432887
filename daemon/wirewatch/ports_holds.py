"""What the loops and people want to remember of alerts that are kept back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from wirewatch.core.model.alert import DeliveryKey
from wirewatch.core.model.hold import Held, Hold, ReleasePlan, Told
from wirewatch.core.model.mute import Ack, Escalation, Mark, Mute, MuteId
from wirewatch.core.model.plan import EscalationPlan


class HoldStore(Protocol):
    """What is kept back, and what people decided about alerts. Every method is one transaction."""

    def told(self, channel: str, *, since: datetime) -> Sequence[Told]:
        """Return what was let through to a channel since then, and what is still on its way, oldest first.

        What Wirewatch said about itself is left out.
        """

    def held(self, *, now: datetime, limit: int) -> Sequence[Held]:
        """Return deliveries that are kept back and whose time has come, oldest first."""

    def holds(self, keys: Sequence[DeliveryKey]) -> Mapping[DeliveryKey, Hold]:
        """Return why those of these deliveries that were ever kept back were, and in which summary they were told."""

    def next_release(self) -> Mapping[str, datetime]:
        """Return for each channel with held deliveries when the earliest is looked at again."""

    def commit_release(self, plan: ReleasePlan) -> bool:
        """Store summaries together with the end of what they tell, and further waits.

        Return False, and change nothing, where one of these deliveries is no longer held.
        """

    def reconsider(self, *, now: datetime) -> int:
        """Let every held delivery be looked at again at once; return how many there are."""

    def rates(
        self, watches: Sequence[str], *, recent: datetime, usual: datetime
    ) -> Mapping[str, tuple[int, int]]:
        """Return how many hits each watch had since *recent*, and from *usual* up to it; baselines do not count."""

    def mutes(self) -> Sequence[Mute]:
        """Return every mute, those that end first first."""

    def put_mute(self, mute: Mute) -> None:
        """Mute something, or change until when it is."""

    def end_mutes(self, ids: Sequence[MuteId], *, now: datetime) -> int:
        """End mutes, and let what they kept back be looked at again; return how many there were."""

    def put_acks(self, acks: Sequence[Ack]) -> int:
        """Note that somebody has taken note of alerts; return of how many that was not known."""

    def put_mark(self, mark: Mark) -> bool:
        """Note what somebody said of a hit; False where there is no such hit."""

    def marks(self) -> Sequence[Mark]:
        """Return what people said of hits, newest first."""

    def due_escalations(self, *, now: datetime, limit: int) -> Sequence[Escalation]:
        """Return escalations whose time has come, longest due first."""

    def commit_escalation(self, plan: EscalationPlan) -> None:
        """Store deliveries to the next channels and what is left of the escalations; acknowledged ones are over."""
