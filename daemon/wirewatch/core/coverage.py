"""Whether a poll can have missed something, and what it leaves behind for the next one to tell by."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from wirewatch.core.identity import Listed, trace_of
from wirewatch.core.model.coverage import Memory, Trace
from wirewatch.core.model.entry import EntryKey
from wirewatch.core.model.outcome import ParsedFeed, Problem

PINNED: Final = 3
"""So many entries a feed may keep at its top for weeks: that they are listed proves nothing."""

NEWEST: Final = 100
"""So many of the newest entries are kept: any of them proves that nothing slipped past."""

FAST: Final = timedelta(hours=6)
"""How long a feed is polled faster after something slipped past."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """What a document lists, read or left out as known."""

    raws: tuple[bytes, ...] | None
    """The hashes of its raw entries in order; None where it could not be cut."""
    raw_of: Mapping[EntryKey, bytes]
    """The hashes of the entries that were read."""
    keys: frozenset[EntryKey]
    """Every known name of an entry that is listed."""
    aligned: bool
    """Whether each entry is known by its bytes, so that it may be left out next time."""


def listing_of(parsed: ParsedFeed, items: Sequence[Listed], memory: Memory) -> Listing:
    """Return what a document lists; *memory* knows the entries that were left out."""
    names = {name for item in items for name in (item.key, item.alias)}
    if parsed.items is None:
        return Listing(raws=None, raw_of={}, keys=frozenset(names), aligned=True)
    by_raw = {trace.raw: trace for trace in memory.window if trace.raw}
    fresh = parsed.items
    if parsed.left_out:
        fresh = tuple(raw for raw in parsed.items if raw not in by_raw)
    aligned = len(fresh) == len(parsed.entries)
    of_entry = dict(zip(map(id, parsed.entries), fresh, strict=False)) if aligned else {}
    left_out = {by_raw[raw].key for raw in parsed.items if raw in by_raw}
    return Listing(
        raws=parsed.items,
        raw_of={item.key: of_entry[id(item.parsed)] for item in items if of_entry},
        keys=frozenset(names | left_out),
        aligned=aligned,
    )


def is_covered(memory: Memory, keys: Collection[EntryKey], *, new: int, overlap: bool) -> bool:
    """Say whether nothing can have scrolled out of a feed unseen since its last document.

    A feed is a queue: what came last leaves last. So it is enough that one of the entries that came last - by our
    own count: dates lie, and order is by relevance in some feeds - is still listed. That any entry at all is still
    listed proves nothing: it may be pinned. Where the newest is gone while more entries stayed than anybody pins, it
    was withdrawn, or the feed is not sorted by time: nothing slipped past. *overlap* (any known entry is listed) is
    what there is to go by when nothing is remembered.
    """
    if not new:
        return True
    if not memory.newest:
        return overlap
    if any(trace.key in keys for trace in memory.newest):
        return True
    newest = {trace.key for trace in memory.newest}
    older = [trace for trace in memory.window if trace.key not in newest]
    stayed = sum(trace.key in keys for trace in older)
    return stayed > min(PINNED, max(len(memory.window) - 1, 0) // 2)


def remember(
    memory: Memory,
    parsed: ParsedFeed,
    items: Sequence[Listed],
    listing: Listing,
    *,
    new: Collection[EntryKey],
    true_keys: Mapping[EntryKey, EntryKey],
) -> Memory:
    """Return what is kept of a document. *true_keys*: under which keys renamed entries are stored."""
    read = {
        item.key: _under(trace_of(item, listing.raw_of.get(item.key, b"")), true_keys)
        for item in items
    }
    newest = tuple(trace for key, trace in read.items() if key in new)[:NEWEST] or memory.newest
    if parsed.flaw is Problem.TRUNCATED:
        arrived = {trace.key for trace in read.values()}
        kept = tuple(trace for trace in memory.window if trace.key not in arrived)
        return Memory(window=(*read.values(), *kept), newest=newest)
    if listing.raws is None or not parsed.left_out:
        return Memory(window=tuple(read.values()), newest=newest)
    by_raw = {trace.raw: trace for trace in memory.window if trace.raw}
    by_raw |= {trace.raw: trace for trace in read.values() if trace.raw}
    window = tuple(by_raw[raw] for raw in dict.fromkeys(listing.raws) if raw in by_raw)
    return Memory(window=window, newest=newest)


def _under(trace: Trace, true_keys: Mapping[EntryKey, EntryKey]) -> Trace:
    true = true_keys.get(trace.key)
    return trace if true is None else replace(trace, key=true)
