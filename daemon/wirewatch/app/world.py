"""Everything the configuration decides, compiled: made anew on reload and swapped whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from wirewatch.core.cadence import CadenceRules
from wirewatch.core.model.alert import ChannelSpec
from wirewatch.core.model.policy import WatchPolicy
from wirewatch.core.model.watch import Watchlist, WatchSpec
from wirewatch.core.plan.article import ArticleRules
from wirewatch.core.plan.deliver import RetryRules
from wirewatch.core.plan.escalate import Chain
from wirewatch.core.plan.wanted import Progress, Wanted
from wirewatch.core.policy.verdict import AlertRules
from wirewatch.settings.schema import CadenceKind
from wirewatch.settings.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """The settings in the form the loops ask for. Frozen: a reload makes another one."""

    settings: Settings
    wanted: Wanted
    channels: Mapping[str, ChannelSpec]
    cadence: CadenceRules
    articles: ArticleRules
    alerts: AlertRules
    retry: RetryRules
    watch_policies: Mapping[str, WatchPolicy]
    chains: Mapping[str, Chain]

    @classmethod
    def of(cls, settings: Settings, *, progress: Progress | None = None) -> World:
        """Compile the settings. Raise QueryError for a malformed query. Slow for many watches: *progress* is told."""
        return cls(
            settings=settings,
            wanted=Wanted.of(
                settings.watchlists,
                terms=settings.terms,
                snippets=settings.alerts.snippets,
                routes=settings.routes,
                progress=progress,
            ),
            channels={channel.name: channel for channel in settings.channels},
            cadence=CadenceRules(
                every=settings.poll.every,
                min_every=settings.poll.min_every,
                max_every=settings.poll.max_every,
                learnt=settings.poll.cadence is CadenceKind.LEARNT,
            ),
            articles=ArticleRules(
                deadline=settings.article.deadline,
                attempts=settings.article.attempts,
                retry_after=settings.article.retry_after,
            ),
            alerts=AlertRules(
                settle=settings.alerts.settle,
                settle_max=settings.alerts.settle_max,
                story_window=settings.alerts.story_window,
                snippets=settings.alerts.snippets,
                timezone=settings.general.timezone,
            ),
            retry=RetryRules(
                give_up_after=settings.delivery.give_up_after,
                max_retry=settings.delivery.max_retry,
                operator=settings.general.operator,
            ),
            watch_policies={
                watch.id: watch.policy
                for watchlist in settings.watchlists
                for watch in watchlist.watches
            },
            chains={
                watchlist.name: Chain(channels=watchlist.escalate, after=watchlist.escalate_after)
                for watchlist in settings.watchlists
                if watchlist.escalate
            },
        )


def only(world: World, keep: frozenset[str]) -> Wanted:
    """Return just the watches with these ids, compiled."""
    lists: list[Watchlist] = []
    for watchlist in world.settings.watchlists:
        chosen: tuple[WatchSpec, ...] = tuple(w for w in watchlist.watches if w.id in keep)
        if chosen:
            lists.append(replace(watchlist, watches=chosen))
    return Wanted.of(
        lists,
        terms=world.settings.terms,
        snippets=world.alerts.snippets,
        routes=world.settings.routes,
    )
