"""The one place where concrete classes are chosen."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy.engine import make_url

from wirewatch import __version__
from wirewatch.app.context import Context
from wirewatch.app.world import World
from wirewatch.fetch.client import HttpFetcher
from wirewatch.fetch.limits import FetchLimits
from wirewatch.notify.apprise_notifier import AppriseNotifier
from wirewatch.parse.limits import ParseLimits
from wirewatch.parse.workers import ParserPool
from wirewatch.ports import Notifier, Store
from wirewatch.settings.places import state_directory
from wirewatch.settings.settings import Settings
from wirewatch.store.open import open_store


def utc_now() -> datetime:
    """Return the time, aware and in UTC."""
    return datetime.now(UTC)


def user_agent(settings: Settings) -> str:
    """Return how we name ourselves to servers, with a contact if the owner gave one."""
    if settings.poll.user_agent:
        return settings.poll.user_agent
    contact = f" (+{settings.general.contact})" if settings.general.contact else ""
    return f"Wirewatch/{__version__}{contact}"


def build_fetcher(settings: Settings) -> HttpFetcher:
    """Return a fetcher with the owner's limits."""
    poll = settings.poll
    return HttpFetcher(
        limits=FetchLimits(
            total=poll.timeout,
            connect=poll.connect_timeout,
            wire_bytes=poll.max_wire,
            body_bytes=poll.max_body,
            redirects=poll.max_redirects,
            per_host=poll.per_host,
            host_gap=poll.host_gap,
            in_flight=poll.in_flight,
        ),
        user_agent=user_agent(settings),
        proxy=poll.proxy or None,
        allow_networks=[str(network) for network in poll.allow_networks],
    )


def build_parser(settings: Settings) -> ParserPool:
    """Return a pool of parse workers; they are started when first needed."""
    return ParserPool(workers=settings.poll.parse_workers, limits=ParseLimits())


def build_notifier(settings: Settings) -> AppriseNotifier:
    """Return a notifier with the owner's time limit."""
    return AppriseNotifier(timeout=settings.delivery.timeout)


def build_store(settings: Settings, *, examine: bool = True) -> Store:
    """Open the database, upgrading it if need be. Raise StoreError where that cannot be done.

    *examine* reads the whole file to see that it is sound: for the daemon, not for a look. Our own state directory is
    made when it is missing; a folder that the owner named is not: it may be misspelt.
    """
    path = lock_path(settings.database.url)
    usual = state_directory(os.environ)
    if path is not None and path.parent == usual:
        with contextlib.suppress(OSError):  # opening says what is wrong, and how to mend it
            usual.mkdir(parents=True, exist_ok=True, mode=0o700)
    return open_store(settings.database.url, examine=examine)


def build_context(
    world: World,
    *,
    store: Store,
    notifier: Notifier | None = None,
    now: Callable[[], datetime] = utc_now,
) -> Context:
    """Return everything the loops need."""
    return Context(
        world=world,
        store=store,
        fetcher=build_fetcher(world.settings),
        parser=build_parser(world.settings),
        notifier=notifier or build_notifier(world.settings),
        now=now,
        started_at=now(),
    )


async def swap_fetcher(context: Context, settings: Settings) -> None:
    """Fetch with other limits from now on; requests under way end with the old ones."""
    old, context.fetcher = context.fetcher, build_fetcher(settings)
    await asyncio.shield(old.aclose())


def lock_path(database_url: str) -> Path | None:
    """Return the file whose lock makes one daemon the only one; None for a database shared over a network."""
    url = make_url(database_url)
    if url.get_backend_name() != "sqlite" or not url.database:
        return None
    return Path(url.database + ".lock")
