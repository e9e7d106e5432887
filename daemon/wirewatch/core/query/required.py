"""Words without which a query cannot match: a hint for a full-text index that has its own idea of words."""

from __future__ import annotations

from wirewatch.core.query.parser import Query


def required_words(query: Query) -> tuple[tuple[str, ...], ...]:
    """Return groups of alternatives: of each group one must begin a token of the text, in any case."""
    return ()
