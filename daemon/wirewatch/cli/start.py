"""``demo``, ``init``, ``add``: the first minutes with Wirewatch."""

from __future__ import annotations

from pathlib import Path

import click

from wirewatch.cli.exits import Exit
from wirewatch.cli.state import State, pass_state


@click.command
@click.option("--once", is_flag=True, help="End when everything has been told.")
@pass_state
def demo(state: State, once: bool) -> int:
    """See it work in ten seconds: built-in feeds, no internet, no set-up.

    A web server on the loopback interface serves three feeds with their articles; a temporary database, the real
    path from polling to alert. With --once it ends by itself, else with Ctrl-C.
    """
    from wirewatch.app.demo import run_demo

    return Exit.DONE if run_demo(once=once, verbose=bool(state.verbose)) else Exit.FAILED


@click.command
@click.argument("directory", type=click.Path(path_type=Path, file_okay=False), default=".")
@pass_state
def init(state: State, directory: Path) -> None:
    """Write a commented wirewatch.toml and an empty watchlist, and create the database.

    Nothing that exists is overwritten.
    """
    from wirewatch.settings.example import first_files
    from wirewatch.settings.write import replace_text

    for name, text in first_files().items():
        path = directory / name
        if path.exists():
            click.echo(f"left as it is: {path}")
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_text(path, text)
        click.echo(f"wrote {path}")
    config = directory / "wirewatch.toml"
    fresh = State(config=config, verbose=state.verbose, as_json=state.as_json)
    settings = fresh.load()
    fresh.open_store(settings).close()
    click.echo(f"database ready: {_place(settings.database.url)}")
    click.echo(
        "\nNext:\n"
        "  wirewatch add https://example.org/feed.xml    add a feed\n"
        "  wirewatch watch add '\"Abu Dhabi talks\"'       say what to watch for\n"
        "  wirewatch channel add desk mailtos://…        say where to tell you\n"
        "  wirewatch run                                 start watching"
    )


def _place(url: str) -> str:
    from sqlalchemy.engine import make_url

    return make_url(url).render_as_string(hide_password=True)
