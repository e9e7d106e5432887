"""The language of watches: one module per operator, a parser, canonical printing."""

from wirewatch.core.query.lint import lint
from wirewatch.core.query.parser import Query, parse_query
from wirewatch.core.query.required import required_words

__all__ = ["Query", "lint", "parse_query", "required_words"]
