"""Reads only the entries of a feed that were not seen before: most polls bring one new entry among thirty.

The cut is strict (see ``split``); wherever it is in doubt the document is read whole. Entries that are left out were
read when they were new, so what is left out is never unknown.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Set
from dataclasses import dataclass
from hashlib import blake2b

from wirewatch.core.model.outcome import Parsed
from wirewatch.parse.charset import decode
from wirewatch.parse.feeds import parse_feed
from wirewatch.parse.limits import DEFAULT, ParseLimits
from wirewatch.parse.mend import mend
from wirewatch.parse.split import Cut, cut

_NAME = re.compile(
    r"<(?:[\w.-]+:)?(?:guid|id)\b[^<>]*>(.*?)</|\brdf:about\s*=\s*[\"'](.*?)[\"']", re.DOTALL
)


@dataclass(frozen=True, slots=True)
class PartlyParsed:
    """A feed without the entries that were known; *hashes* are those of all its raw entries, to be known next time.

    None where the document could not be cut: then it was read whole.
    """

    parsed: Parsed
    hashes: tuple[bytes, ...] | None


def parse_feed_partial(
    body: bytes, *, url: str, content_type: str, known: Set[bytes], limits: ParseLimits = DEFAULT
) -> PartlyParsed:
    """Read the head and the entries whose hash is not in *known*; they come out as from the whole document."""
    pieces = _pieces(body, content_type, limits)
    if pieces is None:
        return PartlyParsed(
            parse_feed(body, url=url, content_type=content_type, limits=limits), None
        )
    hashes = tuple(
        blake2b(entry.encode("utf-8"), digest_size=8).digest() for entry in pieces.entries
    )
    fresh = [number for number, value in enumerate(hashes) if value not in known]
    rest = pieces.keeping(fresh).encode("utf-8")
    return PartlyParsed(
        parse_feed(rest, url=url, content_type="application/xml; charset=utf-8", limits=limits),
        hashes,
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
