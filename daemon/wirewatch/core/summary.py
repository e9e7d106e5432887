"""What a summary says: several alerts in one, each by its headline and link."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from wirewatch.core.model.alert import AlertKind, Message
from wirewatch.core.model.hit import Why
from wirewatch.core.model.hold import Held
from wirewatch.core.urls import is_web_url

LISTED = 100
"""So many are named; of more the number is told."""

NAMES = 5

REASONS = {
    Why.DIGEST: "for the digest",
    Why.QUIET_HOURS: "for quiet hours",
    Why.COOLDOWN: "because the watch had just rung",
    Why.ROLLING: "because the watch was noisy",
    Why.BURST: "because the watch was very noisy",
    Why.BUDGET: "because the messages of the hour were used up",
    Why.MUTED: "by a mute",
}


def summary_message(
    kind: AlertKind, held: Sequence[Held], *, timezone: str, now: datetime
) -> Message:
    """Return the message for alerts of one channel that were kept back, oldest first.

    One alone is told as it would have been, with a line about why it is late.
    """
    if len(held) == 1 and kind is not AlertKind.BURST:
        only = held[0].alert.message
        return replace(only, note=" ".join(filter(None, [only.note, _kept(held)])))
    watches = Counter(watch for one in held for watch in one.alert.message.watches)
    names = tuple(name for name, _ in watches.most_common())
    heading = _heading(kind, len(held), names)
    blocks = [_item(one.alert.message) for one in held[:LISTED]]
    if len(held) > LISTED:
        blocks.append(f"and {len(held) - LISTED} more: wirewatch hits shows them all")
    return Message(
        subject=f"[{_some(names)}] {heading}" if names else heading,
        headline=heading,
        watches=names,
        body="\n\n".join(blocks),
        found_at=now,
        timezone=timezone,
        note=_kept(held) if kind is AlertKind.SUMMARY else None,
        lists=tuple(dict.fromkeys(name for one in held for name in one.alert.message.lists)),
    )


def _heading(kind: AlertKind, count: int, names: Sequence[str]) -> str:
    many = f"{count} alert" if count == 1 else f"{count} alerts"
    if kind is AlertKind.DIGEST:
        return f"Digest: {many}"
    if kind is AlertKind.BURST:
        return f"Something is happening: unusually many hits for {_some(names)}"
    return f"{many} kept back for a while"


def _some(names: Sequence[str]) -> str:
    more = len(names) - NAMES
    return ", ".join(names[:NAMES]) + (f" and {more} more" if more > 0 else "")


def _kept(held: Sequence[Held]) -> str:
    reasons = dict.fromkeys(REASONS.get(one.why, one.why.value) for one in held)
    return f"Kept back {', '.join(reasons)}."


def _item(message: Message) -> str:
    """Return one alert in two lines. The headline is a stranger's: it stays one line."""
    outlets = (message.outlet, *message.also_in)
    outlet = ", ".join(name for name in outlets[:3] if name)
    line = " ".join(message.headline.split()) + (f" ({outlet})" if outlet else "")
    link = message.link if message.link and is_web_url(message.link) else None
    return f"{line}\n{link}" if link else line
