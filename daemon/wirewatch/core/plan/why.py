"""What came of an entry, step by step and watch by watch: the account that answers "why?"."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final, TypeAlias

from wirewatch.core.match.explain import Explanation, explain
from wirewatch.core.match.place import sentences_in
from wirewatch.core.model.alert import Attempt, Parcel
from wirewatch.core.model.feed import FeedSpec
from wirewatch.core.model.history import Fate, History
from wirewatch.core.model.hit import Field, Hit
from wirewatch.core.model.watch import Watchlist, WatchSpec
from wirewatch.core.plan.wanted import document_of
from wirewatch.core.query import parse_query
from wirewatch.core.story import words_of
from wirewatch.core.text.document import Document

NEAREST: Final = 3
"""So many watches that missed are shown when nobody asked for one."""

MOST_TRIED: Final = 200
"""With more watches than this only those that hit are looked into, unless one is asked for."""


class NoHit(StrEnum):
    """Why a watch has no hit in an entry."""

    PAUSED = "watchlist-paused"
    OTHER_FEEDS = "feed-not-watched"
    """Its watchlist reads other feeds."""
    NO_MATCH = "no-match"
    MATCHES_NOW = "matches-now"
    """It matches as things stand and there is no hit: the watch or the text changed, and was not matched again yet."""


Outcome: TypeAlias = Fate | NoHit


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A text that was matched, and how much there is of it."""

    field: Field
    words: int
    sentences: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """A message about a hit, with what came of every attempt in the provider's words."""

    parcel: Parcel
    attempts: tuple[Attempt, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchAccount:
    """What came of an entry for one watch."""

    watch: WatchSpec
    outcome: Outcome
    configured: bool = True
    """Of a watch that is no longer configured the query is the one of its hit."""
    explanation: Explanation | None = None
    """How the query, as it is now, stands to the text, as it is now."""
    hit: Hit | None = None
    sendings: tuple[Sending, ...] = ()

    @property
    def nearness(self) -> float:
        """Return how much of the query was found, from 0 to 1."""
        if self.explanation is None:
            return 0.0
        wanted = [term for term in self.explanation.terms if not term.excluded]
        found = sum(1.0 if one.found else 0.5 * bool(one.words_found) for one in wanted)
        return found / len(wanted) if wanted else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What came of an entry."""

    history: History
    texts: tuple[Text, ...]
    watches: tuple[WatchAccount, ...]
    untried: int = 0
    """Watches that were not looked into: there are too many."""
    missed: int = 0
    """Watches that missed and are not shown."""


def account_of(
    history: History,
    watchlists: Sequence[Watchlist],
    *,
    terms: Mapping[str, str],
    only: str | None = None,
) -> Account:
    """Account for an entry: for each watch that hit it, and for *only* one or those that came nearest."""
    document = stored_document(history)
    pairs = chosen(watchlists, only)
    by_watch = {hit.watch: hit for hit in history.hits}
    told = [
        _of_hit(history, hit, watchlists, document, terms)
        for hit in history.hits
        if only is None or hit.watch in {spec.id for _, spec in pairs} or hit.watch_name == only
    ]
    others = [(watchlist, spec) for watchlist, spec in pairs if spec.id not in by_watch]
    if only is None and len(others) > MOST_TRIED:
        return Account(
            history=history,
            texts=texts_of(document),
            watches=tuple(told),
            untried=len(others),
        )
    missed = [of_watch(pair, document, history.feed, terms) for pair in others]
    shown = missed if only is not None else nearest(missed)
    return Account(
        history=history,
        texts=texts_of(document),
        watches=(*told, *shown),
        missed=len(missed) - len(shown),
    )


def chosen(watchlists: Iterable[Watchlist], only: str | None) -> list[tuple[Watchlist, WatchSpec]]:
    """Return watches with their lists: all, or those of this id, name or list."""
    return [
        (watchlist, spec)
        for watchlist in watchlists
        for spec in watchlist.watches
        if only is None or only in {spec.id, spec.name, spec.query, watchlist.name}
    ]


def nearest(missed: Sequence[WatchAccount]) -> list[WatchAccount]:
    """Return those that would match, and the few that came nearest."""
    near = sorted(missed, key=lambda one: (-one.nearness, one.watch.id))
    would = [one for one in near if one.outcome is NoHit.MATCHES_NOW]
    close = [one for one in near if one.nearness > 0 and one.outcome is not NoHit.MATCHES_NOW]
    return would + close[:NEAREST]


def stored_document(history: History) -> Document:
    """Return an entry as the matcher sees it."""
    page = history.article
    entry = history.entry
    if page is not None and page.language and not entry.language:
        entry = replace(entry, language=page.language)
    return document_of(entry, history.feed, article=page.text if page is not None else "")


def texts_of(document: Document) -> tuple[Text, ...]:
    """Say how much there is of every text."""
    found = []
    for field in Field:
        text = document.text(field)
        if text.strip():
            words = len(words_of(text))
            found.append(Text(field=field, words=words, sentences=sentences_in(text)))
    return tuple(found)


def of_watch(
    pair: tuple[Watchlist, WatchSpec],
    document: Document,
    feed: FeedSpec | None,
    terms: Mapping[str, str],
) -> WatchAccount:
    """Account for a watch that has no hit in a text; without *feed* it is a text of no feed."""
    watchlist, spec = pair
    told = explain(parse_query(spec.query, terms=terms), document, near_words=spec.near_words)
    if watchlist.paused:
        outcome = NoHit.PAUSED
    elif feed is not None and not watchlist.reads(feed.name, feed.tags):
        outcome = NoHit.OTHER_FEEDS
    elif told.strength is None:
        outcome = NoHit.NO_MATCH
    else:
        outcome = NoHit.MATCHES_NOW
    return WatchAccount(watch=spec, outcome=outcome, explanation=told)


def _of_hit(
    history: History,
    hit: Hit,
    watchlists: Sequence[Watchlist],
    document: Document,
    terms: Mapping[str, str],
) -> WatchAccount:
    spec = next((spec for one in watchlists for spec in one.watches if spec.id == hit.watch), None)
    explanation = None
    if spec is not None:
        query = parse_query(spec.query, terms=terms)
        explanation = explain(query, document, near_words=spec.near_words)
    return WatchAccount(
        watch=spec or WatchSpec(id=hit.watch, name=hit.watch_name, query=hit.query),
        outcome=history.fate_of(hit),
        configured=spec is not None,
        explanation=explanation,
        hit=hit,
        sendings=tuple(
            Sending(
                parcel=parcel,
                attempts=tuple(a for a in history.attempts if a.delivery == parcel.delivery.key),
            )
            for parcel in history.parcels_of(hit)
        ),
    )
