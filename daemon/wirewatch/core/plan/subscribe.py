"""What is agreed with hubs: when to ask them, what to believe of what comes back."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from wirewatch.core.identity import number
from wirewatch.core.model.outcome import Failed, Fetched
from wirewatch.core.model.plan import Hub
from wirewatch.core.model.push import Subscription, SubscriptionState

ANSWER: Final = timedelta(minutes=5)
"""How long a hub has to confirm; doubled with each time it did not."""

LONGEST_WAIT: Final = timedelta(hours=12)
REFUSED: Final = timedelta(days=1)
"""How long a hub that refused is left alone."""

LONGEST_LEASE: Final = timedelta(days=60)
RENEW_AT: Final = 0.75
"""After this share of the lease it is renewed, so that a hub may be down for the rest without harm."""

METHODS: Final = frozenset({"sha1", "sha256", "sha384", "sha512"})
_TRIED_AGAIN: Final = frozenset({408, 425, 429})
_FIGURES: Final = 12
"""A lease with more figures is nonsense."""


def plan_asking(
    hub: Hub,
    before: Subscription | None,
    *,
    callbacks: str,
    token: str,
    secret: str,
    now: datetime,
) -> Subscription:
    """Return the subscription as it is while the hub is asked: to be stored before it is.

    *callbacks* is under what address pushes arrive. A renewal keeps its *token* and *secret*; where the hub, the topic
    or our address changed it is another subscription, and the old callback is nobody's any more.
    """
    if (
        before is not None
        and (before.hub, before.topic) == (hub.url, hub.topic)
        and before.callback == f"{callbacks}/{before.token}"
    ):
        alive = before.state is SubscriptionState.ACTIVE and is_leased(before, now=now)
        tries = before.tries + 1
        return replace(
            before,
            state=SubscriptionState.ACTIVE if alive else SubscriptionState.ASKED,
            asked_at=now,
            tries=tries,
            due_at=now + min(ANSWER * 2 ** min(tries - 1, 10), LONGEST_WAIT),
        )
    return Subscription(
        feed_id=hub.feed_id,
        hub=hub.url,
        topic=hub.topic,
        callback=f"{callbacks}/{token}",
        token=token,
        secret=secret,
        state=SubscriptionState.ASKED,
        asked_at=now,
        due_at=now + ANSWER,
        tries=1,
    )


def form_of(subscription: Subscription, *, lease: timedelta) -> tuple[tuple[str, str], ...]:
    """Return what the hub is sent."""
    return (
        ("hub.mode", "subscribe"),
        ("hub.topic", subscription.topic),
        ("hub.callback", subscription.callback),
        ("hub.lease_seconds", str(int(lease.total_seconds()))),
        ("hub.secret", subscription.secret),
    )


def after_answer(subscription: Subscription, fetched: Fetched, *, now: datetime) -> Subscription:
    """Return the subscription after the hub answered the request; whether it agrees it says by asking back."""
    if not isinstance(fetched, Failed) or subscription.asked_at is None:
        return subscription
    status = fetched.status or 0
    if 400 <= status < 500 and status not in _TRIED_AGAIN:
        return _refused(subscription, f"the hub refused: {fetched.detail}", now=now)
    return replace(subscription, detail=f"the hub: {fetched.detail}")


def is_leased(subscription: Subscription, *, now: datetime) -> bool:
    """Say whether the hub has promised to push at this time."""
    until = subscription.lease_until
    return subscription.state is SubscriptionState.ACTIVE and until is not None and now < until


def confirmed(
    subscription: Subscription, query: Mapping[str, str], *, now: datetime
) -> Subscription | None:
    """Return the subscription once the hub asked whether we meant it; None where we did not ask for that.

    Nobody ever asks to unsubscribe here: who claims so is not us.
    """
    if query.get("hub.mode") != "subscribe" or subscription.asked_at is None:
        return None
    if query.get("hub.topic") != subscription.topic or not query.get("hub.challenge"):
        return None
    lease = _lease(query.get("hub.lease_seconds", ""))
    if lease is None:
        return None
    # Those of a thousand feeds subscribed in one minute are not renewed in one minute.
    share = RENEW_AT - (number("renew", subscription.feed_id) % 1000) / 1000 * 0.2
    return replace(
        subscription,
        state=SubscriptionState.ACTIVE,
        asked_at=None,
        tries=0,
        lease_until=now + lease,
        due_at=now + lease * share,
        detail=None,
    )


def denied(
    subscription: Subscription, query: Mapping[str, str], *, now: datetime
) -> Subscription | None:
    """Return the subscription once the hub said that it will not push (any more); None for another's."""
    if query.get("hub.mode") != "denied" or query.get("hub.topic") != subscription.topic:
        return None
    reason = " ".join(query.get("hub.reason", "").split())[:200]
    words = f"the hub refused: {reason}" if reason else "the hub refused"
    return replace(_refused(subscription, words, now=now), state=SubscriptionState.DENIED)


def is_signed(body: bytes, header: str, secret: str) -> bool:
    """Say whether a push was signed with our secret: ``sha256=…`` (or sha1, sha384, sha512)."""
    method, _, given = header.partition("=")
    if method.lower() not in METHODS:
        return False
    true = hmac.new(secret.encode(), body, method.lower()).hexdigest()
    return hmac.compare_digest(true.encode(), given.strip().lower().encode("utf-8", "replace"))


def _refused(subscription: Subscription, detail: str, *, now: datetime) -> Subscription:
    alive = is_leased(subscription, now=now)
    return replace(
        subscription,
        state=SubscriptionState.ACTIVE if alive else SubscriptionState.DENIED,
        asked_at=None,
        due_at=now + REFUSED,
        detail=detail,
    )


def _lease(figures: str) -> timedelta | None:
    if not (figures.isascii() and figures.isdigit() and len(figures) <= _FIGURES):
        return None
    seconds = min(int(figures), int(LONGEST_LEASE.total_seconds()))
    return timedelta(seconds=seconds) if seconds else None
