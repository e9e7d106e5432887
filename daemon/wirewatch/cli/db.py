"""``db``: the database's upkeep."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from wirewatch.cli import show
from wirewatch.cli.exits import Exit
from wirewatch.cli.state import State, json_option, pass_state

if TYPE_CHECKING:
    from wirewatch.ports import Store


@click.group
def db() -> None:
    """Upgrade, check, compact and back up the database."""


@db.command
@pass_state
def upgrade(state: State) -> None:
    """Bring the database to this version's schema (the daemon does it at its start)."""
    state.open_store(state.load(need_secrets=False)).close()
    click.echo("The database is up to date.")


@db.command
@json_option
@pass_state
def check(state: State) -> int:
    """Check the database thoroughly. Exits with 1 when something is wrong."""
    store = state.open_store(state.load(need_secrets=False))
    try:
        problems = [*store.check(), *_untold(store)]
        counts = store.counts()
    finally:
        store.close()
    if state.as_json:
        show.as_json({"sound": not problems, "problems": problems, "counts": counts})
    else:
        for problem in problems:
            click.echo(problem)
        if not problems:
            click.echo(f"The database is sound: {counts.entries} entries, {counts.hits} hits.")
    return Exit.FAILED if problems else Exit.DONE


def _untold(store: Store) -> list[str]:
    """Say how many hits count as told although no message carries them: there must be none."""
    from wirewatch.core.model.history import Told

    fates = store.fates(since=datetime.fromtimestamp(0, UTC))
    number = fates.get(Told.WITHOUT_MESSAGE, 0)
    return [f"{number} hits count as told and no message carries them"] if number else []


@db.command
@pass_state
def compact(state: State) -> None:
    """Give free space back to the file system."""
    store = state.open_store(state.load(need_secrets=False))
    try:
        store.compact()
    finally:
        store.close()
    click.echo("Done.")


@db.command
@click.argument("path", type=click.Path(path_type=Path, dir_okay=False))
@pass_state
def backup(state: State, path: Path) -> None:
    """Write a consistent copy of the database to PATH, while the daemon runs."""
    if path.exists():
        raise click.UsageError(f"{path} exists already; name another file")
    store = state.open_store(state.load(need_secrets=False))
    try:
        store.backup(str(path.resolve()))
    finally:
        store.close()
    click.echo(
        f"Written to {path}. To restore: stop the daemon and put it in the database's place."
    )
