"""Whom we believe to be who they say: one TLS context for everybody, and one for each who wants another."""

from __future__ import annotations

import asyncio
import hashlib
import ssl
from dataclasses import replace
from pathlib import Path

import httpx

from wirewatch.core.model.access import PUBLIC, Access
from wirewatch.core.model.outcome import Problem
from wirewatch.fetch.problems import Setback

_MOST = 1_000
"""So many contexts are kept; a configuration with more ways than that makes some of them again."""


class Trust:
    """Holds the TLS contexts: made on first use and off the event loop, for each reads some 150 certificates."""

    def __init__(self, ca_file: Path | None = None) -> None:
        self._ca_file = ca_file
        self._lock = asyncio.Lock()
        self._contexts: dict[Access, ssl.SSLContext] = {}
        if ca_file is not None:
            _require_certificates(ca_file)

    async def context(self, access: Access = PUBLIC) -> ssl.SSLContext:
        """Return the context that all connections of one kind share. Setback for files that are of no use."""
        kind = replace(access, proxy=None)
        if kind not in self._contexts:
            async with self._lock:
                if kind not in self._contexts:
                    made = await asyncio.to_thread(_make_context, self._ca_file, kind)
                    if len(self._contexts) >= _MOST:
                        self._contexts.clear()
                    self._contexts[kind] = made
        return self._contexts[kind]


def check_pin(access: Access, certificate: bytes | None) -> None:
    """Refuse a certificate that is not the one the owner named. Setback tells which it was: it is no secret."""
    if access.tls_pin is None:
        return
    shown = hashlib.sha256(certificate or b"").hexdigest()
    if shown != access.tls_pin:
        raise Setback(Problem.TLS, f"the certificate is not that of tls_pin, but {shown}")


def blind_context() -> ssl.SSLContext:
    """Return a context that believes anybody: to look at a certificate, never to send anything."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _make_context(ca_file: Path | None, access: Access) -> ssl.SSLContext:
    if access.tls_insecure or access.tls_pin is not None:
        context = blind_context()
    else:
        context = httpx.create_ssl_context(trust_env=False)
        if ca_file is not None:
            context.load_verify_locations(cafile=ca_file)
    context.set_alpn_protocols(["http/1.1"])
    context.minimum_version = (
        ssl.TLSVersion.TLSv1_3 if access.tls_minimum == "1.3" else ssl.TLSVersion.TLSv1_2
    )
    if access.ca_file is not None:
        try:
            context.load_verify_locations(cafile=access.ca_file)
        except (OSError, ssl.SSLError) as exc:
            raise Setback(Problem.TLS, "ca_file holds no certificates that can be read") from exc
    if access.client_cert is not None:
        _show(context, access, access.client_cert)
    return context


def _show(context: ssl.SSLContext, access: Access, certificate: str) -> None:
    # Without a password given OpenSSL would ask for it on the terminal, of a daemon.
    password = access.client_key_password or ""
    try:
        context.load_cert_chain(certificate, access.client_key, password=lambda: password)
    except (OSError, ssl.SSLError, ValueError) as exc:
        words = "client_cert and client_key do not fit each other, or cannot be read"
        raise Setback(Problem.TLS, words) from exc


def _require_certificates(path: Path) -> None:
    """Find out at the start, not at the first poll, that a file is of no use."""
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cafile=path)
    except (OSError, ssl.SSLError) as exc:
        raise ValueError(f"{path} holds no certificates that can be read") from exc
