"""What a document says about its entries: which are new, edited or renamed, and whether some slipped past."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from wirewatch.core.coverage import Listing, is_covered, remember
from wirewatch.core.identity import Listed, entry_id, number, trace_of
from wirewatch.core.model.coverage import Gap, GapId, GapPage, GapState, Memory, PageKind, Trace
from wirewatch.core.model.entry import Entry, EntryKey, Known
from wirewatch.core.model.feed import Feed
from wirewatch.core.model.outcome import ParsedFeed, Problem
from wirewatch.core.repair import reidentified, same_again, vanished

GOAL = 50
"""So many of the entries known before a gap are kept, to see when it is closed."""

UNFILLABLE = "the feed names no archive, and no news_sitemap is configured for it"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What became clear about a document."""

    new: tuple[Listed, ...]
    edited: tuple[tuple[Listed, EntryKey], ...]
    """Edited entries, each with the key under which it is stored."""
    renamed: tuple[tuple[EntryKey, EntryKey], ...]
    is_repair: bool
    """Whether most of the document came under new names."""
    covered: bool
    gap: Gap | None
    memory: Memory
    aligned: bool


def read_document(
    feed: Feed,
    parsed: ParsedFeed,
    items: tuple[Listed, ...],
    listing: Listing,
    memory: Memory,
    known: Mapping[EntryKey, Known],
    *,
    now: datetime,
) -> Reading:
    """Tell new entries from edited, renamed and known ones, and see whether some were missed.

    *known* is what the store remembers of the names in *items*, and of those in *memory* when many are strange.
    """
    strangers = [item for item in items if item.key not in known and item.alias not in known]
    gone = vanished(memory.window, listing.keys)
    pairs = reidentified(strangers, gone, listed=len(items) + parsed.left_out)
    echoes = _echoes(items, known, gone)
    true_keys = {key: trace.key for key, trace in (*pairs.items(), *echoes.items())}
    true_keys |= {
        item.key: before.key
        for item in items
        if (before := known.get(item.key)) is not None and before.key is not None
    }
    new = tuple(item for item in strangers if item.key not in pairs)
    keys = listing.keys | set(true_keys.values())
    overlap = bool(parsed.left_out) or len(new) < len(items)
    covered = is_covered(memory, keys, new=len(new), overlap=overlap)
    can_tell = feed.state.baseline_at is not None and parsed.flaw is not Problem.TRUNCATED
    return Reading(
        new=new,
        edited=tuple(_edited(items, known, true_keys)),
        renamed=tuple(_renamed(items, pairs, echoes)),
        is_repair=bool(pairs),
        covered=covered,
        gap=None if covered or not can_tell else gap_of(feed, parsed, memory, now=now),
        memory=remember(
            memory,
            parsed,
            items,
            listing,
            new={item.key for item in new},
            true_keys=true_keys,
        ),
        aligned=listing.aligned and not (parsed.left_out and not memory.window),
    )


def gap_of(feed: Feed, parsed: ParsedFeed, memory: Memory, *, now: datetime) -> Gap:
    """Return the gap between the last poll that worked and this one, with the pages that may fill it."""
    todo = []
    if parsed.archive is not None:
        todo.append(GapPage(kind=PageKind.ARCHIVE, url=parsed.archive))
    if feed.spec.news_sitemap is not None:
        todo.append(GapPage(kind=PageKind.SITEMAP, url=feed.spec.news_sitemap))
    goal = dict.fromkeys(trace.key for trace in (*memory.newest, *memory.window))
    return Gap(
        id=GapId(number("gap", feed.id, now.isoformat())),
        feed_id=feed.id,
        from_at=feed.state.last_ok_at or feed.state.baseline_at or now,
        to_at=now,
        state=GapState.OPEN if todo else GapState.LOST,
        goal=tuple(goal)[:GOAL],
        todo=tuple(todo),
        due_at=now,
        detail=None if todo else UNFILLABLE,
    )


def _echoes(
    items: tuple[Listed, ...], known: Mapping[EntryKey, Known], gone: tuple[Trace, ...]
) -> Mapping[EntryKey, Trace]:
    """Return which entries whose link and words are known, but not their guid, are which of those that vanished."""
    strange = [item for item in items if item.key not in known and item.alias in known]
    return same_again([trace_of(item) for item in strange], gone) if strange else {}


def _edited(
    items: tuple[Listed, ...],
    known: Mapping[EntryKey, Known],
    true_keys: Mapping[EntryKey, EntryKey],
) -> Iterator[tuple[Listed, EntryKey]]:
    for item in items:
        key = true_keys.get(item.key, item.key)
        before = known.get(item.key) or known.get(key)
        if before is not None and before.stored and before.text_hash != item.text_hash:
            yield item, key


def _renamed(
    items: tuple[Listed, ...], pairs: Mapping[EntryKey, Trace], echoes: Mapping[EntryKey, Trace]
) -> Iterator[tuple[EntryKey, EntryKey]]:
    for item in items:
        if item.key in pairs:
            for name in dict.fromkeys((item.key, item.alias)):
                yield name, pairs[item.key].key
        elif item.key in echoes:
            yield item.key, echoes[item.key].key


def seen_of(
    items: tuple[Listed, ...], known: Mapping[EntryKey, Known]
) -> tuple[tuple[EntryKey, bytes], ...]:
    """Return the names by which entries will be known, with the hashes of their texts, where that is new."""
    return tuple(
        (key, item.text_hash)
        for item in items
        for key in dict.fromkeys((item.key, item.alias))
        if key not in known or known[key].text_hash != item.text_hash
    )


def entry_of(
    feed: Feed,
    parsed: ParsedFeed,
    item: Listed,
    key: EntryKey,
    *,
    baseline: bool = False,
    now: datetime,
) -> Entry:
    """Return a listed entry as it is stored under a key."""
    told = item.parsed
    return Entry(
        id=entry_id(feed.id, key),
        feed_id=feed.id,
        key=key,
        guid=told.guid,
        link=told.link,
        title=told.title,
        summary=told.summary,
        body=told.body,
        authors=told.authors,
        categories=told.categories,
        language=feed.spec.language or told.language or parsed.language,
        published_at=told.published_at,
        updated_at=told.updated_at,
        found_at=now,
        baseline=baseline,
        text_hash=item.text_hash,
    )
