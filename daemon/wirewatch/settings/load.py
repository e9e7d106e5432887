"""Finds, reads and checks the configuration: all of it, or everything that is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from wirewatch.core.model.alert import ChannelSpec
from wirewatch.core.model.feed import FeedSpec
from wirewatch.core.model.watch import Watchlist
from wirewatch.errors import Fault
from wirewatch.settings.channels import CheckChannel, CheckTemplate, Defaults, build_channels
from wirewatch.settings.checks import check_fallbacks, check_limits, check_timeouts
from wirewatch.settings.draft import Draft
from wirewatch.settings.environment import overrides
from wirewatch.settings.faults import Faults
from wirewatch.settings.feeds import build_feeds
from wirewatch.settings.lists import (
    CheckQuery,
    Names,
    Queries,
    TryWatch,
    build_lists,
    build_terms,
    check_references,
)
from wirewatch.settings.locate import KeyPath
from wirewatch.settings.opml import read_opml
from wirewatch.settings.places import database_url, fragments, matching
from wirewatch.settings.routes import build_routes, check_routes
from wirewatch.settings.schema import SECTIONS, Database, General
from wirewatch.settings.secrets import Vault, variables_named
from wirewatch.settings.settings import Settings
from wirewatch.settings.sources import (
    Disk,
    Found,
    TextSource,
    UnreadableError,
    Variable,
    read_bytes,
)
from wirewatch.settings.tables import Built, merged
from wirewatch.settings.watchlists import read_watchlist

_LISTS: Final = frozenset({".txt", ".toml"})


@dataclass(frozen=True, slots=True)
class _Reading:
    """One reading of everything."""

    draft: Draft
    disk: Disk
    base: Path


def load(
    path: Path,
    environ: Mapping[str, str],
    *,
    check_query: CheckQuery | None = None,
    try_watch: TryWatch | None = None,
    check_channel: CheckChannel | None = None,
    check_template: CheckTemplate | None = None,
    need_secrets: bool = True,
    instead: Mapping[Path, str] | None = None,
) -> Settings:
    """Return the settings, or raise ConfigError with everything that is wrong.

    Without *need_secrets* a feed or channel whose secret is not there is left out: commands that look things up run
    where systemd hands over no credentials. *instead* are texts of files that are not written yet.
    """
    assembled = assemble(
        path,
        environ,
        check_query=check_query,
        try_watch=try_watch,
        check_channel=check_channel,
        check_template=check_template,
        need_secrets=need_secrets,
        instead=instead,
    )
    assembled.draft.faults.raise_if_any()
    return assembled.settings


@dataclass(frozen=True, slots=True)
class Assembled:
    """What could be made of the configuration, sound or not: editing needs the places of things."""

    settings: Settings
    draft: Draft
    feeds: tuple[Built[FeedSpec], ...]


def assemble(
    path: Path,
    environ: Mapping[str, str],
    *,
    check_query: CheckQuery | None = None,
    try_watch: TryWatch | None = None,
    check_channel: CheckChannel | None = None,
    check_template: CheckTemplate | None = None,
    need_secrets: bool = True,
    instead: Mapping[Path, str] | None = None,
) -> Assembled:
    """Read everything as `load` does, and keep what is wrong beside what is sound."""
    vault = Vault(path.parent, environ)
    draft = Draft(faults=Faults(), vault=vault, need_secrets=need_secrets)
    reading = _Reading(draft, Disk(instead or {}), path.parent)
    _read_files(reading, path)
    _read_environment(draft, environ)
    general = merged(draft, General, draft.sections.get("general", {}))
    _read_lists(reading, general)
    imported = _read_opml(reading, general)
    draft.faults.order([*map(str, draft.files), *sorted(environ)])
    assembled = _build(
        draft,
        imported,
        check_query=check_query,
        try_watch=try_watch,
        check_channel=check_channel,
        check_template=check_template,
    )
    database = _database(draft, assembled.settings.database, path.parent, environ)
    return replace(assembled, settings=replace(assembled.settings, database=database))


def _read_files(reading: _Reading, path: Path) -> None:
    for one in (path, *fragments(path)):
        reading.draft.files.append(one)
        try:
            source = reading.disk.toml(one)
        except UnreadableError as error:
            reading.draft.faults.unreadable(one, error)
        else:
            reading.draft.add_config(source)


def _read_environment(draft: Draft, environ: Mapping[str, str]) -> None:
    tables = (*draft.sections.values(), draft.channels, draft.terms)
    written = [found.value for table in tables for found in table.values()]
    written += [found.value for found in draft.feeds]
    good, bad = overrides(environ, spoken_for=variables_named(written))
    for one in good:
        found = Found(one.value, Variable(one.variable), ())
        draft.override(one.section, one.key, found)
    for wrong in bad:
        found = Found(None, Variable(wrong.variable), ())
        draft.faults.add(found, wrong.message, hint=wrong.hint)


def _read_lists(reading: _Reading, general: General) -> None:
    written = reading.draft.sections.get("general", {}).get("watchlists")
    for index, pattern in enumerate(general.watchlists):
        for path in matching(reading.base, pattern):
            globbed = path != reading.base / pattern
            if globbed and (path.suffix not in _LISTS or path.name.startswith(".")):
                continue
            if path in reading.draft.files:
                continue
            reading.draft.files.append(path)
            try:
                _add_list(reading, path)
            except UnreadableError as error:
                at = Found(None, written.source, written.at(index)) if written else None
                _unreadable(reading.draft, path, error, at if not globbed else None)


def _add_list(reading: _Reading, path: Path) -> None:
    """Read one watchlist; its name is that of the file."""
    if path.suffix == ".toml":
        toml = reading.disk.toml(path)
        reading.draft.add_list(path.stem, toml, toml.tree)
        return
    text = reading.disk.text(path)
    read = read_watchlist(text)
    source = TextSource(str(path), read.lines, text)
    reading.draft.add_list(path.stem, source, read.tree)
    for problem in read.problems:
        reading.draft.faults.note(
            Fault(
                file=str(path),
                line=problem.line,
                path=problem.path,
                message=problem.message,
                hint=problem.hint,
                source=source.shown(problem.line),
            )
        )


def _read_opml(reading: _Reading, general: General) -> list[Built[FeedSpec]]:
    imported: list[Built[FeedSpec]] = []
    written = reading.draft.sections.get("general", {}).get("opml")
    for index, pattern in enumerate(general.opml):
        at = Found(None, written.source, written.at(index)) if written else None
        for path in matching(reading.base, pattern):
            reading.draft.files.append(path)
            try:
                imported += _opml(reading.draft, path)
            except UnreadableError as error:
                _unreadable(reading.draft, path, error, at)
    return imported


def _opml(draft: Draft, path: Path) -> list[Built[FeedSpec]]:
    """Read the feeds of one file. A file that is broken stops the start; one odd line is a warning."""
    report = read_opml(read_bytes(path))
    if not report.whole:
        last = report.problems[-1]
        raise UnreadableError(last.message, line=last.line)
    lines: dict[KeyPath, int] = {
        ("outline", index): line for index, line in enumerate(report.lines)
    }
    source = TextSource(str(path), lines, "")
    draft.faults.warnings += [
        Fault(file=str(path), line=one.line, path="", message=f"{one.message}: left out")
        for one in report.problems
    ]
    return [
        Built(spec, Found({}, source, ("outline", index)))
        for index, spec in enumerate(report.feeds)
    ]


def _unreadable(draft: Draft, path: Path, error: UnreadableError, at: Found | None) -> None:
    """Note a file that cannot be used: in itself, or where it is named when the name is wrong."""
    if at is not None and error.line is None:
        draft.faults.unread = True
        draft.faults.add(at, f"{path}: {error.message}", hint=error.hint)
    else:
        draft.faults.unreadable(path, error)


def _build(
    draft: Draft,
    imported: list[Built[FeedSpec]],
    *,
    check_query: CheckQuery | None,
    try_watch: TryWatch | None,
    check_channel: CheckChannel | None,
    check_template: CheckTemplate | None,
) -> Assembled:
    sections: dict[str, Any] = {
        name: merged(draft, kind, draft.sections.get(name, {})) for name, kind in SECTIONS.items()
    }
    feeds = build_feeds(draft, imported, poll=sections["poll"], article=sections["article"])
    defaults = Defaults(
        timeout=sections["delivery"].timeout,
        timezone=sections["general"].timezone,
        rolling_max=sections["alerts"].rolling_max,
    )
    channels = build_channels(
        draft, defaults=defaults, check=check_channel, check_template=check_template
    )
    sections["general"] = _told_somewhere(sections["general"], channels)
    terms = build_terms(draft, check_query)
    lists = build_lists(
        draft,
        general=sections["general"],
        match=sections["match"],
        queries=Queries(terms, check_query, try_watch),
    )
    check_limits(draft, sections)
    delivery = sections["delivery"]
    check_timeouts(draft, channels, lease=delivery.lease, timeout=delivery.timeout)
    routes = build_routes(draft)
    check_fallbacks(draft, channels)
    if not draft.faults.unread:
        names = _names(draft, feeds, lists)
        check_references(draft, names)
        check_routes(draft, names)
    settings = Settings(
        **sections,
        feeds=tuple(one.noun for one in feeds),
        watchlists=tuple(one.noun for one in lists),
        channels=tuple(one.noun for one in channels),
        routes=routes,
        terms=MappingProxyType(terms),
        files=tuple(draft.files),
        notes=tuple(draft.faults.warnings),
    )
    return Assembled(settings, draft, tuple(feeds))


def _told_somewhere(general: General, channels: Sequence[Built[ChannelSpec]]) -> General:
    """Let whoever names no channel be told on all of them: silence must be asked for."""
    everywhere = general.channels or tuple(channel.noun.name for channel in channels)
    return replace(general, channels=everywhere, operator=general.operator or everywhere)


def _names(draft: Draft, feeds: list[Built[FeedSpec]], lists: list[Built[Watchlist]]) -> Names:
    """Return every name that is given, be it by something that is wrong otherwise."""
    feed_names = {one.noun.name for one in feeds}
    tags = {tag for one in feeds for tag in one.noun.tags}
    for found in draft.feeds:
        table = found.value if isinstance(found.value, dict) else {}
        if isinstance(name := table.get("name"), str):
            feed_names.add(name.strip())
        if isinstance(own := table.get("tags"), list):
            tags |= {tag.strip() for tag in own if isinstance(tag, str)}
    watches = {watch.id for one in lists for watch in one.noun.watches}
    return Names(
        channels=draft.channels.keys(),
        feeds=feed_names,
        tags=tags,
        watches=watches | {one.noun.name for one in lists},
    )


def _database(draft: Draft, database: Database, base: Path, environ: Mapping[str, str]) -> Database:
    found = draft.sections.get("database", {}).get("url")
    try:
        return Database(url=database_url(database.url, base, environ))
    except ValueError as error:
        message, _, hint = str(error).partition("; ")
        if found is not None:
            draft.faults.add(found, message, hint=hint or None)
    return database
