"""Feeds that give their entries new names: finding out which is which, so that old news does not ring again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final

from wirewatch.core.identity import Listed, trace_of
from wirewatch.core.model.coverage import Trace
from wirewatch.core.model.entry import EntryKey

MOST: Final = 0.5
"""A feed has renamed its entries when this share of a document is strange, and this share of that is known again."""

FEWEST: Final = 3
"""Fewer than this may be chance: a live page that says something new under its old headline is news."""

_Facets = tuple[bytes, ...]


def reidentified(
    strangers: Sequence[Listed], window: Sequence[Trace], *, listed: int
) -> Mapping[EntryKey, Trace]:
    """Return which of the entries never seen are known ones under new names; empty unless the feed renamed most.

    *listed* is how many entries the document lists. Only what vanished from the feed can come back under another
    name, so *window* must be the entries of the last document that are not in this one. What is not recognised for
    certain stays new: a missed entry weighs more than a repeated one.
    """
    if len(strangers) < max(FEWEST, MOST * listed):
        return {}
    pairs = same_again([trace_of(item) for item in strangers], window)
    return pairs if len(pairs) >= max(FEWEST, MOST * len(strangers)) else {}


def same_again(found: Sequence[Trace], known: Sequence[Trace]) -> Mapping[EntryKey, Trace]:
    """Pair traces that agree in the whole text, or in two of headline, link and date, each known trace once."""
    pairs: dict[EntryKey, Trace] = {}
    used: set[EntryKey] = set()
    for names in (("text",), ("title", "link"), ("title", "date"), ("link", "date")):
        before = _unique(known, names)
        for facets, trace in _unique(found, names).items():
            match = before.get(facets)
            if match is None or trace.key in pairs or match.key in used:
                continue
            if not _contradict(trace, match):
                pairs[trace.key] = match
                used.add(match.key)
    return pairs


def _contradict(one: Trace, other: Trace) -> bool:
    """Say whether both date and text are told, and neither is the same: an hourly bulletin, not an old entry."""
    return bool(one.date and other.date) and one.date != other.date and one.text != other.text


def _unique(traces: Iterable[Trace], names: tuple[str, ...]) -> dict[_Facets, Trace]:
    """Return traces by facets that only one of them has: a link to the front page names nothing."""
    told = [
        (facets, trace)
        for trace in traces
        if all(facets := tuple(getattr(trace, name) for name in names))
    ]
    counts = Counter(facets for facets, _ in told)
    return {facets: trace for facets, trace in told if counts[facets] == 1}


def vanished(window: Iterable[Trace], keys: Collection[EntryKey]) -> tuple[Trace, ...]:
    """Return the traces of entries that are not listed under their own name any more."""
    return tuple(trace for trace in window if trace.key not in keys)
