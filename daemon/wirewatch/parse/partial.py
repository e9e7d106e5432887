"""Reads only the entries of a feed that were not seen before: most polls bring one new entry among thirty.

The cut is strict (see ``split``); wherever it is in doubt the document is read whole. Entries that are left out were
read when they were new, so what is left out is never unknown.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence, Set
from dataclasses import replace
from hashlib import blake2b

from wirewatch.core.model.outcome import Parsed, ParsedFeed, Problem, Unreadable
from wirewatch.parse.charset import decode
from wirewatch.parse.feeds import parse_feed
from wirewatch.parse.limits import DEFAULT, ParseLimits
from wirewatch.parse.mend import mend
from wirewatch.parse.split import Cut, cut
from wirewatch.parse.wire import ITEM_HASH

_NAME = re.compile(
    r"<(?:[\w.-]+:)?(?:guid|id)\b[^<>]*>(.*?)</|\brdf:about\s*=\s*[\"'](.*?)[\"']", re.DOTALL
)


_MOST_NAMED = 5
_ROOT_TAG = re.compile(r"<[A-Za-z][^<>]*>")


def parse_feed_partial(
    body: bytes,
    *,
    url: str,
    content_type: str,
    known: Set[bytes],
    part: tuple[int, int] | None = None,
    killers: Set[bytes] = frozenset(),
    limits: ParseLimits = DEFAULT,
) -> Parsed:
    """Read the head and the entries whose hash is not in *known*; they come out as from the whole document.

    A document that cannot be cut with certainty is read whole and has no hashes. With *part* only those of the others
    in these places are read. Entries among the *killers* are as good as not there, but are told of.
    """
    pieces = _pieces(body, content_type, limits)
    if pieces is None and part is not None:
        return Unreadable(problem=Problem.TOO_COSTLY, detail="cannot be read in parts")
    if pieces is None:
        return parse_feed(body, url=url, content_type=content_type, limits=limits)
    # What the root declares (namespaces, base, language) is part of what each entry says.
    root = _ROOT_TAG.search(pieces.around[0])
    told = (root[0] if root else "").encode("utf-8")
    hashes = tuple(
        blake2b(told + entry.encode("utf-8"), digest_size=ITEM_HASH).digest()
        for entry in pieces.entries
    )
    deadly = [number for number, value in enumerate(hashes) if value in killers]
    fresh = [
        number for number, value in enumerate(hashes) if value not in known and value not in killers
    ]
    if part is not None:
        fresh = fresh[part[0] : part[1]]
    rest = pieces.keeping(fresh).encode("utf-8")
    parsed = parse_feed(rest, url=url, content_type="application/xml; charset=utf-8", limits=limits)
    if not isinstance(parsed, ParsedFeed):
        return parsed
    items = tuple(value for value in hashes if value not in killers)
    parsed = replace(parsed, items=items, left_out=len(items) - len(fresh))
    if not deadly:
        return parsed
    return replace(
        parsed, flaw=Problem.TOO_COSTLY, flaw_detail=_without(deadly, of=len(pieces.entries))
    )


def _without(places: Sequence[int], *, of: int) -> str:
    """Say which entries are left out, counted from one as people do.

    >>> _without([2], of=7)
    'entry 3 of 7 is left out: it kills its reader; the others are read'
    """
    shown = ", ".join(str(place + 1) for place in places[:_MOST_NAMED])
    more = " and others" if len(places) > _MOST_NAMED else ""
    if len(places) == 1:
        return f"entry {shown} of {of} is left out: it kills its reader; the others are read"
    return (
        f"entries {shown}{more} of {of} are left out: they kill their reader; the others are read"
    )


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
