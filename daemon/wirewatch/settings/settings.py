"""The settings as the rest of Wirewatch sees them: frozen, complete, free of files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from wirewatch.core.model.alert import ChannelSpec
from wirewatch.core.model.feed import FeedSpec
from wirewatch.core.model.route import Route
from wirewatch.core.model.watch import Watchlist
from wirewatch.errors import Fault
from wirewatch.settings.schema import (
    Alerts,
    ArticleSettings,
    Database,
    DeliverySettings,
    General,
    Log,
    MatchSettings,
    Poll,
    Retention,
)
from wirewatch.settings.schema_http import Http, Websub


def _nothing() -> Mapping[str, str]:
    return MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything the owner asked for."""

    general: General = field(default_factory=General)
    database: Database = field(default_factory=Database)
    poll: Poll = field(default_factory=Poll)
    article: ArticleSettings = field(default_factory=ArticleSettings)
    match: MatchSettings = field(default_factory=MatchSettings)
    alerts: Alerts = field(default_factory=Alerts)
    delivery: DeliverySettings = field(default_factory=DeliverySettings)
    retention: Retention = field(default_factory=Retention)
    log: Log = field(default_factory=Log)
    http: Http = field(default_factory=Http)
    websub: Websub = field(default_factory=Websub)
    feeds: tuple[FeedSpec, ...] = ()
    watchlists: tuple[Watchlist, ...] = ()
    channels: tuple[ChannelSpec, ...] = ()
    routes: tuple[Route, ...] = ()
    terms: Mapping[str, str] = field(default_factory=_nothing)
    """Reusable queries: what ``@name`` stands for."""
    files: tuple[Path, ...] = ()
    """Every file that was read, the main one first."""
    notes: tuple[Fault, ...] = ()
    """What reading found legal but suspicious; `checks.warnings` adds what only the whole shows."""
