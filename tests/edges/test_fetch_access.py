"""Feeds that are not simply public: proxies, client certificates, authorities and pins of their own."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import ssl
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.edges.fetch_certificates import Certificates, make_certificates
from tests.edges.fetch_server import a_request, all_on_loopback, fetching, response, serving
from wirewatch.core.model.access import Access
from wirewatch.core.model.outcome import Failed, Got, Problem

FEED = b"<rss>news</rss>"


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return make_certificates(tmp_path_factory.mktemp("certificates"))


@dataclass
class Tunnels:
    """A proxy that runs: it connects every CONNECT to one port of loopback."""

    port: int
    heads: list[str] = field(default_factory=list)


@asynccontextmanager
async def tunnelling(to: int, answer: str = "200 Connection established") -> AsyncIterator[Tunnels]:
    """Run a proxy that answers CONNECT so, and then hands bytes on."""
    proxy: Tunnels
    tasks: set[asyncio.Task[None]] = set()

    async def pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            while found := await reader.read(65536):
                writer.write(found)
                await writer.drain()
            writer.write_eof()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        ends = [writer]
        try:
            proxy.heads.append((await reader.readuntil(b"\r\n\r\n")).decode())
            writer.write(f"HTTP/1.1 {answer}\r\n\r\n".encode())
            await writer.drain()
            if answer.startswith("2"):
                far_reader, far_writer = await asyncio.open_connection("127.0.0.1", to)
                ends.append(far_writer)
                await asyncio.gather(pass_on(reader, far_writer), pass_on(far_reader, writer))
        finally:
            for end in ends:
                end.close()
                with contextlib.suppress(ConnectionError):
                    await end.wait_closed()

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        tasks.add(asyncio.create_task(talk(reader, writer)))

    listener = await asyncio.start_server(accept, "127.0.0.1", 0)
    proxy = Tunnels(listener.sockets[0].getsockname()[1])
    try:
        yield proxy
    finally:
        listener.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def test_a_secure_feed_comes_through_a_tunnel_that_sees_no_secret_of_it(
    certificates: Certificates,
) -> None:
    """The proxy is told the host and its own password; the feed's password is for the feed."""
    async with (
        serving(response(FEED), tls=certificates.server_context("good")) as server,
        tunnelling(server.port) as proxy,
        fetching(lookup=all_on_loopback) as fetcher,
    ):
        access = Access(
            proxy=f"http://me:pw@127.0.0.1:{proxy.port}", ca_file=str(certificates.authority)
        )
        asked = a_request(
            server.url(host="feeds.test"), headers=(("Authorization", "Bearer t"),), access=access
        )
        outcome = await fetcher.fetch(asked)

    assert isinstance(outcome, Got), outcome
    assert outcome.body == FEED
    (head,) = proxy.heads
    assert head.startswith(f"CONNECT feeds.test:{server.port} HTTP/1.1\r\n")
    assert "proxy-authorization: basic bwu6chc=" in head.lower()
    assert "Bearer" not in head
    assert "proxy-authorization" not in server.asked[0].headers


async def test_a_plain_feed_is_asked_of_the_proxy_by_its_whole_address() -> None:
    """So proxies have it for http: many refuse a tunnel to port 80."""
    async with serving(response(FEED)) as proxy, fetching(lookup=all_on_loopback) as fetcher:
        access = Access(proxy=f"http://me:pw@127.0.0.1:{proxy.port}")
        outcome = await fetcher.fetch(a_request("http://feeds.test/a?b=1", access=access))

    assert isinstance(outcome, Got), outcome
    assert proxy.asked[0].target == "http://feeds.test/a?b=1"
    assert proxy.asked[0].headers["host"] == "feeds.test"
    assert proxy.asked[0].headers["proxy-authorization"] == "Basic bWU6cHc="


@pytest.mark.parametrize("url", ["http://127.0.0.1/", "https://127.0.0.1/", "http://feeds.test/"])
async def test_a_private_address_is_refused_through_a_proxy_too(url: str) -> None:
    """A proxy inside the network would otherwise open it to every publisher's redirects."""
    async with (
        serving(response(FEED)) as proxy,
        fetching(lookup=all_on_loopback, allow_networks=()) as fetcher,
    ):
        access = Access(proxy=f"http://127.0.0.1:{proxy.port}")
        outcome = await fetcher.fetch(a_request(url, access=access))

    assert isinstance(outcome, Failed)
    assert outcome.problem is Problem.FORBIDDEN_ADDRESS
    assert proxy.connections == 0


async def test_a_name_that_only_the_proxy_knows_is_asked_for() -> None:
    """Networks that go out by a proxy alone often have no name server for the rest of the world."""

    def nobody(host: bytes, port: int, family: int, kind: int) -> list[object]:
        raise OSError("no name server")

    async with serving(response(FEED)) as proxy, fetching(lookup=nobody) as fetcher:
        access = Access(proxy=f"http://127.0.0.1:{proxy.port}")
        outcome = await fetcher.fetch(a_request("http://feeds.test/", access=access))

    assert isinstance(outcome, Got), outcome


@pytest.mark.parametrize(
    ("answer", "problem", "said"),
    [
        ("407 Who are you", Problem.UNAUTHORIZED, "the proxy wants a user and password"),
        ("502 Bad", Problem.CONNECT, "the proxy did not connect us: HTTP 502"),
    ],
)
async def test_a_proxy_that_refuses_is_named_as_the_one_to_blame(
    certificates: Certificates, answer: str, problem: Problem, said: str
) -> None:
    """The publisher can do nothing about it."""
    async with tunnelling(1, answer) as proxy, fetching(lookup=all_on_loopback) as fetcher:
        access = Access(proxy=f"http://me:hush@127.0.0.1:{proxy.port}")
        outcome = await fetcher.fetch(a_request("https://feeds.test/", access=access))

    assert isinstance(outcome, Failed)
    assert outcome.problem is problem
    assert said in outcome.detail
    assert "hush" not in outcome.detail


async def failed_or_got(certificates: Certificates, name: str, access: Access) -> Failed | Got:
    async with (
        serving(response(FEED), tls=certificates.server_context(name)) as server,
        fetching(lookup=all_on_loopback) as fetcher,
    ):
        outcome = await fetcher.fetch(a_request(server.url(host="feeds.test"), access=access))
    assert isinstance(outcome, Failed | Got)
    return outcome


def fingerprint(certificates: Certificates, name: str) -> str:
    text = (certificates.folder / f"{name}.pem").read_text()
    return hashlib.sha256(ssl.PEM_cert_to_DER_cert(text)).hexdigest()


async def test_a_pin_believes_one_certificate_and_no_other(certificates: Certificates) -> None:
    """An intranet's self-signed certificate is safe when it is the one that was seen."""
    pinned = Access(tls_pin=fingerprint(certificates, "alone"))

    good = await failed_or_got(certificates, "alone", pinned)
    wrong = await failed_or_got(certificates, "good", pinned)

    assert isinstance(good, Got), good
    assert isinstance(wrong, Failed)
    assert wrong.problem is Problem.TLS
    assert fingerprint(certificates, "good") in wrong.detail


async def test_insecure_believes_anybody_for_this_feed_alone(certificates: Certificates) -> None:
    """One feed's exception must not be everybody's."""
    async with (
        serving(response(FEED), tls=certificates.server_context("alone")) as server,
        fetching(lookup=all_on_loopback) as fetcher,
    ):
        url = server.url(host="feeds.test")
        believed = await fetcher.fetch(a_request(url, access=Access(tls_insecure=True)))
        refused = await fetcher.fetch(a_request(url))

    assert isinstance(believed, Got), believed
    assert isinstance(refused, Failed)


async def test_a_client_certificate_is_shown_to_the_server_that_asks(
    certificates: Certificates,
) -> None:
    """Some agencies let only those in who have one."""
    context = certificates.server_context("good")
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(cafile=certificates.authority)
    authority, folder = str(certificates.authority), certificates.folder
    shown = Access(
        ca_file=authority,
        client_cert=str(folder / "good.pem"),
        client_key=str(folder / "good.key"),
    )
    async with serving(response(FEED), tls=context) as server, fetching() as fetcher:
        let_in = await fetcher.fetch(a_request(server.url(), access=shown))
        left_out = await fetcher.fetch(a_request(server.url(), access=Access(ca_file=authority)))

    assert isinstance(let_in, Got), let_in
    assert isinstance(left_out, Failed)


async def test_an_authority_of_a_feed_is_not_believed_after_a_redirect_elsewhere(
    certificates: Certificates,
) -> None:
    """Whoever the owner believes for one server could otherwise stand in for every other."""
    tls = certificates.server_context("good")
    async with serving(response(FEED), tls=tls) as other, fetching() as fetcher:
        there = other.url(host="localhost")
        moved = response(b"", status="301 Moved", location=there)
        async with serving(moved, tls=certificates.server_context("good")) as first:
            access = Access(ca_file=str(certificates.authority))
            outcome = await fetcher.fetch(a_request(first.url(), access=access))

    assert isinstance(outcome, Failed)
    assert outcome.problem is Problem.TLS
    assert other.asked == []


async def test_the_oldest_tls_that_is_spoken_can_be_raised(certificates: Certificates) -> None:
    """Some owners must not speak anything older than 1.3."""
    context = certificates.server_context("good")
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    access = Access(ca_file=str(certificates.authority), tls_minimum="1.3")
    async with serving(response(FEED), tls=context) as server, fetching() as fetcher:
        outcome = await fetcher.fetch(a_request(server.url(), access=access))

    assert isinstance(outcome, Failed)
    assert outcome.problem is Problem.TLS


def locked_key(certificates: Certificates, to: Path) -> Path:
    """Write the good key once more, with the password "hush"."""
    locked = to / "locked.key"
    files = ["-in", str(certificates.folder / "good.key"), "-out", str(locked)]
    words = ["openssl", "ec", "-aes256", *files, "-passout", "pass:hush"]
    subprocess.run(words, check=True, capture_output=True)
    return locked


@pytest.mark.parametrize(("password", "opens"), [("hush", True), ("wrong", False), (None, False)])
async def test_a_key_that_is_locked_never_asks_on_the_terminal(
    certificates: Certificates, tmp_path: Path, password: str | None, opens: bool
) -> None:
    """A daemon would hang there for ever."""
    folder, locked = certificates.folder, locked_key(certificates, tmp_path)
    access = Access(
        ca_file=str(certificates.authority),
        client_cert=str(folder / "good.pem"),
        client_key=str(locked),
        client_key_password=password,
    )

    outcome = await failed_or_got(certificates, "good", access)

    assert isinstance(outcome, Got) is opens, outcome
    if isinstance(outcome, Failed):
        assert outcome.problem is Problem.TLS
        assert outcome.detail.startswith("client_cert and client_key do not fit each other")
