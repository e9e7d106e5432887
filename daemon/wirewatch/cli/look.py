"""``hits`` and ``search``: what matched, and what would."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import click

from wirewatch.cli import show
from wirewatch.cli.exits import Exit
from wirewatch.cli.state import State, json_option, pass_state

if TYPE_CHECKING:
    from wirewatch.core.model.hit import HitState
    from wirewatch.ports import HitView


@click.command
@click.option("--watch", help="Only this watch or watchlist.")
@click.option("--feed", help="Only this feed.")
@click.option("--state", "hit_state", help="Only hits in this state (waiting, alerted, joined, …).")
@click.option("--since", default="30 d", show_default=True, help="How far back.")
@click.option("--limit", default=20, show_default=True, help="How many.")
@json_option
@pass_state
def hits(
    state: State, watch: str | None, feed: str | None, hit_state: str | None, since: str, limit: int
) -> int:
    """Show what matched, newest first. Exits with 3 when there is nothing."""
    settings = state.load(need_secrets=False)
    chosen = _hit_state(hit_state)
    start = datetime.now(UTC) - duration(since)
    store = state.open_store(settings)
    try:
        found = store.hits(watch=watch, feed=feed, state=chosen, since=start, limit=limit)
    finally:
        store.close()
    if state.as_json:
        show.as_json([_hit_json(view) for view in found])
    else:
        _print_hits(found, told=True)
    return Exit.DONE if found else Exit.NOTHING


def _hit_state(name: str | None) -> HitState | None:
    from wirewatch.core.model.hit import HitState

    if name is None:
        return None
    try:
        return HitState(name)
    except ValueError:
        names = ", ".join(one.value for one in HitState)
        raise click.BadParameter(f"{name!r} is none of {names}", param_hint="--state") from None


def duration(text: str) -> timedelta:
    """Read a duration given on the command line."""
    from wirewatch.settings.durations import parse_duration

    try:
        return parse_duration(text)
    except ValueError as exc:
        raise click.BadParameter(str(exc)) from exc


def _hit_json(view: HitView) -> dict[str, object]:
    hit, entry = view.hit, view.entry
    return {
        "id": hit.id,
        "watch": hit.watch,
        "query": hit.query,
        "feed": view.outlet,
        "title": entry.title,
        "link": entry.link,
        "published_at": entry.published_at,
        "found_at": hit.found_at,
        "state": hit.state,
        "why": hit.why,
        "strength": hit.strength,
        "story": hit.story_id,
        "alert": hit.alert_id,
        "spans": hit.spans,
        "sentences": [snippet.text for snippet in hit.snippets],
    }


def _print_hits(found: Iterable[HitView], *, told: bool) -> None:
    now = datetime.now(UTC)
    empty = True
    for view in found:
        empty = False
        hit = view.hit
        click.secho(show.clean(view.entry.title) or "(no headline)", bold=True)
        published = (
            f", published {show.ago(view.entry.published_at, now)}"
            if view.entry.published_at
            else ""
        )
        about = f"  {show.clean(view.outlet)}{published}, found {show.ago(hit.found_at, now)}"
        if told:
            why = f" ({hit.why.value})" if hit.why else ""
            about += f" · {show.clean(hit.watch_name)} · {hit.state.value}{why}"
        click.echo(about)
        for snippet in hit.snippets:
            click.echo(f"  {show.marked(snippet)}")
        if view.entry.link:
            click.echo(f"  {show.clean(view.entry.link)}")
        click.echo()
    if empty:
        click.echo("Nothing matched in this time.", err=True)


@click.command
@click.argument("query")
@click.option("--since", default="90 d", show_default=True, help="How far back.")
@click.option("--limit", default=20, show_default=True, help="How many.")
@json_option
@pass_state
def search(state: State, query: str, since: str, limit: int) -> int:
    """Search everything stored, in the language of watches. Exits with 3 when nothing matches.

    What is found here is what a watch with this query would have found: the same matcher decides.
    """
    from wirewatch.app.search import search_stored

    settings = state.load(need_secrets=False)
    store = state.open_store(settings)
    try:
        start = datetime.now(UTC) - duration(since)
        found = list(
            search_stored(
                store, query, terms=settings.terms, since=start, limit=limit, near=settings.match
            )
        )
    finally:
        store.close()
    if state.as_json:
        only_of_hits = {"id", "watch", "state", "why", "story", "alert"}
        answers = [_hit_json(view) for view in found]
        show.as_json([{k: v for k, v in one.items() if k not in only_of_hits} for one in answers])
    else:
        _print_hits(found, told=False)
    return Exit.DONE if found else Exit.NOTHING
