"""Where pages of stored texts ended: the last entry may be pruned before the next page is asked for."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from wirewatch.core.model.entry import EntryId
from wirewatch.ports import StoredText

MOST: Final = 64
"""Readers at the same time, with some room."""


class Bookmarks:
    """Remembers the ends of the last pages. Safe to use from several threads."""

    def __init__(self) -> None:
        self._places: OrderedDict[EntryId, datetime] = OrderedDict()
        self._lock = threading.Lock()

    def put(self, page: Sequence[StoredText]) -> None:
        """Remember where a page ended."""
        if not page:
            return
        last = page[-1].entry
        with self._lock:
            self._places[last.id] = last.found_at
            self._places.move_to_end(last.id)
            if len(self._places) > MOST:
                self._places.popitem(last=False)

    def place(self, entry: EntryId, stored: datetime | None) -> tuple[datetime, EntryId]:
        """Return the place of an entry among all: where it stands now (*stored*), else where it stood."""
        with self._lock:
            at = stored or self._places.get(entry)
        if at is None:
            raise LookupError(f"entry {entry} is not stored, and no page ended with it")
        return at, entry
