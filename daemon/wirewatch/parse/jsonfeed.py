"""JSON Feed 1.0 and 1.1."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final, TypeAlias

from wirewatch.core.model.outcome import Parsed, ParsedFeed, Problem, Unreadable
from wirewatch.parse.clean import one_line
from wirewatch.parse.dates import parse_date
from wirewatch.parse.draft import Draft, Prose, finished
from wirewatch.parse.limits import ParseLimits
from wirewatch.parse.links import absolute

Json: TypeAlias = "Mapping[str, Json] | Sequence[Json] | str | int | float | bool | None"

_VERSIONS: Final = {"1": "json10", "1.0": "json10", "1.1": "json11"}
_PREFIX: Final = "jsonfeed.org/version/"


def parse_json_feed(text: str, *, url: str, limits: ParseLimits) -> Parsed:
    """Read a JSON Feed. Items that are none are left out; never raises for anything JSON can be."""
    try:
        document: Json = json.loads(text, parse_int=_number, parse_constant=lambda _: None)
    except RecursionError:
        return Unreadable(problem=Problem.TOO_COSTLY, detail="JSON nested too deeply")
    except ValueError as exc:
        return _broken(exc, text)
    if not isinstance(document, Mapping):
        return _not_a_feed()
    version = _version(document)
    items = document.get("items")
    if version is None and not _looks_like_items(items):
        return _not_a_feed()
    if not isinstance(items, list):
        items = []
    return _feed(document, items, version=version, url=url, limits=limits)


def _number(digits: str) -> int | str:
    return int(digits) if len(digits) < 20 else digits


def _broken(exc: ValueError, text: str) -> Unreadable:
    if isinstance(exc, json.JSONDecodeError):
        ends_early = exc.pos >= len(text.rstrip()) or exc.msg.startswith("Unterminated")
        problem = Problem.TRUNCATED if ends_early else Problem.UNPARSABLE
        return Unreadable(problem=problem, detail=f"JSON: {exc.msg} in line {exc.lineno}")
    return Unreadable(problem=Problem.UNPARSABLE, detail=f"JSON: {exc}")


def _not_a_feed() -> Unreadable:
    return Unreadable(problem=Problem.NOT_A_FEED, detail="JSON, but not a JSON Feed")


def _version(document: Mapping[str, Json]) -> str | None:
    version = document.get("version")
    if not isinstance(version, str) or _PREFIX not in version:
        return None
    return _VERSIONS.get(version.rpartition("/")[2], "json11")


def _looks_like_items(items: Json) -> bool:
    """Say whether a list of things without a declared version can only be the items of a feed."""
    marks = {"content_html", "content_text", "date_published", "external_url"}
    return isinstance(items, list) and any(
        isinstance(item, Mapping) and marks & item.keys() for item in items
    )


def _feed(
    document: Mapping[str, Json],
    items: Sequence[Json],
    *,
    version: str | None,
    url: str,
    limits: ParseLimits,
) -> ParsedFeed:
    language = _text(document, "language")
    drafts = [
        _draft(item, url=url, language=language) for item in items if isinstance(item, Mapping)
    ]
    dropped = sum(not isinstance(item, Mapping) for item in items)
    flaws: list[tuple[Problem, str]] = []
    if version is None:
        flaws.append((Problem.UNPARSABLE, "a JSON Feed that does not name its version"))
    if dropped:
        flaws.append((Problem.UNPARSABLE, f"{dropped} items that are no objects"))
    return finished(
        drafts,
        flaws,
        limits,
        format=version or "json11",
        title=_text(document, "title"),
        link=absolute(url, _string(document, "home_page_url")),
        language=language,
        ttl=None,
        archive=absolute(url, _string(document, "next_url")),
        hubs=_hubs(document, url),
        topic=absolute(url, _string(document, "feed_url")),
    )


def _hubs(document: Mapping[str, Json], url: str) -> tuple[str, ...]:
    told = document.get("hubs")
    hubs = [hub for hub in told[:20] if isinstance(hub, Mapping)] if isinstance(told, list) else []
    found = (
        absolute(url, _string(hub, "url"))
        for hub in hubs
        if _string(hub, "type").lower() == "websub"
    )
    return tuple(one for one in found if one is not None)[:5]


def _draft(item: Mapping[str, Json], *, url: str, language: str) -> Draft:
    image = _string(item, "image") or _string(item, "banner_image")
    html, plain = _text(item, "content_html"), _text(item, "content_text")
    return Draft(
        guid=_text(item, "id"),
        link=absolute(url, _string(item, "url")) or absolute(url, _string(item, "external_url")),
        title=Prose(_text(item, "title"), "text/plain"),
        summary=Prose(_text(item, "summary"), "text/plain"),
        body=Prose(html, "text/html") if html else Prose(plain, "text/plain"),
        authors=_authors(item),
        categories=_strings(item.get("tags")),
        language=_text(item, "language") or language,
        published_at=_date(item, "date_published"),
        updated_at=_date(item, "date_modified"),
        image=absolute(url, image),
    )


def _text(item: Mapping[str, Json], key: str) -> str:
    """Return a member as text: publishers write numbers for ids."""
    value = item.get(key)
    if isinstance(value, bool):
        return ""
    return str(value) if isinstance(value, str | int | float) else ""


def _string(item: Mapping[str, Json], key: str) -> str:
    value = item.get(key)
    return value if isinstance(value, str) else ""


def _date(item: Mapping[str, Json], key: str) -> datetime | None:
    return parse_date(_string(item, key))


def _authors(item: Mapping[str, Json]) -> tuple[str, ...]:
    listed = item.get("authors")
    people = listed if isinstance(listed, list) else [item.get("author")]
    names = [_text(person, "name") if isinstance(person, Mapping) else person for person in people]
    return _strings(names)


def _strings(value: Json) -> tuple[str, ...]:
    return (
        tuple(one_line(text) for text in value if isinstance(text, str))
        if isinstance(value, list)
        else ()
    )
