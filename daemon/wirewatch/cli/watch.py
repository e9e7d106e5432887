"""``watch``: the standing queries."""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import click

from wirewatch.cli import show
from wirewatch.cli.exits import Exit
from wirewatch.cli.state import State, json_option, pass_state
from wirewatch.errors import ConfigError, QueryError, StoreError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wirewatch.core.match import Match
    from wirewatch.core.text.document import Document
    from wirewatch.settings.settings import Settings

LOOK_BACK = timedelta(days=30)


@click.group
def watch() -> None:
    """List, add, test and pause watches."""


@watch.command("list")
@json_option
@pass_state
def list_(state: State) -> int:
    """List watches by watchlist. Exits with 3 when there are none."""
    from wirewatch.core.query import lint, parse_query

    settings = state.load()
    rows = [
        {
            "id": one.id,
            "name": one.name,
            "query": one.query,
            "watchlist": watchlist.name,
            "channels": watchlist.channels,
            "feeds": watchlist.feeds,
            "paused": watchlist.paused,
            "warnings": lint(parse_query(one.query, terms=settings.terms)),
        }
        for watchlist in settings.watchlists
        for one in watchlist.watches
    ]
    if state.as_json:
        show.as_json(rows)
    else:
        show.table(
            ("watchlist", "watch", "query", "channels"),
            (
                (
                    f"{row['watchlist']}{' (paused)' if row['paused'] else ''}",
                    row["name"],
                    row["query"] if row["query"] != row["name"] else "as named",
                    ", ".join(row["channels"]) or "none",  # type: ignore[arg-type]
                )
                for row in rows
            ),
        )
        for row in rows:
            for warning in row["warnings"]:  # type: ignore[attr-defined]
                click.echo(f"{row['id']}: {warning}", err=True)
    return Exit.DONE if rows else Exit.NOTHING


@watch.command
@click.argument("query")
@click.option("--name", help="What to call it in alerts; default: the query.")
@click.option("--list", "watchlist", default="main", show_default=True, help="Its watchlist.")
@pass_state
def add(state: State, query: str, name: str | None, watchlist: str) -> None:
    """Add a watch to the configuration."""
    from wirewatch.core.query import lint, parse_query

    settings = state.load()
    try:
        parsed = parse_query(query, terms=settings.terms)
    except QueryError as exc:
        raise click.UsageError(f"{exc}\n{exc.pointer()}") from exc
    state.editor().add_watch(query, name=name, watchlist=watchlist)
    click.echo(f"Watching for {parsed}. A running daemon sees it after `wirewatch reload`.")
    for warning in lint(parsed):
        click.echo(f"warning: {warning}", err=True)
    _say_what_it_would_have_found(state, settings, query)


def _say_what_it_would_have_found(state: State, settings: Settings, query: str) -> None:
    """Try a new watch on the stored texts; nobody is told of them."""
    from wirewatch.app.backtest import backtest
    from wirewatch.cli.backtest import summary

    now = datetime.now(UTC)
    try:
        store = state.open_store(settings)
    except StoreError:  # no database yet, or not at hand: the watch is added all the same
        return
    try:
        done = backtest(store, query, settings, since=now - LOOK_BACK, until=now)
    finally:
        store.close()
    click.echo(f"Stored entries: {summary(done)}, told to nobody. More: wirewatch backtest QUERY")


@watch.command
@click.argument("name")
@pass_state
def remove(state: State, name: str) -> None:
    """Remove a watch (NAME, or LIST/NAME if several have it) from the configuration. Its hits are kept."""
    state.editor().remove_watch(name)
    click.echo(f"Removed {name!r}. A running daemon forgets it after `wirewatch reload`.")


@watch.command
@click.argument("watchlist")
@pass_state
def pause(state: State, watchlist: str) -> None:
    """Silence a whole watchlist."""
    state.editor().set_watchlist_paused(watchlist, True)
    click.echo(f"{watchlist!r} is silent after `wirewatch reload`.")


@watch.command
@click.argument("watchlist")
@pass_state
def resume(state: State, watchlist: str) -> None:
    """Let a silenced watchlist speak again."""
    state.editor().set_watchlist_paused(watchlist, False)
    click.echo(f"{watchlist!r} speaks again after `wirewatch reload`.")


@watch.command
@click.argument("query", required=False)
@click.argument("text", required=False)
@click.option("--title", default="", help="The headline to match together with the text.")
@click.option(
    "--batch",
    type=click.File("rb"),
    metavar="FILE",
    help="Answer many: one JSON object a line, from a file or - (standard input).",
)
@json_option
@pass_state
def test(
    state: State, query: str | None, text: str | None, title: str, batch: BinaryIO | None
) -> int:
    """Try a query on TEXT: words, a file's name, a URL, or - for standard input.

    Shows the sentences that match with the words marked, or the nearest miss. Exits with 3 when it does not match.

    With --batch every line is an object with "query" and any of "id", "title", "body", "html", "url", "author" and
    "lang"; the answers come in the same order, one a line: "id", "match", "strength", "error", "spans", "sentence".
    """
    if batch is not None:
        if query is not None:
            raise click.UsageError("with --batch the queries stand in the lines")
        from wirewatch.cli.batch import answer_lines

        return answer_lines(batch, terms=_terms(state))
    if query is None:
        raise click.UsageError("Missing argument 'QUERY'.")
    from wirewatch.core.match.explain import explain
    from wirewatch.core.match.snippet import snippets
    from wirewatch.core.query import lint, parse_query

    terms = _terms(state)
    try:
        parsed = parse_query(query, terms=terms)
    except QueryError as exc:
        raise click.UsageError(f"{exc}\n{exc.pointer()}") from exc
    document = _document(state, text, title)
    explanation = explain(parsed, document)
    match = _match(query, terms, document)
    if state.as_json:
        show.as_json(
            {
                "query": str(parsed),
                "match": match is not None and match.rings,
                "strength": match.strength if match else None,
                "spans": match.spans if match else [],
                "sentences": [one.text for one in snippets(document, match.spans)] if match else [],
                "explanation": explanation,
                "warnings": lint(parsed),
            }
        )
    elif match is None:
        click.echo(f"{parsed}: {explanation}")
    else:
        rings = "" if match.rings else " (the words stand far apart: stored, but it does not ring)"
        click.echo(f"{parsed} matches{rings}:")
        for snippet in snippets(document, match.spans):
            click.echo(f"  {show.marked(snippet)}")
    if not state.as_json:
        for warning in lint(parsed):
            click.echo(f"warning: {warning}", err=True)
    return Exit.DONE if match is not None else Exit.NOTHING


def _terms(state: State) -> Mapping[str, str]:
    """Return the reusable terms of the configuration, the sound ones if some are not; none without one."""
    try:
        settings, wrong = state.load_what_is_sound()
    except ConfigError:
        return {}
    if wrong is not None:
        click.echo("warning: the configuration has faults: wirewatch check-config", err=True)
    return settings.terms


def _match(query: str, terms: Mapping[str, str], document: Document) -> Match | None:
    from wirewatch.core.match import Matcher, Watch
    from wirewatch.core.model.hit import WatchId
    from wirewatch.core.model.watch import WatchSpec

    spec = WatchSpec(id=WatchId("test/test"), name="test", query=query)
    found = Matcher([Watch.of(spec, terms=terms)]).match(document)
    return found[0] if found else None


def _document(state: State, text: str | None, title: str) -> Document:
    from wirewatch.core.text.document import Document
    from wirewatch.core.urls import is_web_url

    if text is None or text == "-":
        return Document(title=title, body=_as_text(sys.stdin.read()))
    if is_web_url(text):
        return _page(state, text, title)
    if len(text) < 4096 and Path(text).is_file():
        return Document(title=title, body=_as_text(Path(text).read_text(errors="replace")))
    return Document(title=title, body=text)


def _as_text(content: str) -> str:
    from wirewatch.parse.html import text_of

    return text_of(content)


def _page(state: State, url: str, title: str) -> Document:
    import asyncio

    from wirewatch.app.page import read_page
    from wirewatch.core.model.outcome import ParsedPage
    from wirewatch.core.text.document import Document

    page = asyncio.run(read_page(url, state.load()))
    if not isinstance(page, ParsedPage):
        raise click.ClickException(f"{url}: {page.detail}")
    return Document(title=title or page.title, article=page.text, url=url, language=page.language)
