"""What a summary says: several alerts in one, each by its headline and link."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from wirewatch.core.model.alert import AlertKind, Item, Message
from wirewatch.core.model.hit import Why
from wirewatch.core.model.hold import Held

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

SENT_ON = {
    Why.FALLBACK: "Told here because its own channel fails.",
    Why.ESCALATED: "Told here because nobody took note of it.",
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
    return Message(
        subject=f"[{_some(names)}] {heading}" if names else heading,
        headline=heading,
        watches=names,
        items=tuple(_item(one.alert.message) for one in held),
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
    return f"{many} together"


def _some(names: Sequence[str]) -> str:
    more = len(names) - NAMES
    return ", ".join(names[:NAMES]) + (f" and {more} more" if more > 0 else "")


def _kept(held: Sequence[Held]) -> str:
    sent_on = dict.fromkeys(SENT_ON[one.why] for one in held if one.why in SENT_ON)
    reasons = dict.fromkeys(REASONS[one.why] for one in held if one.why in REASONS)
    kept = [f"Kept back {', '.join(reasons)}."] if reasons else []
    return " ".join([*sent_on, *kept])


def _item(message: Message) -> Item:
    return Item(headline=message.headline, link=message.link, outlet=message.outlet)
