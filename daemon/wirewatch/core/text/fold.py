"""When two spellings are one: case, accents, width, ligatures and invisible characters."""

from __future__ import annotations

import html
import re
import unicodedata
from typing import Final

INVISIBLE: Final = frozenset(
    "\u00ad\u034f\u061c\u180e\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e"
    "\u2060\u2061\u2062\u2063\u2064\u2066\u2067\u2068\u2069\ufeff\u0640"
)
"""Characters that do not count: soft hyphens, joiners, direction and byte order marks, Arabic tatweel."""

_LETTERS: Final = str.maketrans(
    {
        "ł": "l", "ø": "o", "đ": "d", "ħ": "h", "ŧ": "t", "ı": "i", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe",
        "ŋ": "ng", "ə": "a", "ƒ": "f", "ɓ": "b", "ɗ": "d", "ƙ": "k", "ς": "σ",
        "أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ى": "ي", "ی": "ي", "ک": "ك", "ة": "ه", "ؤ": "و", "ئ": "ي", "ۀ": "ه",
        "ך": "כ", "ם": "מ", "ן": "נ", "ף": "פ", "ץ": "צ",
    }
)  # fmt: skip
"""Letters that no decomposition reaches: strokes, ligatures, final and regional shapes."""

_ENTITY: Final = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});")
_NOTES: Final = frozenset("™℠¹²³⁰⁴⁵⁶⁷⁸⁹")
"""Marks that hang on a word without belonging to it: they part words instead of becoming letters."""
_SLICE: Final = 2_000
_MOST_MARKS: Final = 60
_HALF_WIDTH_MARKS: Final = "\uff9e\uff9f"


def _is_dropped_mark(char: str) -> bool:
    """Accents of Latin, Greek and Cyrillic, vowel signs of Hebrew and Arabic; signs of India stay."""
    return (
        "\u0300" <= char <= "\u036f"
        or "\u0591" <= char <= "\u05c7"
        or "\u0610" <= char <= "\u061a"
        or "\u064b" <= char <= "\u065f"
        or char == "\u0670"
        or "\u06d6" <= char <= "\u06ed"
        or "\u1ab0" <= char <= "\u1aff"
        or "\u1dc0" <= char <= "\u1dff"
        or "\ufe00" <= char <= "\ufe0f"
        or "\ufe20" <= char <= "\ufe2f"
    )


def fold(text: str) -> str:
    """Return the form under which spellings are compared.

    >>> fold("Łódź"), fold("STRASSE") == fold("Straße"), fold("ё"), fold("ﬁne")
    ('lodz', True, 'е', 'fine')
    """
    if text.isascii():
        return text.lower()
    if len(text) > _SLICE:  # sorting a long run of accents takes the square of its length
        return "".join(fold(text[at : at + _SLICE]) for at in range(0, len(text), _SLICE))
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    folded = folded.replace("й", "\x00")
    opened = unicodedata.normalize("NFD", folded)
    kept = "".join(c for c in opened if not _is_dropped_mark(c) and c not in INVISIBLE)
    closed = unicodedata.normalize("NFC", kept).translate(_LETTERS)
    return _digits(closed.replace("\x00", "й"))


def _digits(text: str) -> str:
    if text.isascii() or not any(char.isdecimal() for char in text):
        return text
    return "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in text)


def clusters(text: str) -> list[tuple[str, int, int]]:
    """Cut a text into (normalised characters, start, end): what composes is kept together, entities are decoded.

    Invisible characters are left out.
    """
    pieces: list[tuple[str, int, int]] = []
    at, length = 0, len(text)
    while at < length:
        end, content = _cluster(text, at)
        if content:
            pieces.append((content, at, end))
        at = end
    return pieces


def _cluster(text: str, at: int) -> tuple[int, str]:
    if text[at] == "&" and (entity := _ENTITY.match(text, at)):
        decoded = html.unescape(entity.group())
        if decoded != entity.group():
            return entity.end(), _visible(decoded.replace("\xa0", " "))
    end = at + 1
    if "\u1100" <= text[at] <= "\u11ff":
        while end < len(text) and end - at < _MOST_MARKS and "\u1100" <= text[end] <= "\u11ff":
            end += 1
    while end < len(text) and end - at < _MOST_MARKS and _continues(text[end]):
        end += 1
    return end, _visible(text[at:end])


def _continues(char: str) -> bool:
    if char < "\u0300":
        return False
    return char in _HALF_WIDTH_MARKS or unicodedata.category(char)[0] == "M"


def _visible(raw: str) -> str:
    if raw in _NOTES:
        return " "
    shown = unicodedata.normalize("NFKC", raw)
    if not INVISIBLE.isdisjoint(shown):
        shown = "".join(char for char in shown if char not in INVISIBLE)
    return shown
