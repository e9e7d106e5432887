"""What a request costs the client, in microseconds of processor time: httpx as it comes, and ours.

    python benchmarks/fetch.py [--requests 400] [--rounds 3]

The server is a process of its own on loopback, so its work is not counted. Rounds are interleaved and
the median of each cell is shown; compare the columns with each other, not with another machine.
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import multiprocessing
import random
import ssl
import statistics
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from datetime import timedelta
from multiprocessing.connection import Connection
from pathlib import Path

import httpx

from wirewatch.core.model.outcome import Got, Request, Unchanged
from wirewatch.fetch.client import HttpFetcher
from wirewatch.fetch.limits import FetchLimits

WORKERS = 25
CHANCE = random.Random(7)
WORDS = [
    f"{CHANCE.choice('news of the day told anew'.split())}{CHANCE.randrange(999)}"
    for _ in range(9000)
]
FEED = f"<rss>{' '.join(WORDS)}</rss>".encode()
PACKED = gzip.compress(FEED)
COMMON = (
    b"Date: Tue, 24 Nov 2026 12:00:00 GMT\r\nServer: nginx\r\nCache-Control: max-age=300\r\n"
    b'ETag: "abc"\r\nLast-Modified: Tue, 24 Nov 2026 12:00:00 GMT\r\nVary: Accept-Encoding\r\n'
)
ANSWERS = {
    b"/304": b"HTTP/1.1 304 Not Modified\r\n" + COMMON + b"\r\n",
    b"/200": b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nContent-Encoding: gzip\r\n"
    + COMMON
    + b"Content-Length: %d\r\n\r\n" % len(PACKED)
    + PACKED,
}
CONDITIONS = {"If-None-Match": '"abc"', "If-Modified-Since": "Tue, 24 Nov 2026 12:00:00 GMT"}

Fetch = Callable[[str], Awaitable[None]]


class Server(asyncio.Protocol):
    """Answers every request at once; keeps the connection unless asked not to."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember where to answer."""
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer; a request of a benchmark always comes in one piece."""
        self.transport.write(ANSWERS[data.split(b" ", 2)[1]])
        if b"connection: close" in data.lower():
            self.transport.close()


def serve(ports: Connection, certificate: str) -> None:
    async def run() -> None:
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(certificate)
        loop = asyncio.get_running_loop()
        servers = [
            await loop.create_server(Server, "127.0.0.1", 0, ssl=context, backlog=512)
            for context in (None, tls)
        ]
        ports.send([server.sockets[0].getsockname()[1] for server in servers])
        await asyncio.Event().wait()

    asyncio.run(run())


def make_certificate(folder: Path) -> Path:
    path = folder / "server.pem"
    curve = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1".split()
    names = "-subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1".split()
    files = ["-keyout", str(path), "-out", str(path.with_suffix(".crt"))]
    command = ["openssl", "req", "-x509", *curve, *names, *files]
    subprocess.run(command, check=True, capture_output=True)
    path.write_bytes(path.read_bytes() + path.with_suffix(".crt").read_bytes())
    return path


@asynccontextmanager
async def ours(certificate: Path) -> AsyncIterator[Fetch]:
    limits = FetchLimits(per_host=WORKERS, total=timedelta(minutes=5))
    fetcher = HttpFetcher(
        limits=limits, user_agent="bench", allow_networks=["127.0.0.0/8"], ca_file=certificate
    )

    async def fetch(url: str) -> None:
        etag, modified = CONDITIONS.values()
        request = Request(url=url, accept="*/*", etag=etag, last_modified=modified)
        outcome = await fetcher.fetch(request)
        assert isinstance(outcome, Got | Unchanged), outcome

    try:
        yield fetch
    finally:
        await fetcher.aclose()


@asynccontextmanager
async def httpx_client(certificate: Path, *, keep: bool) -> AsyncIterator[Fetch]:
    context = ssl.create_default_context(cafile=certificate)
    limits = httpx.Limits(max_connections=WORKERS, max_keepalive_connections=None if keep else 0)
    async with httpx.AsyncClient(
        verify=context, trust_env=False, limits=limits, timeout=300
    ) as client:

        async def fetch(url: str) -> None:
            response = await client.get(url, headers=CONDITIONS)
            assert response.status_code in (200, 304)

        yield fetch


async def cost(
    make: Callable[[], AbstractAsyncContextManager[Fetch]], url: str, *, requests: int, shared: bool
) -> float:
    """Return microseconds of processor time a request, over all workers."""
    clients = 1 if shared else WORKERS
    async with AsyncExitStack() as stack:
        fetches = [await stack.enter_async_context(make()) for _ in range(clients)]
        await asyncio.gather(*(fetch(url) for fetch in fetches))  # the first one makes things ready
        began = time.process_time()
        work = iter(range(requests))

        async def worker(fetch: Fetch) -> None:
            for _ in work:
                await fetch(url)

        await asyncio.gather(*(worker(fetches[n % clients]) for n in range(WORKERS)))
        return (time.process_time() - began) / requests * 1e6


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=400)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        certificate = make_certificate(Path(folder))
        mine, theirs = multiprocessing.Pipe()
        server = multiprocessing.get_context("spawn").Process(
            target=serve, args=(theirs, str(certificate)), daemon=True
        )
        server.start()
        plain, tls = mine.recv()
        try:
            compare(certificate, plain, tls, options.requests, options.rounds)
        finally:
            server.terminate()
            server.join()


def compare(certificate: Path, plain: int, tls: int, requests: int, rounds: int) -> None:
    ways: dict[str, tuple[Callable[[], AbstractAsyncContextManager[Fetch]], bool]] = {
        "httpx, one client, keep-alive": (lambda: httpx_client(certificate, keep=True), True),
        "httpx, one client, new connections": (lambda: httpx_client(certificate, keep=False), True),
        "httpx, a client per worker, new": (lambda: httpx_client(certificate, keep=False), False),
        "Wirewatch, new connections": (lambda: ours(certificate), True),
    }
    cells = {
        "304": f"http://127.0.0.1:{plain}/304",
        f"200 ({len(PACKED) // 1000} kB gzip)": f"http://127.0.0.1:{plain}/200",
        "304 TLS": f"https://127.0.0.1:{tls}/304",
        "200 TLS": f"https://127.0.0.1:{tls}/200",
    }
    found: dict[tuple[str, str], list[float]] = {}
    for _ in range(rounds):
        for cell, url in cells.items():
            for way, (make, shared) in ways.items():
                spent = asyncio.run(cost(make, url, requests=requests, shared=shared))
                found.setdefault((way, cell), []).append(spent)
    print(f"{'µs of CPU a request':36}" + "".join(f"{cell:>20}" for cell in cells))
    for way in ways:
        row = (statistics.median(found[way, cell]) for cell in cells)
        print(f"{way:36}" + "".join(f"{spent:20.0f}" for spent in row))


if __name__ == "__main__":
    main()
