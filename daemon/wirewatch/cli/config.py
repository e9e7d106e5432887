"""``check-config``: everything that is wrong, with file and line."""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING

import click

from wirewatch.cli import show
from wirewatch.cli.exits import Exit
from wirewatch.cli.state import State, json_option, pass_state
from wirewatch.errors import ConfigError

if TYPE_CHECKING:
    from wirewatch.app.online import Finding
    from wirewatch.settings.settings import Settings


@click.command("check-config")
@click.option("-q", "--quiet", is_flag=True, help="Print problems only.")
@click.option("--online", is_flag=True, help="Also fetch every feed and log in to every channel.")
@json_option
@pass_state
def check_config(state: State, quiet: bool, online: bool) -> int:
    """Check the configuration and say what is wrong, with file and line.

    Exits with 78 when something is wrong, with 4 when --online finds a feed or channel that does not work.
    """
    from wirewatch.app.config import load_settings
    from wirewatch.settings.checks import warnings

    path = state.path()
    try:
        settings = load_settings(path, os.environ)
    except ConfigError as exc:
        if not state.as_json:
            raise
        show.as_json({"ok": False, "faults": exc.faults, "warnings": []})
        return Exit.CONFIG
    doubts = warnings(settings)
    findings = _online(settings) if online else []
    failed = [finding for finding in findings if finding.error]
    if state.as_json:
        show.as_json({"ok": True, "faults": [], "warnings": doubts, "online": findings})
        return Exit.PARTLY if failed else Exit.DONE
    for doubt in doubts:
        click.echo(f"warning: {doubt}")
    for finding in findings:
        if finding.error:
            click.echo(f"{finding.kind} {finding.name}: {finding.error}")
        elif not quiet:
            click.echo(f"{finding.kind} {finding.name}: {finding.said}")
    if not quiet:
        watches = sum(len(watchlist.watches) for watchlist in settings.watchlists)
        click.echo(
            f"{path}: sound. {len(settings.feeds)} feeds, {watches} watches in "
            f"{len(settings.watchlists)} watchlists, {len(settings.channels)} channels."
        )
    return Exit.PARTLY if failed else Exit.DONE


def _online(settings: Settings) -> list[Finding]:
    from wirewatch.app.online import check_online
    from wirewatch.cli.progress import progress

    total = len(settings.feeds) + len(settings.channels)
    with progress("Checking feeds and channels", total) as advance:
        return asyncio.run(check_online(settings, advance))
