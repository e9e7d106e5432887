"""What systemd hears from the daemon, on the sockets it really uses."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from wirewatch.app import sdnotify


class Manager:
    """A service manager that listens."""

    def __init__(self, address: str, bound_to: str) -> None:
        self.environ = {"NOTIFY_SOCKET": address}
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(bound_to)
        self.socket.settimeout(10)

    def heard(self) -> list[str]:
        return self.socket.recv(4096).decode().splitlines()


@pytest.fixture(params=["path", "abstract"])
def manager(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Manager]:
    name = f"{tmp_path}/notify"
    listens = Manager(name, name) if request.param == "path" else Manager(f"@{name}", f"\0{name}")
    yield listens
    listens.socket.close()


def test_a_state_arrives_as_it_was_said(manager: Manager) -> None:
    """Both kinds of address that systemd hands out work."""
    assert sdnotify.notify("READY=1\nSTATUS=12 feeds", environ=manager.environ)

    assert manager.heard() == ["READY=1", "STATUS=12 feeds"]


def test_without_systemd_nothing_is_said_and_nothing_fails(tmp_path: Path) -> None:
    """In a terminal or a container there is no socket, a dead one, or one of a kind we do not speak."""
    assert not sdnotify.notify("READY=1", environ={})
    assert not sdnotify.notify("READY=1", environ={"NOTIFY_SOCKET": ""})
    assert not sdnotify.notify("READY=1", environ={"NOTIFY_SOCKET": str(tmp_path / "gone")})
    assert not sdnotify.notify("READY=1", environ={"NOTIFY_SOCKET": "vsock:2:1234"})
    assert not sdnotify.notify("READY=1", environ={"NOTIFY_SOCKET": "/" + "x" * 500})


def test_each_moment_of_the_service_has_its_word(manager: Manager) -> None:
    """A reload must carry the time, or newer versions of systemd wait for it in vain."""
    before_us = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000

    sdnotify.ready("12 feeds", environ=manager.environ)
    assert manager.heard() == ["READY=1", "STATUS=12 feeds"]
    sdnotify.ready(environ=manager.environ)
    assert manager.heard() == ["READY=1"]
    sdnotify.alive(environ=manager.environ)
    assert manager.heard() == ["WATCHDOG=1"]
    sdnotify.stopping(environ=manager.environ)
    assert manager.heard() == ["STOPPING=1"]
    sdnotify.reloading(environ=manager.environ)
    word, clock = manager.heard()
    assert word == "RELOADING=1"
    assert clock.startswith("MONOTONIC_USEC=")
    assert int(clock.partition("=")[2]) >= before_us


def test_a_status_cannot_say_more_than_a_status(manager: Manager) -> None:
    """The name of a feed may hold a line break, and the next line would be a command to systemd."""
    sdnotify.status("polling A\nREADY=1\nMAINPID=1", environ=manager.environ)

    assert manager.heard() == ["STATUS=polling A READY=1 MAINPID=1"]


@pytest.mark.parametrize(
    ("environ", "seconds"),
    [
        ({}, None),
        ({"WATCHDOG_USEC": "60000000"}, 30.0),
        ({"WATCHDOG_USEC": "60000000", "WATCHDOG_PID": str(os.getpid())}, 30.0),
        ({"WATCHDOG_USEC": "60000000", "WATCHDOG_PID": "1"}, None),
        ({"WATCHDOG_USEC": "0"}, None),
        ({"WATCHDOG_USEC": ""}, None),
        ({"WATCHDOG_USEC": "-5"}, None),
        ({"WATCHDOG_USEC": "soon"}, None),
    ],
)
def test_the_watchdog_is_fed_twice_in_its_time(
    environ: dict[str, str], seconds: float | None
) -> None:
    """One sign of life may be late; a watchdog that waits for another process is not ours to feed."""
    assert sdnotify.watchdog_interval(environ=environ) == seconds
