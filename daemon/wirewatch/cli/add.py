"""``add``: a feed, or a web page whose feeds are found, into the configuration."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from wirewatch.cli import show
from wirewatch.cli.exits import Exit
from wirewatch.cli.state import State, pass_state

if TYPE_CHECKING:
    from wirewatch.app.discover import Discovery, FoundFeed
    from wirewatch.settings.settings import Settings


@click.command
@click.argument("url")
@click.option("--name", help="What to call it; default: what it calls itself.")
@click.option("--tag", "tags", multiple=True, help="Tag; repeatable.")
@click.option(
    "--pick", type=click.IntRange(min=1), help="Of several feeds, the one of this number."
)
@click.option("--first", "pick", flag_value=1, type=int, help="Of several feeds, the first.")
@click.option("--all", "every", is_flag=True, help="Of several feeds, all.")
@pass_state
def add(
    state: State, url: str, name: str | None, tags: tuple[str, ...], pick: int | None, every: bool
) -> int:
    """Look at a feed, then write it into the configuration.

    Given a web page, its feeds are found: those it names, else those where feeds usually are. Of several you are
    asked which you mean; --first, --pick or --all say it beforehand.
    """
    settings = state.load()
    address = _address(url)
    found = asyncio.run(_find(settings, address))
    if found.error is not None:
        raise click.ClickException(f"{show.public(address)}: {found.error}. Nothing was added.")
    chosen = _chosen(found.feeds, pick=pick, every=every)
    return _write(state, settings, chosen, name, tags)


def _address(url: str) -> str:
    from wirewatch.core.urls import is_web_url

    whole = f"https://{url}"
    return whole if "://" not in url and is_web_url(whole) else url


async def _find(settings: Settings, url: str) -> Discovery:
    from wirewatch.app.discover import find_feeds
    from wirewatch.app.wiring import build_fetcher, build_parser

    fetcher, parser = build_fetcher(settings), build_parser(settings)
    try:
        return await find_feeds(url, fetcher=fetcher, parser=parser)
    finally:
        await fetcher.aclose()
        await parser.aclose()


def _chosen(feeds: Sequence[FoundFeed], *, pick: int | None, every: bool) -> Sequence[FoundFeed]:
    """Return the feeds that are meant; ask where that is not said and somebody is there to answer."""
    if len(feeds) == 1 or every:
        return feeds
    if pick is None:
        _list(feeds)
        if not sys.stdin.isatty():
            raise click.UsageError(
                f"there are {len(feeds)} feeds: say which with --pick N, --first or --all"
            )
        pick = click.prompt("Which one?", type=click.IntRange(1, len(feeds)), default=1)
    if pick > len(feeds):
        _list(feeds)
        raise click.UsageError(f"there are only {len(feeds)} feeds")
    return [feeds[pick - 1]]


def _list(feeds: Sequence[FoundFeed]) -> None:
    for number, one in enumerate(feeds, start=1):
        newest = f"newest {one.newest_at:%Y-%m-%d}" if one.newest_at else "no dates"
        title = show.clean(one.title) or "(no title)"
        click.echo(f"{number:>3}  {title}: {one.entries} entries, {newest}, {one.format}", err=True)
        click.echo(f"     {show.clean(show.public(one.url))}", err=True)


def _write(
    state: State,
    settings: Settings,
    chosen: Sequence[FoundFeed],
    name: str | None,
    tags: tuple[str, ...],
) -> int:
    from wirewatch.core.urls import canonical_url
    from wirewatch.settings.edit import NewFeed

    known = {canonical_url(one.url) for one in settings.feeds}
    taken = [one.name for one in settings.feeds]
    for one in chosen:
        if canonical_url(one.url) in known:
            click.echo(f"{show.public(one.url)} is configured already.", err=True)
            continue
        title = _unused(name or show.clean(one.title) or show.public(one.url), taken)
        state.editor().add_feed(NewFeed(url=one.url, name=title, tags=tags))
        taken.append(title)
        click.echo(
            f"Added {title!r}: {one.format}, {one.entries} entries. "
            "A running daemon sees it after `wirewatch reload`."
        )
    return Exit.DONE


def _unused(name: str, taken: Sequence[str]) -> str:
    number, chosen = 2, name
    while chosen in taken:
        chosen, number = f"{name} {number}", number + 1
    return chosen
