"""What a look at the hits nobody was told about leads to: one alert per story."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from wirewatch.core.identity import alert_id, delivery_key, story_id
from wirewatch.core.message import story_message
from wirewatch.core.model.alert import Alert, AlertKind, Delivery, DeliveryState
from wirewatch.core.model.hit import HitId, HitState, StoryId, Why
from wirewatch.core.model.plan import AnnouncementPlan, HitVerdict, WaitingHit
from wirewatch.core.model.story import Fingerprint, Story, StoryEntry
from wirewatch.core.policy.verdict import AlertRules, Policy
from wirewatch.core.story import fingerprint, story_for


@dataclass(slots=True)
class _Group:
    """The waiting hits of one story, oldest first."""

    story: Story
    is_new: bool
    joining: list[StoryEntry] = field(default_factory=list)
    waiting: list[WaitingHit] = field(default_factory=list)


def fingerprints(waiting: Iterable[WaitingHit]) -> dict[int, Fingerprint]:
    """Return the fingerprint of every entry among the waiting hits, by entry."""
    return {
        waiter.entry.id: fingerprint(waiter.entry, waiter.article)
        for waiter in {waiter.entry.id: waiter for waiter in waiting}.values()
    }


def plan_announcement(
    waiting: Sequence[WaitingHit],
    stories: Sequence[Story],
    *,
    prints: dict[int, Fingerprint],
    policy: Policy,
    rules: AlertRules,
    started_at: datetime,
    now: datetime,
) -> AnnouncementPlan:
    """Group hits by story, ask the policy, and word what is to be told.

    *stories* are those known already that share something with the hits. Nothing is stored of a story that is not
    told yet: its hits wait and are grouped anew at the next look.
    """
    plans = []
    for group in _groups(waiting, stories, prints, now=now):
        verdict = policy(group.waiting, rules, started_at, now)
        if verdict.tell:
            plans.append(_tell(group, rules, now=now))
        else:
            plans.append(AnnouncementPlan(look_again_at=verdict.look_again_at))
    return merge(plans)


def merge(plans: Iterable[AnnouncementPlan]) -> AnnouncementPlan:
    """Return one plan that does all of these."""
    whole = AnnouncementPlan()
    for plan in plans:
        looks = [at for at in (whole.look_again_at, plan.look_again_at) if at is not None]
        whole = AnnouncementPlan(
            opened=whole.opened + plan.opened,
            joined=whole.joined + plan.joined,
            told=whole.told + plan.told,
            alerts=whole.alerts + plan.alerts,
            deliveries=whole.deliveries + plan.deliveries,
            verdicts=whole.verdicts + plan.verdicts,
            look_again_at=min(looks) if looks else None,
        )
    return whole


def _groups(
    waiting: Sequence[WaitingHit],
    stories: Sequence[Story],
    prints: dict[int, Fingerprint],
    *,
    now: datetime,
) -> list[_Group]:
    groups: dict[StoryId, _Group] = {}
    known = {story.id: story for story in stories}
    told_in = {told.entry_id: story.id for story in stories for told in story.entries}
    for waiter in sorted(waiting, key=_age):
        entry = waiter.entry
        home = told_in.get(entry.id)
        if home is None:
            found = story_for(prints[entry.id], waiter.outlet, known.values())
            joined = found[1] if found else None
            told = StoryEntry(
                entry_id=entry.id,
                outlet=waiter.outlet,
                link=entry.link,
                joined_by=joined,
                at=now,
                fingerprint=prints[entry.id],
            )
            home = found[0].id if found else story_id(entry.id)
            _join(groups, known, home, told, title=entry.title, now=now)
            told_in[entry.id] = home
        group = groups.setdefault(home, _Group(story=known[home], is_new=False))
        group.waiting.append(waiter)
    return list(groups.values())


def _age(waiter: WaitingHit) -> tuple[datetime, datetime, str, int]:
    hit, entry = waiter.hit, waiter.entry
    return hit.found_at, entry.published_at or entry.found_at, hit.watch, hit.id


def _join(
    groups: dict[StoryId, _Group],
    known: dict[StoryId, Story],
    home: StoryId,
    told: StoryEntry,
    *,
    title: str,
    now: datetime,
) -> None:
    """Add an entry to a story, opening it if need be."""
    story = known.get(home)
    if story is None:
        story = Story(id=home, title=title, opened_at=now, entries=())
        groups[home] = _Group(story=story, is_new=True)
    story = replace(story, entries=(*story.entries, told))
    known[home] = story
    group = groups.setdefault(home, _Group(story=story, is_new=False))
    group.story = story
    group.joining.append(told)


def _tell(group: _Group, rules: AlertRules, *, now: datetime) -> AnnouncementPlan:
    story = group.story
    before = {watch for watch, _ in story.told}
    by_hits = _by_hits(group)
    alerts: list[Alert] = []
    deliveries: list[Delivery] = []
    for hits, channels in by_hits.items():
        telling = [waiter for waiter in group.waiting if waiter.hit.id in hits]
        alert = Alert(
            id=alert_id(story.id, *sorted(hits)),
            kind=AlertKind.STORY,
            story_id=story.id,
            hits=tuple(sorted(hits)),
            message=story_message(
                telling,
                outlets=[told.outlet for told in story.entries],
                rules=rules,
                told_before=bool(before),
            ),
            created_at=now,
        )
        alerts.append(alert)
        deliveries.extend(pending(alert, channel, now=now) for channel in channels)
    return AnnouncementPlan(
        opened=(story,) if group.is_new else (),
        joined=() if group.is_new else tuple((story.id, told) for told in group.joining),
        told=tuple(
            (story.id, watch, channel)
            for hits, channels in by_hits.items()
            for watch in sorted({w.hit.watch for w in group.waiting if w.hit.id in hits})
            for channel in channels
        ),
        alerts=tuple(alerts),
        deliveries=tuple(deliveries),
        verdicts=tuple(_verdicts(group, alerts, told_before=bool(before))),
    )


def _by_hits(group: _Group) -> dict[frozenset[HitId], list[str]]:
    """Return which channels are told of which hits: for each watch one, where it was not told yet."""
    per_channel: dict[str, list[WaitingHit]] = {}
    for waiter in group.waiting:
        for channel in waiter.hit.channels:
            if (waiter.hit.watch, channel) not in group.story.told:
                per_channel.setdefault(channel, []).append(waiter)
    by_hits: dict[frozenset[HitId], list[str]] = {}
    for channel, untold in sorted(per_channel.items()):
        by_hits.setdefault(_one_for_each_watch(untold), []).append(channel)
    return by_hits


def _one_for_each_watch(waiting: Sequence[WaitingHit]) -> frozenset[HitId]:
    """Choose hits of the entry that has most of the watches, so that the quoted words stand behind the one link.

    Of equals the oldest; what that entry lacks is quoted from the oldest that has it.
    """
    many = Counter(entry for entry, _ in {(one.entry.id, one.hit.watch) for one in waiting})
    chosen: dict[str, WaitingHit] = {}
    for waiter in waiting:
        best = chosen.get(waiter.hit.watch)
        if best is None or many[waiter.entry.id] > many[best.entry.id]:
            chosen[waiter.hit.watch] = waiter
    return frozenset(waiter.hit.id for waiter in chosen.values())


def _verdicts(group: _Group, alerts: Sequence[Alert], *, told_before: bool) -> Iterable[HitVerdict]:
    alert_of = {hit: alert for alert in alerts for hit in alert.hits}
    for waiter in group.waiting:
        alert = alert_of.get(waiter.hit.id)
        if alert is None:
            state, why = HitState.JOINED, Why.STORY_ALREADY_TOLD
        else:
            state = HitState.ALERTED
            why = Why.NEW_WATCH_ON_STORY if told_before else Why.FIRST_OF_STORY
        yield HitVerdict(
            hit_id=waiter.hit.id,
            state=state,
            why=why,
            story_id=group.story.id,
            alert_id=alert.id if alert else None,
        )


def pending(alert: Alert, channel: str, *, now: datetime) -> Delivery:
    """Return an alert's delivery to a channel, due at once."""
    return Delivery(
        key=delivery_key(alert.id, channel),
        alert_id=alert.id,
        channel=channel,
        state=DeliveryState.PENDING,
        created_at=now,
        due_at=now,
    )
