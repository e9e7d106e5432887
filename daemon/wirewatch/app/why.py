"""Looking up what came of a page, an entry or some words; asked to, on the web as well. Nothing is stored."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from wirewatch.app.online import look_at_feed
from wirewatch.app.page import read_page
from wirewatch.app.search import Searched, search_stored
from wirewatch.app.wiring import build_fetcher, build_parser
from wirewatch.core.identity import guid_key
from wirewatch.core.model.coverage import FeedCoverage
from wirewatch.core.model.entry import EntryId
from wirewatch.core.model.feed import Feed
from wirewatch.core.model.outcome import PageResult, ParsedFeed, ParsedPage
from wirewatch.core.plan.why import (
    Account,
    NoHit,
    Text,
    WatchAccount,
    account_of,
    chosen,
    nearest,
    of_watch,
    texts_of,
)
from wirewatch.core.text.document import Document
from wirewatch.core.urls import host_of, is_web_url, link_key, politeness_key
from wirewatch.errors import QueryError
from wirewatch.ports import PollStore, WhyStore
from wirewatch.settings.settings import Settings

LOOSE_WORDS = range(2, 13)
"""So few words may stand apart in a headline; more are a text of their own."""

MOST = 5
"""So many entries are accounted for at once."""


class Looked(Searched, PollStore, WhyStore, Protocol):
    """A store in which everything can be looked up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A configured feed that might have listed a page which is not stored."""

    feed: Feed
    coverage: FeedCoverage | None
    seen: bool
    """It listed the page once, and the text is past keeping."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """A text that is no stored entry, tried on the watches."""

    texts: tuple[Text, ...]
    watches: tuple[WatchAccount, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveFeed:
    """What a feed says at this moment."""

    name: str
    lists_it: bool
    entries: int = 0
    error: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Live:
    """What the web says at this moment."""

    feeds: tuple[LiveFeed, ...] = ()
    page: Trial | None = None
    boilerplate_words: int = 0
    """Words of the page that were left out: menus, related stories, footers."""
    in_boilerplate: tuple[str, ...] = ()
    """Watches that match only when those are looked at too."""
    error: str | None = None
    """Why the page could not be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """All there is to say about what was asked."""

    asked: str
    accounts: tuple[Account, ...] = ()
    sources: tuple[Source, ...] = ()
    trial: Trial | None = None
    live: Live | None = None


def look_up(
    store: Looked, asked: str, settings: Settings, *, only: str | None, since: datetime
) -> Answer:
    """Account for an entry by its URL, its number, or words of its headline found since then."""
    ids = _ids(store, asked, settings, since=since)
    histories = [found for id_ in ids if (found := store.history(id_)) is not None]
    accounts = tuple(
        account_of(history, settings.watchlists, terms=settings.terms, only=only)
        for history in histories
    )
    if accounts:
        return Answer(asked=asked, accounts=accounts)
    if is_web_url(asked):
        return Answer(asked=asked, sources=_sources(store, asked))
    if asked.isdecimal():
        return Answer(asked=asked)
    return Answer(asked=asked, trial=try_text(Document(body=asked), settings, only=only))


def _ids(store: Looked, asked: str, settings: Settings, *, since: datetime) -> Sequence[EntryId]:
    if is_web_url(asked):
        return store.entries_at(asked, limit=MOST)
    if asked.isdecimal():
        one = store.entry_numbered(int(asked)) if int(asked) < 1 << 63 else None
        return [] if one is None else [one]
    words = asked.replace('"', " ").split()
    whole = f'title:"{" ".join(words)}"'
    loose = " AND ".join(f'title:"{word}"' for word in words)
    for query in (whole, loose) if len(words) in LOOSE_WORDS else (whole,):
        try:
            hits = search_stored(
                store,
                query,
                terms=settings.terms,
                since=since,
                limit=MOST,
                near=settings.match,
            )
            if found := [view.entry.id for view in hits]:
                return found
        except QueryError:  # there is no letter in it: nothing has such a headline
            continue
    return []


def _sources(store: Looked, url: str) -> tuple[Source, ...]:
    coverage = {told.feed_id: told for told in store.coverage()}
    site = politeness_key(url)
    found = []
    for feed in store.feeds():
        seen = bool(store.known(feed.id, [guid_key(name) for name in _spellings(url)]))
        if seen or _is_of_site(politeness_key(feed.spec.url), site):
            found.append(Source(feed=feed, coverage=coverage.get(feed.id), seen=seen))
    return tuple(found)


def _is_of_site(one: str, other: str) -> bool:
    return one == other or one.endswith(f".{other}") or other.endswith(f".{one}")


def _spellings(url: str) -> list[str]:
    """Return what a feed that uses links as guids may have called the page."""
    bare = url.partition("#")[0]
    short = bare.partition("?")[0]
    return list(dict.fromkeys((url, bare, short, short.rstrip("/"), short.rstrip("/") + "/")))


def try_text(document: Document, settings: Settings, *, only: str | None) -> Trial:
    """Try a text on the watches as if a feed of its own had brought it."""
    pairs = chosen(settings.watchlists, only)
    tried = [of_watch(pair, document, None, settings.terms) for pair in pairs]
    shown = tried if only is not None else nearest(tried)
    return Trial(texts=texts_of(document), watches=tuple(shown))


async def look_live(answer: Answer, settings: Settings, *, only: str | None) -> Live | None:
    """Fetch the page and the feeds it may come from, and say what they would lead to now."""
    histories = [account.history for account in answer.accounts]
    url = next((h.entry.link for h in histories if h.entry.link), None)
    url = answer.asked if is_web_url(answer.asked) else url
    if url is None or not is_web_url(url):
        return None
    names = {source.feed.spec.name for source in answer.sources} | {h.feed.name for h in histories}
    feeds, page = await asyncio.gather(_live_feeds(url, names, settings), read_page(url, settings))
    return _live(url, page, feeds, settings, only=only)


def _live(
    url: str,
    page: PageResult,
    feeds: tuple[LiveFeed, ...],
    settings: Settings,
    *,
    only: str | None,
) -> Live:
    if not isinstance(page, ParsedPage):
        return Live(feeds=feeds, error=page.detail)
    document = Document(
        title=page.title, article=page.text, url=url, language=page.language, feed=host_of(url)
    )
    trial = try_text(document, settings, only=only)
    whole = Document(title=page.title, article=f"{page.text}\n\n{page.boilerplate}", url=url)
    return Live(
        feeds=feeds,
        page=trial,
        boilerplate_words=len(page.boilerplate.split()),
        in_boilerplate=tuple(
            sorted(_ringing(whole, settings, only) - _ringing(document, settings, only))
        ),
    )


def _ringing(document: Document, settings: Settings, only: str | None) -> set[str]:
    tried = (
        of_watch(pair, document, None, settings.terms) for pair in chosen(settings.watchlists, only)
    )
    return {one.watch.name for one in tried if one.outcome is NoHit.MATCHES_NOW}


async def _live_feeds(url: str, names: set[str], settings: Settings) -> tuple[LiveFeed, ...]:
    specs = [spec for spec in settings.feeds if spec.name in names][:MOST]
    fetcher, parser = build_fetcher(settings), build_parser(settings)
    wanted = link_key(url)
    found = []
    try:
        for spec in specs:
            look = await look_at_feed(spec.url, spec, fetcher=fetcher, parser=parser)
            if isinstance(look.parsed, ParsedFeed):
                links = [link_key(entry.link) for entry in look.parsed.entries if entry.link]
                found.append(
                    LiveFeed(
                        name=spec.name, lists_it=wanted in links, entries=len(look.parsed.entries)
                    )
                )
            else:
                found.append(
                    LiveFeed(name=spec.name, lists_it=False, error=look.error or "nothing")
                )
    finally:
        await fetcher.aclose()
        await parser.aclose()
    return tuple(found)
