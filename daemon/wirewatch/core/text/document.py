"""An entry and its article as the matcher sees them: fields of text, offsets kept."""

from __future__ import annotations

from dataclasses import dataclass

from wirewatch.core.model.hit import Field


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    r"""What is matched of an entry. In every text ``\n\n`` ends a block and a single newline is white space inside one.

    Spans of matches are offsets into these texts as given.
    """

    title: str = ""
    summary: str = ""
    body: str = ""
    article: str = ""
    language: str | None = None
    """BCP 47 tag of the entry, where it says one."""
    url: str | None = None
    feed: str = ""
    """The feed's name."""
    authors: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    """The feed's tags."""
    boilerplate: str = ""
    """Text of the page outside its body: only ``in:anywhere`` looks at it."""

    def text(self, field: Field) -> str:
        """Return the text of a field."""
        text: str = getattr(self, field.value)
        return text
