"""Which writing system a character belongs to, and which of them write without spaces."""

from __future__ import annotations

from bisect import bisect_right
from typing import Final

LATIN, CYRILLIC, GREEK, ARABIC, HEBREW = "latin", "cyrillic", "greek", "arabic", "hebrew"
DEVANAGARI, TAMIL, ARMENIAN, OTHER = "devanagari", "tamil", "armenian", "other"

_NO_SPACES: Final = (
    (0x0E00, 0x0EFF),  # Thai, Lao
    (0x1000, 0x109F),  # Myanmar
    (0x1100, 0x11FF),  # Hangul jamo
    (0x1780, 0x17FF),  # Khmer
    (0x2E80, 0x2FDF),  # radicals
    (0x3005, 0x3007),  # Han iteration mark, closing mark, zero
    (0x3041, 0x30FF),  # kana
    (0x3105, 0x318F),  # Bopomofo, Hangul compatibility jamo
    (0x31A0, 0x31FF),
    (0x3400, 0x4DBF),
    (0x4E00, 0x9FFF),
    (0xA960, 0xA97F),
    (0xA9E0, 0xA9FF),
    (0xAA60, 0xAA7F),
    (0xAC00, 0xD7FF),  # Hangul
    (0xF900, 0xFAFF),
    (0x1B000, 0x1B16F),
    (0x20000, 0x3FFFF),
)
_STARTS: Final = tuple(low for low, _ in _NO_SPACES)
_MIDDLE_DOT: Final = 0x30FB

_SCRIPTS: Final = (
    (0x0370, 0x03FF, GREEK),
    (0x0400, 0x052F, CYRILLIC),
    (0x0530, 0x058F, ARMENIAN),
    (0x0590, 0x05FF, HEBREW),
    (0x0600, 0x06FF, ARABIC),
    (0x0750, 0x077F, ARABIC),
    (0x0900, 0x097F, DEVANAGARI),
    (0x0B80, 0x0BFF, TAMIL),
    (0x1E00, 0x1EFF, LATIN),
    (0x1F00, 0x1FFF, GREEK),
)


def is_unspaced(char: str) -> bool:
    """Say whether a character belongs to a script in which spaces do not part words (Korean particles included)."""
    code = ord(char)
    if code < 0x0E00 or code == _MIDDLE_DOT:
        return False
    at = bisect_right(_STARTS, code) - 1
    return _NO_SPACES[at][0] <= code <= _NO_SPACES[at][1]


def script_of(char: str) -> str:
    """Name the script of a letter."""
    code = ord(char)
    if code < 0x0250:
        return LATIN
    for low, high, name in _SCRIPTS:
        if low <= code <= high:
            return name
    return OTHER
