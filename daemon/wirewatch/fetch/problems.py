"""Why a request came to nothing: one exception of ours, and a Problem for each of httpx's."""

from __future__ import annotations

import errno
import os
import socket
import ssl

import httpx

from wirewatch.core.model.outcome import Problem

_LONGEST_DETAIL = 300


class Setback(httpx.TransportError):
    """A request that came to nothing. *detail* is one line a person can act on, without secrets."""

    def __init__(self, problem: Problem, detail: str) -> None:
        super().__init__(detail)
        self.problem = problem
        self.detail = one_line(detail)


def one_line(text: str) -> str:
    r"""Return a text fit for a log: one line, printable, not too long.

    >>> one_line("a\r\nb\x1b[31m")
    'a b [31m'
    """
    shown = "".join(char if char.isprintable() else " " for char in text[: 4 * _LONGEST_DETAIL])
    joined = " ".join(shown.split())
    return joined if len(joined) <= _LONGEST_DETAIL else joined[: _LONGEST_DETAIL - 1] + "…"


PROBLEMS: tuple[tuple[type[Exception], Problem], ...] = (
    (httpx.TimeoutException, Problem.TIMEOUT),
    (httpx.ConnectError, Problem.CONNECT),
    (httpx.ProxyError, Problem.CONNECT),
    (httpx.UnsupportedProtocol, Problem.BAD_URL),
    (httpx.InvalidURL, Problem.BAD_URL),
    (httpx.DecodingError, Problem.BAD_ENCODING),
    (httpx.TooManyRedirects, Problem.REDIRECTS),
    (httpx.NetworkError, Problem.TRUNCATED),
    (httpx.RemoteProtocolError, Problem.PROTOCOL),
    (httpx.ProtocolError, Problem.BUG),
    (httpx.HTTPStatusError, Problem.UNEXPECTED_STATUS),
    (httpx.CookieConflict, Problem.BUG),
    (httpx.StreamError, Problem.BUG),
)
"""The first that fits counts. A test asks httpx for its exceptions and requires each to be here."""

HTTPX_ERRORS = (httpx.HTTPError, httpx.InvalidURL, httpx.CookieConflict, httpx.StreamError)
"""The roots of everything httpx raises."""


def setback_of(exc: Exception) -> Setback:
    """Return what an exception of httpx means to us. Its own words may hold addresses: they are dropped."""
    if isinstance(exc, Setback):
        return exc
    problem = next((known for kind, known in PROBLEMS if isinstance(exc, kind)), Problem.BUG)
    return Setback(problem, f"{problem.value} ({type(exc).__name__})")


def no_connection(exc: OSError) -> Setback:
    """Say why the operating system could not connect us."""
    if isinstance(exc, TimeoutError):
        return Setback(Problem.TIMEOUT, "the host did not answer the connection")
    if isinstance(exc, ConnectionRefusedError):
        return Setback(Problem.CONNECT, "connection refused: nothing listens on that port")
    return Setback(Problem.CONNECT, f"cannot connect: {_words(exc)}")


def lost_connection(exc: OSError) -> Setback:
    """Say why a connection broke before the answer began."""
    return Setback(Problem.PROTOCOL, f"connection lost before an answer: {_words(exc)}")


def no_such_host(host: str, exc: socket.gaierror) -> Setback:
    """Say why a name has no address."""
    if exc.errno == socket.EAI_AGAIN:
        return Setback(Problem.DNS, f"the name servers could not be asked for {host}")
    return Setback(Problem.DNS, f"no host is called {host}")


def _words(exc: OSError) -> str:
    if exc.errno is not None and exc.errno in errno.errorcode:
        return os.strerror(exc.errno).lower()
    return type(exc).__name__


_UNTRUSTED = {
    9: "the certificate is not valid yet",
    10: "the certificate has expired",
    18: "the certificate is self-signed",
    19: "the certificate is signed by an authority of its own making",
    20: "the certificate is signed by an unknown authority, or the server does not send the whole chain",
    21: "the server does not send the whole chain of certificates",
    62: "the certificate is for another host",
    64: "the certificate is for another address",
}
"""OpenSSL's numbers for why a certificate is not trusted."""

_NOT_TLS = frozenset({"WRONG_VERSION_NUMBER", "HTTP_REQUEST", "RECORD_LAYER_FAILURE"})
_TOO_OLD = frozenset({"UNSUPPORTED_PROTOCOL", "TLSV1_ALERT_PROTOCOL_VERSION"})

CERTIFICATE_EXPIRED = 10


def no_tls(exc: ssl.SSLError) -> Setback:
    """Say why there is no secure connection."""
    if isinstance(exc, ssl.SSLCertVerificationError):
        words = _UNTRUSTED.get(exc.verify_code, f"the certificate is refused: {exc.verify_message}")
        return Setback(Problem.TLS, words)
    if isinstance(exc, ssl.SSLEOFError | ssl.SSLZeroReturnError):
        return Setback(Problem.TLS, "the server ended the TLS handshake")
    reason = exc.reason or "no reason given"
    if reason in _NOT_TLS:
        return Setback(Problem.TLS, "the server does not speak TLS on this port (http:// instead?)")
    if reason in _TOO_OLD:
        return Setback(Problem.TLS, "the server speaks only a TLS older than 1.2")
    return Setback(Problem.TLS, f"TLS failed: {reason.lower().replace('_', ' ')}")
