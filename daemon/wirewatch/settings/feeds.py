"""Feeds as configured: credentials moved into headers, every name and address unique."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from wirewatch.core.model.feed import FeedSpec
from wirewatch.core.urls import canonical_url, host_of
from wirewatch.settings.access import access_of, with_cookie
from wirewatch.settings.draft import Draft
from wirewatch.settings.durations import spell_duration
from wirewatch.settings.faults import place_of
from wirewatch.settings.schema import ArticleSettings, FeedTable, Poll
from wirewatch.settings.sources import Found
from wirewatch.settings.tables import Built, checked
from wirewatch.settings.userinfo import basic_auth, without_userinfo

_AUTHORIZATION: Final = "authorization"


def build_feeds(
    draft: Draft, imported: Sequence[Built[FeedSpec]], *, poll: Poll, article: ArticleSettings
) -> list[Built[FeedSpec]]:
    """Return every feed that is configured soundly; note what is wrong with the others.

    Feeds *imported* from OPML give way to a ``[[feed]]`` with the same address and take another name where theirs is
    taken: nobody can be asked to edit a file that another program wrote.
    """
    built = [one for found in draft.feeds if (one := _feed(draft, found, poll, article))]
    taken = _names(draft, built)
    unlike = _unlike(draft, built)
    named = [_with_name(one, taken) for one in unlike.values()]
    for one in imported:
        if unlike.setdefault(canonical_url(one.noun.url), one) is one:
            spec = _with_defaults(one.noun, poll, article)
            named.append(_with_name(Built(replace(spec, name=""), one.found), taken, spec.name))
    return named


def _feed(
    draft: Draft, found: Found, poll: Poll, article: ArticleSettings
) -> Built[FeedSpec] | None:
    table = checked(draft, FeedTable, found)
    if table is None:
        return None
    if table.every is not None and table.every < poll.min_every:
        shown = spell_duration(poll.min_every)
        draft.faults.add(found, f"is shorter than poll.min_every ({shown})", inside=("every",))
    url, login = without_userinfo(table.url)
    headers = tuple(table.headers.items())
    if (own := _login(draft, found, table, login)) is not None:
        headers = (*headers, basic_auth(*own))
    if table.cookie is not None:
        headers = with_cookie(draft, found, headers, table.cookie)
    spec = FeedSpec(
        url=url,
        name=table.name or "",
        tags=tuple(dict.fromkeys(table.tags)),
        every=table.every,
        language=table.language,
        article=table.article or article.mode,
        first_poll=table.first_poll or poll.first_poll,
        paused=table.paused,
        headers=headers,
        user_agent=table.user_agent,
        access=access_of(draft, found, table),
        news_sitemap=table.news_sitemap,
    )
    return Built(spec, found)


def _login(
    draft: Draft, found: Found, table: FeedTable, in_url: tuple[str, str] | None
) -> tuple[str, str] | None:
    """Return user and password, wherever they were given; note when that is twice."""
    if table.password is not None and table.username is None:
        draft.faults.add(found, "needs a username too", inside=("password",))
        return None
    login = in_url if table.username is None else (table.username, table.password or "")
    if login and in_url and table.username is not None:
        draft.faults.add(found, "stands in the url already", inside=("username",), hint="keep one")
    elif login and any(name.casefold() == _AUTHORIZATION for name in table.headers):
        hint = "keep one of header and password"
        draft.faults.add(found, "is set by the password already", inside=("headers",), hint=hint)
    elif login and ":" in login[0]:
        draft.faults.add(found, "must not contain a colon", inside=("username",))
    return login


def _with_defaults(spec: FeedSpec, poll: Poll, article: ArticleSettings) -> FeedSpec:
    return replace(spec, article=article.mode, first_poll=poll.first_poll)


def _names(draft: Draft, built: Iterable[Built[FeedSpec]]) -> dict[str, Found]:
    """Return who has which name; note names that are given twice."""
    taken: dict[str, Found] = {}
    for one in built:
        if one.noun.name:
            first = taken.setdefault(one.noun.name, one.found)
            if first is not one.found:
                message = f'"{one.noun.name}" is the name of the feed at {place_of(first)} too'
                draft.faults.add(one.found, message, inside=("name",))
    return taken


def _unlike(draft: Draft, built: Iterable[Built[FeedSpec]]) -> dict[str, Built[FeedSpec]]:
    """Return the feeds by address, without those whose address another has already; note them."""
    unlike: dict[str, Built[FeedSpec]] = {}
    for one in built:
        first = unlike.setdefault(canonical_url(one.noun.url), one)
        if first is not one:
            message = f"this feed is configured at {place_of(first.found)} already"
            draft.faults.add(one.found, message, inside=("url",))
    return unlike


def _with_name(one: Built[FeedSpec], taken: dict[str, Found], wish: str = "") -> Built[FeedSpec]:
    """Give a feed without a name that of its host, with a number where that is taken."""
    if one.noun.name:
        return one
    stem = wish or host_of(one.noun.url)
    name, number = stem, 1
    while taken.setdefault(name, one.found) is not one.found:
        number += 1
        name = f"{stem} ({number})"
    return Built(replace(one.noun, name=name), one.found)
