"""What feeds say about their hubs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite

from wirewatch.core.model.plan import Hub, PollPlan
from wirewatch.store.shapes import Shape
from wirewatch.store.tables_push import hubs

HUB: Final = Shape(Hub, hubs)


def put(tx: Connection, plans: Sequence[PollPlan]) -> None:
    """Store what polls made clear about hubs."""
    for plan in plans:
        if plan.hub is not None:
            put_for_feed(tx, hubs, HUB.row(plan.hub))


def put_for_feed(tx: Connection, table: Table, row: dict[str, Any]) -> None:
    """Store the one row that a feed has in a table, in the place of what was before."""
    dialect: Any = sqlite if tx.dialect.name == "sqlite" else postgresql
    put_row = dialect.insert(table).values(row)
    new = {name: put_row.excluded[name] for name in row if name != "feed_id"}
    tx.execute(put_row.on_conflict_do_update(index_elements=["feed_id"], set_=new))
