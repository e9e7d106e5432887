"""What trying a query on stored texts teaches about it, in sentences its owner can act on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from wirewatch.core.match.matcher import Match
from wirewatch.core.model.plan import WaitingHit
from wirewatch.core.query.boolean import And, Or
from wirewatch.core.query.node import Node
from wirewatch.core.query.term import Named

FEW: Final = 3
"""Fewer hits than this teach nothing."""

SAME_SENTENCE: Final = 0.3
"""From this share of a feed's hits on, one and the same sentence is no news."""


def without_exclusions(node: Node) -> tuple[Node | None, tuple[Node, ...]]:
    """Return a query less what it excludes, and that; None where it excludes nothing at its top."""
    while isinstance(node, Named):
        node = node.part
    if not isinstance(node, And) or not node.without:
        return None, ()
    kept = node.parts[0] if len(node.parts) == 1 else And(node.parts)
    return kept, node.without


def on_exclusions(excluded: Sequence[Node], kept_out: Mapping[Node, int]) -> Iterator[str]:
    """Say of each exclusion what it kept out."""
    for node in excluded:
        number = kept_out.get(node, 0)
        if number:
            yield f"NOT {node} kept {number} out"
        else:
            yield f"NOT {node} kept nothing out: it stands in no text that has the rest"


def on_alternatives(node: Node, matches: Iterable[Match]) -> Iterator[str]:
    """Name the alternatives that never found anything."""
    while isinstance(node, Named):
        node = node.part
    if not isinstance(node, Or):
        return
    found = {term.alternative for match in matches for term in match.terms}
    silent = [str(part) for part in node.parts if str(part) not in found]
    if found and silent:
        yield f"never found: {', '.join(silent[:10])}{' …' if len(silent) > 10 else ''}"


def on_boilerplate(found: Sequence[WaitingHit]) -> Iterator[str]:
    """Name sentences that stand in many entries of a feed: menus and footers, not news."""
    by_feed: dict[str, list[WaitingHit]] = {}
    for one in found:
        by_feed.setdefault(one.outlet, []).append(one)
    for outlet, hits in sorted(by_feed.items()):
        said = Counter(
            text for one in hits for text in {" ".join(s.text.split()) for s in one.hit.snippets}
        )
        for text, number in said.most_common(1):
            if number >= FEW and number >= SAME_SENTENCE * len(hits):
                yield (
                    f'"{text[:100]}" stands in {number} of the {len(hits)} hits of {outlet}: it looks like a part of '
                    "every page; exclude a word of it, or the feed"
                )


def on_shadows(names: Sequence[frozenset[str]]) -> Iterator[str]:
    """Name the other watches that hit everything this one hits; *names* are those that hit each of its entries."""
    if len(names) >= FEW:
        for name in sorted(frozenset.intersection(*names)):
            yield f"every hit is a hit of the watch {name} too"


def on_numbers(hits: int, alerts: int, days: float) -> Iterator[str]:
    """Say what a day would be like."""
    if alerts / max(days, 1.0) > 10:
        yield f"{alerts / days:.0f} alerts a day are more than anybody reads: quotes or NEAR make it narrower"
    if not hits:
        yield "it found nothing: try fewer words, or without quotes"
