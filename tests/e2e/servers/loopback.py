"""An asyncio server in a thread of its own, on 127.0.0.1 and, if asked, neighbours of it."""

from __future__ import annotations

import asyncio
import concurrent.futures
import threading
import weakref
from collections.abc import Callable, Coroutine
from typing import Any

START_S = 20.0
STOP_S = 10.0


class Loopback:
    """Listens on loopback at a port the system chooses. All it started ends with it."""

    def __init__(
        self, protocol: Callable[[], asyncio.BaseProtocol], *, name: str, hosts: int = 1
    ) -> None:
        self._protocol = protocol
        self._name = name
        self.hosts = tuple(f"127.0.0.{number}" for number in range(1, hosts + 1))
        self.port = 0
        self._ready: concurrent.futures.Future[int] = concurrent.futures.Future()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self._open: weakref.WeakSet[asyncio.BaseTransport] = weakref.WeakSet()

    def start(self) -> None:
        """Begin to listen."""
        self._thread.start()
        self.port = self._ready.result(START_S)

    def stop(self) -> None:
        """End all connections and the thread. May be called twice."""
        if self._loop is not None and self._stop is not None and self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stop.set)
            self._thread.join(STOP_S)
            assert not self._thread.is_alive(), f"{self._name} does not stop"

    def opened(self, transport: asyncio.BaseTransport) -> None:
        """Remember a connection, so that it is closed at the end. Protocols call this."""
        self._open.add(transport)

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Run *work* on the server's loop until it ends or the server does."""
        assert self._loop is not None, "the server has not started"
        asyncio.run_coroutine_threadsafe(work, self._loop)

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except BaseException as exc:
            if self._ready.done():
                raise
            self._ready.set_exception(exc)

    async def _serve(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        servers = await self._listen(self._loop)
        self._ready.set_result(servers[0].sockets[0].getsockname()[1])
        await self._stop.wait()
        for server in servers:
            server.close()
        await self._end_connections()

    async def _listen(self, loop: asyncio.AbstractEventLoop) -> list[asyncio.Server]:
        """Listen on the same port at every host: another try if a neighbour's is taken."""
        for _ in range(20):
            first = await loop.create_server(self._protocol, self.hosts[0], 0)
            port = first.sockets[0].getsockname()[1]
            servers = [first]
            try:
                for host in self.hosts[1:]:
                    another = await loop.create_server(self._protocol, host, port)
                    servers.append(another)
            except OSError:
                for server in servers:
                    server.close()
                continue
            return servers
        raise OSError("no port is free on all hosts")

    async def _end_connections(self) -> None:
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=STOP_S / 2)
        for transport in list(self._open):
            if isinstance(transport, asyncio.Transport):
                transport.abort()
        for _ in range(3):  # an aborted transport closes its socket in the loop's next turns
            await asyncio.sleep(0)
