"""What a query would have led to: its hits told again, in the order and by the rules of the daemon."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta, tzinfo

from wirewatch.core.model.alert import Alert
from wirewatch.core.model.hit import Hit, HitState, StoryId
from wirewatch.core.model.plan import AnnouncementPlan, WaitingHit
from wirewatch.core.model.story import Story
from wirewatch.core.plan.announce import fingerprints, plan_announcement
from wirewatch.core.policy.verdict import AlertRules, Policy

LONGEST_WAIT = 20
"""So many looks at a hit that no policy tells are enough: it is told at no time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """What a day would have brought."""

    day: date
    hits: int
    stories: int
    alerts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """What telling the hits again led to."""

    hits: int
    scattered: int
    """Of those: words too far apart to ring."""
    stories: int
    alerts: int
    days: tuple[Day, ...]
    """Days that brought something, oldest first."""
    feeds: tuple[tuple[str, int], ...]
    """How many hits each feed caused, most first."""

    @property
    def busiest(self) -> int:
        """Return the most alerts of any day."""
        return max((day.alerts for day in self.days), default=0)


class _Stories:
    """The stories opened so far, found by what their entries share."""

    def __init__(self, window: timedelta) -> None:
        self._window = window
        self._by_id: dict[StoryId, Story] = {}
        self._by_number: dict[int, set[StoryId]] = {}

    def __len__(self) -> int:
        return len(self._by_id)

    def sharing(self, numbers: Iterable[int], *, now: datetime) -> list[Story]:
        """Return stories of the last days that share one of these numbers."""
        ids = {id_ for number in numbers for id_ in self._by_number.get(number, ())}
        since = now - self._window
        known = (self._by_id[id_] for id_ in sorted(ids))
        return [story for story in known if any(one.at >= since for one in story.entries)]

    def take(self, plan: AnnouncementPlan) -> None:
        """Remember what was opened, joined and told."""
        for story in plan.opened:
            self._put(story)
        for id_, telling in plan.joined:
            story = self._by_id[id_]
            self._put(replace(story, entries=(*story.entries, telling)))
        for id_, watch, channel in plan.told:
            story = self._by_id[id_]
            self._put(replace(story, told=story.told | {(watch, channel)}))

    def _put(self, story: Story) -> None:
        self._by_id[story.id] = story
        for telling in story.entries:
            for number in telling.fingerprint.numbers():
                self._by_number.setdefault(number, set()).add(story.id)


def replay(
    found: Sequence[WaitingHit], *, policy: Policy, rules: AlertRules, zone: tzinfo
) -> Replay:
    """Tell hits again, each at the time it was found, as if the watch had been there all along."""
    ringing = sorted(
        (one for one in found if one.hit.state is HitState.WAITING),
        key=lambda one: (one.hit.found_at, one.hit.id),
    )
    stories = _Stories(rules.story_window)
    told: list[Alert] = []
    opened: Counter[date] = Counter()
    at = 0
    while at < len(ringing):
        now = ringing[at].hit.found_at + rules.settle
        end = _until(ringing, at, now)
        plan = _look(ringing[at:end], stories, policy=policy, rules=rules, now=now)
        stories.take(plan)
        told += plan.alerts
        opened.update(story.opened_at.astimezone(zone).date() for story in plan.opened)
        at = end
    hits = Counter(one.hit.found_at.astimezone(zone).date() for one in found)
    alerts = Counter(alert.created_at.astimezone(zone).date() for alert in told)
    return Replay(
        hits=len(found),
        scattered=sum(one.hit.state is HitState.SCATTERED for one in found),
        stories=len(stories),
        alerts=len(told),
        days=tuple(
            Day(day=day, hits=hits[day], stories=opened[day], alerts=alerts[day])
            for day in sorted(hits | opened | alerts)
        ),
        feeds=tuple(Counter(one.outlet for one in found).most_common()),
    )


def _until(ringing: Sequence[WaitingHit], at: int, now: datetime) -> int:
    end = at
    while end < len(ringing) and ringing[end].hit.found_at <= now:
        end += 1
    return end


def _look(
    waiting: Sequence[WaitingHit],
    stories: _Stories,
    *,
    policy: Policy,
    rules: AlertRules,
    now: datetime,
) -> AnnouncementPlan:
    """Look at hits until they are told, as the daemon would, later and later."""
    prints = fingerprints(waiting)
    numbers = {number for one in prints.values() for number in one.numbers()}
    begun = min(one.hit.found_at for one in waiting)
    plan = AnnouncementPlan()
    for _ in range(LONGEST_WAIT):
        plan = plan_announcement(
            waiting,
            stories.sharing(numbers, now=now),
            prints=prints,
            policy=policy,
            rules=rules,
            started_at=begun,
            now=now,
        )
        if plan.look_again_at is None:
            break
        now = max(plan.look_again_at, now + timedelta(seconds=1))
    return plan


def as_if_watched(waiting: WaitingHit, *, channels: tuple[str, ...]) -> WaitingHit:
    """Return a hit of stored text as the daemon would have found it, with a channel to ring on."""
    entry = waiting.entry
    moment = entry.found_at
    if entry.baseline and entry.published_at is not None:
        moment = min(moment, entry.published_at)
    hit: Hit = replace(waiting.hit, found_at=moment, channels=channels)
    if hit.state is HitState.NO_CHANNEL:
        hit = replace(hit, state=HitState.WAITING, why=None)
    return replace(waiting, hit=hit)
