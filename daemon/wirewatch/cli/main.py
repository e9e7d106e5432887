"""The table of commands, and what every command has in common."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import click

from wirewatch import __version__
from wirewatch.cli.exits import Exit
from wirewatch.cli.state import State
from wirewatch.errors import AlreadyRunningError, ConfigError, StoreError, WirewatchError

SECTIONS: Final[dict[str, dict[str, tuple[str, str]]]] = {
    "Get started": {
        "demo": (
            "start:demo",
            "See it work in ten seconds: built-in feeds, no internet, no set-up.",
        ),
        "init": ("start:init", "Write a commented wirewatch.toml and create the database."),
        "add": ("add:add", "Add a feed, or a web page: its feeds are found for you."),
    },
    "Run": {
        "run": ("service:run", "Run the daemon in the foreground (systemd uses this)."),
        "poll": ("service:poll", "Poll every due feed once, deliver, and exit."),
        "status": ("service:status", "Is it alive, what was polled, what waits to be sent."),
        "reload": (
            "service:reload",
            "Check the configuration, then have the daemon read it again.",
        ),
    },
    "Feeds, watches, channels": {
        "feed": ("feed:feed", "List, show, add, check, pause, import and export feeds."),
        "watch": ("watch:watch", "List, add, test and pause watches."),
        "channel": ("channel:channel", "List, add and test channels."),
    },
    "What you are told": {
        "mute": ("mute:mute", "Be quiet about a story, watch, feed or channel until a time."),
        "unmute": ("mute:unmute", "End a mute; what it kept back is told in one summary."),
        "mutes": ("mute:mutes", "List what is muted, and until when."),
        "ack": ("mute:ack", "Take note of alerts: they go to no further channel."),
        "mark": ("mute:mark", "Say whether a hit is what its watch is for."),
    },
    "Look things up": {
        "hits": ("look:hits", "Show what matched, newest first."),
        "why": ("why:why", "Say what came of a page or an entry, and why you were (not) told."),
        "search": ("look:search", "Search everything stored, in the language of watches."),
        "backtest": (
            "backtest:backtest",
            "Run a query over stored entries: what it would have sent, and how often.",
        ),
        "selftest": ("selftest:selftest", "Check that phrases are found through real-life markup."),
        "deliveries": (
            "deliveries:deliveries",
            "List messages on their way; retry or drop dead ones.",
        ),
    },
    "Look after it": {
        "check-config": (
            "config:check_config",
            "Check the configuration: what is wrong, with file and line.",
        ),
        "db": ("db:db", "Upgrade, check, compact and back up the database."),
    },
}


class LazyGroup(click.Group):
    """Imports a command's module only when it is called, so that ``--help`` is quick."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return every command's name in the order of the table."""
        return [name for commands in SECTIONS.values() for name in commands]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return a command, or None if there is none of that name."""
        for commands in SECTIONS.values():
            if cmd_name in commands:
                module, _, attribute = commands[cmd_name][0].partition(":")
                found = getattr(importlib.import_module(f"wirewatch.cli.{module}"), attribute)
                assert isinstance(found, click.Command)  # noqa: S101  the table is ours
                return found
        return None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands in their sections, without importing any."""
        for section, commands in SECTIONS.items():
            with formatter.section(section):
                formatter.write_dl([(name, about) for name, (_, about) in commands.items()])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command, with a suggestion when it is misspelt."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as exc:
            from difflib import get_close_matches

            close = get_close_matches(args[0], self.list_commands(ctx), n=1)
            if not close:
                raise
            raise click.UsageError(f"{exc.message} Did you mean {close[0]!r}?", ctx) from exc


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit codes: 0 done, 1 failed, 2 wrong usage, 3 nothing matched, 4 partly failed, "
    "75 busy or already running, 78 wrong configuration.",
)
@click.option(
    "-c",
    "--config",
    type=click.Path(path_type=Path, dir_okay=False),
    envvar="WIREWATCH_CONFIG",
    show_envvar=True,
    help="Configuration file.",
)
@click.option("-v", "--verbose", count=True, help="More log lines; twice for debug.")
@click.option("--json", "as_json", is_flag=True, help="Machine-readable output.")
@click.version_option(__version__, prog_name="wirewatch")
@click.pass_context
def cli(ctx: click.Context, config: Path | None, verbose: int, as_json: bool) -> None:
    """Wirewatch watches news feeds and tells you when your words turn up."""
    ctx.obj = State(config=config, verbose=verbose, as_json=as_json)


def main(args: Sequence[str] | None = None) -> None:
    """Run the command line and exit: the one place where errors become exit codes."""
    try:
        code = cli.main(args=args, standalone_mode=False)
    except click.exceptions.Abort:
        sys.exit(130)
    except click.ClickException as exc:
        exc.show()
        sys.exit(exc.exit_code)
    except ConfigError as exc:
        _complain(str(exc), Exit.CONFIG)
    except AlreadyRunningError as exc:
        _complain(str(exc), Exit.BUSY)
    except StoreError as exc:
        _complain(str(exc), Exit.CONFIG)
    except WirewatchError as exc:
        _complain(str(exc), Exit.FAILED)
    except BrokenPipeError:
        sys.stderr.close()  # the reader went away (`| head`); Python would complain once more at its end
        sys.exit(Exit.FAILED)
    else:
        sys.exit(code if isinstance(code, int) else 0)


def _complain(message: str, code: Exit) -> None:
    click.echo(message, err=True)
    sys.exit(code)


if __name__ == "__main__":
    main()
