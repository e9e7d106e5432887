"""What is legal in a query but surely not meant."""

from __future__ import annotations

from wirewatch.core.query.parser import Query


def lint(query: Query) -> tuple[str, ...]:
    """Return warnings, one sentence each."""
    return ()
