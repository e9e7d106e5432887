"""Nouns to JSON and back, for those that lie inside a row. What an older version left out takes its default."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final

from wirewatch.core.model.alert import Item, Message
from wirewatch.core.model.coverage import GapPage, Memory, PageKind, Trace
from wirewatch.core.model.entry import EntryKey
from wirewatch.core.model.habit import Habit
from wirewatch.core.model.hit import Field, Piece, Snippet, Span
from wirewatch.core.model.story import Fingerprint
from wirewatch.store.kinds import require_aware

JsonObject = dict[str, Any]

_TRACE: Final = (("raw", 8), ("title", 4), ("link", 4), ("text", 4), ("date", 4))
"""The facets of a trace and their lengths, after its key of 16 bytes; a facet it has not is all zeros."""


def pack_words(words: Iterable[str]) -> list[str]:
    """Return texts as a list."""
    return list(words)


def unpack_words(words: Sequence[str]) -> tuple[str, ...]:
    """Return texts as the nouns have them."""
    return tuple(words)


def pack_numbers(numbers: Iterable[int]) -> list[int]:
    """Return numbers as a list."""
    return list(numbers)


def unpack_numbers(numbers: Sequence[int]) -> tuple[int, ...]:
    """Return numbers as the nouns have them."""
    return tuple(numbers)


def pack_object(value: JsonObject) -> JsonObject:
    """Return a JSON object as it is."""
    return dict(value)


def unpack_object(value: JsonObject) -> JsonObject:
    """Return a JSON object as it is."""
    return value


def pack_spans(spans: Iterable[Span]) -> list[list[Any]]:
    """Return spans as ``[field, start, end]``."""
    return [[span.field.value, span.start, span.end] for span in spans]


def unpack_spans(rows: Iterable[Sequence[Any]]) -> tuple[Span, ...]:
    """Return the spans."""
    return tuple(Span(Field(field), start, end) for field, start, end in rows)


def pack_snippets(snippets: Iterable[Snippet]) -> list[JsonObject]:
    """Return snippets with their pieces as ``[text, hit]``."""
    return [
        {
            "field": snippet.field.value,
            "pieces": [[piece.text, piece.hit] for piece in snippet.pieces],
            "cut_before": snippet.cut_before,
            "cut_after": snippet.cut_after,
        }
        for snippet in snippets
    ]


def unpack_snippets(rows: Iterable[JsonObject]) -> tuple[Snippet, ...]:
    """Return the snippets."""
    return tuple(
        Snippet(
            field=Field(row["field"]),
            pieces=tuple(Piece(text, hit) for text, hit in row["pieces"]),
            cut_before=row["cut_before"],
            cut_after=row["cut_after"],
        )
        for row in rows
    )


def pack_fingerprint(fingerprint: Fingerprint) -> JsonObject:
    """Return a fingerprint as an object."""
    return {
        "links": list(fingerprint.links),
        "title": fingerprint.title,
        "shingles": list(fingerprint.shingles),
    }


def unpack_fingerprint(row: JsonObject) -> Fingerprint:
    """Return the fingerprint."""
    return Fingerprint(
        links=tuple(row["links"]), title=row["title"], shingles=tuple(row["shingles"])
    )


def pack_message(message: Message) -> JsonObject:
    """Return a message as an object; every attempt says what it says."""
    return {
        "subject": message.subject,
        "headline": message.headline,
        "link": message.link,
        "outlet": message.outlet,
        "also_in": list(message.also_in),
        "watches": list(message.watches),
        "matched": list(message.matched),
        "snippets": pack_snippets(message.snippets),
        "published_at": _pack_time(message.published_at),
        "found_at": _pack_time(message.found_at),
        "timezone": message.timezone,
        "note": message.note,
        "body": message.body,
        "lists": list(message.lists),
        "items": [[item.headline, item.link, item.outlet] for item in message.items],
    }


def unpack_message(row: JsonObject) -> Message:
    """Return the message."""
    return Message(
        subject=row["subject"],
        headline=row["headline"],
        link=row["link"],
        outlet=row["outlet"],
        also_in=tuple(row["also_in"]),
        watches=tuple(row["watches"]),
        matched=tuple(row["matched"]),
        snippets=unpack_snippets(row["snippets"]),
        published_at=_unpack_time(row["published_at"]),
        found_at=_unpack_time(row["found_at"]),
        timezone=row["timezone"],
        note=row["note"],
        body=row["body"],
        lists=tuple(row["lists"]),
        items=tuple(
            Item(headline=headline, link=link, outlet=outlet)
            for headline, link, outlet in row.get("items", ())
        ),
    )


def pack_keys(keys: Iterable[EntryKey]) -> list[str]:
    """Return keys in hexadecimal digits."""
    return [key.hex() for key in keys]


def unpack_keys(rows: Iterable[str]) -> tuple[EntryKey, ...]:
    """Return the keys."""
    return tuple(EntryKey(bytes.fromhex(row)) for row in rows)


def pack_gap_pages(pages: Iterable[GapPage]) -> list[list[str]]:
    """Return pages as ``[kind, url]``."""
    return [[page.kind.value, page.url] for page in pages]


def unpack_gap_pages(rows: Iterable[Sequence[str]]) -> tuple[GapPage, ...]:
    """Return the pages."""
    return tuple(GapPage(kind=PageKind(kind), url=url) for kind, url in rows)


def pack_memory(memory: Memory) -> bytes:
    """Return the traces of a document one after the other, behind the number of those that came last."""
    traces = (*memory.newest, *memory.window)
    return len(memory.newest).to_bytes(4, "big") + b"".join(map(_pack_trace, traces))


def unpack_memory(row: bytes) -> Memory:
    """Return the traces."""
    count, size = int.from_bytes(row[:4], "big"), 16 + sum(length for _, length in _TRACE)
    traces = tuple(_unpack_trace(row[at : at + size]) for at in range(4, len(row), size))
    return Memory(newest=traces[:count], window=traces[count:])


def _pack_trace(trace: Trace) -> bytes:
    facets = (getattr(trace, name).ljust(length, b"\0") for name, length in _TRACE)
    return trace.key + b"".join(facets)


def _unpack_trace(row: bytes) -> Trace:
    facets, at = {}, 16
    for name, length in _TRACE:
        facet = row[at : at + length]
        facets[name] = facet if any(facet) else b""
        at += length
    return Trace(key=EntryKey(row[:16]), **facets)


def _pack_time(at: datetime | None) -> str | None:
    if at is None:
        return None
    require_aware(at)
    return at.isoformat()


def _unpack_time(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def of_habit(habit: Habit) -> dict[str, object]:
    """Return a habit as an object of JSON."""
    return {**asdict(habit), "at": habit.at.isoformat()}


def to_habit(stored: Mapping[str, Any] | None) -> Habit | None:
    """Return the habit that was stored, if one was."""
    if stored is None:
        return None
    values: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in stored.items()
    }
    return Habit(**{**values, "at": datetime.fromisoformat(str(stored["at"]))})
