"""Reading the configuration with everything that can be checked of it: queries and channel addresses too."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from wirewatch.core.query import parse_query
from wirewatch.notify.check import check_url
from wirewatch.settings.edit import Editor
from wirewatch.settings.load import load
from wirewatch.settings.settings import Settings


def load_settings(path: Path, environ: Mapping[str, str], *, need_secrets: bool = True) -> Settings:
    """Return the settings of a file and all that belongs to it. Raise ConfigError with everything that is wrong.

    Without *need_secrets* a channel whose secret is not there is left out: enough to look things up.
    """
    return load(
        path,
        environ,
        check_query=_check_query,
        check_channel=check_url,
        need_secrets=need_secrets,
    )


def open_editor(path: Path, environ: Mapping[str, str]) -> Editor:
    """Return an editor that refuses whatever `load_settings` would refuse."""
    return Editor(path, environ, check_query=_check_query, check_channel=check_url)


def _check_query(query: str, terms: Mapping[str, str]) -> None:
    parse_query(query, terms=terms)
