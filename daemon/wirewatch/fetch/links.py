"""Who pushes a document, by the Link headers of its response (RFC 8288)."""

from __future__ import annotations

import re
from typing import Final

import httpx

from wirewatch.fetch.problems import Setback
from wirewatch.fetch.redirects import web_url

_LINK: Final = re.compile(r"<([^<>]{1,2048})>([^<]{0,1024})")
_REL: Final = re.compile(r";\s*rel\s*=\s*(?:\"([^\"]*)\"|([^\s;,\"]+))", re.IGNORECASE)
_MOST: Final = 50
_MOST_HUBS: Final = 5


def pushed_by(header: str, *, url: httpx.URL) -> tuple[tuple[str, ...], str | None]:
    """Return the hubs a response names, and the address under which they know it.

    >>> pushed_by('</hub>; rel="hub", <https://a.example/f>; rel=self', url=httpx.URL("https://a.example/feed"))
    (('https://a.example/hub',), 'https://a.example/f')
    """
    hubs: dict[str, None] = {}
    topic: str | None = None
    for number, found in enumerate(_LINK.finditer(header)):
        if number >= _MOST:
            break
        rel = _REL.search(found[2])
        kinds = (rel[1] or rel[2] or "").lower().split() if rel else []
        target = _absolute(found[1], url)
        if target is None:
            continue
        if "hub" in kinds and len(hubs) < _MOST_HUBS:
            hubs[target] = None
        if "self" in kinds and topic is None:
            topic = target
    return tuple(hubs), topic


def _absolute(text: str, url: httpx.URL) -> str | None:
    try:
        return str(web_url(text.strip(), base=url))
    except Setback:
        return None
