"""An alert to try channels and renderings with."""

from __future__ import annotations

from datetime import datetime, timedelta

from wirewatch.core.model.alert import Message
from wirewatch.core.model.hit import Field, Piece, Snippet


def sample_message(now: datetime, *, timezone: str = "UTC") -> Message:
    """Return a message with every part an alert can have, plainly marked as a test."""
    headline = "Test: envoys weigh a framework for the river crossing"
    return Message(
        subject=f"[Test alert] {headline}",
        headline=headline,
        link="https://example.org/test-alert",
        outlet="Example Courier",
        also_in=("Example Wire",),
        watches=("Test alert",),
        matched=("river crossing",),
        snippets=(
            Snippet(
                field=Field.ARTICLE,
                pieces=(
                    Piece("This is a test: if you can read it, alerts about the “"),
                    Piece("river crossing", hit=True),
                    Piece("” would arrive here."),
                ),
            ),
        ),
        published_at=now - timedelta(minutes=3),
        found_at=now,
        timezone=timezone,
        note="You asked for this message with `wirewatch channel test`.",
        lists=("test",),
    )
