"""What the head of a response means, before any of its body is read."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

import httpx

from wirewatch.core.model.outcome import CachingHints, Problem
from wirewatch.fetch.limits import spell_time
from wirewatch.fetch.problems import Setback

READABLE = frozenset({200, 203, 226})
"""Statuses that come with the document (226: a part of it that is a document itself, RFC 3229)."""

NOT_MODIFIED = 304
_EMPTY = frozenset({204, 205})
_LONGEST_VALIDATOR = 1024
"""A longer ETag is a burden on every poll to come and is not kept."""

_LISTS = frozenset({"cache-control", "content-encoding", "link"})

_PROBLEMS: Mapping[int, Problem] = {
    401: Problem.UNAUTHORIZED,
    403: Problem.UNAUTHORIZED,
    410: Problem.GONE,
    429: Problem.RATE_LIMITED,
}


def fields_of(response: httpx.Response) -> dict[str, str]:
    """Return the headers by name in lower case, every byte kept as the character of its number.

    Of a header that comes twice the first counts, unless it is a list. Not ``response.headers``: that
    guesses an encoding, and a validator must go back byte for byte.
    """
    fields: dict[str, str] = {}
    for raw_name, raw_value in response.headers.raw:
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
        if name in _LISTS and name in fields:
            fields[name] += f", {value}"
        else:
            fields.setdefault(name, value)
    return fields


def stream_of(response: httpx.Response) -> httpx.AsyncByteStream:
    """Return the body as it comes over the wire, still packed."""
    if not isinstance(response.stream, httpx.AsyncByteStream):
        raise TypeError("the transport gave a stream that cannot be awaited")
    return response.stream


def validator(fields: Mapping[str, str], name: str) -> str | None:
    """Return a validator as sent, or None if there is none worth keeping."""
    value = fields.get(name, "")
    return value if 0 < len(value) <= _LONGEST_VALIDATOR else None


def refusal(status: int, hints: CachingHints) -> Setback:
    """Return what a status that brings no document means."""
    if status in _EMPTY:
        return Setback(Problem.EMPTY, f"{spell_status(status)}: nothing in it")
    if status == NOT_MODIFIED:
        return Setback(
            Problem.UNEXPECTED_STATUS,
            "HTTP 304 Not Modified, though nothing to compare with was sent",
        )
    wait = "" if hints.retry_after is None else f", asks to wait {spell_time(hints.retry_after)}"
    return Setback(_problem(status), spell_status(status) + wait)


def _problem(status: int) -> Problem:
    if status in _PROBLEMS:
        return _PROBLEMS[status]
    if 400 <= status < 500:
        return Problem.HTTP_CLIENT
    return Problem.HTTP_SERVER if 500 <= status < 600 else Problem.UNEXPECTED_STATUS


def spell_status(status: int) -> str:
    """Name a status in the standard's words: the server's own are a stranger's.

    >>> spell_status(404), spell_status(999)
    ('HTTP 404 Not Found', 'HTTP 999')
    """
    try:
        return f"HTTP {status} {HTTPStatus(status).phrase}"
    except ValueError:
        return f"HTTP {status}"
