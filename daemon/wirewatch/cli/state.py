"""What a command is given: the options before it, and the settings and the store when it asks for them."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from wirewatch.ports import Store
    from wirewatch.settings.edit import Editor
    from wirewatch.settings.settings import Settings

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(slots=True)
class State:
    """The options before the command."""

    config: Path | None
    verbose: int
    as_json: bool

    def path(self) -> Path:
        """Return the configuration file. Raise ConfigError naming where it was looked for."""
        from wirewatch.settings.places import find_config, no_config

        found = find_config(self.config, os.environ)
        if found is None:
            raise no_config(os.environ)
        return found

    def load(self, *, need_secrets: bool = True) -> Settings:
        """Return the settings. Raise ConfigError with everything that is wrong.

        Commands that only look things up do not *need_secrets*: systemd hands those to the service alone.
        """
        from wirewatch.app.config import load_settings

        return load_settings(self.path(), os.environ, need_secrets=need_secrets)

    def load_what_is_sound(self) -> tuple[Settings, str | None]:
        """Return the settings and None, or what is sound of them and what is wrong with the rest.

        For `status`, which must answer while the file is broken. Raise ConfigError where the database is not known.
        """
        from wirewatch.app.config import load_what_is_sound

        return load_what_is_sound(self.path(), os.environ)

    def editor(self) -> Editor:
        """Return an editor of the configuration."""
        from wirewatch.app.config import open_editor

        return open_editor(self.path(), os.environ)

    def open_store(self, settings: Settings) -> Store:
        """Open the database to look things up: only the daemon and `poll` change what is watched. Raise StoreError."""
        from wirewatch.app.wiring import build_store

        return build_store(settings, examine=False)

    def configure_logs(self, settings: Settings) -> None:
        """Set up logging as configured, louder with -v."""
        from wirewatch.app.logs import configure, log_uncaught

        level = {0: settings.log.level, 1: "info"}.get(self.verbose, "debug")
        configure(level, settings.log.format)
        log_uncaught()


def json_option(command: F) -> F:
    """Accept ``--json`` after the command too."""

    def remember(ctx: click.Context, _param: click.Parameter, value: bool) -> None:
        if value:
            ctx.find_root().obj.as_json = True

    return click.option(
        "--json",
        is_flag=True,
        expose_value=False,
        callback=remember,
        help="Machine-readable output.",
    )(command)


pass_state = click.make_pass_decorator(State)
