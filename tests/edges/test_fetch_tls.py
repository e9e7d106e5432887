"""Secure connections (O-19, O-20): refused with a reason a person can act on, or whole."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.edges.fetch_certificates import Certificates, make_certificates
from tests.edges.fetch_server import SOON, a_request, all_on_loopback, fetching, response, serving
from wirewatch.core.model.outcome import Failed, Fetched, Got, Problem
from wirewatch.fetch.certificates import expires_at
from wirewatch.fetch.client import HttpFetcher
from wirewatch.fetch.limits import FetchLimits

FEED = b"<rss>" + b"<item>news</item>" * 20_000 + b"</rss>"


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return make_certificates(tmp_path_factory.mktemp("certificates"))


async def outcome_over_tls(
    certificates: Certificates,
    context: ssl.SSLContext,
    *,
    host: str = "127.0.0.1",
    trusting: bool = True,
) -> Fetched:
    authority = certificates.authority if trusting else None
    async with (
        serving(response(FEED), tls=context) as server,
        fetching(ca_file=authority, lookup=all_on_loopback) as fetcher,
    ):
        return await fetcher.fetch(a_request(server.url(host=host)))


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "feeds.test", "FEEDS.test.", "bücher.test"]
)
async def test_a_document_comes_whole_over_a_trusted_connection(
    certificates: Certificates, host: str
) -> None:
    """O-24: the name is checked as the certificate spells it: no final dot, no capitals, no umlauts."""
    context = certificates.server_context("good")

    outcome = await outcome_over_tls(certificates, context, host=host)

    assert isinstance(outcome, Got), outcome
    assert outcome.body == FEED
    assert outcome.wire_bytes > len(FEED) + 500  # the handshake is counted too


async def test_the_name_asked_for_is_the_name_in_the_handshake(certificates: Certificates) -> None:
    """Only the address is pinned: a server with many sites must still know which one is meant."""
    context = certificates.server_context("good")
    named: list[str | None] = []
    context.sni_callback = lambda _tls, name, _context: named.append(name)

    await outcome_over_tls(certificates, context, host="feeds.test.")

    assert named == ["feeds.test"]


@pytest.mark.parametrize(
    ("name", "detail"),
    [
        ("expired", "the certificate expired 2026-01-02"),
        ("early", "the certificate is not valid yet"),
        ("alone", "the certificate is self-signed"),
        ("elsewhere", "the certificate is for another address"),
    ],
)
async def test_a_certificate_that_is_wrong_is_refused_with_the_reason(
    certificates: Certificates, name: str, detail: str
) -> None:
    """O-20: the owner of a feed can be told only what is said precisely."""
    outcome = await outcome_over_tls(certificates, certificates.server_context(name))

    assert isinstance(outcome, Failed)
    assert (outcome.problem, outcome.detail) == (Problem.TLS, detail)


async def test_a_certificate_for_another_host_is_refused(certificates: Certificates) -> None:
    """O-20: otherwise anybody with any certificate could stand in for any publisher."""
    context = certificates.server_context("elsewhere")

    outcome = await outcome_over_tls(certificates, context, host="feeds.test")

    assert isinstance(outcome, Failed)
    assert outcome.detail == "the certificate is for another host"


async def test_an_authority_nobody_knows_is_refused(certificates: Certificates) -> None:
    """O-20: our own authority counts only where it is configured."""
    context = certificates.server_context("good")

    outcome = await outcome_over_tls(certificates, context, trusting=False)

    assert isinstance(outcome, Failed)
    assert outcome.problem is Problem.TLS
    assert "unknown authority" in outcome.detail


@asynccontextmanager
async def listening(answer: bytes, *, hang_up: bool) -> AsyncIterator[int]:
    """Answer the first bytes that come, whatever they are; then wait for the end, or make it."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            await reader.read(1)
            writer.write(answer)
            if not hang_up:
                await reader.read()
        writer.close()
        ended.set()

    ended = asyncio.Event()
    listener = await asyncio.start_server(talk, "127.0.0.1", 0)
    try:
        yield listener.sockets[0].getsockname()[1]
        await ended.wait()
    finally:
        listener.close()


async def failure_of_handshake(
    answer: bytes, *, hang_up: bool, limits: FetchLimits = SOON
) -> Failed:
    async with listening(answer, hang_up=hang_up) as port, fetching(limits) as fetcher:
        outcome = await fetcher.fetch(a_request(f"https://127.0.0.1:{port}/"))
    assert isinstance(outcome, Failed)
    return outcome


async def test_tls_on_a_plain_port_is_explained() -> None:
    """O-19: a wrong scheme is the commonest mistake in a URL."""
    failed = await failure_of_handshake(b"HTTP/1.1 400 Bad Request\r\n\r\n", hang_up=False)

    assert failed.problem is Problem.TLS
    assert failed.detail == "the server does not speak TLS on this port (http:// instead?)"


HELLO_OF_TLS_1_0 = b"\x16\x03\x01\x00\x2a\x02\x00\x00\x26\x03\x01" + bytes(33) + b"\xc0\x13\x00"
ALERT_PROTOCOL_VERSION = b"\x15\x03\x01\x00\x02\x02\x46"


@pytest.mark.parametrize("answer", [HELLO_OF_TLS_1_0, ALERT_PROTOCOL_VERSION])
async def test_a_server_that_speaks_only_old_tls_is_refused(answer: bytes) -> None:
    """O-20: TLS 1.0 is broken, and a server that knows nothing newer must be called by that name."""
    failed = await failure_of_handshake(answer, hang_up=False)

    assert failed.problem is Problem.TLS
    assert failed.detail == "the server speaks only a TLS older than 1.2"


async def test_plain_http_on_a_tls_port_is_a_failure(certificates: Certificates) -> None:
    """O-19: the reverse mistake; what comes back is an alert or nothing, never a feed."""
    async with (
        serving(b"", tls=certificates.server_context("good")) as server,
        fetching() as fetcher,
    ):
        url = server.url().replace("https://", "http://")
        outcome = await fetcher.fetch(a_request(url))

    assert isinstance(outcome, Failed)
    assert outcome.problem is Problem.PROTOCOL


async def test_a_handshake_that_is_broken_off_is_a_failure_of_tls() -> None:
    """O-20: many a firewall answers so."""
    failed = await failure_of_handshake(b"", hang_up=True)

    assert (failed.problem, failed.wire_bytes) == (Problem.TLS, 0)


async def test_a_handshake_that_stalls_ends_with_the_time_to_connect() -> None:
    """O-20: a server that accepts and then sleeps must not hold a place for the whole visit."""
    limits = replace(SOON, connect=timedelta(milliseconds=80))

    failed = await failure_of_handshake(b"", hang_up=False, limits=limits)

    assert (failed.problem, failed.detail) == (
        Problem.TIMEOUT,
        "the TLS handshake was not done within 0.08 s",
    )


async def test_bytes_of_the_handshake_count() -> None:
    """O-05: a flood may come before there is any HTTP; the socket is where it is counted."""
    record = b"\x16\x03\x03\x00\x04\x00\x00\x00\x00"  # a hello request, ignored by clients
    limits = replace(SOON, wire_bytes=50_000)

    failed = await failure_of_handshake(record * 20_000, hang_up=False, limits=limits)

    assert failed.wire_bytes <= 50_000 + 64 * 1024
    assert failed.problem in (Problem.TOO_LARGE, Problem.TLS)


async def test_a_file_without_certificates_stops_the_start(tmp_path: Path) -> None:
    """A person's mistake is found when the daemon starts, not at three in the morning."""
    empty = tmp_path / "ca.pem"
    empty.write_text("no certificate")

    for path in (empty, tmp_path / "missing.pem"):
        with pytest.raises(ValueError, match="holds no certificates that can be read"):
            HttpFetcher(user_agent="x", ca_file=path)


def test_the_end_of_a_certificate_is_read(certificates: Certificates) -> None:
    """The date in the detail must be the certificate's own."""
    good = ssl.PEM_cert_to_DER_cert((certificates.folder / "good.pem").read_text())

    assert expires_at(good) == datetime(2099, 12, 31, 23, 59, 59, tzinfo=UTC)


@given(st.binary(max_size=60), st.integers(0, 400), st.integers(0, 400))
def test_a_damaged_certificate_has_no_end_or_some(
    certificates: Certificates, noise: bytes, at: int, drop: int
) -> None:
    """It comes from a server we do not trust: reading it must never raise."""
    good = ssl.PEM_cert_to_DER_cert((certificates.folder / "good.pem").read_text())

    ended_at = expires_at(good[:at] + noise + good[at + drop :])

    assert ended_at is None or ended_at.tzinfo is UTC
