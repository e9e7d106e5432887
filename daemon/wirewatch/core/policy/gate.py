"""The gate in front of a channel: every policy is asked, and the one that holds longest has its way."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Final, TypeAlias

from wirewatch.core.model.hit import StoryId, Why
from wirewatch.core.model.hold import Asked, HoldBack, Subject
from wirewatch.core.model.mute import Mute, MuteKind
from wirewatch.core.model.policy import ChannelPolicy, WatchPolicy
from wirewatch.core.policy.budget import HOUR, budget
from wirewatch.core.policy.burst import GATHER, burst
from wirewatch.core.policy.cooldown import cooldown
from wirewatch.core.policy.digest import digest
from wirewatch.core.policy.quiet_hours import quiet_hours
from wirewatch.core.policy.rolling import rolling

GatePolicy: TypeAlias = Callable[[Asked], HoldBack | None]

GATES: Final[tuple[GatePolicy, ...]] = (digest, quiet_hours, cooldown, rolling, burst, budget)
"""Every policy that can hold an alert back. A new one is one function and one place here."""


def ask(asked: Asked) -> HoldBack | None:
    """Return why an alert may not be told now and until when, or None when nothing is against it."""
    return strictest([gate(asked) for gate in GATES])


def strictest(answers: Sequence[HoldBack | None]) -> HoldBack | None:
    """Return the answer that holds longest, the first of equals."""
    holds = [answer for answer in answers if answer is not None]
    return max(holds, key=lambda hold: hold.until, default=None)


def muted(
    mutes: Sequence[Mute],
    *,
    channel: str,
    story: StoryId | None,
    subjects: Sequence[Subject],
    now: datetime,
) -> HoldBack | None:
    """Return until when mutes hold an alert back: its channel, its story, or everything it is about is muted."""
    live = [mute for mute in mutes if mute.until > now]
    whole = [
        mute.until
        for mute in live
        if (mute.kind is MuteKind.CHANNEL and mute.about == channel)
        or (mute.kind is MuteKind.STORY and mute.about == str(story))
    ]
    each = [[mute.until for mute in live if _is_about(mute, subject)] for subject in subjects]
    if each and all(each):
        whole.append(min(max(untils) for untils in each))
    return HoldBack(why=Why.MUTED, until=max(whole)) if whole else None


def _is_about(mute: Mute, subject: Subject) -> bool:
    if mute.kind is MuteKind.FEED:
        return mute.about == subject.feed
    if mute.kind is MuteKind.WATCH:
        return mute.about in {subject.watch, subject.watch.partition("/")[0]}
    return False


def memory(channel: ChannelPolicy, watches: Sequence[WatchPolicy]) -> timedelta:
    """Return how far back must be known what was told, for these policies to decide."""
    longest = max([channel.cooldown, *(watch.cooldown for watch in watches)])
    rolls = channel.rolling or any(watch.rolling for watch in watches)
    noise = 6 * channel.rolling_max if rolls else timedelta()
    burst_ = 4 * GATHER if any(watch.burst for watch in watches) else timedelta()
    day = timedelta(days=8) if channel.digest else timedelta()
    return max(HOUR, longest, noise, burst_, day)
