"""Match stored text against watches that are new, silently: old news does not ring."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from wirewatch.app.context import Context
from wirewatch.app.indexing import is_index_current, needs_of_all
from wirewatch.app.logs import get_logger
from wirewatch.app.world import World, only
from wirewatch.core.model.entry import EntryId
from wirewatch.core.model.hit import Why
from wirewatch.core.plan.wanted import find_hits
from wirewatch.ports import Store

log = get_logger(__name__)

NOTE = "watches"
PAGE = 500
MOST_TOLD = 20
"""So many watches are named in the log."""


async def rematch_new(context: Context) -> None:
    """Find the watches that were not there before and match what is stored against them."""
    before = (await context.off(context.store.notes)).get(NOTE)
    current = _current(context.world)
    fresh = frozenset(
        watch for watch, query in current.items() if (before or {}).get(watch) != query
    )
    if fresh and before is not None:
        found = await context.off(rematch, context, fresh)
        log.info("watches added", watches=len(fresh), stored_hits=sum(found.values()))
        for watch, hits in found.most_common(MOST_TOLD):
            log.info("watch matched stored texts, told to nobody", watch=watch, hits=hits)
    if fresh or set(current) != set(before or {}):
        await context.insist(context.store.note, NOTE, current)


def rematch(context: Context, watches: frozenset[str]) -> Counter[str]:
    """Match all stored entries against these watches; return how many hits each has. None of them rings."""
    store: Store = context.store
    wanted = only(context.world, watches)
    needs = needs_of_all(wanted) if is_index_current(store.notes()) else None
    after: EntryId | None = None
    found: Counter[str] = Counter()
    while True:
        page = store.texts(after=after, needs=needs, limit=PAGE)
        if not page:
            return found
        hits = [
            hit
            for text in page
            for hit in find_hits(
                wanted,
                text.entry,
                text.feed,
                now=context.now(),
                article=text.article_text,
                silent=Why.WATCH_IS_NEW,
            )
        ]
        if store.commit_hits(hits):
            found.update(str(hit.watch) for hit in hits)
        after = page[-1].entry.id


def _current(world: World) -> Mapping[str, object]:
    return {str(id_): watch.spec.query for id_, watch in world.wanted.watches.items()}
