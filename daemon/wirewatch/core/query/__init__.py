"""The language of watches: one tree, a parser with places for its errors, canonical printing, lint."""

from wirewatch.core.query.lint import lint
from wirewatch.core.query.parser import Query, parse_query

__all__ = ["Query", "lint", "parse_query"]
