"""Looks names up in threads of its own, so that a silent name server holds up nothing else."""

from __future__ import annotations

import asyncio
import contextlib
import queue
import socket
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

SocketAddress: TypeAlias = tuple[Any, ...]
"""What ``socket.connect`` takes: an address in figures, a port, and for IPv6 flow and scope."""

Answers: TypeAlias = Sequence[tuple[int, int, int, str, SocketAddress]]
Lookup: TypeAlias = Callable[[bytes, int, int, int], Answers]
"""``socket.getaddrinfo``, or what stands in for it: host, port, family, type."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One address at which a host can be reached."""

    family: int
    address: SocketAddress

    @property
    def figures(self) -> str:
        """Return the address in figures."""
        return str(self.address[0])


@dataclass(frozen=True, slots=True)
class _Question:
    host: bytes
    port: int
    loop: asyncio.AbstractEventLoop
    answer: asyncio.Future[tuple[Endpoint, ...]]


class Resolver:
    """Asks the system for addresses, a few names at a time.

    The threads are daemons and not the event loop's own: neither other work nor the end of the program
    ever waits for a name server.
    """

    def __init__(self, *, threads: int = 8, lookup: Lookup = socket.getaddrinfo) -> None:
        self._lookup = lookup
        self._most = threads
        self._threads = 0
        self._asked: queue.SimpleQueue[_Question | None] = queue.SimpleQueue()

    async def resolve(self, host: bytes, port: int) -> tuple[Endpoint, ...]:
        """Return every address of a host. Raises ``socket.gaierror`` if it has none."""
        loop = asyncio.get_running_loop()
        question = _Question(host, port, loop, loop.create_future())
        self._asked.put(question)
        if self._threads < self._most:
            self._threads += 1
            threading.Thread(target=self._serve, name="wirewatch-dns", daemon=True).start()
        return await question.answer

    def close(self) -> None:
        """Let the threads end when they have nothing to do any more."""
        for _ in range(self._threads):
            self._asked.put(None)
        self._threads = 0

    def _serve(self) -> None:
        while (question := self._asked.get()) is not None:
            if question.answer.cancelled():
                continue
            try:
                found, error = self._ask(question), None
            except (OSError, ValueError, OverflowError) as exc:
                found, error = (), exc
            with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
                question.loop.call_soon_threadsafe(_settle, question.answer, found, error)

    def _ask(self, question: _Question) -> tuple[Endpoint, ...]:
        answers = self._lookup(question.host, question.port, socket.AF_UNSPEC, socket.SOCK_STREAM)
        return tuple(Endpoint(family, address) for family, _, _, _, address in answers)


def _settle(
    answer: asyncio.Future[tuple[Endpoint, ...]],
    found: tuple[Endpoint, ...],
    error: Exception | None,
) -> None:
    if answer.done():
        return
    if error is None:
        answer.set_result(found)
    else:
        answer.set_exception(error)
