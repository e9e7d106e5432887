"""The index of words, as dictionaries."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import count

from wirewatch.core.match.kept_words import Needs, meets
from wirewatch.core.model.entry import EntryId


@dataclass(slots=True)
class MemoryIndex:
    """Which stored texts a query need not read."""

    queue: dict[EntryId, int] = field(default_factory=dict)
    """Entries that wait for the index, and the turn of their last change; those that wait longest first."""
    words: dict[EntryId, frozenset[int]] = field(default_factory=dict)
    turns: count[int] = field(default_factory=lambda: count(1))

    def enqueue(self, ids: Iterable[EntryId]) -> None:
        """Say that the texts of these entries are new or changed."""
        for id_ in ids:
            self.queue.pop(id_, None)
            self.queue[id_] = next(self.turns)

    def put(self, id_: EntryId, turn: int, words: frozenset[int]) -> None:
        """Store the words of a text, unless nobody waits for them; one that changed after its turn waits on."""
        if id_ in self.queue:
            self.words[id_] = words
            if self.queue[id_] <= turn:
                del self.queue[id_]

    def forget(self, ids: Iterable[EntryId]) -> None:
        """Forget what is known of entries that go."""
        for id_ in ids:
            self.queue.pop(id_, None)
            self.words.pop(id_, None)

    def may_meet(self, id_: EntryId, needs: Needs) -> bool:
        """Say whether an entry meets the needs or waits for the index."""
        return id_ in self.queue or meets(self.words.get(id_, frozenset()), needs)
