"""The entries of a document with the names they go by, and whether the document is the last one again."""

from __future__ import annotations

from dataclasses import dataclass, replace

from wirewatch.core.identity import digest, entry_keys, text_hash
from wirewatch.core.model.entry import EntryKey
from wirewatch.core.model.feed import Feed
from wirewatch.core.model.outcome import Got, ParsedEntry, ParsedFeed


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


def body_hash(body: bytes) -> bytes:
    """Hash a body, to see that the next one is the same."""
    return digest(body)


def is_same_body(feed: Feed, got: Got) -> bool:
    """Say whether a response brings what the last one brought, so that it need not be parsed."""
    return feed.state.body_hash == body_hash(got.body)
