"""What a policy answers, and what it is asked about."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias

from wirewatch.core.model.hit import Why
from wirewatch.core.model.plan import WaitingHit


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertRules:
    """What the owner decided about telling."""

    settle: timedelta = timedelta(seconds=5)
    """How long a fresh hit waits for copies and other watches, so that one alert names them all."""
    settle_max: timedelta = timedelta(seconds=30)
    """How long it waits while the page behind one of its entries is being read."""
    story_window: timedelta = timedelta(days=3)
    """How long a copy joins a story."""
    snippets: int = 4
    timezone: str = "UTC"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Tell now, or not yet; with the reason and when to ask again."""

    why: Why
    tell: bool
    look_again_at: datetime | None = None


Policy: TypeAlias = Callable[[Sequence[WaitingHit], AlertRules, datetime, datetime], Verdict]
"""(waiting hits of one story, rules, when the daemon started, now) -> Verdict"""
