"""Pages to read, and what was read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, Connection, func, select, update

from wirewatch.core.model.article import Article, ArticleJob, ArticleStatus
from wirewatch.core.model.plan import ArticlePlan
from wirewatch.store import history, searching
from wirewatch.store.feeds import SPEC_COLUMNS, read_spec
from wirewatch.store.polls import article_row, put_late_hits
from wirewatch.store.rules import is_older_reading
from wirewatch.store.shapes import ARTICLE, ENTRY, chunks, insert_new, present
from wirewatch.store.tables import articles, entries, feeds

_PENDING: Final = articles.c.status == ArticleStatus.PENDING


def claim(tx: Connection, *, now: datetime, lease: timedelta, limit: int) -> Sequence[ArticleJob]:
    """Return pages that are due, oldest first, hidden from other claims for *lease*."""
    query = (
        select(*ARTICLE.columns, *ENTRY.columns, *SPEC_COLUMNS)
        .join(entries, entries.c.id == articles.c.entry_id)
        .join(feeds, feeds.c.id == entries.c.feed_id)
        .where(_due(now))
        .order_by(articles.c.due_at, articles.c.entry_id)
        .limit(limit)
        .with_for_update(skip_locked=True, of=articles)
    )
    jobs = []
    for row in tx.execute(query):
        values = iter(row)
        article = replace(ARTICLE.read(values), due_at=now + lease)
        jobs.append(
            ArticleJob(article=article, entry=ENTRY.read(values), feed=read_spec(tuple(values)))
        )
    for ids in chunks(job.article.entry_id for job in jobs):
        hide = update(articles).where(articles.c.entry_id.in_(ids))
        tx.execute(hide.values(due_at=now + lease, leased=True))
    return jobs


def commit(tx: Connection, plan: ArticlePlan) -> None:
    """Store what was read and the hits it brought; nothing of an entry that was pruned meanwhile.

    A page that was read stays read, whatever a slower reader found afterwards.
    """
    article = plan.article
    query = select(*ARTICLE.columns).where(articles.c.entry_id == article.entry_id)
    row = tx.execute(query.with_for_update()).first()
    if row is None:
        if present(tx, entries.c.id, [article.entry_id]):
            insert_new(tx, articles, [article_row(article)])
            _put_links(tx, article)
            searching.enqueue(tx, [article.entry_id])
    elif not is_older_reading(ARTICLE.read(row), article):
        change = update(articles).where(articles.c.entry_id == article.entry_id)
        tx.execute(change.values(article_row(article)))
        _put_links(tx, article)
        searching.enqueue(tx, [article.entry_id])
    put_late_hits(tx, plan.hits)


def _put_links(tx: Connection, article: Article) -> None:
    """Let the entry be found by where its link led, and by what its page calls itself."""
    history.put_links(tx, [(article.entry_id, url) for url in (article.url, article.canonical)])


def recover(tx: Connection, *, now: datetime) -> int:
    """End every lease at once; return how many there were."""
    held = update(articles).where(_PENDING, articles.c.leased.is_(True), articles.c.due_at > now)
    return tx.execute(held.values(due_at=now, leased=False)).rowcount


def count_due(tx: Connection, *, now: datetime) -> int:
    """Return how many pages may be claimed now."""
    return tx.execute(select(func.count()).where(_due(now))).scalar_one()


def count_pending(tx: Connection) -> int:
    """Return how many pages are still to be read."""
    return tx.execute(select(func.count()).where(_PENDING)).scalar_one()


def _due(now: datetime) -> ColumnElement[bool]:
    return _PENDING & (articles.c.due_at <= now)
