"""What a query looks at: a page of words, what is known of the entry beside its text, and which part is in view."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from wirewatch.core.text.document import Document
from wirewatch.core.text.page import TEXTS, Interval, Page
from wirewatch.core.text.reader import Reader
from wirewatch.core.text.regex_text import Block, blocks_of


class Subject:
    """A document and everything that was worked out about it, shared by all queries tried on it."""

    __slots__ = ("_anywhere", "_blocks", "_reader", "_sides", "_views", "document", "page")

    def __init__(self, reader: Reader, document: Document, *, anywhere: bool = False) -> None:
        self._reader = reader
        self._anywhere = anywhere
        self.document = document
        self.page = reader.read(document, anywhere=anywhere)
        self._sides: dict[tuple[str, ...], View] = {}
        self._views: dict[int, View] = {}
        self._blocks: dict[bool, list[Block]] = {}

    def view(self, near_words: int) -> View:
        """Return the view of everything."""
        found = self._views.get(near_words)
        if found is None:
            found = self._views[near_words] = View.of(self, self.page, near_words)
        return found

    def side(self, texts: tuple[str, ...]) -> View:
        """Return the view of something beside the text: names of authors, categories."""
        found = self._sides.get(texts)
        if found is None:
            page = self._reader.page(
                [(None, text) for text in texts or ("",)], self.document.language
            )
            found = self._sides[texts] = View.of(self, page, 0)
        return found

    def blocks(self, *, folded: bool) -> list[Block]:
        """Return the blocks of the texts as regular expressions read them."""
        found = self._blocks.get(folded)
        if found is None:
            found = blocks_of(self.document, folded=folded, anywhere=self._anywhere)
            self._blocks[folded] = found
        return found

    @property
    def language(self) -> str | None:
        """The language the document says it is in, or the one its words speak."""
        special = self.page.special
        return self.document.language or (special.language if special is not None else None)


@dataclass(frozen=True, slots=True)
class View:
    """The part of a page between two positions, with a measure of closeness."""

    subject: Subject
    page: Page
    first: int
    end: int
    near_words: int
    """How far apart the words of a run may stand and still be close; 0 is anywhere."""
    is_whole: bool
    """All of the page is in view."""

    @classmethod
    def of(cls, subject: Subject, page: Page, near_words: int) -> View:
        """Return the view of a whole page."""
        return cls(subject, page, 0, page.bounds[-1], near_words, True)

    @property
    def sees_boilerplate(self) -> bool:
        """Say whether text outside the body of the page is in view."""
        return len(self.page.bounds) > len(TEXTS) and self.end > self.page.bounds[len(TEXTS) - 1]

    def within(self, places: Sequence[Interval]) -> list[Interval]:
        """Return those places that lie in view."""
        if self.is_whole:
            return list(places)
        first, end = self.first, self.end
        return [place for place in places if first <= place[0] and place[1] < end]

    def narrowed(self, first: int, end: int) -> View:
        """Return the view of a part of this one."""
        first, end = max(first, self.first), min(end, self.end)
        whole = self.is_whole and first == self.first and end == self.end
        return View(self.subject, self.page, first, end, self.near_words, whole)
