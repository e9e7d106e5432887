"""The language of watches: one module per operator, a parser, canonical printing."""

from wirewatch.core.query.lint import lint
from wirewatch.core.query.parser import Query, parse_query

__all__ = ["Query", "lint", "parse_query"]
