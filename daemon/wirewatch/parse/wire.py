"""What passes between the daemon and a worker: a length, then JSON, then the document as it is.

Not pickle: a worker reads hostile documents with parsers written in C, and what it says may be read as data only.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, BinaryIO, Final, TypeAlias

from wirewatch.core.model.outcome import (
    ParsedEntry,
    ParsedFeed,
    ParsedPage,
    Problem,
    Unreadable,
)

HEADER_BYTES: Final = 8
ITEM_HASH: Final = 8
_TIMES: Final = ("published_at", "updated_at")
_TUPLES: Final = ("authors", "categories", "more", "hubs")


class Kind(StrEnum):
    """What a document is to be read as."""

    FEED = "feed"
    SITEMAP = "sitemap"
    PAGE = "page"
    LINKS = "links"
    WARM_FEED = "warm-feed"
    WARM_PAGE = "warm-page"


@dataclass(frozen=True, slots=True)
class Job:
    """A document to read."""

    kind: Kind
    body: bytes
    url: str
    content_type: str
    known: frozenset[bytes] = frozenset()
    """Hashes of a feed's raw entries that need not be read again."""
    part: tuple[int, int] | None = None
    """Of the others read only these: from, up to."""
    killers: frozenset[bytes] = frozenset()
    """Hashes of raw entries that killed a reader, and are left out."""


@dataclass(frozen=True, slots=True)
class Warm:
    """The worker has loaded what it needs."""


@dataclass(frozen=True, slots=True)
class Bug:
    """Our own code failed on the document."""

    detail: str


Answer: TypeAlias = ParsedFeed | ParsedPage | Unreadable | Warm | Bug

_ANSWERS: Final = {kind.__name__: kind for kind in (ParsedFeed, ParsedPage, Unreadable, Warm, Bug)}


def unpack_hashes(joined: bytes) -> frozenset[bytes]:
    """Cut hashes of raw entries, joined to one string, apart."""
    return frozenset(joined[i : i + ITEM_HASH] for i in range(0, len(joined), ITEM_HASH))


def pack_job_head(job: Job) -> bytes:
    """Write what comes before the document: what it is to be read as, where it is from, how long it is."""
    known, killers = (b"".join(sorted(hashes)).hex() for hashes in (job.known, job.killers))
    told = [job.kind, job.url, job.content_type, len(job.body), known, job.part, killers]
    return _framed(json.dumps(told).encode())


def read_job(stream: BinaryIO) -> Job | None:
    """Read a job's head and its document; None where the stream ends."""
    head = stream.read(int.from_bytes(stream.read(HEADER_BYTES), "big"))
    if not head:
        return None
    kind, url, content_type, size, known, part, killers = json.loads(head)
    body = stream.read(size)
    if len(body) != size:
        return None
    return Job(
        Kind(kind),
        body,
        url,
        content_type,
        unpack_hashes(bytes.fromhex(known)),
        part=(part[0], part[1]) if part else None,
        killers=unpack_hashes(bytes.fromhex(killers)),
    )


def pack_answer(answer: Answer) -> bytes:
    """Write an answer as its length and JSON."""
    told = {"is": type(answer).__name__, **asdict(answer)}
    return _framed(json.dumps(told, default=_plain, ensure_ascii=False).encode("utf-8", "replace"))


def unpack_answer(frame: bytes) -> Answer:
    """Read what ``pack_answer`` wrote, less its length. Raises ValueError for anything else."""
    try:
        told = json.loads(frame)
        answer: Answer = _noun(_ANSWERS[told.pop("is")], told)
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError) as exc:
        raise ValueError(f"not an answer: {type(exc).__name__}") from exc
    return answer


def _framed(content: bytes) -> bytes:
    return len(content).to_bytes(HEADER_BYTES, "big") + content


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, bytes):
        return value.hex()
    raise TypeError(f"{type(value).__name__} does not travel")


def _noun(kind: type[Any], told: Mapping[str, Any]) -> Any:
    values = {field.name: told[field.name] for field in fields(kind)}
    for name in _TIMES:
        if values.get(name) is not None:
            values[name] = datetime.fromisoformat(values[name])
    for name in _TUPLES:
        if name in values:
            values[name] = tuple(values[name])
    if values.get("ttl") is not None:
        values["ttl"] = timedelta(seconds=values["ttl"])
    for name in ("flaw", "problem"):
        if values.get(name) is not None:
            values[name] = Problem(values[name])
    if values.get("items") is not None:
        values["items"] = tuple(map(bytes.fromhex, values["items"]))
    if "entries" in values:
        values["entries"] = tuple(_noun(ParsedEntry, entry) for entry in values["entries"])
    return kind(**values)
