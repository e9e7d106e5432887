"""A document read once: where each word stands, for every query that asks."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from wirewatch.core.model.hit import Field, Span
from wirewatch.core.text.document import Document
from wirewatch.core.text.tokens import Token, inflection_key, tokens


@dataclass(frozen=True, slots=True)
class Place:
    """Words found side by side: their field, the numbers of first and last word, the span."""

    field: Field
    first: int
    last: int
    span: Span


@dataclass(slots=True)
class Reading:
    """The words of a document by form and by inflection."""

    words: dict[Field, tuple[Token, ...]] = field(default_factory=dict)
    by_form: dict[str, list[tuple[Field, int]]] = field(default_factory=lambda: defaultdict(list))
    by_key: dict[str, list[tuple[Field, int]]] = field(default_factory=lambda: defaultdict(list))

    @classmethod
    def of(cls, document: Document) -> Reading:
        """Read a document."""
        reading = cls()
        for name, text in document:
            words = tokens(text)
            reading.words[name] = words
            for number, token in enumerate(words):
                reading.by_form[token.form].append((name, number))
                reading.by_key[inflection_key(token.form)].append((name, number))
        return reading

    def phrase(self, forms: tuple[str, ...]) -> list[Place]:
        """Return where these words stand side by side, in this order, in this form, within one block."""
        found = []
        for name, first in self.by_form.get(forms[0], ()):
            words = self.words[name]
            last = first + len(forms) - 1
            if last >= len(words) or words[first].block != words[last].block:
                continue
            if all(words[first + n].form == form for n, form in enumerate(forms)):
                found.append(self._place(name, first, last))
        return found

    def inflected(self, key: str) -> list[Place]:
        """Return where a word stands in any inflection."""
        return [self._place(name, number, number) for name, number in self.by_key.get(key, ())]

    def _place(self, name: Field, first: int, last: int) -> Place:
        words = self.words[name]
        return Place(name, first, last, Span(name, words[first].start, words[last].end))
