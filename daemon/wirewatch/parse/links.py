"""Links as feeds and pages write them: absolute web addresses, or None."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import urljoin

from wirewatch.core.urls import is_web_url
from wirewatch.parse.clean import clean

_LONGEST: Final = 8192
_NO_SCHEME = re.compile(r"www\.[\w-]+(\.[\w-]+)+(?=[/?#]|$)", re.IGNORECASE)
_UNPRINTED = re.compile(r"[\t\n]+")


def absolute(base: str, href: str) -> str | None:
    """Return the web address *href* means on a document at *base*, or None (``javascript:``, ``data:``, nonsense).

    >>> absolute("https://example.org/feed/", "../a b")
    'https://example.org/a%20b'
    """
    text = _UNPRINTED.sub("", clean(href).strip())
    if not text or len(text) > _LONGEST:
        return None
    if _NO_SCHEME.match(text):
        text = f"https://{text}"
    try:
        joined = "".join("%20" if char.isspace() else char for char in urljoin(base, text))
    except ValueError:
        return None
    return joined if is_web_url(joined) and len(joined) <= _LONGEST else None
