"""Instant: tell a story within seconds, once its copies and other watches had a moment to be found."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from wirewatch.core.model.article import ArticleStatus
from wirewatch.core.model.hit import Why
from wirewatch.core.model.plan import WaitingHit
from wirewatch.core.policy.verdict import AlertRules, Verdict


def instant(
    waiting: Sequence[WaitingHit], rules: AlertRules, started_at: datetime, now: datetime
) -> Verdict:
    """Tell when the first hit has settled and no page behind the story is about to be read.

    A hit found before a crash settles again from the start of the daemon: the copies that the crash kept us from
    reading are read first, so that the alert after it is the alert without it.
    """
    first = max(min(waiter.hit.found_at for waiter in waiting), started_at)
    if now < first + rules.settle:
        return Verdict(why=Why.SETTLING, tell=False, look_again_at=first + rules.settle)
    patience = first + max(rules.settle_max, rules.settle)
    if now < patience and any(_is_reading(waiter) for waiter in waiting):
        return Verdict(why=Why.READING_ARTICLE, tell=False, look_again_at=now + rules.settle / 5)
    return Verdict(why=Why.FIRST_OF_STORY, tell=True)


def _is_reading(waiter: WaitingHit) -> bool:
    article = waiter.article
    if article is None or article.status is not ArticleStatus.PENDING:
        return False
    return article.attempts == 0
