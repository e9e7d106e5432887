"""A webhook receiver that keeps what it takes, and fails as receivers do."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import Enum, auto
from types import TracebackType
from typing import Any, Self

from tests.e2e.servers import faults
from tests.e2e.servers.http import HttpServer, Reply, Request
from tests.e2e.servers.ledger import Ledger

LATE_S = 1.5
RETRY_AFTER_S = 1


class HookFault(Enum):
    """What may go wrong with a message."""

    ERROR = auto()
    """500: not taken."""
    RATE_LIMITED = auto()
    """429 with Retry-After: not taken."""
    RESET = auto()
    """The connection is reset after the message was taken: the sender cannot know."""
    LATE = auto()
    """Taken at once, acknowledged late."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """A message that was taken; *at* by the monotonic clock. *acknowledged*: the sender was told 200."""

    at: float
    path: str
    headers: Mapping[str, str]
    body: Any
    acknowledged: bool


class HookServer:
    """Takes JSON by POST at any path. Thread-safe; may be started once."""

    def __init__(
        self,
        *,
        fault: Iterator[HookFault | None] | None = None,
        delay: Iterator[float] | None = None,
    ) -> None:
        self.faults = fault or faults.none()
        self.delays = delay or itertools.repeat(0.0)
        self.taken: Ledger[Post] = Ledger("webhook")
        self.refused: Ledger[HookFault] = Ledger("webhook refused")
        self._http = HttpServer(self._serve, name="hook-server")

    @property
    def port(self) -> int:
        """Return the port it listens on."""
        return self._http.loopback.port

    def url(self, path: str = "/") -> str:
        """Return the address of a path."""
        return self._http.url(path)

    @property
    def apprise_url(self) -> str:
        """Return the Apprise URL that sends here."""
        return f"json://127.0.0.1:{self.port}/alerts"

    def start(self) -> None:
        """Begin to listen."""
        self._http.loopback.start()

    def stop(self) -> None:
        """End everything."""
        self._http.loopback.stop()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        exc: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def heal(self) -> None:
        """Let nothing go wrong from now on."""
        self.faults = faults.none()

    def ledger(self) -> tuple[Post, ...]:
        """Return the messages taken so far."""
        return self.taken.rows()

    def wait_for(
        self, predicate: Callable[[tuple[Post, ...]], bool], timeout: float
    ) -> tuple[Post, ...]:
        """Wait until the messages taken satisfy *predicate*. Raise AssertionError after *timeout* seconds."""
        return self.taken.wait_for(predicate, timeout)

    async def _serve(self, request: Request, reply: Reply) -> None:
        try:
            body = json.loads(request.body)
        except ValueError:
            await reply.whole(400, b"not JSON\n", {"Content-Type": "text/plain"})
            return
        fault = next(self.faults)
        if fault is HookFault.ERROR or fault is HookFault.RATE_LIMITED:
            self.refused.add(fault)
            await self._refuse(fault, reply)
            return
        post = Post(
            at=request.at, path=request.path, headers=request.headers, body=body, acknowledged=False
        )
        number = self.taken.add(post)
        await asyncio.sleep(LATE_S if fault is HookFault.LATE else next(self.delays))
        if fault is HookFault.RESET:
            reply.reset()
            return
        if reply.client_left():
            return
        await reply.whole(200, b"{}", {"Content-Type": "application/json"})
        self.taken.amend(number, replace(post, acknowledged=True))

    async def _refuse(self, fault: HookFault, reply: Reply) -> None:
        if fault is HookFault.RATE_LIMITED:
            await reply.whole(429, b"{}", {"Retry-After": str(RETRY_AFTER_S)})
        else:
            await reply.whole(500, b"{}")
