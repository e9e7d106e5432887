"""The language of watches: one module per operator, a parser, canonical printing."""

from wirewatch.core.query.lint import lint
from wirewatch.core.query.parser import parse_query
from wirewatch.core.query.query import Query

__all__ = ["Query", "lint", "parse_query"]
