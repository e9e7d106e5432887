"""User and password of a feed: out of the address, which is shown, into a header, which is not."""

from __future__ import annotations

import base64
from urllib.parse import unquote, urlsplit, urlunsplit


def without_userinfo(url: str) -> tuple[str, tuple[str, str] | None]:
    """Split a user and password off a URL.

    >>> without_userinfo("https://me:pw@example.org/feed")
    ('https://example.org/feed', ('me', 'pw'))
    """
    parts = urlsplit(url)
    user, at, host = parts.netloc.rpartition("@")
    if not at:
        return url, None
    name, _, password = user.partition(":")
    bare = urlunsplit((parts.scheme, host, parts.path, parts.query, parts.fragment))
    return bare, (unquote(name), unquote(password))


def basic_auth(user: str, password: str) -> tuple[str, str]:
    """Return the header of HTTP Basic authentication (RFC 7617)."""
    token = base64.b64encode(f"{user}:{password}".encode()).decode()
    return ("Authorization", f"Basic {token}")
