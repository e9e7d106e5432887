"""Cutting text where a reader would: at a sentence, at a word, never inside a character."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from typing import Final

from wirewatch.core.model.hit import Piece, Snippet

_JOINER: Final = "\u200d"
_SENTENCE: Final = re.compile(r"[.!?。！？؟]['\"”’»)]*\s")


def shorten(text: str, chars: int) -> str:
    """Return text of at most *chars* characters, the cut shown by an ellipsis.

    >>> shorten("The committee adjourned without a vote", 24)
    'The committee adjourned…'
    """
    if len(text) <= chars:
        return text
    if chars <= 1:
        return "…"[:chars]
    end = _whole(text, chars - 1)
    sentences = [match.end() for match in _SENTENCE.finditer(text, 0, end)]
    if sentences and sentences[-1] > chars * 0.7:
        return text[: sentences[-1]].rstrip() + "…"
    space = text.rfind(" ", int(chars * 0.6), end + 1)
    return text[: space if space > 0 else end].rstrip() + "…"


def _whole(text: str, end: int) -> int:
    """Move a cut back so that it splits no accent from its letter, no joined emoji, no flag."""
    while 0 < end < len(text) and (
        unicodedata.combining(text[end])
        or text[end] in (_JOINER, "\ufe0f", "\u20e3")
        or text[end - 1] == _JOINER
        or "\U0001f3fb" <= text[end] <= "\U0001f3ff"
        or "\U0001f1e6" <= text[end] <= "\U0001f1ff"
    ):
        end -= 1
    return end


def shorten_snippet(snippet: Snippet, chars: int) -> Snippet:
    """Return a sentence of about *chars* characters around its first words found, which stay whole."""
    if len(snippet.text) <= chars:
        return snippet
    first = next((n for n, piece in enumerate(snippet.pieces) if piece.hit), None)
    if first is None:
        text = shorten(snippet.text, chars)
        return replace(snippet, pieces=(Piece(text),), cut_after=False)
    before = "".join(piece.text for piece in snippet.pieces[:first])
    after = "".join(piece.text for piece in snippet.pieces[first + 1 :])
    hit = snippet.pieces[first]
    room = max(chars - len(hit.text), 20) // 2
    cut_before, cut_after = len(before) > room, len(after) > room
    if cut_before:
        start = len(before) - room
        space = before.find(" ", start)
        before = before[space + 1 if space >= 0 else start :]
    if cut_after:
        end = _whole(after, room)
        space = after.rfind(" ", 0, end)
        after = after[: space if space > 0 else end]
    pieces = tuple(piece for piece in (Piece(before), hit, Piece(after)) if piece.text)
    return replace(
        snippet,
        pieces=pieces,
        cut_before=snippet.cut_before or cut_before,
        cut_after=snippet.cut_after or cut_after,
    )
