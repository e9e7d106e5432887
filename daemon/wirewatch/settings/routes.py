"""Routes as configured."""

from __future__ import annotations

from wirewatch.core.model.route import Route
from wirewatch.settings.draft import Draft
from wirewatch.settings.lists import Names, all_known
from wirewatch.settings.schema import RouteTable
from wirewatch.settings.sources import Found
from wirewatch.settings.tables import checked


def build_routes(draft: Draft) -> tuple[Route, ...]:
    """Return every route that is configured soundly, in their order; note what is wrong with the others."""
    tables = (checked(draft, RouteTable, found) for found in draft.routes)
    return tuple(
        Route(
            channels=tuple(dict.fromkeys(table.channels)),
            watches=table.watches,
            feeds=table.feeds,
            priority=table.priority,
            languages=table.languages,
            min_mentions=table.min_mentions,
            besides=table.besides,
        )
        for table in tables
        if table is not None
    )


def check_routes(draft: Draft, names: Names) -> None:
    """Note every channel, feed, tag, list or watch that a route names and that does not exist."""
    known = {
        "channels": (names.channels, "channel"),
        "feeds": (names.feeds | {f"tag:{tag}" for tag in names.tags}, "feed"),
        "watches": (names.watches, "watch or watchlist"),
    }
    for found in draft.routes:
        table = found.value if isinstance(found.value, dict) else {}
        for key, (there, kind) in known.items():
            if key in table:
                written = Found(table[key], found.source, found.at(key))
                all_known(draft, written, there, kind)
