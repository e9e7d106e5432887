"""Writes docs/cli.md from the commands themselves: ``python -m wirewatch.cli.reference > docs/cli.md``."""

from __future__ import annotations

from collections.abc import Iterator

import click

from wirewatch.cli.main import SECTIONS, cli

HEAD = """\
# Command line

<!-- Made by: python -m wirewatch.cli.reference > docs/cli.md -->

`wirewatch [-c CONFIG] [-v] [--json] COMMAND`. The configuration is looked for in this order: `--config`,
`$WIREWATCH_CONFIG`, `./wirewatch.toml`, `~/.config/wirewatch/wirewatch.toml`, `/etc/wirewatch/wirewatch.toml`.
`--json` may stand before or after the command. Tables are aligned on a terminal and tab-separated when piped.

## Exit codes

| code | means |
| --- | --- |
| 0 | done |
| 1 | failed; for `status`: something needs you |
| 2 | wrong usage |
| 3 | nothing matched, nothing to list |
| 4 | partly failed: a feed, a channel, an import |
| 75 | busy: another daemon is running |
| 78 | wrong configuration, or a database that cannot be used |
"""


def reference() -> str:
    """Return the whole page."""
    parts = [HEAD]
    for section, commands in SECTIONS.items():
        parts.append(f"## {section}\n")
        for name in commands:
            ctx = click.Context(cli)
            command = cli.get_command(ctx, name)
            assert command is not None  # noqa: S101  the table is ours
            parts.extend(_pages(command, name, ctx))
    return "\n".join(parts).rstrip() + "\n"


def _pages(command: click.Command, path: str, parent: click.Context) -> Iterator[str]:
    ctx = click.Context(
        command, info_name=f"wirewatch {path}" if " " not in path else path, parent=None
    )
    del parent
    yield _page(command, path, ctx)
    if isinstance(command, click.Group):
        for name in sorted(command.commands):
            yield from _pages(command.commands[name], f"{path} {name}", ctx)


def _page(command: click.Command, path: str, ctx: click.Context) -> str:
    ctx.info_name = f"wirewatch {path}"
    lines = [f"### `{' '.join(ctx.command_path.split())}`\n", _prose(command.help or ""), ""]
    arguments = [param for param in command.params if isinstance(param, click.Argument)]
    options = [param for param in command.params if isinstance(param, click.Option)]
    if arguments or options:
        usage = " ".join(param.make_metavar(ctx) for param in arguments)
        lines.append(
            f"`wirewatch {path}{' [OPTIONS]' if options else ''}{' ' + usage if usage else ''}`\n"
        )
    lines.extend(_option(option) for option in options)
    if options:
        lines.append("")
    return "\n".join(lines)


def _prose(text: str) -> str:
    paragraphs = (" ".join(part.split()) for part in text.split("\n\n"))
    return "\n\n".join(paragraphs)


def _option(option: click.Option) -> str:
    names = ", ".join(f"`{name}`" for name in option.opts)
    default = ""
    if option.show_default and option.default is not None:
        default = f" Default: `{option.default}`."
    return f"- {names}: {option.help}{default}"


if __name__ == "__main__":
    click.echo(reference(), nl=False)
