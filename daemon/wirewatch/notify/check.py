"""Whether a channel is of use: its URL, and, asked for, the server behind it. Nothing is ever sent."""

from __future__ import annotations

import asyncio
import socket
from typing import Any

from wirewatch.core.model.alert import ChannelSpec

REACH_S = 10.0


def check_url(url: str) -> str | None:
    """Return None for a good channel URL, else one line: what is wrong. Secrets are never repeated."""
    from wirewatch.notify.services import BadChannelError, open_service

    try:
        open_service(url)
    except BadChannelError as exc:
        return str(exc)
    return None


async def check_login(channel: ChannelSpec) -> str | None:
    """Log in to a channel's mail server, or reach the host of its web hook; return what went wrong, or None."""
    for url in channel.urls:
        wrong = await asyncio.to_thread(_check, url)
        if wrong:
            return wrong
    return None


def _check(url: str) -> str | None:
    from wirewatch.notify.mail import StoryMail
    from wirewatch.notify.redact import redact
    from wirewatch.notify.services import BadChannelError, open_service

    try:
        service = open_service(url)
    except BadChannelError as exc:
        return str(exc)
    wrong = _log_in(service) if isinstance(service, StoryMail) else _reach(service)
    return redact(wrong, url) if wrong else None


def _log_in(service: Any) -> str | None:
    import smtplib

    from apprise.exception import AppriseException

    from wirewatch.notify.mail import Controller, not_sent

    try:
        with Controller(
            host=service.smtp_host,
            port=service.port,
            secure_mode=service.secure_mode,
            user=service.user,
            password=service.password,
            verify_certificate=service.verify_certificate,
            socket_connect_timeout=service.socket_connect_timeout,
        ) as smtp:
            smtp.knock()
    except (OSError, smtplib.SMTPException, RuntimeError, AppriseException) as exc:
        return not_sent(exc, prefix=f"{service.smtp_host}: ").detail
    return None


def _reach(service: Any) -> str | None:
    """Connect to the host a service names itself; those with a fixed provider cannot be tried without sending."""
    host = getattr(service, "host", None)
    if not host:
        return None
    secure = bool(getattr(service, "secure", False))
    port = getattr(service, "port", None) or (443 if secure else 80)
    try:
        socket.create_connection((host, int(port)), timeout=REACH_S).close()
    except OSError as exc:
        return f"{host}: {exc.strerror or exc}"
    return None
