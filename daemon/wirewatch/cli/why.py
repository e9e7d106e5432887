"""``why``: what came of a page, an entry or some words, and why nobody was told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import click

from wirewatch.cli import show
from wirewatch.cli.exits import Exit
from wirewatch.cli.state import State, json_option, pass_state

if TYPE_CHECKING:
    from wirewatch.app.why import Answer
    from wirewatch.settings.settings import Settings


@click.command
@click.argument("asked", metavar="URL|ENTRY|TEXT")
@click.option("--watch", "only", help="Only this watch (its name or id) or watchlist.")
@click.option(
    "--since", default="90 d", show_default=True, help="How far back headlines are sought."
)
@click.option(
    "--live", is_flag=True, help="Also fetch the page, and the feeds it may come from, now."
)
@json_option
@pass_state
def why(state: State, asked: str, only: str | None, since: str, live: bool) -> int:
    """Say what came of a piece of news, step by step, and why you were told of it or not.

    It is named by its URL, by the number of its entry or hit, or by words of its headline; any other text is tried on
    the watches. Exits with 3 when nothing is known of it.
    """
    import asyncio
    from dataclasses import replace

    from wirewatch.app.why import look_live
    from wirewatch.cli.look import duration
    from wirewatch.cli.why_words import lines_of

    settings = state.load(need_secrets=False)
    _must_be_watched(settings, only)
    now = datetime.now(UTC)
    answer = _stored(state, settings, asked, only, duration(since))
    if live:
        answer = replace(answer, live=asyncio.run(look_live(answer, settings, only=only)))
    if state.as_json:
        from wirewatch.cli.why_json import json_of

        show.as_json(json_of(answer))
    else:
        for line in lines_of(answer, now=now):
            click.echo(line)
    return Exit.DONE if _is_known(answer) else Exit.NOTHING


def _stored(
    state: State, settings: Settings, asked: str, only: str | None, since: timedelta
) -> Answer:
    from wirewatch.app.why import look_up

    store = state.open_store(settings)
    try:
        start = datetime.now(UTC) - since
        return look_up(store, asked.strip(), settings, only=only, since=start)
    finally:
        store.close()


def _must_be_watched(settings: Settings, only: str | None) -> None:
    from wirewatch.core.plan.why import chosen

    if only is not None and not chosen(settings.watchlists, only):
        raise click.UsageError(f"there is no watch or watchlist {only!r}: `wirewatch watch list`")


def _is_known(answer: Answer) -> bool:
    tried = [answer.trial, answer.live.page if answer.live else None]
    return bool(
        answer.accounts
        or any(source.seen for source in answer.sources)
        or any(trial is not None and trial.watches for trial in tried)
    )
