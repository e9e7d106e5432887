"""``channel route``: who would be told, and why."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from wirewatch.cli import show
from wirewatch.cli.exits import Exit
from wirewatch.cli.state import State, json_option, pass_state

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wirewatch.app.routing import Explained
    from wirewatch.core.model.feed import FeedSpec
    from wirewatch.settings.settings import Settings


@click.command
@click.argument("what")
@click.option("--explain", is_flag=True, help="Say what each route had to do with it.")
@click.option(
    "--feed", help="For a text: as if this feed brought it. Default: a feed without tags."
)
@click.option("--title", default="", help="For a text: its headline.")
@click.option("--lang", help="For a text: its language.")
@json_option
@pass_state
def route(
    state: State, what: str, explain: bool, feed: str | None, title: str, lang: str | None
) -> int:
    """Show who would be told of WHAT: a stored entry, by its link or number, or a text.

    Nothing is sent or stored. Exits with 3 when no watch finds its words.
    """
    from wirewatch.app.routing import explain_entry, explain_text, find_entry
    from wirewatch.app.world import World
    from wirewatch.core.text.document import Document

    settings = state.load(need_secrets=False)
    brought_by = _feed(settings, feed)
    world, now = World.of(settings), datetime.now(UTC)
    store = state.open_store(settings)
    try:
        entry = find_entry(store, what) if what.isdecimal() or "://" in what else None
        if entry is not None:
            found = explain_entry(world, store, entry, now=now)
        else:
            document = Document(title=title, body=what, language=lang)
            found = explain_text(world, store, document, brought_by, now=now)
    finally:
        store.close()
    if state.as_json:
        show.as_json(found)
    else:
        _print(found, explain=explain, now=now)
    return Exit.DONE if found else Exit.NOTHING


def _feed(settings: Settings, name: str | None) -> FeedSpec:
    from wirewatch.core.model.feed import FeedSpec

    if name is None:
        return FeedSpec(url="https://example.org/", name="any feed")
    for spec in settings.feeds:
        if spec.name == name:
            return spec
    raise click.UsageError(f"there is no feed {name!r}; see `wirewatch feed list`")


def _print(found: Sequence[Explained], *, explain: bool, now: datetime) -> None:
    if not found:
        click.echo("No watch finds its words.", err=True)
    for one in found:
        click.echo(f"{show.clean(one.watch)}: {', '.join(one.channels) or 'nobody'}")
        for channel, back in one.holds.items():
            click.echo(f"  {channel} is told {show.ago(back.until, now)}: {back.why.value}")
        for step in one.steps if explain else ():
            click.echo(f"  {show.clean(step)}")
