"""Keeping secrets out of what is said about a channel."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import unquote, urlsplit

_HIDDEN: Final = "•••"
_URL: Final = re.compile(r"[a-z][a-z0-9+.-]*://\S+", re.IGNORECASE)
MIN_SECRET: Final = 4


def redact(said: str, url: str) -> str:
    """Return what was said without any address, and without the parts of this channel's URL that may be secret."""
    line = " ".join(_URL.sub(_HIDDEN, said).split())
    for secret in sorted(_secrets(url), key=len, reverse=True):
        line = line.replace(secret, _HIDDEN)
    return line


def _secrets(url: str) -> set[str]:
    rest = url.partition("://")[2]
    try:
        password = urlsplit(f"x://{rest}").password or ""
    except ValueError:
        password = ""
    path = rest.partition("/")[2].partition("?")[0]
    query = rest.partition("?")[2]
    parts = {password, *path.split("/"), *(pair.partition("=")[2] for pair in query.split("&"))}
    whole = {part for part in parts if len(part) >= MIN_SECRET}
    return whole | {unquote(part) for part in whole}
