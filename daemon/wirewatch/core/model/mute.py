"""What must be quiet until a time, and what its owner made of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NewType

from wirewatch.core.model.hit import AlertId, HitId

MuteId = NewType("MuteId", int)
"""63 bits derived from what is muted: muting it again changes until when."""


class MuteKind(StrEnum):
    """What can be muted."""

    STORY = "story"
    WATCH = "watch"
    """A watch by its id, or a whole watchlist by its name."""
    FEED = "feed"
    CHANNEL = "channel"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mute:
    """A story, watch, feed or channel that must be quiet until a time."""

    id: MuteId
    kind: MuteKind
    about: str
    """A story's number, a watch's id or its list, a feed's or a channel's name."""
    made_at: datetime
    until: datetime
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ack:
    """Somebody has taken note of an alert."""

    alert_id: AlertId
    at: datetime
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """What somebody said of a hit."""

    hit_id: HitId
    relevant: bool
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Escalation:
    """An alert that goes to the next of these channels unless somebody takes note of it in time."""

    alert_id: AlertId
    due_at: datetime
    every: timedelta
    """How long each channel has."""
    channels: tuple[str, ...]
    """Those that are still to be told, the next one first."""
