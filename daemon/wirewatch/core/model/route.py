"""Where hits go instead of, or besides, the channels of their list."""

from __future__ import annotations

from dataclasses import dataclass

from wirewatch.core.model.watch import Priority


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """Channels for the hits that meet every condition; a condition that is empty is met."""

    channels: tuple[str, ...]
    watches: tuple[str, ...] = ()
    """Names of watchlists, or ids of watches."""
    feeds: tuple[str, ...] = ()
    """Names of feeds, or ``tag:NAME``."""
    priority: Priority | None = None
    """The list is at least as urgent."""
    languages: tuple[str, ...] = ()
    min_mentions: int = 0
    """The words of the watch were found in at least so many places."""
    besides: bool = False
    """Its channels are added, and the routes below are tried too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What routes look at in a hit."""

    watch: str
    feed: str
    tags: tuple[str, ...] = ()
    priority: Priority = Priority.NORMAL
    language: str | None = None
    mentions: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Routed:
    """Where a hit goes, and what each route had to do with it."""

    channels: tuple[str, ...]
    steps: tuple[str, ...]
