"""Where a redirect leads, what may go there with us, and when it has gone far enough."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field, replace

import httpx

from wirewatch.core.model.access import PUBLIC, Access
from wirewatch.core.model.outcome import Problem
from wirewatch.fetch.problems import Setback

REDIRECTS = frozenset({301, 302, 303, 307, 308})
KEEP_METHOD = frozenset({307, 308})
"""Redirects after which what was posted is posted again."""

_PERMANENT = frozenset({301, 308})
_PORTS = {"http": 80, "https": 443}
_LONGEST_URL = 8192


@dataclass(frozen=True, slots=True)
class Hop:
    """One station of a visit: a URL without secrets, and the secrets that belong to its host."""

    url: httpx.URL
    authorization: str | None = field(default=None, repr=False)
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    visited: frozenset[str] = field(default=frozenset(), repr=False)
    permanent: bool = True
    """Whether every redirect so far was permanent."""
    access: Access = field(default=PUBLIC, repr=False)
    secret: bool = field(default=False, repr=False)
    """Whether anything secret was sent along at the start or dropped on the way."""

    @property
    def moved_to(self) -> str | None:
        """Return the address to use from now on, if all redirects were permanent and nothing secret is lost."""
        moved = bool(self.visited) and self.permanent
        return str(self.url) if moved and not self.secret else None


def first_hop(url: str, headers: tuple[tuple[str, str], ...], access: Access = PUBLIC) -> Hop:
    """Return the start of a visit; Setback if the URL cannot be fetched."""
    parsed = web_url(url.strip())
    authorization = _basic(parsed)
    return Hop(
        url=_bare(parsed),
        authorization=authorization,
        headers=headers,
        access=access,
        secret=authorization is not None,
    )


def next_hop(hop: Hop, *, status: int, location: str | None, most: int) -> Hop:
    """Follow a redirect; Setback if it leads nowhere, in a circle or too far."""
    if location is None:
        raise Setback(Problem.REDIRECTS, f"HTTP {status} does not say where to go")
    if len(hop.visited) >= most:
        raise Setback(Problem.REDIRECTS, f"more than {most} redirects")
    target = web_url(_text(location), base=hop.url)
    bare = _bare(target)
    visited = hop.visited | {str(hop.url)}
    if str(bare) in visited:
        raise Setback(
            Problem.REDIRECTS, "the redirects go in a circle (perhaps for want of a cookie)"
        )
    followed = replace(
        hop, url=bare, visited=visited, permanent=hop.permanent and status in _PERMANENT
    )
    if not _keeps_secrets(hop.url, target):
        followed = replace(
            followed,
            authorization=None,
            headers=(),
            access=hop.access.elsewhere(),
            secret=hop.secret or bool(hop.headers) or hop.access != hop.access.elsewhere(),
        )
    own = _basic(target)
    return followed if own is None else replace(followed, authorization=own, secret=True)


def web_url(text: str, *, base: httpx.URL | None = None) -> httpx.URL:
    """Read a URL that can be fetched; Setback (which never repeats it: it may hold secrets) if it cannot."""
    whose = "the URL" if base is None else "the redirect"
    try:
        url = httpx.URL(text) if base is None else base.join(text)
    except (httpx.InvalidURL, ValueError) as exc:
        raise Setback(Problem.BAD_URL, f"{whose} is malformed") from exc
    if url.scheme not in _PORTS:
        shown = f"{url.scheme[:20]}:" if url.scheme else "one without a scheme"
        raise Setback(
            Problem.BAD_URL, f"{whose} is not fetched: only http and https are, not {shown}"
        )
    if not url.raw_host:
        raise Setback(Problem.BAD_URL, f"{whose} names no host")
    if (url.port or 0) > 65535 or url.port == 0:
        raise Setback(Problem.BAD_URL, f"{whose} names a port that does not exist")
    if len(url.raw_path) > _LONGEST_URL:
        raise Setback(Problem.BAD_URL, f"{whose} is longer than {_LONGEST_URL} characters")
    return url


def _bare(url: httpx.URL) -> httpx.URL:
    return url.copy_with(username=None, password=None, fragment=None) if _dressed(url) else url


def _dressed(url: httpx.URL) -> bool:
    return bool(url.userinfo or url.fragment)


def _basic(url: httpx.URL) -> str | None:
    if not url.userinfo:
        return None
    pair = f"{url.username}:{url.password}".encode()
    return f"Basic {base64.b64encode(pair).decode('ascii')}"


def _keeps_secrets(before: httpx.URL, after: httpx.URL) -> bool:
    """Say whether secrets may follow: to the same host and port only, or up from http to https there."""
    if before.raw_host != after.raw_host:
        return False
    ports = (_port(before), _port(after))
    if before.scheme == after.scheme:
        return ports[0] == ports[1]
    return before.scheme == "http" and ports == (80, 443)


def _port(url: httpx.URL) -> int:
    return url.port or _PORTS[url.scheme]


def _text(location: str) -> str:
    """Read a Location, given byte by byte: ASCII by the rule, UTF-8 in the wild, Latin-1 in the old wild."""
    try:
        return location.encode("latin-1").decode("utf-8").strip()
    except UnicodeError:
        return location.strip()
