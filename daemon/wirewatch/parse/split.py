"""Cuts an RSS or Atom document into its head and its raw entries, or says that it is not sure.

A scan over the marks that matter, aware of comments, CDATA and processing instructions. Whatever is doubtful
(nested entries, declarations, an entry that is not closed) gives None: then the document is read whole.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from wirewatch.parse.sections import section_end

_ROOT = re.compile(r"<(?P<prefix>[A-Za-z_][\w.-]*:)?(?P<name>rss|RDF|feed)(?=[\s>])")
_ENTRY_OF: Final = {"rss": "item", "RDF": "item", "feed": "entry"}


@dataclass(frozen=True, slots=True)
class Cut:
    """A document in pieces: ``around[0] + entries[0] + around[1] + … + around[-1]`` is the whole again."""

    around: tuple[str, ...]
    entries: tuple[str, ...]

    def keeping(self, numbers: Sequence[int]) -> str:
        """Return the document with only these entries, in their order."""
        kept = frozenset(numbers)
        pieces = [self.around[0]]
        for number, entry in enumerate(self.entries):
            if number in kept:
                pieces.append(entry)
            pieces.append(self.around[number + 1])
        return "".join(pieces)

    def head(self) -> str:
        """Return the document without its entries."""
        return "".join(self.around)


def cut(text: str) -> Cut | None:
    """Cut a document, or return None where there is any doubt about where its entries begin and end."""
    root = _root_of(text)
    if root is None:
        return None
    # a prefix on the root is not always one on the entries: rdf:RDF holds plain items
    name = _ENTRY_OF[root["name"]]
    prefix = "" if root["name"] == "RDF" else root["prefix"] or ""
    spans = _entry_spans(text, re.escape(prefix + name), root.end())
    if not spans:
        return None
    edges = [0, *(edge for span in spans for edge in span), len(text)]
    around = tuple(text[edges[i] : edges[i + 1]] for i in range(0, len(edges), 2))
    return Cut(around, tuple(text[start:end] for start, end in spans))


def _root_of(text: str) -> re.Match[str] | None:
    at = 0
    while True:
        start = text.find("<", at)
        if start < 0:
            return None
        section = section_end(text, start)
        if section is None:
            return _ROOT.match(text, start)
        if section < 0:
            return None
        at = section


def _entry_spans(text: str, name: str, at: int) -> list[tuple[int, int]] | None:
    """Return where each entry begins and ends, or None where that is in doubt."""
    marks = re.compile(rf"<(?:!|\?|(?P<slash>/?)(?P<odd>(?i:{name}))(?=[\s/>]))")
    exact = re.compile(rf"</?{name}(?=[\s/>])")
    spans: list[tuple[int, int]] = []
    opened: int | None = None
    while (mark := marks.search(text, at)) is not None:
        if mark["odd"] is None:
            section = section_end(text, mark.start())
            if section is None or section < 0:
                return None
            at = section
            continue
        end = text.find(">", mark.end())
        if end < 0 or not exact.match(text, mark.start()) or text[end - 1] == "/":
            return None
        at = end + 1
        if bool(mark["slash"]) == (opened is None):
            return None  # nested, or an end without a beginning
        if opened is None:
            opened = mark.start()
        else:
            spans.append((opened, at))
            opened = None
    return None if opened is not None else spans
