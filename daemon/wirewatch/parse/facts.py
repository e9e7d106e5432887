"""What a page says of itself: its title, address, language, outlet, author and date, from JSON-LD and meta elements.

What is stated for machines is believed before what is shown to people: the date at the top of a page is often that
of the design, of the day, or of another article.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeAlias
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from wirewatch.parse.clean import one_line
from wirewatch.parse.dates import parse_date
from wirewatch.parse.draft import language_tag
from wirewatch.parse.html import decode_references
from wirewatch.parse.links import absolute

Json: TypeAlias = "Mapping[str, Json] | list[Json] | str | int | float | bool | None"
Node: TypeAlias = Mapping[str, Json]

_ARTICLES: Final = frozenset(
    "article newsarticle reportagenewsarticle analysisnewsarticle opinionnewsarticle backgroundnewsarticle "
    "reviewnewsarticle blogposting liveblogposting report scholarlyarticle techarticle socialmediaposting "
    "discussionforumposting advertisercontentarticle".split()
)
_TITLES: Final = (
    "og:title",
    "twitter:title",
    "parsely-title",
    "sailthru.title",
    "dc.title",
    "headline",
)
_SITES: Final = ("og:site_name", "application-name", "dc.publisher")
_AUTHORS: Final = (
    "author",
    "article:author",
    "parsely-author",
    "sailthru.author",
    "dc.creator",
    "byl",
)
_DATES: Final = (
    "article:published_time", "og:article:published_time", "og:published_time", "datepublished", "pubdate",
    "publishdate", "publish-date", "publish_date", "publication_date", "article.published", "parsely-pub-date",
    "sailthru.date", "dc.date.issued", "dcterms.created", "dcterms.issued", "dcterms.date", "dc.date",
    "citation_publication_date", "cxenseparse:recs:publishtime", "date",
)  # fmt: skip
_LANGUAGES: Final = ("content-language", "og:locale", "language", "dc.language")
_MOST_NODES: Final = 5000
_LARGEST_SCRIPT: Final = 2_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What was found, cleaned; empty or None where the page is silent."""

    title: str = ""
    canonical: str | None = None
    language: str | None = None
    site: str | None = None
    author: str | None = None
    published_at: datetime | None = None
    article_body: str = ""
    """The text of the article as JSON-LD carries it on some pages."""
    free: bool = True
    """False where the page declares that it must be paid for."""


def facts_of(tree: HtmlElement, *, url: str) -> Facts:
    """Read what a page states for machines. Never raises for anything a page can hold."""
    meta = _meta(tree)
    canonical = _canonical(tree, meta, url)
    article = _article(_nodes(tree), canonical or url)
    return Facts(
        title=_title(tree, meta, article),
        canonical=canonical,
        language=_language(tree, meta),
        site=_first(meta, _SITES) or _name(article.get("publisher")) or None,
        author=_author(tree, meta, article),
        published_at=_published(tree, meta, article),
        article_body=_string(article.get("articleBody")),
        free=str(article.get("isAccessibleForFree", "")).lower() != "false",
    )


def _meta(tree: HtmlElement) -> dict[str, str]:
    """Return the meta elements by name in lower case; the first of a name wins."""
    found: dict[str, str] = {}
    for element in tree.iter("meta"):
        content = one_line(element.get("content") or "")
        for key in ("property", "name", "itemprop", "http-equiv"):
            name = (element.get(key) or "").strip().lower()
            if name and content:
                found.setdefault(name, content)
    return found


def _first(meta: Mapping[str, str], names: tuple[str, ...]) -> str:
    return next((meta[name] for name in names if name in meta), "")


def _nodes(tree: HtmlElement) -> Iterator[Node]:
    """Yield the objects of all JSON-LD scripts, outer ones first, without recursion."""
    waiting: list[Json] = [
        _loaded(script.text or "")
        for script in tree.iter("script")
        if "ld+json" in (script.get("type") or "").lower()
    ]
    for _ in range(_MOST_NODES):
        if not waiting:
            return
        value = waiting.pop(0)
        if isinstance(value, list):
            waiting += value
        elif isinstance(value, Mapping):
            yield value
            waiting += [inner for inner in value.values() if isinstance(inner, Mapping | list)]


def _loaded(script: str) -> Json:
    if len(script) > _LARGEST_SCRIPT:
        return None
    text = script.strip().removeprefix("<![CDATA[").removesuffix("]]>")
    try:
        loaded: Json = json.loads(text, strict=False)
    except (ValueError, RecursionError):
        return None
    return loaded


def _article(nodes: Iterator[Node], url: str) -> Node:
    """Return the node that describes this page's article: the one that names this address, else the first."""
    first: Node | None = None
    for node in nodes:
        if not _ARTICLES.intersection(_types(node)):
            continue
        if first is None:
            first = node
        if any(address and _path(address) == _path(url) for address in _addresses(node)):
            return node
    return first or {}


def _types(node: Node) -> list[str]:
    kinds = node.get("@type")
    listed = kinds if isinstance(kinds, list) else [kinds]
    return [kind.lower().rpartition("/")[2] for kind in listed if isinstance(kind, str)]


def _addresses(node: Node) -> list[str]:
    whole = node.get("mainEntityOfPage")
    inner = whole.get("@id") if isinstance(whole, Mapping) else whole
    return [value for value in (inner, node.get("url"), node.get("@id")) if isinstance(value, str)]


def _path(url: str) -> str:
    try:
        return urlsplit(url).path.rstrip("/")
    except ValueError:
        return ""


def _string(value: Json) -> str:
    return value if isinstance(value, str) else ""


def _name(value: Json) -> str:
    """Return the name of a person or organisation, or of the first of several, or of all persons joined."""
    if isinstance(value, list):
        return ", ".join(
            filter(None, (_name(one) for one in value[:20] if not isinstance(one, list)))
        )
    if isinstance(value, Mapping):
        value = _string(value.get("name"))
    name = one_line(decode_references(_string(value)))
    return "" if "://" in name else name


def _title(tree: HtmlElement, meta: Mapping[str, str], article: Node) -> str:
    told = _name(article.get("headline")) or _first(meta, _TITLES)
    return (
        one_line(decode_references(told))
        if told
        else _heading(tree) or _text(tree.find(".//title"))
    )


def _heading(tree: HtmlElement) -> str:
    headings = tree.findall(".//h1")
    return _text(headings[0]) if len(headings) == 1 else ""


def _text(element: HtmlElement | None) -> str:
    return "" if element is None else one_line(" ".join(str(piece) for piece in element.itertext()))


def _canonical(tree: HtmlElement, meta: Mapping[str, str], url: str) -> str | None:
    """Return the address the page prefers for itself; a front page is not the address of an article."""
    links = [
        link.get("href") or ""
        for link in tree.iter("link")
        if "canonical" in (link.get("rel") or "").lower().split()
    ]
    for told in (*links[:1], meta.get("og:url", "")):
        found = absolute(url, told)
        if found is not None and (_path(found) or urlsplit(found).query or not _path(url)):
            return found
    return None


def _language(tree: HtmlElement, meta: Mapping[str, str]) -> str | None:
    roots = [tree, *tree.iter("html")]
    told = [root.get("lang") or root.get("xml:lang") or "" for root in roots]
    return next(
        filter(None, (language_tag(tag) for tag in (*told, _first(meta, _LANGUAGES)))), None
    )


def _author(tree: HtmlElement, meta: Mapping[str, str], article: Node) -> str | None:
    if told := _name(article.get("author")):
        return told
    for name in _AUTHORS:
        if name in meta and "://" not in meta[name]:
            return meta[name]
    marked = tree.xpath("(//*[@rel='author' or @itemprop='author'])[1]")
    return (_text(marked[0]) or None) if isinstance(marked, list) and marked else None


def _published(tree: HtmlElement, meta: Mapping[str, str], article: Node) -> datetime | None:
    for key in ("datePublished", "dateCreated"):
        if (date := parse_date(_string(article.get(key)))) is not None:
            return date
    for name in _DATES:
        if name in meta and (date := parse_date(meta[name])) is not None:
            return date
    for element in tree.iter("time"):
        marked = (element.get("itemprop") or "").lower() == "datepublished" or element.get(
            "pubdate"
        ) is not None
        if marked and (date := parse_date(element.get("datetime") or "")) is not None:
            return date
    return None
