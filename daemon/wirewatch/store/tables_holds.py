"""The tables of what is kept back or muted, and of what people made of alerts and hits."""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Table

from wirewatch.core.model.hit import Why
from wirewatch.core.model.mute import MuteKind
from wirewatch.store.kinds import Choice, Duration, Instant, Words
from wirewatch.store.tables import STRINGS, metadata

holds: Final = Table(
    "holds",
    metadata,
    Column("delivery", Words, ForeignKey("deliveries.key"), primary_key=True),
    Column("why", Choice(Why), nullable=False),
    Column("told_in", BigInteger),
)
"""Why deliveries were kept back, and the summaries in which they were told."""

mutes: Final = Table(
    "mutes",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("kind", Choice(MuteKind), nullable=False),
    *(Column(name, Words, nullable=False) for name in ("about", "note")),
    *(Column(name, Instant, nullable=False) for name in ("made_at", "until")),
)

acks: Final = Table(
    "acks",
    metadata,
    Column("alert_id", BigInteger, ForeignKey("alerts.id"), primary_key=True, autoincrement=False),
    Column("at", Instant, nullable=False),
    Column("note", Words, nullable=False),
)
"""Alerts somebody has taken note of."""

marks: Final = Table(
    "marks",
    metadata,
    Column("hit_id", BigInteger, ForeignKey("hits.id"), primary_key=True, autoincrement=False),
    Column("relevant", Boolean, nullable=False),
    Column("at", Instant, nullable=False),
)
"""What people said of hits."""

escalations: Final = Table(
    "escalations",
    metadata,
    Column("alert_id", BigInteger, ForeignKey("alerts.id"), primary_key=True, autoincrement=False),
    Column("due_at", Instant, nullable=False),
    Column("every", Duration, nullable=False),
    Column("channels", STRINGS, nullable=False),
    Index(None, "due_at"),
)
"""Alerts that go to the next of these channels unless somebody takes note of them in time."""
