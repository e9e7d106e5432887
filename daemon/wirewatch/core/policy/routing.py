"""Which channels a hit goes to: the routes are tried from top to bottom, the first that fits decides."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from wirewatch.core.model.route import Facts, Route, Routed
from wirewatch.core.model.watch import Priority

ORDER = tuple(Priority)
"""From least to most urgent."""


def route(facts: Facts, routes: Sequence[Route], own: tuple[str, ...]) -> Routed:
    """Return the channels of a hit: those of the first route that fits, else its list's *own*.

    A route that fits *besides* adds its channels to those of whichever decides.
    """
    added: dict[str, None] = {}
    steps: list[str] = []
    for number, one in enumerate(routes, start=1):
        against = next(misfits(facts, one), None)
        names = ", ".join(one.channels) or "nobody"
        if against is not None:
            steps.append(f"route {number} ({names}) does not fit: {against}")
            continue
        if not one.besides:
            steps.append(f"route {number} decides: {names}")
            return Routed(
                channels=tuple(dict.fromkeys([*one.channels, *added])), steps=tuple(steps)
            )
        steps.append(f"route {number} adds: {names}")
        added |= dict.fromkeys(one.channels)
    steps.append(f"the watchlist decides: {', '.join(own) or 'nobody'}")
    return Routed(channels=tuple(dict.fromkeys([*own, *added])), steps=tuple(steps))


def misfits(facts: Facts, one: Route) -> Iterator[str]:
    """Yield why a route does not fit; nothing when it does."""
    if one.watches and not {facts.watch, facts.watch.partition("/")[0]} & set(one.watches):
        yield f"the watch {facts.watch} is none of {', '.join(one.watches)}"
    if one.feeds and not {facts.feed, *(f"tag:{tag}" for tag in facts.tags)} & set(one.feeds):
        yield f"the feed {facts.feed} is none of {', '.join(one.feeds)}"
    if one.priority is not None and ORDER.index(facts.priority) < ORDER.index(one.priority):
        yield f"the priority is {facts.priority.value}, below {one.priority.value}"
    if one.languages and not any(_speaks(facts.language, name) for name in one.languages):
        yield f"the language is {facts.language or 'not known'}, none of {', '.join(one.languages)}"
    if facts.mentions < one.min_mentions:
        yield f"too few mentions: {facts.mentions}, not {one.min_mentions}"


def _speaks(language: str | None, wanted: str) -> bool:
    """Say whether a language is the wanted one or a kind of it: pt-BR is pt."""
    if language is None:
        return False
    told, asked = language.casefold(), wanted.casefold()
    return told == asked or told.startswith(f"{asked}-")
