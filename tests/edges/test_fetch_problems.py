"""Every way of httpx to fail has a Problem, and none of them escapes the fetcher."""

from __future__ import annotations

import inspect
import socket
import ssl

import httpx
import pytest

from tests.edges.fetch_server import a_request
from wirewatch.core.model.outcome import Failed, Got, Problem
from wirewatch.fetch.client import HttpFetcher
from wirewatch.fetch.problems import (
    HTTPX_ERRORS,
    PROBLEMS,
    Setback,
    no_connection,
    no_tls,
    one_line,
    setback_of,
)

RAISED = sorted(
    (kind for _, kind in inspect.getmembers(httpx, inspect.isclass) if issubclass(kind, Exception)),
    key=lambda kind: kind.__name__,
)
ABSTRACT = (httpx.HTTPError, httpx.RequestError, httpx.TransportError)
SECRET = "http://user:hunter2@feeds.example/?key=tok3n"


def raised(kind: type[Exception]) -> Exception:
    if kind is httpx.HTTPStatusError:
        request = httpx.Request("GET", SECRET)
        return httpx.HTTPStatusError(SECRET, request=request, response=httpx.Response(500))
    needs_words = "message" in inspect.signature(kind).parameters
    return kind(SECRET) if needs_words else kind()


class Raising(httpx.AsyncBaseTransport):
    """Fails as it is told."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        raise self.error


@pytest.mark.parametrize("kind", RAISED)
def test_every_exception_httpx_can_raise_has_a_problem(kind: type[Exception]) -> None:
    """The day httpx adds an exception, this test names it."""
    assert issubclass(kind, HTTPX_ERRORS)
    assert kind in ABSTRACT or any(issubclass(kind, known) for known, _ in PROBLEMS)


@pytest.mark.parametrize("kind", [kind for kind in RAISED if kind not in ABSTRACT])
async def test_no_exception_of_httpx_leaves_the_fetcher(kind: type[Exception]) -> None:
    """The promise of the port, whatever transport stands behind it; and httpx's own words hold URLs."""
    fetcher = HttpFetcher(user_agent="x", transport=Raising(raised(kind)))

    outcome = await fetcher.fetch(a_request(SECRET))

    assert isinstance(outcome, Failed)
    assert "hunter2" not in outcome.detail
    assert "tok3n" not in outcome.detail


@pytest.mark.parametrize(
    ("kind", "problem"),
    [
        (httpx.ConnectTimeout, Problem.TIMEOUT),
        (httpx.ReadTimeout, Problem.TIMEOUT),
        (httpx.ConnectError, Problem.CONNECT),
        (httpx.ReadError, Problem.TRUNCATED),
        (httpx.RemoteProtocolError, Problem.PROTOCOL),
        (httpx.LocalProtocolError, Problem.BUG),
        (httpx.UnsupportedProtocol, Problem.BAD_URL),
        (httpx.InvalidURL, Problem.BAD_URL),
        (httpx.DecodingError, Problem.BAD_ENCODING),
        (httpx.TooManyRedirects, Problem.REDIRECTS),
        (httpx.StreamClosed, Problem.BUG),
    ],
)
def test_an_exception_becomes_the_problem_it_is(kind: type[Exception], problem: Problem) -> None:
    """The cadence and the person both act on the Problem."""
    assert setback_of(raised(kind)).problem is problem


async def test_a_transport_of_the_callers_own_is_used() -> None:
    """The seam for whoever has a better way to the web."""
    answer = httpx.MockTransport(lambda _: httpx.Response(200, content=b"<rss/>"))
    fetcher = HttpFetcher(user_agent="x", transport=answer)

    outcome = await fetcher.fetch(a_request("http://feeds.example/"))

    assert isinstance(outcome, Got)
    assert outcome.body == b"<rss/>"


@pytest.mark.parametrize("agent", ["", "a\r\nX: 1", "名"])
def test_a_user_agent_that_cannot_be_sent_stops_the_start(agent: str) -> None:
    """A person's mistake is found before the first poll."""
    with pytest.raises(ValueError, match="cannot be sent as User-Agent"):
        HttpFetcher(user_agent=agent)


@pytest.mark.parametrize(
    ("error", "problem", "detail"),
    [
        (OSError(113, "x"), Problem.CONNECT, "cannot connect: no route to host"),
        (OSError(24, "x"), Problem.CONNECT, "cannot connect: too many open files"),
        (OSError("odd"), Problem.CONNECT, "cannot connect: OSError"),
        (TimeoutError(110, "x"), Problem.TIMEOUT, "the host did not answer the connection"),
    ],
)
def test_the_systems_reason_is_kept(error: OSError, problem: Problem, detail: str) -> None:
    """A missing route and too many open files are mended in quite different places."""
    setback = no_connection(error)

    assert (setback.problem, setback.detail) == (problem, detail)


def test_an_unknown_failure_of_tls_keeps_openssls_word() -> None:
    """What we have no sentence for must still be something to search for."""
    error = ssl.SSLError(1, "x")
    error.reason = "SSLV3_ALERT_HANDSHAKE_FAILURE"

    assert no_tls(error).detail == "TLS failed: sslv3 alert handshake failure"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a\r\nb\x1b[31m\u202ec", "a b [31m c"),
        ("  plain  ", "plain"),
        ("x" * 900, "x" * 299 + "…"),
    ],
)
def test_a_detail_is_one_printable_line(text: str, expected: str) -> None:
    """O-85: host names and OpenSSL's words come from outside and end up in logs and terminals."""
    assert one_line(text) == expected
    assert Setback(Problem.DNS, text).detail == expected


def test_the_systems_resolver_is_not_asked_by_accident() -> None:
    """Tests run without a network; a fetcher takes the lookup it is given and no other."""
    assert inspect.signature(HttpFetcher).parameters["lookup"].default is socket.getaddrinfo
