"""Whom we believe to be who they say: one TLS context for everybody, made once."""

from __future__ import annotations

import asyncio
import ssl
from pathlib import Path

import httpx


class Trust:
    """Holds the TLS context: made on first use and off the event loop, for it reads some 150 certificates."""

    def __init__(self, ca_file: Path | None = None) -> None:
        self._ca_file = ca_file
        self._lock = asyncio.Lock()
        self._context: ssl.SSLContext | None = None
        if ca_file is not None:
            _require_certificates(ca_file)

    async def context(self) -> ssl.SSLContext:
        """Return the context all connections share."""
        if self._context is None:
            async with self._lock:
                if self._context is None:
                    self._context = await asyncio.to_thread(_make_context, self._ca_file)
        return self._context


def blind_context() -> ssl.SSLContext:
    """Return a context that believes anybody: to look at a certificate, never to send anything."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _make_context(ca_file: Path | None) -> ssl.SSLContext:
    context = httpx.create_ssl_context(trust_env=False)
    context.set_alpn_protocols(["http/1.1"])
    if ca_file is not None:
        context.load_verify_locations(cafile=ca_file)
    return context


def _require_certificates(path: Path) -> None:
    """Find out at the start, not at the first poll, that a file is of no use."""
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cafile=path)
    except (OSError, ssl.SSLError) as exc:
        raise ValueError(f"{path} holds no certificates that can be read") from exc
