"""feedparser's dictionaries become our drafts. The shape of those dictionaries is known here and nowhere else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Final

from wirewatch.core.urls import is_web_url
from wirewatch.parse.dates import parse_date
from wirewatch.parse.draft import HTML_TYPES, Draft, Prose
from wirewatch.parse.links import absolute

Raw = Mapping[str, object]
"""A dictionary of feedparser, read by plain keys: its own look-up maps missing keys to other ones."""

_TEXT_TYPES: Final = HTML_TYPES | {"text/plain"}
_PERIODS: Final = {
    "hourly": timedelta(hours=1),
    "daily": timedelta(days=1),
    "weekly": timedelta(weeks=1),
    "monthly": timedelta(days=30),
    "yearly": timedelta(days=365),
}
_MOST_LINKS: Final = 5
_LONGEST_TTL: Final = timedelta(days=7)
_MEDIA_TEXT: Final = "wirewatch_media_text"
"""Under this name ``media:description`` reaches us; see ``set_media_text_apart``."""


def set_media_text_apart(xml: str) -> str:
    """Rename ``media:description``: feedparser would take the caption of a picture for the text of the entry."""
    if "<media:description" not in xml:
        return xml
    renamed = xml.replace("</media:description>", f"</{_MEDIA_TEXT}>")
    head, *rest = renamed.split("<media:description")
    # its attributes go too: an unknown element that has some loses its text in feedparser
    return head + "".join(f"<{_MEDIA_TEXT}{_after_attributes(piece)}" for piece in rest)


def _after_attributes(piece: str) -> str:
    end = piece.find(">")
    return piece[end - 1 :] if end > 0 and piece[end - 1] == "/" else piece[max(end, 0) :]


def draft_of(entry: object, *, feed: Raw, url: str, atom: bool) -> Draft:
    """Read one entry."""
    raw = raw_of(entry)
    published, updated = _dates(raw, atom=atom)
    guid = text(raw, "id")
    summary, body = _summary_and_body(raw)
    return Draft(
        guid=guid,
        link=_link(raw, url, guid),
        title=Prose(text(raw, "title"), _type(raw, "title_detail", default="text/plain")),
        summary=summary,
        body=body,
        authors=_authors(raw) or (_authors(feed) if atom else ()),
        categories=tuple(_labels(raw)),
        language=_language(raw) or text(feed, "language"),
        published_at=published,
        updated_at=updated,
        image=_image(raw, url),
    )


def text(raw: Raw, key: str) -> str:
    """Return a value if it is text."""
    value = raw.get(key)
    return value if isinstance(value, str) else ""


def raw_of(value: object) -> Raw:
    """Return a dictionary of feedparser as a plain one, or an empty one."""
    return dict(value.items()) if isinstance(value, dict) else {}


def _each(raw: Raw, key: str) -> Iterable[Raw]:
    value = raw.get(key)
    return (
        [raw_of(item) for item in value if isinstance(item, dict)]
        if isinstance(value, list)
        else ()
    )


def _type(raw: Raw, key: str, *, default: str) -> str:
    return text(raw_of(raw.get(key)), "type") or default


def _summary_and_body(raw: Raw) -> tuple[Prose, Prose]:
    """Tell the summary from the full text. feedparser fills an absent summary with the content."""
    contents = [
        Prose(text(content, "value"), text(content, "type"))
        for content in _each(raw, "content")
        if text(content, "type") in _TEXT_TYPES
    ]
    body = max(contents, key=lambda prose: len(prose.value), default=Prose())
    summary = Prose(text(raw, "summary"), _type(raw, "summary_detail", default="text/html"))
    if body.value and ("summary_detail" not in raw or summary.value == body.value):
        # a description that came twice is a summary; content that came alone is a body
        return (summary, Prose()) if "summary_detail" in raw else (Prose(), body)
    if not summary.value and not body.value:
        return Prose(text(raw, _MEDIA_TEXT), "text/plain"), Prose()
    return summary, body


def _link(raw: Raw, url: str, guid: str) -> str | None:
    """Return the entry's own page; a guid serves as one only where it is a whole address."""
    told = text(raw, "feedburner_origlink") or _first_alternate(raw) or text(raw, "link")
    if not told.strip() and "link" in raw and is_web_url(guid.strip()):
        told = guid  # an empty link element beside a guid that is the address
    if told == guid and not is_web_url(told.strip()):
        return None
    return absolute(url, told)


def _first_alternate(raw: Raw) -> str:
    for link in _each(raw, "links"):
        if text(link, "rel") == "alternate" and text(link, "type") in HTML_TYPES:
            return text(link, "href")
    return ""


def _dates(raw: Raw, *, atom: bool) -> tuple[datetime | None, datetime | None]:
    """Return when it was published and updated. Outside Atom the only date there is (dc:date) is its publication."""
    published = _date(raw, "published") or _date(raw, "created")
    updated = _date(raw, "updated")
    if published is None and not atom:
        return updated, None
    return published, updated


def _date(raw: Raw, key: str) -> datetime | None:
    return parse_date(text(raw, key))


def _authors(raw: Raw) -> tuple[str, ...]:
    people = [text(person, "name") or text(person, "email") for person in _each(raw, "authors")]
    return tuple(name for name in people if name) or tuple(filter(None, [text(raw, "author")]))


def _labels(raw: Raw) -> Iterable[str]:
    for tag in _each(raw, "tags"):
        yield text(tag, "label") or text(tag, "term")


def _language(raw: Raw) -> str:
    if told := text(raw, "language"):
        return told
    details = [raw_of(raw.get(key)) for key in ("summary_detail", "title_detail")]
    inside = [text(detail, "language") for detail in (*_each(raw, "content"), *details)]
    return next(filter(None, inside), "")


def _image(raw: Raw, url: str) -> str | None:
    media = [
        *_each(raw, "media_thumbnail"),
        *(m for m in _each(raw, "media_content") if _is_image(m)),
    ]
    linked = [link for link in _each(raw, "links") if _is_image(link)]
    own = [raw_of(raw.get("image"))]
    for source in (*media, *own, *linked):
        if (found := absolute(url, text(source, "url") or text(source, "href"))) is not None:
            return found
    return None


def _is_image(media: Raw) -> bool:
    return text(media, "medium") == "image" or text(media, "type").startswith("image/")


def ttl_of(feed: Raw) -> timedelta | None:
    """Return how long a feed asks to be left alone, at most a week."""
    if minutes := _whole(text(feed, "ttl")):
        return min(timedelta(minutes=minutes), _LONGEST_TTL)
    period = _PERIODS.get(text(feed, "sy_updateperiod").strip().lower())
    if period is None:
        return None
    return min(period / (_whole(text(feed, "sy_updatefrequency")) or 1), _LONGEST_TTL)


def archive_of(feed: Raw, url: str) -> str | None:
    """Return where a feed says its older entries are (RFC 5005): its archive rather than its next page."""
    links = feed.get("links")
    told = [raw_of(link) for link in links] if isinstance(links, list) else []
    for rel in ("prev-archive", "next"):
        for link in told:
            if text(link, "rel").strip().lower().rpartition("/")[2] == rel:
                found = absolute(url, text(link, "href"))
                if found is not None and found != url:
                    return found
    return None


def linked(feed: Raw, url: str, rel: str) -> tuple[str, ...]:
    """Return the addresses of a feed's links of one kind, a few at most."""
    links = feed.get("links")
    told = [raw_of(link) for link in links] if isinstance(links, list) else []
    hrefs = [text(link, "href") for link in told if rel in text(link, "rel").lower().split()]
    found = (absolute(url, href) for href in hrefs)
    return tuple(dict.fromkeys(one for one in found if one is not None))[:_MOST_LINKS]


def _whole(digits: str) -> int:
    """Return a positive number, at most a million; 0 for everything else."""
    told = digits.strip()
    if not (told.isascii() and told.isdigit()):
        return 0
    return min(int(told[:10]), 1_000_000)
