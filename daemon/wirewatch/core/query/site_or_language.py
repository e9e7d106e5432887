"""Read what stands behind site: and lang:, which are no words of a text."""

from __future__ import annotations

from wirewatch.core.query.fields import Language, Site
from wirewatch.core.query.lexer import Kind, Lexeme
from wirewatch.core.query.node import Node
from wirewatch.errors import QueryError


def site_or_language(lexeme: Lexeme, name: str, *, query: str) -> Node:
    """Return the node of one domain or language tag. Raise QueryError when it is neither."""
    if lexeme.kind not in (Kind.WORD, Kind.PHRASE):
        example = "en" if name == "lang" else "example.org"
        raise QueryError(
            f"{name}: needs a value", query=query, at=lexeme.at, hint=f"write {name}:{example}"
        )
    text = lexeme.value.strip()
    node = _language(text) if name == "lang" else _site(text)
    if node is None:
        kind, example = (
            ("language tag", "lang:en or lang:pt-BR")
            if name == "lang"
            else ("domain", "site:example.org")
        )
        raise QueryError(
            f"{lexeme.value} is not a {kind}", query=query, at=lexeme.at, hint=f"write {example}"
        )
    return node


def _site(text: str) -> Site | None:
    site = Site.of(text)
    return site if "." in site.domain or site.domain == "localhost" else None


def _language(text: str) -> Language | None:
    tag = text.replace("_", "-").lower()
    primary = tag.split("-")[0]
    named = primary.isascii() and primary.isalpha() and 2 <= len(primary) <= 3
    return Language(tag) if named else None
