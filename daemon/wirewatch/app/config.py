"""Reading the configuration with everything that can be checked of it: queries and channel addresses too."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path

from wirewatch.core.match import Watch
from wirewatch.core.match.explain import explain
from wirewatch.core.match.matcher import evaluate
from wirewatch.core.model.watch import WatchSpec
from wirewatch.core.query import parse_query
from wirewatch.core.query.view import Subject
from wirewatch.core.text.document import Document
from wirewatch.core.text.reader import Reader
from wirewatch.errors import ConfigError
from wirewatch.notify.check import check_url
from wirewatch.settings.edit import Editor
from wirewatch.settings.load import assemble, load
from wirewatch.settings.settings import Settings


def load_settings(path: Path, environ: Mapping[str, str], *, need_secrets: bool = True) -> Settings:
    """Return the settings of a file and all that belongs to it. Raise ConfigError with everything that is wrong.

    Without *need_secrets* a channel whose secret is not there is left out: enough to look things up.
    """
    return load(
        path,
        environ,
        check_query=_check_query,
        try_watch=_try_watch,
        check_channel=check_url,
        check_template=_check_template,
        need_secrets=need_secrets,
    )


def load_what_is_sound(path: Path, environ: Mapping[str, str]) -> tuple[Settings, str | None]:
    """Return the settings and None, or what is sound of them and the faults of the rest.

    Raise ConfigError when the file cannot be read at all: then nobody knows which database is meant.
    """
    try:
        return load_settings(path, environ, need_secrets=False), None
    except ConfigError as exc:
        try:
            tomllib.loads(path.read_text(encoding="utf-8-sig"))
        except (OSError, ValueError):
            raise exc from None
        found = assemble(
            path, environ, check_query=_check_query, try_watch=_try_watch, need_secrets=False
        )
        return found.settings, str(exc)


def open_editor(path: Path, environ: Mapping[str, str]) -> Editor:
    """Return an editor that refuses whatever `load_settings` would refuse."""
    return Editor(
        path,
        environ,
        check_query=_check_query,
        try_watch=_try_watch,
        check_channel=check_url,
        check_template=_check_template,
    )


def _check_query(query: str, terms: Mapping[str, str]) -> None:
    parse_query(query, terms=terms)


def _try_watch(spec: WatchSpec, terms: Mapping[str, str], text: str) -> tuple[bool, str]:
    watch = Watch.of(spec, terms=terms)
    document = Document(body=text)
    found = evaluate(watch, Subject(Reader(), document, anywhere=watch.query.anywhere))
    why = explain(watch.query, document, near_words=spec.near_words)
    return found is not None and found.rings, " ".join(str(why).split())


def _check_template(text: str) -> str | None:
    from wirewatch.notify.template import check_template  # Jinja takes its time; few have templates

    return check_template(text)
