"""Who would be told of an entry or a text, and why: asked of the very functions that decide."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from wirewatch.app.gate import look
from wirewatch.app.world import World
from wirewatch.core.model.feed import FeedSpec
from wirewatch.core.model.hold import HoldBack, Subject
from wirewatch.core.plan.wanted import document_of, routed
from wirewatch.core.policy.gate import ask, muted, strictest
from wirewatch.core.text.document import Document
from wirewatch.ports import Store, StoredText

PAGE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """What becomes of one watch that finds its words."""

    watch: str
    rings: bool
    channels: tuple[str, ...]
    steps: tuple[str, ...]
    holds: Mapping[str, HoldBack]
    """Why a channel would not be told at this moment, and until when."""


def find_entry(store: Store, name: str) -> StoredText | None:
    """Return a stored entry by its number or its link."""
    page = store.texts(limit=PAGE)
    while page:
        for text in page:
            if name in {str(text.entry.id), text.entry.link}:
                return text
        page = store.texts(after=page[-1].entry.id, limit=PAGE)
    return None


def explain_entry(
    world: World, store: Store, text: StoredText, *, now: datetime
) -> list[Explained]:
    """Say who would be told of a stored entry."""
    document = document_of(text.entry, text.feed, article=text.article_text)
    return list(_explained(world, store, document, text.feed, now=now))


def explain_text(
    world: World, store: Store, document: Document, feed: FeedSpec, *, now: datetime
) -> list[Explained]:
    """Say who would be told of a text, if this feed brought it."""
    language = document.language or feed.language
    placed = replace(document, feed=feed.name, tags=feed.tags, language=language)
    return list(_explained(world, store, placed, feed, now=now))


def _explained(
    world: World, store: Store, document: Document, feed: FeedSpec, *, now: datetime
) -> Iterator[Explained]:
    wanted = world.wanted
    for match in wanted.matcher.match(document):
        if not wanted.lists[match.watch].reads(feed.name, feed.tags):
            reason = f"the watchlist does not read the feed {feed.name}"
            yield Explained(watch=match.watch, rings=False, channels=(), steps=(reason,), holds={})
            continue
        found = routed(wanted, match, feed, language=document.language)
        far = () if match.rings else ("the words stand far apart: stored, it does not ring",)
        yield Explained(
            watch=match.watch,
            rings=match.rings,
            channels=found.channels if match.rings else (),
            steps=(*far, *found.steps),
            holds=_holds(world, store, found.channels, match.watch, feed, now=now),
        )


def _holds(
    world: World,
    store: Store,
    channels: Sequence[str],
    watch: str,
    feed: FeedSpec,
    *,
    now: datetime,
) -> Mapping[str, HoldBack]:
    subjects = (Subject(watch=watch, feed=feed.name),)
    gate = look(world, store, channels, [subjects], now=now)
    found = {}
    for channel in channels:
        quiet = muted(gate.mutes, channel=channel, story=None, subjects=subjects, now=now)
        back = strictest([quiet, ask(gate.asked(channel, subjects, since=now))])
        if back is not None:
            found[channel] = back
    return found
