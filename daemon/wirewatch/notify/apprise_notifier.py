"""Sending through Apprise: one URL a call, a time limit on each, what the provider said told as it was said."""

from __future__ import annotations

import asyncio
import logging
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any, Final

from wirewatch.core.model.alert import ChannelSpec, DeliveryKey, NotSent, Parcel, Receipt, Sent
from wirewatch.notify.escape import safe_link
from wirewatch.notify.render import Words

_PERMANENT: Final = re.compile(
    r"\berror[ =:]*(400|401|403|404|410|413)\b|\b(?:401|403|404|410)\b.{0,40}(?:Unauthorized|Forbidden|Not Found|Gone)"
)
"""The ways Apprise tells that a provider refused for good: a revoked token, a hook that is gone."""

THREADS: Final = 8
REMEMBERED: Final = 1_000


class AppriseNotifier:
    """Sends messages. Never raises for anything a provider can do."""

    def __init__(
        self, *, timeout: timedelta = timedelta(seconds=30), in_flight: int = THREADS
    ) -> None:
        self._timeout = timeout
        self._threads = ThreadPoolExecutor(in_flight, thread_name_prefix="notify")
        self._parts: dict[DeliveryKey, dict[int, set[str]]] = {}
        """For channels of several addresses: who has a message already, while this process lives."""
        for name in ("apprise", "urllib3", "requests"):
            logging.getLogger(name).setLevel(logging.WARNING)  # DEBUG would print tokens

    async def send(self, channel: ChannelSpec, parcel: Parcel) -> Receipt:
        """Send a message to every address of a channel, and say what came of it."""
        limit = min(channel.timeout_s or 1e9, self._timeout.total_seconds() * 10)
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(limit):
                receipt = await loop.run_in_executor(self._threads, self._send, channel, parcel)
        except TimeoutError:
            return NotSent(detail=f"no answer within {limit:.0f} s")
        if isinstance(receipt, Sent):
            self._parts.pop(parcel.delivery.key, None)
        return receipt

    def close(self) -> None:
        """Take no more messages; what is being sent ends by itself."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _send(self, channel: ChannelSpec, parcel: Parcel) -> Receipt:
        if len(self._parts) > REMEMBERED:
            self._parts.clear()
        done = self._parts.setdefault(parcel.delivery.key, {})
        words = Words(channel.subject, channel.template)
        setbacks = [
            receipt
            for number, url in enumerate(channel.urls)
            if isinstance(
                receipt := self._send_to(url, parcel, done.setdefault(number, set()), words),
                NotSent,
            )
        ]
        if not setbacks:
            return Sent()
        return NotSent(
            detail="; ".join(setback.detail for setback in setbacks),
            permanent=all(setback.permanent for setback in setbacks),
        )

    def _send_to(self, url: str, parcel: Parcel, done: set[str], words: Words) -> Receipt:
        from wirewatch.notify.mail import StoryMail
        from wirewatch.notify.services import BadChannelError, open_service

        if "*" in done:
            return Sent()
        try:
            service = open_service(url)
        except BadChannelError as exc:
            return NotSent(detail=str(exc), permanent=True)
        if isinstance(service, StoryMail):
            return _send_mail(service, url, parcel, done, words)
        receipt = _send_one(service, url, parcel, words)
        if isinstance(receipt, Sent):
            done.add("*")
        return receipt


def _send_mail(service: Any, url: str, parcel: Parcel, done: set[str], words: Words) -> Receipt:
    from wirewatch.notify.mail import Letter
    from wirewatch.notify.redact import redact

    service.letter = Letter(parcel=parcel, words=words, delivered=done)
    service.send()
    receipt: Receipt = service.receipt
    if isinstance(receipt, NotSent):
        return NotSent(detail=redact(receipt.detail, url)[:500], permanent=receipt.permanent)
    return receipt


def _send_one(service: Any, url: str, parcel: Parcel, words: Words) -> Receipt:
    import apprise

    from wirewatch.notify.console import ConsoleService
    from wirewatch.notify.services import (
        HEADERS_CARRY_KEY,
        asset,
        captured,
        dialect_of,
        rendered_for,
        schema_of,
    )

    form = dialect_of(service, url)[1]
    rendered = rendered_for(service, url, parcel.alert.message, words)
    if schema_of(url) in HEADERS_CARRY_KEY:
        service.headers["Idempotency-Key"] = parcel.delivery.key
    if schema_of(url) in ("ntfy", "ntfys") and service.click is None:
        service.click = safe_link(parcel.alert.message.link)  # a tap opens the article
    if isinstance(service, ConsoleService) and words.body is None:
        service.message = parcel.alert.message
    sender = apprise.Apprise(asset=asset())
    sender.add(service)
    with captured() as said:
        result = sender.notify(
            title=rendered.subject,
            body=rendered.body,
            body_format=form,
            notify_type=apprise.NotifyType.INFO,
        )
    return Sent() if result else _refused(said, result, url)


def _refused(said: list[str], result: Any, url: str) -> NotSent:
    from wirewatch.notify.redact import redact

    words = [*said, *(str(entry.message) for entry in result.logs())]
    detail = redact("; ".join(dict.fromkeys(words)) or "the service gave no reason", url)
    return NotSent(detail=detail[:500], permanent=bool(_PERMANENT.search(detail)))
