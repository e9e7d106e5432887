"""An entry as the matcher sees it: fields of text in blocks, offsets kept."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from wirewatch.core.model.hit import Field


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    r"""Fields of text, and what is known about them.

    ``\n\n`` ends a block, a single newline is white space inside one (see ``outcome.ParsedEntry``). Offsets of spans
    refer to the texts as given here.
    """

    title: str = ""
    summary: str = ""
    body: str = ""
    article: str = ""
    language: str | None = None
    url: str | None = None
    feed: str = ""
    authors: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    boilerplate: str = ""

    def text(self, field: Field) -> str:
        """Return the text of a field."""
        match field:
            case Field.TITLE:
                return self.title
            case Field.SUMMARY:
                return self.summary
            case Field.BODY:
                return self.body
            case Field.ARTICLE:
                return self.article

    def __iter__(self) -> Iterator[tuple[Field, str]]:
        """Yield the fields that hold text."""
        for field in Field:
            text = self.text(field)
            if text:
                yield field, text
