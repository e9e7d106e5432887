"""Reads a case: JSON that says what the document is and what is expected of it, then the document.

A file looks like this::

    == case ==
    {"about": "why it is here", "expect": {"format": "rss20", "entries": [{"title": "One"}]}}
    == document ==
    <rss version="2.0">…

The document is written in UTF-8 and turned into bytes as the case says: ``encoding`` (a Python codec), ``before``
(bytes in hexadecimal that stand before it, such as a byte-order mark), ``raw`` (``{"name": "hex"}``: every
``⟦name⟧`` becomes these bytes), ``repeat`` (``{"name": ["text", 5]}``: every ``⟦name⟧`` becomes the text so many
times) and ``end`` (``"cut"`` drops the newline at the end of the file).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
_KEYS = frozenset(
    {
        "about",
        "url",
        "content_type",
        "encoding",
        "before",
        "raw",
        "repeat",
        "end",
        "limits",
        "expect",
    }
)


@dataclass(frozen=True)
class Case:
    """One document and what is expected of it."""

    name: str
    about: str
    body: bytes
    url: str
    content_type: str
    limits: dict[str, int]
    expect: dict[str, Any]


def cases(folder: str) -> list[Case]:
    """Return all cases of a folder, by name."""
    return [read_case(path) for path in sorted((HERE / folder).glob("*.case"))]


def read_case(path: Path) -> Case:
    """Read one file. Raises for anything misspelt: a case that expects nothing cannot fail."""
    head, mark, document = path.read_text(encoding="utf-8").partition("\n== document ==\n")
    if not mark or not head.startswith("== case ==\n"):
        raise ValueError(f"{path.name} is no case")
    told = json.loads(head.removeprefix("== case ==\n"))
    if unknown := told.keys() - _KEYS:
        raise ValueError(f"{path.name}: unknown {sorted(unknown)}")
    return Case(
        name=path.stem,
        about=told["about"],
        body=_bytes(document, told),
        url=told.get("url", "https://news.example.org/feed.xml"),
        content_type=told.get("content_type", ""),
        limits=told.get("limits", {}),
        expect=told["expect"],
    )


def _bytes(document: str, told: dict[str, Any]) -> bytes:
    for name, (text, times) in told.get("repeat", {}).items():
        document = document.replace(f"⟦{name}⟧", text * times)
    if told.get("end") == "cut":
        document = document.removesuffix("\n")
    encoding = told.get("encoding", "utf-8")
    raw = {f"⟦{name}⟧": bytes.fromhex(value) for name, value in told.get("raw", {}).items()}
    pieces = [document]
    for mark in raw:
        pieces = [part for piece in pieces for part in _split_keeping(piece, mark)]
    body = b"".join(raw[piece] if piece in raw else piece.encode(encoding) for piece in pieces)
    return bytes.fromhex(told.get("before", "")) + body


def _split_keeping(text: str, mark: str) -> list[str]:
    parts = text.split(mark)
    return [piece for part in parts for piece in (mark, part)][1:]
