"""News sitemaps, and indexes of sitemaps, as feeds: what is new on a site, whatever its feed lists by now."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

from lxml import etree

from wirewatch.core.model.outcome import Parsed, Problem, Unreadable
from wirewatch.parse.charset import decode
from wirewatch.parse.clean import one_line
from wirewatch.parse.dates import parse_date
from wirewatch.parse.draft import Draft, Prose, finished
from wirewatch.parse.limits import DEFAULT, ParseLimits
from wirewatch.parse.links import absolute
from wirewatch.parse.whatis import describe

_MOST_PARTS: Final = 100
"""Documents of an index that are told of, newest first."""

_BEGINNING: Final = datetime(1970, 1, 1, tzinfo=UTC)


def parse_sitemap(
    body: bytes, *, url: str, content_type: str, limits: ParseLimits = DEFAULT
) -> Parsed:
    """Read a news sitemap. Pages that are no news are left out. Never raises for anything a document can be."""
    text = decode(body, content_type).text.lstrip("\ufeff\x00 \t\r\n")
    if not text:
        return Unreadable(problem=Problem.EMPTY, detail="the document is empty")
    root = _root(text)
    name = "" if root is None else _name(root)
    if root is None or name not in ("urlset", "sitemapindex"):
        return Unreadable(problem=Problem.NOT_A_FEED, detail=describe(body, text))
    news = name == "urlset"
    drafts = [draft for one in root if _name(one) == "url" for draft in _drafts(one, url)]
    return finished(
        drafts if news else [],
        [],
        limits,
        format="news-sitemap" if news else "sitemap-index",
        title="",
        link=None,
        language="",
        ttl=None,
        more=() if news else tuple(_parts(root, url)),
    )


def _root(text: str) -> etree._Element | None:
    """Return the root of a document, of one that breaks off too. No entity is expanded, nothing else is read."""
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, recover=True, huge_tree=False
    )
    try:
        # The text is decoded already: what the document says of its encoding is not true any more.
        parser.feed(b"<?xml version='1.0' encoding='utf-8'?>")
        parser.feed(_without_declaration(text).encode("utf-8", "replace"))
        return parser.close()
    except etree.XMLSyntaxError:
        return None


def _without_declaration(text: str) -> str:
    if not text.startswith("<?xml"):
        return text
    return text.partition("?>")[2]


def _name(element: etree._Element) -> str:
    tag = element.tag
    return tag.rpartition("}")[2].lower() if isinstance(tag, str) else ""


def _child(element: etree._Element, *names: str) -> etree._Element | None:
    """Return a descendant by the names on the way to it."""
    found: etree._Element | None = element
    for name in names:
        found = (
            next((one for one in found if _name(one) == name), None) if found is not None else None
        )
    return found


def _text(element: etree._Element, *names: str) -> str:
    found = _child(element, *names)
    return "" if found is None else one_line(found.text or "")


def _drafts(element: etree._Element, base: str) -> Iterator[Draft]:
    news, link = _child(element, "news"), absolute(base, _text(element, "loc"))
    if news is None or link is None:
        return
    yield Draft(
        link=link,
        title=Prose(_text(news, "title"), "text/plain"),
        categories=tuple(
            word for part in _text(news, "keywords").split(",") if (word := part.strip())
        ),
        language=_text(news, "publication", "language"),
        published_at=parse_date(_text(news, "publication_date")),
        updated_at=parse_date(_text(element, "lastmod")),
    )


def _parts(root: etree._Element, base: str) -> list[str]:
    """Return the documents an index lists, newest first; those it does not date come last, in order."""
    found: dict[str, datetime] = {}
    for one in root:
        link = absolute(base, _text(one, "loc")) if _name(one) == "sitemap" else None
        if link is not None and link != base:
            found.setdefault(link, parse_date(_text(one, "lastmod")) or _BEGINNING)
    return sorted(found, key=lambda link: found[link], reverse=True)[:_MOST_PARTS]
