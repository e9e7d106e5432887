"""How much of a stranger's time, bytes and patience one request may take."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

KIB = 1024
MIB = 1024 * KIB


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchLimits:
    """What bounds a request, whatever the server does."""

    total: timedelta = timedelta(seconds=30)
    """From the first packet to the last, redirects included; waiting for one's turn is not counted."""
    connect: timedelta = timedelta(seconds=10)
    """For each of: looking up the name, connecting, the TLS handshake."""
    wire_bytes: int = 16 * MIB
    """Counted at the socket, over all redirects."""
    body_bytes: int = 64 * MIB
    """Counted after unpacking."""
    header_bytes: int = 100_000
    redirects: int = 5
    per_host: int = 1
    """Requests to one host at the same time."""
    host_gap: timedelta = timedelta(0)
    """Rest between two visits to one host."""
    in_flight: int = 64
    """Requests to all hosts at the same time."""
    large_bytes: int = MIB
    """A body that unpacks to more is large…"""
    large_at_once: int = 2
    """…and so many of them are read at the same time: ten bombs at once must not fill the memory."""


DEFAULT_LIMITS = FetchLimits()


def spell_bytes(count: int) -> str:
    """Write a number of bytes as a person would.

    >>> spell_bytes(16 * MIB), spell_bytes(2 * KIB), spell_bytes(100_000)
    ('16 MiB', '2 KiB', '100000 bytes')
    """
    for unit, name in ((MIB, "MiB"), (KIB, "KiB")):
        if count >= unit and count % unit == 0:
            return f"{count // unit} {name}"
    return f"{count} bytes"


def spell_time(span: timedelta) -> str:
    """Write a duration as a person would.

    >>> spell_time(timedelta(seconds=30)), spell_time(timedelta(minutes=90)), spell_time(timedelta(days=2))
    ('30 s', '90 min', '48 h')
    """
    seconds = span.total_seconds()
    for unit, name in ((3600, "h"), (60, "min")):
        if seconds >= unit and seconds % unit == 0:
            return f"{seconds // unit:.0f} {name}"
    return f"{seconds:.3g} s" if seconds < 1000 else f"{seconds:.0f} s"
