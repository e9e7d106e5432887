"""Pages to read, and what was read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, insert, select, update

from wirewatch.core.model.article import ArticleJob, ArticleStatus
from wirewatch.core.model.feed import FeedId, FeedSpec
from wirewatch.core.model.plan import ArticlePlan
from wirewatch.store.codec import article_of, article_values, entry_of, spec_of
from wirewatch.store.polls import put_hits
from wirewatch.store.tables import articles, entries, feeds

PENDING = ArticleStatus.PENDING.value


def claim(
    connection: Connection,
    specs: Mapping[FeedId, FeedSpec],
    *,
    now: datetime,
    lease: timedelta,
    limit: int,
) -> Sequence[ArticleJob]:
    """Return due pages, hidden from other claims for *lease*."""
    chosen = list(
        connection.execute(
            select(articles.c.entry_id)
            .where(articles.c.status == PENDING, articles.c.due_at <= now)
            .order_by(articles.c.due_at, articles.c.entry_id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        ).scalars()
    )
    if not chosen:
        return []
    query = (
        select(
            *(column.label(f"a_{column.name}") for column in articles.c),
            *(column.label(f"e_{column.name}") for column in entries.c),
            feeds.c.spec,
        )
        .join(entries, entries.c.id == articles.c.entry_id)
        .join(feeds, feeds.c.id == entries.c.feed_id)
        .where(articles.c.entry_id.in_(chosen))
        .order_by(articles.c.due_at, articles.c.entry_id)
    )
    jobs = []
    for row in connection.execute(query).mappings():
        article = article_of(row, "a_")
        assert article is not None  # noqa: S101  an inner join
        entry = entry_of(row, "e_")
        spec = specs.get(entry.feed_id) or spec_of(row["spec"])
        jobs.append(ArticleJob(article=article, entry=entry, feed=spec))
    connection.execute(
        update(articles)
        .where(articles.c.entry_id.in_(chosen))
        .values(due_at=now + lease, leased=True)
    )
    return jobs


def commit(connection: Connection, plan: ArticlePlan) -> None:
    """Store what was read and the hits it brought. An entry that was pruned meanwhile is left alone."""
    article = plan.article
    values = article_values(article)
    changed = connection.execute(
        update(articles).where(articles.c.entry_id == article.entry_id).values(values)
    ).rowcount
    if not changed:
        there = select(entries.c.id).where(entries.c.id == article.entry_id)
        if connection.execute(there).scalar() is None:
            return
        connection.execute(insert(articles).values(values))
    put_hits(connection, plan.hits)


def recover(connection: Connection, *, now: datetime) -> int:
    """End every lease; return how many there were."""
    return connection.execute(
        update(articles)
        .where(articles.c.status == PENDING, articles.c.leased, articles.c.due_at > now)
        .values(due_at=now, leased=False)
    ).rowcount


def count_due(connection: Connection, *, now: datetime) -> int:
    """Return how many pages may be claimed now."""
    query = select(func.count()).where(articles.c.status == PENDING, articles.c.due_at <= now)
    return connection.execute(query).scalar_one()


def count_pending(connection: Connection) -> int:
    """Return how many pages are still to be read."""
    query = select(func.count()).select_from(articles).where(articles.c.status == PENDING)
    return connection.execute(query).scalar_one()
