"""Names and addresses (O-11, O-24, O-25, O-27): only what was checked is connected to; silence hurts nobody."""

from __future__ import annotations

import asyncio
import socket
import threading
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.edges.fetch_server import SOON, a_request, all_on_loopback, fetching, response, serving
from wirewatch.core.model.outcome import Failed, Got, Problem
from wirewatch.fetch.resolver import Answers, Resolver


def found(port: int, *addresses: str) -> Answers:
    """Return these addresses as ``getaddrinfo`` does."""
    return [
        (socket.AF_INET6, socket.SOCK_STREAM, 6, "", (address, port, 0, 0))
        if ":" in address
        else (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))
        for address in addresses
    ]


@pytest.mark.parametrize(
    "addresses",
    [
        ("10.0.0.1",),
        ("127.0.0.1", "10.0.0.1"),
        ("10.0.0.1", "127.0.0.1"),
        ("127.0.0.1", "::ffff:10.0.0.1"),
        ("127.0.0.1", "fe80::1%1"),
        ("127.0.0.1",) * 9 + ("169.254.169.254",),
    ],
)
async def test_one_address_that_may_not_be_asked_refuses_them_all(
    addresses: tuple[str, ...],
) -> None:
    """O-25: a name with one good and one inner address is how a guard is tested by an attacker."""
    async with (
        serving(response()) as server,
        fetching(lookup=lambda _host, port, *_: found(port, *addresses)) as fetcher,
    ):
        outcome = await fetcher.fetch(a_request(server.url(host="feeds.test")))

    assert isinstance(outcome, Failed)
    assert outcome.problem is Problem.FORBIDDEN_ADDRESS
    assert server.connections == 0


async def test_the_address_that_was_checked_is_the_one_that_is_asked() -> None:
    """O-11: a name server that answers differently the second time must not get a second time."""
    asked: list[bytes] = []

    def rebinding(host: bytes, port: int, family: int, kind: int) -> Answers:
        asked.append(host)
        return found(port, "127.0.0.1" if len(asked) == 1 else "10.0.0.1")

    async with serving(response()) as server, fetching(lookup=rebinding) as fetcher:
        outcome = await fetcher.fetch(a_request(server.url(host="feeds.test")))

    assert isinstance(outcome, Got)
    assert asked == [b"feeds.test"]
    assert server.asked[0].headers["host"] == f"feeds.test:{server.port}"


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "2130706433", "0x7f.1", "127.1", "[::ffff:127.0.0.1]"]
)
@pytest.mark.parametrize("allowed", [True, False])
async def test_every_spelling_of_an_address_is_judged_by_what_it_means(
    host: str, allowed: bool
) -> None:
    """O-24: the system's own resolver reads them, and its answer is checked like any other."""
    networks = ["127.0.0.0/8"] if allowed else []
    async with serving(response()) as server, fetching(allow_networks=networks) as fetcher:
        outcome = await fetcher.fetch(a_request(server.url(host=host)))

    assert isinstance(outcome, Got if allowed else Failed)
    assert server.connections == allowed


async def test_a_second_address_is_tried_when_the_first_does_not_answer() -> None:
    """A host with a dead IPv6 address is still a host."""
    async with serving(response()) as server:
        lookup = lambda _host, port, *_: found(port, "::1", "127.0.0.9", "127.0.0.1")  # noqa: E731
        async with fetching(lookup=lookup, allow_networks=["127.0.0.0/8", "::1"]) as fetcher:
            outcome = await fetcher.fetch(a_request(server.url(host="feeds.test")))

    assert isinstance(outcome, Got)


@pytest.mark.parametrize(
    ("error", "detail"),
    [
        (socket.gaierror(socket.EAI_NONAME, "x"), "no host is called feeds.test"),
        (
            socket.gaierror(socket.EAI_AGAIN, "x"),
            "the name servers could not be asked for feeds.test",
        ),
        (OSError(5, "x"), "feeds.test cannot be looked up"),
        (UnicodeError("x"), "feeds.test cannot be looked up"),
    ],
)
async def test_a_name_that_cannot_be_resolved_is_named(error: Exception, detail: str) -> None:
    """The owner must see whether the name is wrong or the network is down."""

    def failing(host: bytes, port: int, family: int, kind: int) -> Answers:
        raise error

    async with fetching(lookup=failing) as fetcher:
        outcome = await fetcher.fetch(a_request("http://feeds.test/"))

    assert isinstance(outcome, Failed)
    assert (outcome.problem, outcome.detail) == (Problem.DNS, detail)


async def test_a_name_without_an_address_is_a_failure() -> None:
    """Resolvers may answer with nothing at all."""
    async with fetching(lookup=lambda *_: []) as fetcher:
        outcome = await fetcher.fetch(a_request("http://feeds.test/"))

    assert isinstance(outcome, Failed)
    assert outcome.detail == "feeds.test has no address"


async def test_silent_name_servers_hold_up_nobody_else() -> None:
    """O-27: eight names that hang fill the resolver's threads, never the daemon's others, nor its end."""
    limits = replace(SOON, connect=timedelta(milliseconds=80))
    woken = threading.Event()

    def hanging(host: bytes, port: int, family: int, kind: int) -> Answers:
        woken.wait(60)
        return found(port, "127.0.0.1")

    async with serving(response()) as server, fetching(limits, lookup=hanging) as fetcher:
        urls = [f"http://host{n}.test/" for n in range(12)]
        outcomes = await asyncio.gather(*(fetcher.fetch(a_request(url)) for url in urls))
        elsewhere = await asyncio.to_thread(lambda: "alive")
        by_figures = await fetcher.fetch(a_request(server.url()))
    woken.set()

    for outcome in outcomes:
        assert isinstance(outcome, Failed)
        assert outcome.problem is Problem.DNS
        assert "did not answer" in outcome.detail
    assert elsewhere == "alive"
    assert isinstance(by_figures, Got)


async def test_questions_nobody_waits_for_are_not_asked() -> None:
    """O-27: after an hour without name servers there must be no backlog of a thousand names."""
    asked: list[bytes] = []
    first, woken = asyncio.Event(), threading.Event()
    loop = asyncio.get_running_loop()

    def hanging(host: bytes, port: int, family: int, kind: int) -> Answers:
        asked.append(host)
        loop.call_soon_threadsafe(first.set)
        woken.wait(60)
        return found(port, "127.0.0.1")

    resolver = Resolver(threads=1, lookup=hanging)
    waiting = [asyncio.create_task(resolver.resolve(b"a%d" % n, 80)) for n in range(5)]
    await first.wait()
    for task in waiting[1:4]:
        task.cancel()
    await asyncio.sleep(0)
    woken.set()
    await asyncio.gather(waiting[0], waiting[4])
    resolver.close()

    assert asked == [b"a0", b"a4"]


async def test_the_threads_of_a_closed_resolver_end() -> None:
    """A daemon that reloads its settings must not gather threads."""
    resolver = Resolver(threads=3, lookup=all_on_loopback)
    await asyncio.gather(*(resolver.resolve(b"a", 80) for _ in range(9)))
    mine = [thread for thread in threading.enumerate() if thread.name == "wirewatch-dns"]

    resolver.close()
    for thread in mine:
        await asyncio.to_thread(thread.join, 10)

    assert len(mine) >= 3
    assert not any(thread.is_alive() for thread in mine)
