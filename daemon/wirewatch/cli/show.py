"""How things are shown: tables and JSON, with nothing of a feed's text able to reach the terminal raw."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import datetime, timedelta
from enum import Enum
from pathlib import Path
from typing import Any

import click

from wirewatch.core.model.hit import Snippet


def plain(value: object) -> Any:
    """Turn nouns into what JSON can carry: times in ISO 8601, durations in seconds, bytes in hex."""
    match value:
        case datetime():
            return value.isoformat()
        case timedelta():
            return value.total_seconds()
        case bytes():
            return value.hex()
        case Enum():
            return value.value
        case Path():
            return str(value)
        case Mapping():
            return {str(plain(key)): plain(item) for key, item in value.items()}
        case list() | tuple() | set() | frozenset():
            return [plain(item) for item in value]
        case _ if is_dataclass(value) and not isinstance(value, type):
            return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
        case _:
            return value


def as_json(value: object) -> None:
    """Print one JSON document."""
    click.echo(json.dumps(plain(value), ensure_ascii=False, indent=2))


def as_lines(values: Iterable[object]) -> None:
    """Print one JSON document a line."""
    for value in values:
        click.echo(json.dumps(plain(value), ensure_ascii=False))


def clean(text: str) -> str:
    """Make a stranger's text safe for a terminal and one line long: no control characters, no direction tricks."""
    line = " ".join(text.split())
    return "".join(
        char if char.isprintable() and char not in _DIRECTIONS else "\N{REPLACEMENT CHARACTER}"
        for char in line
    )


def harmless(text: str) -> str:
    """Make a text of several lines safe for a terminal."""
    return "\n".join(
        "".join(
            char if char.isprintable() and char not in _DIRECTIONS else "\N{REPLACEMENT CHARACTER}"
            for char in line.rstrip("\r").replace("\u200b", "")
        )
        for line in text.split("\n")
    )


_DIRECTIONS = frozenset("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def marked(snippet: Snippet) -> str:
    """Return a sentence with its hits marked: in colour on a terminal, in brackets where colour is taken away."""
    before = "… " if snippet.cut_before else ""
    after = " …" if snippet.cut_after else ""
    pieces = (
        click.style(f"[{_inline(piece.text)}]", bold=True, fg="yellow")
        if piece.hit
        else _inline(piece.text)
        for piece in snippet.pieces
    )
    return before + "".join(pieces) + after


def _inline(text: str) -> str:
    """Clean a piece of a sentence without losing the spaces at its ends."""
    lead = " " if text[:1].isspace() else ""
    tail = " " if text[-1:].isspace() and text.strip() else ""
    return lead + clean(text) + tail


def table(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print a table: aligned and wrapped on a terminal, tab-separated when piped."""
    import sys

    cells = [[clean(str(cell)) if cell is not None else "–" for cell in row] for row in rows]
    if not sys.stdout.isatty():
        for row in (list(headings), *cells):
            click.echo("\t".join(row))
        return
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    shown = Table(*headings, box=SIMPLE_HEAD, pad_edge=False)
    for row in cells:
        shown.add_row(*(Text(cell) for cell in row))
    Console().print(shown)


def ago(then: datetime | None, now: datetime) -> str:
    """Return how long ago, in the largest fitting unit.

    >>> from datetime import UTC
    >>> ago(datetime(2026, 1, 23, tzinfo=UTC), datetime(2026, 1, 23, 0, 3, tzinfo=UTC))
    '3 min ago'
    """
    if then is None:
        return "never"
    seconds = (now - then).total_seconds()
    text = length(abs(seconds))
    return f"in {text}" if seconds < 0 else f"{text} ago"


def length(seconds: float) -> str:
    """Return a duration in the largest fitting unit."""
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} s"


def public(url: str) -> str:
    """Return a URL without its user name and password."""
    scheme, _, rest = url.partition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme}://{host.rpartition('@')[2]}{slash}{path}"
