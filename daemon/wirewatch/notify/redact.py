"""Keeping secrets out of what is said about a channel."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import unquote

_HIDDEN: Final = "•••"
_URL: Final = re.compile(r"[a-z][a-z0-9+.-]*://\S+", re.IGNORECASE)
_MAIL: Final = frozenset({"mailto", "mailtos"})
_PLACE: Final = re.compile(r"[\w-]+(\.[\w-]+)+|localhost|\d{1,5}")
"""A host or a port, where some kinds of channel have a token."""
MIN_SECRET: Final = 4


def redact(said: str, url: str) -> str:
    """Return what was said without any address, and without the parts of this channel's URL that may be secret."""
    line = " ".join(_URL.sub(_HIDDEN, said).split())
    for secret in sorted(_secrets(url), key=len, reverse=True):
        line = line.replace(secret, _HIDDEN)
    return line


def _secrets(url: str) -> set[str]:
    kind, _, rest = url.partition("://")
    address, _, query = rest.partition("?")
    netloc, _, path = address.partition("/")
    login, _, host = netloc.rpartition("@")
    pairs = [pair.partition("=") for pair in query.split("&")]
    if kind.lower() in _MAIL:
        # Addresses stay: who refused is what the reader must know.
        found = [login.partition(":")[2], *(value for key, _, value in pairs if key == "pass")]
    else:
        found = [*re.split("[:@]", login), *path.split("/"), *(value for _, _, value in pairs)]
        found += [part for part in host.split(":") if not _PLACE.fullmatch(part)]
    whole = {part for part in found if len(part) >= MIN_SECRET}
    return whole | {unquote(part) for part in whole}
