"""``backtest``: what a query would have sent, and how often."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from wirewatch.cli import show
from wirewatch.cli.exits import Exit
from wirewatch.cli.state import State, json_option, pass_state
from wirewatch.errors import QueryError

if TYPE_CHECKING:
    from wirewatch.app.backtest import Backtest
    from wirewatch.core.model.plan import WaitingHit
    from wirewatch.core.model.watch import WatchSpec
    from wirewatch.settings.settings import Settings

SHOWN = 5
"""So many feeds, and so many entries of each side of a comparison, are shown."""


@click.command
@click.argument("query")
@click.option("--since", default="30 d", show_default=True, help="How far back.")
@click.option("--feed", "feeds", multiple=True, help="Only this feed, or tag:NAME; repeatable.")
@click.option("--compare", metavar="WATCH", help="Show the difference to this watch.")
@click.option("--limit", default=5, show_default=True, help="How many hits to quote.")
@json_option
@pass_state
def backtest(
    state: State, query: str, since: str, feeds: tuple[str, ...], compare: str | None, limit: int
) -> int:
    """Run a query over stored entries: what it would have sent, and how often.

    QUERY is a query, or the name of a watch. Exits with 3 when it finds nothing.
    """
    from wirewatch.app.backtest import backtest as try_it
    from wirewatch.cli.look import duration

    settings = state.load(need_secrets=False)
    now = datetime.now(UTC)
    known = watch_named(settings, query)
    other = None if compare is None else _must_be(settings, compare)
    store = state.open_store(settings)
    try:
        done = try_it(
            store,
            known.query if known else query,
            settings,
            since=now - duration(since),
            until=now,
            feeds=feeds,
            compare=other,
        )
    except QueryError as exc:
        raise click.UsageError(f"{exc}\n{exc.pointer()}") from exc
    finally:
        store.close()
    if state.as_json:
        show.as_json(_as_json(done, limit))
    else:
        _print(done, limit, now)
    return Exit.DONE if done.found else Exit.NOTHING


def watch_named(settings: Settings, name: str) -> WatchSpec | None:
    """Return the watch of this name or id."""
    specs = (spec for watchlist in settings.watchlists for spec in watchlist.watches)
    return next((spec for spec in specs if name in {spec.id, spec.name}), None)


def _must_be(settings: Settings, name: str) -> WatchSpec:
    found = watch_named(settings, name)
    if found is None:
        raise click.UsageError(f"there is no watch {name!r}: `wirewatch watch list`")
    return found


def summary(done: Backtest) -> str:
    """Say in one line what it would have been: ``12 hits in 30 days, 3 stories``."""
    told = done.replay
    days = max((done.until - done.since).total_seconds() / 86_400, 1 / 24)
    stories = f"{told.stories} {'story' if told.stories == 1 else 'stories'}"
    hits = f"{told.hits} {'hit' if told.hits == 1 else 'hits'}"
    return f"{hits} in {days:.0f} days, {stories}"


def _print(done: Backtest, limit: int, now: datetime) -> None:
    told = done.replay
    days = max((done.until - done.since).total_seconds() / 86_400, 1 / 24)
    click.secho(f"{done.query}: {summary(done)}", bold=True)
    scattered = f"; {told.scattered} scattered: found, not told" if told.scattered else ""
    click.echo(
        f"It would have sent {told.alerts} alerts, {told.alerts / days:.1f} a day, "
        f"{told.busiest} on the busiest{scattered}."
    )
    if told.days:
        click.echo()
        show.table(
            ("day", "hits", "stories", "alerts"),
            ((day.day.isoformat(), day.hits, day.stories, day.alerts) for day in told.days),
        )
        feeds = ", ".join(f"{show.clean(name)} {hits}" for name, hits in told.feeds[:SHOWN])
        more = f" and {len(told.feeds) - SHOWN} more" if len(told.feeds) > SHOWN else ""
        click.echo(f"\nfeeds: {feeds}{more}")
    _quote(done.found[:limit], now)
    _print_comparison(done, now)
    for line in done.advice:
        click.echo(f"advice: {show.clean(line)}")


def _print_comparison(done: Backtest, now: datetime) -> None:
    comparison = done.comparison
    if comparison is None:
        return
    more, less = len(comparison.only_query), len(comparison.only_watch)
    click.echo(
        f"\nbeside the watch {show.clean(comparison.watch)}: {comparison.both} in both, "
        f"{more} only by this query, {less} only by the watch"
    )
    for sign, side in (("+", comparison.only_query), ("-", comparison.only_watch)):
        for one in side[:SHOWN]:
            click.echo(
                f"  {sign} {show.clean(one.entry.title) or '(no headline)'} ({show.clean(one.outlet)})"
            )


def _quote(found: Iterable[WaitingHit], now: datetime) -> None:
    for one in found:
        title = show.clean(one.entry.title) or "(no headline)"
        click.echo(f"\n{click.style(title, bold=True)}")
        click.echo(f"  {show.clean(one.outlet)}, {show.ago(one.hit.found_at, now)}")
        for snippet in one.hit.snippets[:2]:
            click.echo(f"  {show.marked(snippet)}")
    click.echo()


def _as_json(done: Backtest, limit: int) -> dict[str, object]:
    told, comparison = done.replay, done.comparison
    return {
        "query": done.query,
        "since": done.since,
        "until": done.until,
        "hits": told.hits,
        "scattered": told.scattered,
        "stories": told.stories,
        "alerts": told.alerts,
        "busiest_day": told.busiest,
        "days": [
            {
                "day": day.day.isoformat(),
                "hits": day.hits,
                "stories": day.stories,
                "alerts": day.alerts,
            }
            for day in told.days
        ],
        "feeds": [{"name": name, "hits": hits} for name, hits in told.feeds],
        "quotes": [_hit_json(one) for one in done.found[:limit]],
        "advice": done.advice,
        "comparison": None
        if comparison is None
        else {
            "watch": comparison.watch,
            "both": comparison.both,
            "only_query": [_hit_json(one) for one in comparison.only_query],
            "only_watch": [_hit_json(one) for one in comparison.only_watch],
        },
    }


def _hit_json(one: WaitingHit) -> dict[str, object]:
    return {
        "entry": one.entry.id,
        "feed": one.outlet,
        "title": one.entry.title,
        "link": one.entry.link,
        "found_at": one.entry.found_at,
        "strength": one.hit.strength,
        "sentences": [snippet.text for snippet in one.hit.snippets],
    }
