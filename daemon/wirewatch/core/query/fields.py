"""title:, body:, and what is known of the entry beside its text: site:, feed:, author:, category:, tag:, lang:."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from wirewatch.core.query.clue import Clues
from wirewatch.core.query.node import Found, Node
from wirewatch.core.query.view import View

TEXT_FIELDS: Final = {
    "title": "title", "intitle": "title", "headline": "title", "body": "body", "text": "body",
}  # fmt: skip
SIDE_FIELDS: Final = frozenset(("author", "category", "tag", "feed"))
SITE_FIELDS: Final = frozenset(("site", "source"))


@dataclass(frozen=True, slots=True)
class InText(Node):
    """Only in the headline, or only below it."""

    name: str
    part: Node

    def find(self, view: View) -> Found | None:
        """Find the part in that field."""
        return self.part.find(self._side(view))

    def _side(self, view: View) -> View:
        title_end = view.page.bounds[0]
        return view.narrowed(*((0, title_end) if self.name == "title" else (title_end, view.end)))

    def holds(self, view: View) -> bool | None:
        """Say whether the part is found in that field."""
        return self.part.holds(self._side(view))

    def clues(self) -> Clues | None:
        """Need what the part needs."""
        return self.part.clues()

    def children(self) -> tuple[Node, ...]:
        """Return what is looked for."""
        return (self.part,)

    def __str__(self) -> str:
        return f"{self.name}:{self.part.wrapped()}"


@dataclass(frozen=True, slots=True)
class Beside(Node):
    """Words in the names of authors, categories, tags or the feed."""

    name: str
    part: Node

    def find(self, view: View) -> Found | None:
        """Find the part there. It has no place in the text."""
        document = view.subject.document
        texts = {
            "author": document.authors,
            "category": document.categories,
            "tag": document.tags,
            "feed": (document.feed,),
        }[self.name]
        found = self.part.find(view.subject.side(texts))
        return None if found is None else Found([], [])

    @property
    def has_places(self) -> bool:
        """It stands for no words of the text."""
        return False

    def children(self) -> tuple[Node, ...]:
        """Return what is looked for."""
        return (self.part,)

    def __str__(self) -> str:
        return f"{self.name}:{self.part.wrapped()}"


@dataclass(frozen=True, slots=True)
class Site(Node):
    """The entry's link leads to this domain or one below it."""

    domain: str

    @classmethod
    def of(cls, text: str) -> Site:
        """Return the node of a domain as typed; a scheme, ``www.`` and a path do not matter."""
        return cls(_domain(text if "//" in text else f"//{text}"))

    def find(self, view: View) -> Found | None:
        """Compare the link's host."""
        host = _domain(view.subject.document.url or "")
        return Found([], []) if host == self.domain or host.endswith(f".{self.domain}") else None

    @property
    def has_places(self) -> bool:
        """It stands for no words of the text."""
        return False

    def __str__(self) -> str:
        return f"site:{self.domain}"


@dataclass(frozen=True, slots=True)
class Language(Node):
    """The entry is in this language."""

    tag: str

    def find(self, view: View) -> Found | None:
        """Compare the language the entry says it is in, or speaks."""
        spoken = (view.subject.language or "").replace("_", "-").lower()
        matches = spoken == self.tag or spoken.startswith(f"{self.tag}-")
        return Found([], []) if matches else None

    @property
    def has_places(self) -> bool:
        """It stands for no words of the text."""
        return False

    def __str__(self) -> str:
        return f"lang:{self.tag}"


def _domain(url: str) -> str:
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return ""
    host = host.rstrip(".").removeprefix("www.")
    if host.isascii():
        return host
    try:
        return host.encode("idna").decode()
    except UnicodeError:
        return host
