"""What every part of the memory store stands on: its rows, and one thread at a time."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

from wirewatch.core.model.entry import Entry, EntryId
from wirewatch.core.model.feed import Feed, FeedId, FeedSpec
from wirewatch.ports import StoredText
from wirewatch.store.bookmarks import Bookmarks
from wirewatch.store.memory_rows import FeedRow, Rows

P = ParamSpec("P")
R = TypeVar("R")
S = TypeVar("S", bound="MemoryBase")


def alone(
    method: Callable[Concatenate[S, P], R],
) -> Callable[Concatenate[S, P], R]:
    """Let one thread at a time do this."""

    @wraps(method)
    def turn(self: S, /, *args: P.args, **kwargs: P.kwargs) -> R:
        with self.lock:
            return method(self, *args, **kwargs)

    return turn


class MemoryBase:
    """Rows, and the specs with their secrets."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.rows = Rows()
        self.specs: Mapping[FeedId, FeedSpec] = {}
        self.kept_notes: dict[str, Mapping[str, object]] = {}
        self.bookmarks = Bookmarks()

    def spec_of(self, id_: FeedId) -> FeedSpec:
        """Return a feed's spec, secrets included where they are known."""
        return self.specs.get(id_, self.rows.feeds[id_].stored.spec)

    def text_of(self, entry: Entry) -> StoredText:
        """Return an entry with everything that is matched of it."""
        return StoredText(
            entry=entry,
            feed=self.spec_of(entry.feed_id),
            article_text=self.rows.article_text(entry.id),
        )

    def feeds_of(self, rows: Iterable[FeedRow]) -> list[Feed]:
        """Return rows as feeds."""
        return [row.feed(self.spec_of(row.stored.id)) for row in rows]

    def found_at_of(self, id_: EntryId) -> datetime | None:
        """Return when an entry was found, None when it is not stored (any more)."""
        entry = self.rows.entries.get(id_)
        return None if entry is None else entry.found_at
