"""Names for ever: of feeds, entries, hits, stories, alerts and deliveries.

Every id is derived from what the thing is about, so that doing a step twice makes the same row.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import Final

from wirewatch.core.model.alert import DeliveryKey
from wirewatch.core.model.coverage import Trace
from wirewatch.core.model.entry import EntryId, EntryKey
from wirewatch.core.model.feed import FeedId
from wirewatch.core.model.hit import AlertId, HitId, StoryId, WatchId
from wirewatch.core.model.outcome import ParsedEntry, ParsedFeed
from wirewatch.core.urls import canonical_url, link_key, politeness_key

SHARDS: Final = 256


def digest(*parts: str | bytes | int | None, size: int = 16) -> bytes:
    """Hash parts so that no two different lists of parts run together."""
    state = blake2b(digest_size=size)
    for part in parts:
        raw = part if isinstance(part, bytes) else repr(part).encode("utf-8", "surrogatepass")
        state.update(len(raw).to_bytes(8, "big"))
        state.update(raw)
    return state.digest()


def number(*parts: str | bytes | int | None) -> int:
    """Hash parts to a positive 63-bit number: what both SQLite and PostgreSQL store as an integer."""
    return int.from_bytes(digest(*parts, size=8), "big") >> 1


def feed_id(url: str) -> FeedId:
    """Name a feed after the URL under which it was first configured."""
    return FeedId(number("feed", canonical_url(url)))


def shard_of(url: str) -> int:
    """Return the shard of a feed: all feeds of one host are in one, so that one worker at a time polls them."""
    return number("shard", politeness_key(url)) % SHARDS


def guid_key(guid: str) -> EntryKey:
    """Name an entry after a guid that its feed uses for no other."""
    return EntryKey(digest("guid", guid))


def entry_id(feed: FeedId, key: EntryKey) -> EntryId:
    """Name an entry for the store and for people."""
    return EntryId(number("entry", feed, key))


def hit_id(watch: WatchId, entry: EntryId) -> HitId:
    """Name the fact that a watch matched an entry."""
    return HitId(number("hit", watch, entry))


def story_id(first: EntryId) -> StoryId:
    """Name a story after the entry that opened it."""
    return StoryId(number("story", first))


def alert_id(*about: str | int) -> AlertId:
    """Name an alert after what it tells."""
    return AlertId(number("alert", *about))


def delivery_key(alert: AlertId, channel: str) -> DeliveryKey:
    """Name the way of an alert to a channel; short enough for a header."""
    return DeliveryKey(digest("delivery", alert, channel, size=12).hex())


def text_hash(entry: ParsedEntry) -> bytes:
    """Hash what is matched of an entry: another hash means it was edited."""
    return digest(entry.title, entry.summary, entry.body, size=8)


def entry_keys(entries: Sequence[ParsedEntry]) -> tuple[tuple[EntryKey, EntryKey], ...]:
    """Return for each entry of one document its key, and the alias by which it is known when its guid changes.

    The key is the guid where the document uses it once, else guid, link and headline, else the words themselves. The
    alias is link, headline and text together: an entry that comes back under a new guid with all three unchanged is
    the same; with another text it is news, because a missed entry weighs more than a repeated one.
    """
    guids = Counter(entry.guid for entry in entries if entry.guid)
    return tuple((_key(entry, guids), _alias(entry)) for entry in entries)


def _key(entry: ParsedEntry, guids: Counter[str]) -> EntryKey:
    link = canonical_url(entry.link) if entry.link else None
    if entry.guid and guids[entry.guid] == 1:
        return guid_key(entry.guid)
    if entry.guid or link:
        return EntryKey(digest("link", entry.guid, link, entry.title))
    return EntryKey(digest("text", entry.title, entry.summary, entry.body))


def _alias(entry: ParsedEntry) -> EntryKey:
    link = canonical_url(entry.link) if entry.link else None
    return EntryKey(digest("alias", link, entry.title, entry.summary, entry.body))


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """An entry of a document with the names it goes by."""

    key: EntryKey
    alias: EntryKey
    parsed: ParsedEntry
    text_hash: bytes


def listed(parsed: ParsedFeed) -> tuple[Listed, ...]:
    """Return the entries of a document with their keys, exact repetitions left out.

    Two entries that share a key but not their words are told apart by their words.
    """
    found: dict[EntryKey, Listed] = {}
    for entry, (key, alias) in zip(parsed.entries, entry_keys(parsed.entries), strict=True):
        item = Listed(key=key, alias=alias, parsed=entry, text_hash=text_hash(entry))
        taken = found.get(key)
        if taken is None:
            found[key] = item
        elif taken.text_hash != item.text_hash:
            found.setdefault(alias, replace(item, key=alias))
    return tuple(found.values())


def keys_of(items: tuple[Listed, ...]) -> tuple[EntryKey, ...]:
    """Return every name by which the store may know these entries."""
    return tuple({key: None for item in items for key in (item.key, item.alias)})


def trace_of(item: Listed, raw: bytes = b"") -> Trace:
    """Return what is kept of a listed entry, to know it again when its guid or its link has changed."""
    told = item.parsed
    title = " ".join(told.title.split()).casefold()
    return Trace(
        key=item.key,
        raw=raw,
        title=digest(title, size=4) if title else b"",
        link=digest(link_key(told.link), size=4) if told.link else b"",
        # Without a summary the text is the headline, which is a facet of its own.
        text=item.text_hash[:4] if told.summary or told.body else b"",
        date=digest(told.published_at.isoformat(), size=4) if told.published_at else b"",
    )
