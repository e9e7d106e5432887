"""Nouns and rows: a noun's fields are columns of the same names, in the noun's order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import fields
from itertools import islice
from typing import Any, Final, Generic, TypeVar

from sqlalchemy import Column, Connection, Table, select
from sqlalchemy.dialects import postgresql, sqlite

from wirewatch.core.model.alert import Alert, Attempt, Delivery
from wirewatch.core.model.article import Article
from wirewatch.core.model.coverage import Gap, Revision
from wirewatch.core.model.entry import Entry
from wirewatch.core.model.hit import Hit
from wirewatch.core.model.hold import Hold
from wirewatch.core.model.mute import Ack, Escalation, Mark, Mute
from wirewatch.core.model.plan import PollRecord
from wirewatch.core.model.story import StoryEntry
from wirewatch.store import tables, tables_holds

N = TypeVar("N")
T = TypeVar("T")

CHUNK: Final = 500
"""Names in one question: enough to make few, and far below what a database takes."""


class Shape(Generic[N]):
    """How a noun lies in a row."""

    def __init__(self, kind: type[N], table: Table) -> None:
        self._kind: Callable[..., N] = kind
        self.names: Final = tuple(field.name for field in fields(kind))  # type: ignore[arg-type]
        self.columns: Final[tuple[Column[Any], ...]] = tuple(table.c[name] for name in self.names)

    def read(self, values: Iterable[Any]) -> N:
        """Return the noun whose fields these values are. It takes no more than its own."""
        own = islice(values, len(self.names))
        return self._kind(**dict(zip(self.names, own, strict=True)))

    def row(self, noun: N) -> dict[str, Any]:
        """Return the columns of a noun."""
        return {name: getattr(noun, name) for name in self.names}


ENTRY: Final = Shape(Entry, tables.entries)
ARTICLE: Final = Shape(Article, tables.articles)
HIT: Final = Shape(Hit, tables.hits)
STORY_ENTRY: Final = Shape(StoryEntry, tables.story_entries)
ALERT: Final = Shape(Alert, tables.alerts)
DELIVERY: Final = Shape(Delivery, tables.deliveries)
ATTEMPT: Final = Shape(Attempt, tables.attempts)
GAP: Final = Shape(Gap, tables.gaps)
REVISION: Final = Shape(Revision, tables.revisions)
HOLD: Final = Shape(Hold, tables_holds.holds)
MUTE: Final = Shape(Mute, tables_holds.mutes)
ACK: Final = Shape(Ack, tables_holds.acks)
MARK: Final = Shape(Mark, tables_holds.marks)
ESCALATION: Final = Shape(Escalation, tables_holds.escalations)
POLL_RECORD: Final = Shape(PollRecord, tables.poll_log)


def chunks(items: Iterable[T], size: int = CHUNK) -> Iterator[list[T]]:
    """Cut into lists of at most *size*."""
    rest = iter(items)
    while chunk := list(islice(rest, size)):
        yield chunk


def insert_new(tx: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    """Insert rows. One that is there already, under its key or another unique name, stays as it is."""
    if rows:
        dialect = sqlite if tx.dialect.name == "sqlite" else postgresql
        tx.execute(dialect.insert(table).on_conflict_do_nothing(), rows)


def present(tx: Connection, column: Column[Any], values: Iterable[Any]) -> set[Any]:
    """Return those of these values that stand in a key column; they stay there until the transaction ends."""
    found: set[Any] = set()
    for some in chunks(values):
        query = select(column).where(column.in_(some)).order_by(column)
        held = query.with_for_update(read=True, key_share=True)
        found.update(tx.execute(held).scalars())
    return found
