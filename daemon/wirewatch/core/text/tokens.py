"""Words with their places: folded for comparing, offsets kept for quoting."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

_INVISIBLE: Final = "\u00ad\u200b\u200c\u200d\u2060\ufeff\u200e\u200f\u202a-\u202e\u2066-\u2069"
_APOSTROPHES: Final = "'’‘ʼ＇"
_SPACELESS: Final = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"

_TOKEN: Final = re.compile(
    rf"[{_SPACELESS}]"  # scripts without spaces: every character is a word
    r"|(?:[^\W\d_]\.[ \u00a0]?){1,}[^\W\d_]\.(?!\w)"  # U. S., U.A.E.: one word
    rf"|[^\W_{_SPACELESS}](?:[\w{_INVISIBLE}]*[^\W_])?(?:[{_APOSTROPHES}][^\W_]+)*"
)
_BREAK: Final = re.compile(r"\n[ \t]*\n")
_CLEAN: Final = re.compile(f"[{_INVISIBLE}]")
_POSSESSIVE: Final = re.compile(rf"[{_APOSTROPHES}]s?$", re.IGNORECASE)
_SPECIAL: Final = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ı": "i", "æ": "ae", "œ": "oe"})


@dataclass(frozen=True, slots=True)
class Token:
    """A word: its folded form, and where it stands. *block* counts the paragraphs before it."""

    form: str
    start: int
    end: int
    block: int


@lru_cache(maxsize=100_000)
def fold(word: str) -> str:
    """Return a word without what does not distinguish: case, accents, invisible marks, possessive, dots.

    >>> fold("Dhabi’s"), fold("U. S."), fold("Łódź"), fold("Straße")
    ('dhabi', 'us', 'lodz', 'strasse')
    """
    bare = _POSSESSIVE.sub("", _CLEAN.sub("", word))
    folded = unicodedata.normalize("NFKD", bare).casefold().translate(_SPECIAL)
    return "".join(
        char
        for char in unicodedata.normalize("NFKD", folded)
        if not unicodedata.combining(char) and char not in _APOSTROPHES and char not in ". \u00a0"
    )


def tokens(text: str) -> tuple[Token, ...]:
    """Return the words of a text in blocks, in order."""
    found: list[Token] = []
    breaks = [match.end() for match in _BREAK.finditer(text)]
    block = 0
    for match in _TOKEN.finditer(text):
        while block < len(breaks) and match.start() >= breaks[block]:
            block += 1
        form = fold(match.group())
        if form:
            found.append(Token(form, match.start(), _word_end(match.group(), match.end()), block))
    return tuple(found)


def _word_end(word: str, end: int) -> int:
    """Return where the word ends for quoting: its possessive is not part of what was looked for."""
    tail = _POSSESSIVE.search(word)
    return end - len(tail.group()) if tail else end


@lru_cache(maxsize=100_000)
def inflection_key(form: str) -> str:
    """Return what the plain inflections of an English word share. Conservative: never joins different words.

    >>> inflection_key("talks") == inflection_key("talk"), inflection_key("police") == inflection_key("policy")
    (True, False)
    """
    if len(form) < 4 or not form.isascii() or not form.isalpha():
        return form
    if form.endswith("ies") and len(form) > 4:
        return form[:-3] + "y"
    if form.endswith(("sses", "shes", "ches", "xes", "zes")):
        return form[:-2]
    if form.endswith("s") and not form.endswith(("ss", "us", "is")):
        return form[:-1]
    return form
