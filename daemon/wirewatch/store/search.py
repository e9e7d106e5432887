"""The index of words: which stored texts a query need not read.

SQLite's full-text engine and PostgreSQL's inverted index keep only numbers that stand for our own words, so neither
has a say in what a word is. The index may lag behind the texts: what waits for it is read in any case.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    bindparam,
    column,
    delete,
    func,
    insert,
    or_,
    select,
    table,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import BigInteger

from wirewatch.core.match.kept_words import Group, Needs
from wirewatch.ports import Indexed, StoredText, ToIndex
from wirewatch.store.feeds import SPEC_COLUMNS, read_spec
from wirewatch.store.searching import forget_passages
from wirewatch.store.shapes import ENTRY, present
from wirewatch.store.tables import articles, entries, feeds, search_passages, search_queue

STALE_SHARE: Final = 2
"""When so many times more numbers are dead than alive, the index is made anew."""

STALE_LEAST: Final = 50_000
"""Dead numbers that are not worth the work."""

WORDS: Final = table("search_words", column("id"), column("words"))
"""Made by the schema's steps: a contentless FTS5 table on SQLite, a table of arrays on PostgreSQL."""


def text_query() -> Select[Any]:
    """Return the query for stored entries with the text of their pages."""
    return (
        select(*ENTRY.columns, articles.c.text, *SPEC_COLUMNS)
        .join(feeds, feeds.c.id == entries.c.feed_id)
        .outerjoin(articles, articles.c.entry_id == entries.c.id)
    )


def read_text(values: Iterator[Any]) -> StoredText:
    """Read a row of that query."""
    entry = ENTRY.read(values)
    article_text = next(values) or ""
    return StoredText(entry=entry, feed=read_spec(tuple(values)), article_text=article_text)


def to_index(tx: Connection, *, limit: int) -> Sequence[ToIndex]:
    """Return texts that wait for the index, those that wait longest first."""
    last = func.max(search_queue.c.turn).label("last")
    waiting = (
        select(search_queue.c.entry_id, last)
        .group_by(search_queue.c.entry_id)
        .order_by(last)
        .limit(limit)
        .subquery()
    )
    query = text_query().join(waiting, waiting.c.entry_id == entries.c.id)
    found = []
    for row in tx.execute(query.add_columns(waiting.c.last).order_by(waiting.c.last)):
        *values, turn = row
        found.append(ToIndex(turn=turn, text=read_text(iter(values))))
    return found


def commit(tx: Connection, indexed: Sequence[Indexed]) -> None:
    """Store the words of texts; a text that changed after its turn waits on."""
    mine = {one.entry_id: one for one in indexed}
    there = present(tx, entries.c.id, mine)
    for id_ in sorted(there):
        one = mine[id_]
        done = delete(search_queue).where(
            search_queue.c.entry_id == id_, search_queue.c.turn <= one.turn
        )
        # Another node may have been faster: then nothing waits here any more.
        if tx.execute(done).rowcount:
            forget_passages(tx, [id_])
            put = insert(search_passages).values(entry_id=id_).returning(search_passages.c.id)
            _put_words(tx, tx.execute(put).scalar_one(), one.words)


def _put_words(tx: Connection, passage: int, words: frozenset[int]) -> None:
    if tx.dialect.name == "sqlite":
        kept: object = " ".join(map(_token, words))
        tx.execute(
            text("INSERT INTO search_words (rowid, words) VALUES (:id, :words)"),
            {"id": passage, "words": kept},
        )
    else:
        tx.execute(
            text("INSERT INTO search_words (id, words) VALUES (:id, :words)").bindparams(
                bindparam("words", type_=ARRAY(BigInteger))
            ),
            {"id": passage, "words": sorted(words)},
        )


def renew(tx: Connection) -> int:
    """Make the index anew when most of it is dead; a housekeeping step that counts no rows."""
    if tx.dialect.name == "sqlite":
        given = tx.execute(
            text("SELECT seq FROM sqlite_sequence WHERE name = 'search_passages'")
        ).scalar()
        alive = tx.execute(select(func.count()).select_from(search_passages)).scalar_one()
        dead = (given or 0) - alive
        if dead > STALE_LEAST and dead > STALE_SHARE * alive:
            index_anew(tx)
    return 0


def index_anew(tx: Connection) -> None:
    """Forget the index: every stored text waits for it again."""
    if tx.dialect.name == "sqlite":
        tx.execute(text("INSERT INTO search_words (search_words) VALUES ('delete-all')"))
    tx.execute(delete(search_passages))
    if tx.dialect.name == "sqlite":
        tx.execute(text("DELETE FROM sqlite_sequence WHERE name = 'search_passages'"))
    tx.execute(delete(search_queue))
    tx.execute(insert(search_queue).from_select(["entry_id"], select(entries.c.id)))


def may_meet(tx: Connection, needs: Needs) -> ColumnElement[bool]:
    """Return the condition that an entry meets the needs or waits for the index."""
    hits = _fts_hits(needs) if tx.dialect.name == "sqlite" else _array_hits(needs)
    indexed = select(search_passages.c.entry_id).where(search_passages.c.id.in_(hits))
    waiting = select(search_queue.c.entry_id)
    return or_(entries.c.id.in_(indexed), entries.c.id.in_(waiting))


def _fts_hits(needs: Needs) -> Select[Any]:
    alternatives = (" AND ".join(_any_of(group) for group in groups) for groups in needs)
    asked = " OR ".join(f"({alternative})" for alternative in alternatives)
    return select(text("rowid FROM search_words WHERE search_words MATCH :asked")).params(
        asked=asked
    )


def _any_of(group: Group) -> str:
    return f"({' OR '.join(map(_token, sorted(group)))})"


def _token(number: int) -> str:
    return f"w{number:x}"


def _array_hits(needs: Needs) -> Select[Any]:
    words = column("words", ARRAY(BigInteger))
    meets = [[words.overlap(sorted(group)) for group in groups] for groups in needs]
    return select(WORDS.c.id).where(or_(*(_all(conditions) for conditions in meets)))


def _all(conditions: Sequence[ColumnElement[bool]]) -> ColumnElement[bool]:
    first, *rest = conditions
    for condition in rest:
        first = first & condition
    return first
