"""What no single setting shows: limits that contradict each other, and what is legal but surely not meant."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

from wirewatch.core.model.alert import ChannelSpec
from wirewatch.core.model.watch import Watchlist
from wirewatch.errors import Fault
from wirewatch.settings.draft import Draft
from wirewatch.settings.durations import spell_duration
from wirewatch.settings.settings import Settings
from wirewatch.settings.suggest import hint_for
from wirewatch.settings.tables import Built

_NOT_ABOVE: Final = (
    ("poll", "min_every", "poll", "every"),
    ("poll", "every", "poll", "max_every"),
    ("poll", "connect_timeout", "poll", "timeout"),
    ("alerts", "settle", "alerts", "settle_max"),
    ("alerts", "story_window", "retention", "entries"),
    ("delivery", "max_retry", "delivery", "give_up_after"),
)
"""The first must not be longer than the second."""


def check_limits(draft: Draft, sections: Mapping[str, Any]) -> None:
    """Note limits that contradict each other, at the one that was written."""
    for section, key, other_section, other_key in _NOT_ABOVE:
        lesser = getattr(sections[section], key)
        greater = getattr(sections[other_section], other_key)
        if lesser > greater:
            other = other_key if other_section == section else f"{other_section}.{other_key}"
            _note(draft, section, key, f"is longer than {other} ({spell_duration(greater)})")
            _note(
                draft,
                other_section,
                other_key,
                f"is shorter than {section}.{key}",
                unless=(section, key),
            )


def check_timeouts(
    draft: Draft, channels: Sequence[Built[ChannelSpec]], *, lease: timedelta, timeout: timedelta
) -> None:
    """Note an attempt that may take longer than its lease: it would be made a second time while it runs."""
    shown = spell_duration(lease)
    if timeout >= lease:
        message = f"must be shorter than delivery.lease ({shown})"
        _note(draft, "delivery", "timeout", message)
        message = f"must be longer than delivery.timeout ({spell_duration(timeout)})"
        _note(draft, "delivery", "lease", message, unless=("delivery", "timeout"))
    for channel in channels:
        own = isinstance(channel.found.value, dict) and "timeout" in channel.found.value
        if own and channel.noun.timeout_s >= lease.total_seconds():
            message = f"must be shorter than delivery.lease ({shown})"
            draft.faults.add(channel.found, message, inside=("timeout",))


def check_fallbacks(draft: Draft, channels: Sequence[Built[ChannelSpec]]) -> None:
    """Note fallbacks that are no channel, or that would pass an alert on for ever."""
    by_name = {one.noun.name: one.noun for one in channels}
    for one in channels:
        name = one.noun.fallback
        if name is None:
            continue
        if name not in draft.channels:
            hint = hint_for(name, draft.channels)
            draft.faults.add(
                one.found, f'there is no channel "{name}"', inside=("fallback",), hint=hint
            )
        elif name == one.noun.name or (name in by_name and by_name[name].fallback):
            message = "cannot stand in: it is the channel itself, or has a fallback of its own"
            draft.faults.add(one.found, message, inside=("fallback",), hint="name another channel")


def warnings(settings: Settings) -> tuple[Fault, ...]:
    """Return what is legal but surely not meant, that which reading found included."""
    file = str(settings.files[0]) if settings.files else "wirewatch.toml"
    found = [*settings.notes, *(_warn(file, *one) for one in _of_the_whole(settings))]
    for watchlist in settings.watchlists:
        place = _file_of(settings, watchlist, file)
        found += [_warn(place, *one) for one in _of_the_list(settings, watchlist)]
    return tuple(found)


def _note(
    draft: Draft, section: str, key: str, message: str, *, unless: tuple[str, str] | None = None
) -> None:
    """Note at a setting that was written; *unless* another was, which has been noted already."""
    if unless and unless[1] in draft.sections.get(unless[0], {}):
        return
    if key in draft.sections.get(section, {}):
        draft.faults.add(draft.sections[section][key], message)


def _of_the_whole(settings: Settings) -> list[tuple[str, str, str]]:
    found = []
    if not settings.feeds:
        found.append(("feed", "no feed is configured", "wirewatch feed add URL"))
    if not any(watchlist.watches for watchlist in settings.watchlists):
        found.append(("watch", "no watch is configured", "wirewatch watch add QUERY"))
    if not settings.channels:
        found.append(("channel", "no channel is configured", "wirewatch channel add NAME URL"))
    if settings.watchlists:
        found += [
            (f'feed "{feed.name}"', "no watchlist reads this feed", "name it or its tag in one")
            for feed in settings.feeds
            if not any(one.reads(feed.name, feed.tags) for one in settings.watchlists)
        ]
    return found


def _of_the_list(settings: Settings, watchlist: Watchlist) -> list[tuple[str, str, str]]:
    path = f"watchlist.{watchlist.name}"
    found = []
    if not watchlist.watches:
        found.append((path, "holds no watch", "add one, or delete the list"))
    elif not watchlist.channels:
        hint = "channels = [...] here, or in [general] for all lists"
        found.append((path, "names no channel: its hits are stored and nobody is told", hint))
    readable = any(
        watchlist.reads(feed.name, feed.tags) for feed in settings.feeds if not feed.paused
    )
    if settings.feeds and not readable and not watchlist.paused:
        found.append((path, "reads no feed that is not paused", "look at its feeds"))
    return found


def _file_of(settings: Settings, watchlist: Watchlist, default: str) -> str:
    own = (path for path in settings.files[1:] if path.stem == watchlist.name)
    return next((str(path) for path in own), default)


def _warn(file: str, path: str, message: str, hint: str) -> Fault:
    return Fault(file=file, line=None, path=path, message=message, hint=hint)
