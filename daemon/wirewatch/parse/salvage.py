"""Finds the entries that kill the reader of a feed, by halves, so that the others can be read without them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Final

from wirewatch.core.model.outcome import ParsedFeed
from wirewatch.parse.wire import Answer, Job

MOST_ENTRIES: Final = 2000
"""A longer list is costly as a whole: no single entry is to blame."""

MOST_DEATHS: Final = 24
"""So many readers may die of one document: enough for two entries of two thousand."""


async def find_killers(read: Callable[[Job], Awaitable[Answer]], job: Job) -> frozenset[bytes]:
    """Return the hashes of the entries to blame; none where that cannot be told, or too many are.

    Each part is read for itself, so other feeds get their turn.
    """
    head = await read(replace(job, part=(0, 0)))
    if not isinstance(head, ParsedFeed) or head.items is None:
        return frozenset()
    fresh = [value for value in head.items if value not in job.known]
    if not fresh or len(fresh) > MOST_ENTRIES:
        return frozenset()
    todo, killers, deaths = _halves(0, len(fresh)), set[bytes](), 0
    while todo:
        start, end = todo.pop()
        if isinstance(await read(replace(job, part=(start, end))), ParsedFeed):
            continue
        deaths += 1
        if deaths > MOST_DEATHS:
            return frozenset()
        if end - start == 1:
            killers.add(fresh[start])
        else:
            todo += _halves(start, end)
    return frozenset(killers)


def _halves(start: int, end: int) -> list[tuple[int, int]]:
    if end - start == 1:
        return [(start, end)]
    middle = (start + end) // 2
    return [(start, middle), (middle, end)]
