"""What polls brought: a whole batch in one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any, Final

from sqlalchemy import Connection, bindparam, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from wirewatch.core.model.article import Article
from wirewatch.core.model.coverage import FillPlan
from wirewatch.core.model.entry import Entry, EntryKey, Known
from wirewatch.core.model.feed import FeedId
from wirewatch.core.model.hit import Hit
from wirewatch.core.model.plan import PollPlan
from wirewatch.core.model.push import PushPlan
from wirewatch.store import announce, codec, coverage, history, hubs, searching
from wirewatch.store.feeds import leave_alone, schedule_row, slow_facts, slow_row
from wirewatch.store.rules import watchlist_of
from wirewatch.store.shapes import (
    ARTICLE,
    ENTRY,
    HIT,
    POLL_RECORD,
    chunks,
    insert_new,
    present,
)
from wirewatch.store.tables import (
    articles,
    entries,
    feed_habits,
    feed_items,
    feed_schedule,
    feeds,
    hits,
    poll_log,
    renamed,
    seen,
)

ITEM_HASH: Final = 8
"""Bytes of the hash of a raw entry."""

KEPT_BY_EDITS: Final = frozenset({"id", "feed_id", "key", "found_at", "baseline"})


def known(tx: Connection, feed_id: FeedId, keys: Sequence[EntryKey]) -> Mapping[EntryKey, Known]:
    """Return what is remembered of those keys that were seen before in this feed."""
    found: dict[EntryKey, Known] = {}
    for some in chunks(dict.fromkeys(keys)):
        entry_key = func.coalesce(renamed.c.entry_key, seen.c.key)
        query = (
            select(seen.c.key, seen.c.text_hash, renamed.c.entry_key, entries.c.id)
            .outerjoin(
                renamed, (renamed.c.feed_id == seen.c.feed_id) & (renamed.c.key == seen.c.key)
            )
            .outerjoin(
                entries, (entries.c.feed_id == seen.c.feed_id) & (entries.c.key == entry_key)
            )
            .where(seen.c.feed_id == feed_id, seen.c.key.in_(some))
        )
        for key, text_hash, true_key, id_ in tx.execute(query):
            found[EntryKey(key)] = Known(
                text_hash=text_hash,
                stored=id_ is not None,
                key=None if true_key is None else EntryKey(true_key),
            )
    return found


def known_items(tx: Connection, feed_id: FeedId) -> frozenset[bytes]:
    """Return the hashes of the raw entries of the last document of a feed that was committed."""
    query = select(feed_items.c.hashes).where(feed_items.c.feed_id == feed_id)
    joined = tx.execute(query).scalar() or b""
    return frozenset(joined[i : i + ITEM_HASH] for i in range(0, len(joined), ITEM_HASH))


def commit(tx: Connection, plans: Sequence[PollPlan]) -> None:
    """Store entries, hits, pages to read, feed states and records.

    What a plan calls new was looked up before (``known``), so nearly every insert finds its place free; done twice,
    or at the same time by another process, it finds it taken and leaves it.
    """
    _put_states(tx, plans)
    leave_alone(tx, [plan.rest for plan in plans if plan.rest is not None])
    coverage.put_care(tx, {plan.feed_id: plan.state for plan in plans})
    _put_habits(tx, plans)
    put_seen(tx, plans)
    _put_items(tx, plans)
    insert_new(tx, entries, [ENTRY.row(entry) for plan in plans for entry in plan.new])
    put_edits(tx, plans)
    told = [entry for plan in plans for entry in (*plan.new, *plan.edited)]
    history.put_links(tx, [(entry.id, entry.link) for entry in told])
    insert_new(tx, articles, [article_row(page) for plan in plans for page in plan.articles])
    put_hits(tx, [hit for plan in plans for hit in plan.hits])
    searching.enqueue(tx, [entry.id for entry in told])
    insert_new(tx, poll_log, [POLL_RECORD.row(plan.record) for plan in plans])
    coverage.put(tx, plans)
    hubs.put(tx, plans)
    announce.post(
        tx,
        [alert for plan in plans for alert in plan.alerts],
        [way for plan in plans for way in plan.deliveries],
    )


def commit_fill(tx: Connection, plan: FillPlan) -> None:
    """Store what a page brought for a gap, and how far the gap is."""
    put_seen(tx, [plan])
    insert_new(tx, entries, [ENTRY.row(entry) for entry in plan.new])
    insert_new(tx, articles, [article_row(page) for page in plan.articles])
    put_hits(tx, plan.hits)
    history.put_links(tx, [(entry.id, entry.link) for entry in plan.new])
    searching.enqueue(tx, [entry.id for entry in plan.new])
    coverage.put_fill(tx, plan)


def put_hits(tx: Connection, found: Iterable[Hit]) -> None:
    """Store hits; known ones stay as they are."""
    insert_new(tx, hits, [hit_row(hit) for hit in found])


def put_late_hits(tx: Connection, found: Sequence[Hit]) -> int:
    """Store hits in stored texts, except in those that were pruned meanwhile; return how many are new."""
    there = present(tx, entries.c.id, {hit.entry_id for hit in found})
    mine = {hit.id: hit for hit in found if hit.entry_id in there}
    old = present(tx, hits.c.id, mine)
    fresh = [hit for id_, hit in mine.items() if id_ not in old]
    put_hits(tx, fresh)
    return len(fresh)


def article_row(article: Article, *, leased: bool = False) -> dict[str, Any]:
    """Return the columns of a page."""
    return {**ARTICLE.row(article), "leased": leased}


def hit_row(hit: Hit) -> dict[str, Any]:
    """Return the columns of a hit."""
    return {**HIT.row(hit), "watchlist": watchlist_of(hit.watch)}


def _put_states(tx: Connection, plans: Sequence[PollPlan]) -> None:
    states = {plan.feed_id: plan.state for plan in plans}
    before = slow_facts(tx, sorted(states))
    strangers = states.keys() - before.keys()
    if strangers:
        raise LookupError(f"no feeds with these ids were ever synced: {sorted(strangers)}")
    rows = [{"of": id_, **schedule_row(states[id_])} for id_ in sorted(states)]
    if rows:
        tx.execute(update(feed_schedule).where(feed_schedule.c.feed_id == bindparam("of")), rows)
    changed = [
        {"of": id_, **asdict(slow_row(states[id_]))}
        for id_ in sorted(states)
        if slow_row(states[id_]) != before[id_]
    ]
    if changed:
        tx.execute(update(feeds).where(feeds.c.id == bindparam("of")), changed)


def put_seen(tx: Connection, plans: Sequence[PollPlan | FillPlan | PushPlan]) -> None:
    """Store names with the hashes of their texts."""
    hashes = {(plan.feed_id, key): hash_ for plan in plans for key, hash_ in plan.seen}
    if not hashes:
        return
    dialect = sqlite if tx.dialect.name == "sqlite" else postgresql
    put = dialect.insert(seen)
    put = put.on_conflict_do_update(
        index_elements=[seen.c.feed_id, seen.c.key],
        set_={"text_hash": put.excluded.text_hash},
        where=seen.c.text_hash != put.excluded.text_hash,
    )
    rows = [
        {"feed_id": feed_id, "key": key, "text_hash": hash_}
        for (feed_id, key), hash_ in sorted(hashes.items())
    ]
    tx.execute(put, rows)


def _put_habits(tx: Connection, plans: Sequence[PollPlan]) -> None:
    """Store what was learnt, which is the case when a poll brought something or is the first."""
    latest = {
        plan.feed_id: plan.state.habit
        for plan in plans
        if plan.state.habit is not None and (plan.new or plan.state.polls <= 1)
    }
    if latest:
        dialect = sqlite if tx.dialect.name == "sqlite" else postgresql
        put = dialect.insert(feed_habits)
        put = put.on_conflict_do_update(
            index_elements=[feed_habits.c.feed_id], set_={"habit": put.excluded.habit}
        )
        rows = [{"feed_id": id_, "habit": codec.of_habit(latest[id_])} for id_ in sorted(latest)]
        tx.execute(put, rows)


def _put_items(tx: Connection, plans: Sequence[PollPlan]) -> None:
    latest = {plan.feed_id: b"".join(plan.items) for plan in plans if plan.items is not None}
    if latest:
        dialect = sqlite if tx.dialect.name == "sqlite" else postgresql
        put = dialect.insert(feed_items)
        put = put.on_conflict_do_update(
            index_elements=[feed_items.c.feed_id], set_={"hashes": put.excluded.hashes}
        )
        tx.execute(put, [{"feed_id": id_, "hashes": latest[id_]} for id_ in sorted(latest)])


def put_edits(tx: Connection, plans: Sequence[PollPlan | PushPlan]) -> None:
    """Store texts as they are now, and what they were before."""
    latest = {entry.id: entry for plan in plans for entry in plan.edited}
    there = present(tx, entries.c.id, latest)
    coverage.put_revisions(tx, [entry for id_, entry in sorted(latest.items()) if id_ in there])
    rows = [
        {"of": id_, **_edit_row(entry)} for id_, entry in sorted(latest.items()) if id_ in there
    ]
    if rows:
        tx.execute(update(entries).where(entries.c.id == bindparam("of")), rows)
    # A text that was pruned since it was read is stored again: its hits need it.
    gone = [ENTRY.row(entry) for id_, entry in latest.items() if id_ not in there]
    insert_new(tx, entries, gone)


def _edit_row(entry: Entry) -> dict[str, Any]:
    return {name: value for name, value in ENTRY.row(entry).items() if name not in KEPT_BY_EDITS}
