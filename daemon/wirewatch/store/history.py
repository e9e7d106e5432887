"""What is kept about one entry, entries by their links, and where every hit is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, delete, or_, select

from wirewatch.core.model.alert import Attempt, DeliveryState, Parcel
from wirewatch.core.model.coverage import Gap
from wirewatch.core.model.entry import Entry, EntryId
from wirewatch.core.model.history import Fate, History, fate_of
from wirewatch.core.model.hit import Hit
from wirewatch.core.model.plan import PollRecord
from wirewatch.store import announce, coverage
from wirewatch.store.feeds import SPEC_COLUMNS, read_spec
from wirewatch.store.outbox import parcels, read_parcel
from wirewatch.store.rules import link_number, links_of
from wirewatch.store.shapes import (
    ARTICLE,
    ATTEMPT,
    ENTRY,
    GAP,
    HIT,
    POLL_RECORD,
    chunks,
    insert_new,
)
from wirewatch.store.tables import (
    alerts,
    articles,
    attempts,
    deliveries,
    entries,
    entry_links,
    feeds,
    gap_entries,
    gaps,
    hits,
    poll_log,
    story_entries,
)


def put_links(tx: Connection, pairs: Iterable[tuple[EntryId, str | None]]) -> None:
    """Remember under which links entries can be looked up; those of before stay."""
    rows = [{"number": number, "entry_id": id_} for number, id_ in links_of(pairs)]
    insert_new(tx, entry_links, rows)


def forget_links(tx: Connection, ids: Sequence[int]) -> None:
    """Forget the links of entries that go."""
    tx.execute(delete(entry_links).where(entry_links.c.entry_id.in_(ids)))


def entries_at(tx: Connection, link: str, *, limit: int) -> Sequence[EntryId]:
    """Return entries that lead to the page of a link, newest first."""
    query = (
        select(entries.c.id)
        .join(entry_links, entry_links.c.entry_id == entries.c.id)
        .where(entry_links.c.number == link_number(link))
        .order_by(entries.c.found_at.desc(), entries.c.id.desc())
    )
    return [EntryId(id_) for id_ in tx.execute(query.limit(limit)).scalars()]


def entry_numbered(tx: Connection, number: int) -> EntryId | None:
    """Return the entry that has this id, or whose hit has it."""
    found = tx.execute(select(entries.c.id).where(entries.c.id == number)).scalar()
    if found is None:
        found = tx.execute(select(hits.c.entry_id).where(hits.c.id == number)).scalar()
    return None if found is None else EntryId(found)


def history(tx: Connection, id_: EntryId) -> History | None:
    """Return everything that is kept about an entry, None when it is not stored (any more)."""
    query = (
        select(*ENTRY.columns, *SPEC_COLUMNS)
        .join(feeds, feeds.c.id == entries.c.feed_id)
        .where(entries.c.id == id_)
    )
    row = tx.execute(query).first()
    if row is None:
        return None
    values = iter(row)
    entry = ENTRY.read(values)
    page = tx.execute(select(*ARTICLE.columns).where(articles.c.entry_id == id_)).first()
    listed_by, before = _polls_about(tx, entry)
    found = _hits(tx, id_)
    told_in = select(story_entries.c.story_id).where(story_entries.c.entry_id == id_)
    stories = announce.whole_stories(tx, tx.execute(told_in).scalars())
    carried = _parcels(tx, [story.id for story in stories], found)
    return History(
        entry=entry,
        feed=read_spec(tuple(values)),
        listed_by=listed_by,
        before=before,
        gap=_gap(tx, id_),
        article=None if page is None else ARTICLE.read(page),
        revisions=tuple(coverage.history(tx, id_)),
        hits=found,
        stories=tuple(stories),
        parcels=carried,
        attempts=_attempts(tx, carried),
    )


def _polls_about(tx: Connection, entry: Entry) -> tuple[PollRecord | None, PollRecord | None]:
    """Return the poll that found an entry and the one before it."""
    query = (
        select(*POLL_RECORD.columns)
        .where(poll_log.c.feed_id == entry.feed_id, poll_log.c.at <= entry.found_at)
        .order_by(poll_log.c.at.desc())
        .limit(2)
    )
    found = [POLL_RECORD.read(row) for row in tx.execute(query)]
    if found and found[0].at != entry.found_at:
        return None, found[0]
    return (found[0] if found else None), (found[1] if len(found) > 1 else None)


def _gap(tx: Connection, id_: EntryId) -> Gap | None:
    query = (
        select(*GAP.columns)
        .join(gap_entries, gap_entries.c.gap_id == gaps.c.id)
        .where(gap_entries.c.entry_id == id_)
    )
    row = tx.execute(query).first()
    return None if row is None else GAP.read(row)


def _hits(tx: Connection, id_: EntryId) -> tuple[Hit, ...]:
    query = select(*HIT.columns).where(hits.c.entry_id == id_).order_by(hits.c.watch)
    return tuple(HIT.read(row) for row in tx.execute(query))


def _parcels(tx: Connection, stories: Sequence[int], found: Sequence[Hit]) -> tuple[Parcel, ...]:
    """Return the messages about these stories and these hits, oldest first."""
    own = [hit.alert_id for hit in found if hit.alert_id is not None]
    about = or_(alerts.c.story_id.in_(stories), alerts.c.id.in_(own))
    query = parcels().where(about).order_by(deliveries.c.created_at, deliveries.c.key)
    return tuple(read_parcel(row) for row in tx.execute(query))


def _attempts(tx: Connection, carried: Sequence[Parcel]) -> tuple[Attempt, ...]:
    found: list[Attempt] = []
    for keys in chunks(parcel.delivery.key for parcel in carried):
        query = select(*ATTEMPT.columns).where(attempts.c.delivery.in_(keys))
        found += [ATTEMPT.read(row) for row in tx.execute(query)]
    return tuple(sorted(found, key=lambda attempt: (attempt.at, attempt.delivery)))


def fates(tx: Connection, *, since: datetime) -> Mapping[Fate, int]:
    """Count the hits found since then by where they are."""
    messages: dict[int, set[DeliveryState]] = {}
    by_alert: dict[int, set[DeliveryState]] = {}
    query = (
        select(alerts.c.id, alerts.c.hits, deliveries.c.state)
        .join(deliveries, deliveries.c.alert_id == alerts.c.id)
        .where(alerts.c.created_at >= since)
    )
    for alert, carried, state in tx.execute(query):
        by_alert.setdefault(alert, set()).add(state)
        for hit in carried:
            messages.setdefault(hit, set()).add(state)
    found: Counter[Fate] = Counter()
    told = select(hits.c.id, hits.c.state, hits.c.alert_id).where(hits.c.found_at >= since)
    for id_, state, alert in tx.execute(told):
        own = messages.get(id_, set()) | by_alert.get(alert, set())
        found[fate_of(state, own)] += 1
    return dict(found)
