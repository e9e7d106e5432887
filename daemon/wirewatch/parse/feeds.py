"""Feeds of every format to one noun. feedparser reads RSS, Atom and CDF; JSON Feed has its own reader."""

from __future__ import annotations

import io
import re
from typing import Final

import feedparser

from wirewatch.core.model.outcome import Parsed, Problem, Unreadable
from wirewatch.parse.charset import decode
from wirewatch.parse.clean import one_line
from wirewatch.parse.dates import parse_date
from wirewatch.parse.draft import Draft, Flaws, Prose, finished, newest
from wirewatch.parse.entries import (
    Raw,
    archive_of,
    draft_of,
    linked,
    raw_of,
    set_media_text_apart,
    text,
    ttl_of,
)
from wirewatch.parse.jsonfeed import parse_json_feed
from wirewatch.parse.limits import DEFAULT, ParseLimits
from wirewatch.parse.links import absolute
from wirewatch.parse.mend import clip_texts, mend
from wirewatch.parse.split import Cut, cut
from wirewatch.parse.whatis import describe

_ROOT = re.compile(r"<(?:[\w.-]+:)?(?:rss|feed|rdf|channel)(?=[\s/>])", re.IGNORECASE)
_FIRST_TAG = re.compile(r"<(?:[\w.-]+:)?([A-Za-z_][\w.-]*)")
_ENTRY = re.compile(r"<(?:[\w.-]+:)?(?:item|entry)(?=[\s/>])", re.IGNORECASE)
_DATE = re.compile(r"<(?:[\w.-]+:)?(?:pubDate|published|issued|date|updated)\b[^<>]*>([^<]{4,60})<")
_UNNAMED: Final = {"channel": "cdf", "rdf": "rss10", "rss": "rss", "feed": "atom"}
"""What a document is that feedparser reads without naming its format, by its root."""


class _FeedparserError(Exception):
    """feedparser failed on a document."""


def parse_feed(
    body: bytes, *, url: str, content_type: str, limits: ParseLimits = DEFAULT
) -> Parsed:
    """Read a feed. Pure and synchronous: what a worker runs. Never raises for anything a document can be."""
    decoded = decode(body, content_type)
    start = decoded.text.lstrip("\ufeff\x00 \t\r\n")
    if not start:
        return Unreadable(problem=Problem.EMPTY, detail="the document is empty")
    if start[0] in "{[":
        return parse_json_feed(start, url=url, limits=limits)
    if _ROOT.search(start) is None:
        return Unreadable(problem=Problem.NOT_A_FEED, detail=describe(body, start))
    flaws: Flaws = []
    if decoded.damaged:
        flaws.append((Problem.BAD_ENCODING, f"bytes that are not {decoded.charset}"))
    mended = mend(clip_texts(start, 4 * limits.text_chars))  # markup takes its share
    if mended.flaw is not None:
        flaws.append((mended.flaw, mended.detail or ""))
    xml = set_media_text_apart(_newest_only(mended.text, flaws, limits))
    parsed = _parse_xml(xml, flaws, url=url, limits=limits)
    return parsed or Unreadable(problem=Problem.NOT_A_FEED, detail=describe(body, start))


def _parse_xml(xml: str, flaws: Flaws, *, url: str, limits: ParseLimits) -> Parsed | None:
    """Read mended XML; None where it is no feed."""
    try:
        result = _feedparser(xml, url)
        drafts = _drafts(result, xml, url)
    except _FeedparserError as exc:
        return _entry_by_entry(xml, flaws, str(exc), url=url, limits=limits)
    return _feed(result, drafts, flaws, xml, url=url, limits=limits)


def _feedparser(xml: str, url: str) -> Raw:
    """Call feedparser. Never with a string: it would open one as a file or a URL.

    Only a document that uses ``xml:base`` is told where it comes from. Otherwise feedparser would make a guid of
    "123" an address on this host, and a feed that moves to another host would bring all its entries again.
    """
    headers = {"content-type": "application/xml; charset=utf-8"}
    if "xml:base" in xml:
        headers["content-location"] = url
    try:
        found: object = feedparser.parse(
            io.BytesIO(xml.encode("utf-8")),
            sanitize_html=False,
            resolve_relative_uris=False,
            response_headers=headers,
        )
    except MemoryError:
        raise
    except Exception as exc:  # known to fail by KeyError, TypeError, UnicodeDecodeError and more
        raise _FeedparserError(one_line(f"{type(exc).__name__}: {exc}")[:300]) from exc
    return raw_of(found)


def _drafts(result: Raw, xml: str, url: str) -> list[Draft]:
    entries = result.get("entries")
    feed = raw_of(result.get("feed"))
    atom = _format(result, xml).startswith("atom")
    return (
        [draft_of(entry, feed=feed, url=url, atom=atom) for entry in entries]
        if isinstance(entries, list)
        else []
    )


def _format(result: Raw, xml: str) -> str:
    first = _FIRST_TAG.search(xml)
    return text(result, "version") or _UNNAMED.get(first[1].lower() if first else "", "")


def _feed(
    result: Raw, drafts: list[Draft], flaws: Flaws, xml: str, *, url: str, limits: ParseLimits
) -> Parsed | None:
    first = _FIRST_TAG.search(xml)
    is_page = first is not None and first[1].lower() in ("html", "head", "body", "div")
    name = _format(result, xml)
    if not name or (not drafts and (is_page or not text(result, "version"))):
        return None
    bozo = result.get("bozo_exception")
    if bozo is not None and not any(problem is not Problem.BAD_ENCODING for problem, _ in flaws):
        flaws.append((Problem.UNPARSABLE, f"not well-formed: {bozo}"))
    feed = raw_of(result.get("feed"))
    return finished(
        drafts,
        flaws,
        limits,
        format=name,
        title=Prose(
            text(feed, "title"), text(raw_of(feed.get("title_detail")), "type") or "text/plain"
        ).line(),
        link=absolute(url, text(feed, "link")),
        language=text(feed, "language"),
        ttl=ttl_of(feed),
        archive=archive_of(feed, url),
        hubs=linked(feed, url, "hub"),
        topic=next(iter(linked(feed, url, "self")), None),
    )


def _entry_by_entry(
    xml: str, flaws: Flaws, detail: str, *, url: str, limits: ParseLimits
) -> Parsed | None:
    """Read each entry of a document alone, so that one bad entry does not hide the others."""
    pieces = cut(xml)
    if pieces is None:
        return Unreadable(problem=Problem.UNPARSABLE, detail=detail)
    try:
        head = _feedparser(pieces.head(), url)
    except _FeedparserError:
        return Unreadable(problem=Problem.UNPARSABLE, detail=detail)
    drafts: list[Draft] = []
    failed = 0
    for number in range(len(pieces.entries)):
        alone = pieces.keeping([number])
        try:
            drafts += _drafts(_feedparser(alone, url), alone, url)
        except _FeedparserError:
            failed += 1
    flaws.append((Problem.UNPARSABLE, f"{failed} entries could not be read: {detail}"))
    return _feed(head, drafts, flaws, xml, url=url, limits=limits)


def _newest_only(xml: str, flaws: Flaws, limits: ParseLimits) -> str:
    """Leave out the oldest entries of an endless feed before feedparser spends its time on them."""
    if sum(1 for _ in _ENTRY.finditer(xml)) <= limits.entries:
        return xml
    pieces = cut(xml)
    if pieces is None or len(pieces.entries) <= limits.entries:
        return xml
    flaws.append(
        (Problem.TOO_LARGE, f"{len(pieces.entries)} entries, only {limits.entries} of them read")
    )
    return pieces.keeping(_newest(pieces, limits.entries))


def _newest(pieces: Cut, limit: int) -> list[int]:
    told = [_DATE.search(entry) for entry in pieces.entries]
    dates = [parse_date(found[1]) if found else None for found in told]
    return newest(dates, limit)
