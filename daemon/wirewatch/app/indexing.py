"""Putting the words of stored texts into the index, in the background: nothing waits for it, a search gains by it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from wirewatch.app.context import Context
from wirewatch.app.dispatch import Job
from wirewatch.core.match.kept_words import KEPT_VERSION, Needs, kept_words, needs_of
from wirewatch.core.plan.wanted import Wanted, document_of
from wirewatch.core.text.reader import Reader
from wirewatch.ports import Indexed, ToIndex

NOTE: Final = "search-index"
BATCH: Final = 200
MOST_ALTERNATIVES: Final = 200
"""A question with more is slower than reading everything."""


class Indexer:
    """Indexes what waits, a batch at a time."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._reader = Reader()

    async def begin(self) -> None:
        """Begin anew when the index was made by another idea of words."""
        context = self._context
        notes = await context.off(context.store.notes)
        if NOTE in notes and not is_index_current(notes):
            await context.insist(context.store.index_anew)
        if not is_index_current(notes):
            await context.insist(context.store.note, NOTE, {"version": KEPT_VERSION})

    async def index_waiting(self, job: Job) -> None:
        """Index a batch of what waits; if there is more, the next batch is a job of its own."""
        context = self._context
        waiting = await context.off(context.store.to_index, limit=BATCH)
        if waiting:
            indexed = await context.off(self._read, waiting)
            await context.insist(context.store.commit_index, indexed)
        if len(waiting) == BATCH:
            context.dispatcher.submit(job)

    def _read(self, waiting: Sequence[ToIndex]) -> list[Indexed]:
        return [
            Indexed(
                turn=one.turn,
                entry_id=one.text.entry.id,
                words=kept_words(
                    self._reader,
                    document_of(one.text.entry, one.text.feed, article=one.text.article_text),
                ),
            )
            for one in waiting
        ]


def is_index_current(notes: Mapping[str, Mapping[str, object]]) -> bool:
    """Say whether the index was made by this program's idea of words."""
    return notes.get(NOTE, {}).get("version") == KEPT_VERSION


def needs_of_all(wanted: Wanted) -> Needs | None:
    """Return what a text must have before any of the watches can match it; None when nothing is promised."""
    found: dict[tuple[frozenset[int], ...], None] = {}
    for watch in wanted.watches.values():
        needs = needs_of(watch.query)
        if needs is None or len(found) + len(needs) > MOST_ALTERNATIVES:
            return None
        found.update(dict.fromkeys(needs))
    return tuple(found)
