"""Tells systemd how the service is (the sd_notify protocol); says nothing where systemd does not listen."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Mapping

PATIENCE_S = 1.0
"""How long to wait for a service manager that does not read: a word to it must not stop the daemon."""


def notify(state: str, *, environ: Mapping[str, str] = os.environ) -> bool:
    """Send lines of ``KEY=value``; return whether somebody took them. Never raises."""
    address = environ.get("NOTIFY_SOCKET", "")
    if not address.startswith(("/", "@")):
        return False
    if address.startswith("@"):
        address = "\0" + address[1:]  # the abstract namespace of Linux
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as to_systemd:
            to_systemd.settimeout(PATIENCE_S)
            to_systemd.sendto(state.encode("utf-8", "replace"), address)
    except OSError:
        return False
    return True


def ready(status: str = "", *, environ: Mapping[str, str] = os.environ) -> bool:
    """Say that the start, or a reload, is complete."""
    return notify(f"READY=1\n{_status(status)}", environ=environ)


def reloading(status: str = "", *, environ: Mapping[str, str] = os.environ) -> bool:
    """Say that the configuration is being read again; ``ready`` must follow."""
    # CLOCK_MONOTONIC is what newer versions of systemd compare with their own request.
    now_us = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
    return notify(f"RELOADING=1\nMONOTONIC_USEC={now_us}\n{_status(status)}", environ=environ)


def stopping(status: str = "", *, environ: Mapping[str, str] = os.environ) -> bool:
    """Say that the stop has begun."""
    return notify(f"STOPPING=1\n{_status(status)}", environ=environ)


def status(text: str, *, environ: Mapping[str, str] = os.environ) -> bool:
    """Set the line that ``systemctl status`` shows."""
    return notify(_status(text), environ=environ)


def alive(*, environ: Mapping[str, str] = os.environ) -> bool:
    """Tell the watchdog that the daemon is at work."""
    return notify("WATCHDOG=1", environ=environ)


def watchdog_interval(*, environ: Mapping[str, str] = os.environ) -> float | None:
    """Return how many seconds may pass between two calls of ``alive``, or None when no watchdog waits.

    Half the time the watchdog waits, as systemd advises. A watchdog set for another process is none of ours.
    """
    wanted = environ.get("WATCHDOG_USEC", "")
    if not (wanted.isascii() and wanted.isdecimal()) or int(wanted) == 0:
        return None
    if environ.get("WATCHDOG_PID", str(os.getpid())) != str(os.getpid()):
        return None
    return int(wanted) / 2_000_000


def _status(text: str) -> str:
    """Return the field of the status line; a line break in it would begin another field."""
    return f"STATUS={' '.join(text.split())}" if text else ""
