"""Reads only the entries of a feed that were not seen before: most polls bring one new entry among thirty.

The cut is strict (see ``split``); wherever it is in doubt the document is read whole. Entries that are left out were
read when they were new, so what is left out is never unknown.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Set
from dataclasses import replace
from hashlib import blake2b

from wirewatch.core.model.outcome import Parsed, ParsedFeed
from wirewatch.parse.charset import decode
from wirewatch.parse.feeds import parse_feed
from wirewatch.parse.limits import DEFAULT, ParseLimits
from wirewatch.parse.mend import mend
from wirewatch.parse.split import Cut, cut
from wirewatch.parse.wire import ITEM_HASH

_NAME = re.compile(
    r"<(?:[\w.-]+:)?(?:guid|id)\b[^<>]*>(.*?)</|\brdf:about\s*=\s*[\"'](.*?)[\"']", re.DOTALL
)


_ROOT_TAG = re.compile(r"<[A-Za-z][^<>]*>")


def parse_feed_partial(
    body: bytes, *, url: str, content_type: str, known: Set[bytes], limits: ParseLimits = DEFAULT
) -> Parsed:
    """Read the head and the entries whose hash is not in *known*; they come out as from the whole document.

    A document that cannot be cut with certainty is read whole and has no hashes.
    """
    pieces = _pieces(body, content_type, limits)
    if pieces is None:
        return parse_feed(body, url=url, content_type=content_type, limits=limits)
    # What the root declares (namespaces, base, language) is part of what each entry says.
    root = _ROOT_TAG.search(pieces.around[0])
    told = (root[0] if root else "").encode("utf-8")
    hashes = tuple(
        blake2b(told + entry.encode("utf-8"), digest_size=ITEM_HASH).digest()
        for entry in pieces.entries
    )
    fresh = [number for number, value in enumerate(hashes) if value not in known]
    rest = pieces.keeping(fresh).encode("utf-8")
    parsed = parse_feed(rest, url=url, content_type="application/xml; charset=utf-8", limits=limits)
    if not isinstance(parsed, ParsedFeed):
        return parsed
    return replace(parsed, items=hashes, left_out=len(hashes) - len(fresh))


def _pieces(body: bytes, content_type: str, limits: ParseLimits) -> Cut | None:
    decoded = decode(body, content_type)
    if decoded.damaged:
        return None
    mended = mend(decoded.text)
    pieces = cut(mended.text) if mended.flaw is None else None
    if pieces is None or len(pieces.entries) > limits.entries or _shares_names(pieces):
        return None
    return pieces


def _shares_names(pieces: Cut) -> bool:
    """Say whether a guid comes twice: what names an entry then depends on the others in the document."""
    found = [_NAME.search(entry) for entry in pieces.entries]
    names = Counter((name[1] or name[2] or "").strip() for name in found if name is not None)
    return any(count > 1 for count in names.values())
