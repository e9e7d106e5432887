"""Where sentences end: abbreviations and initials do not end one, a block always does."""

from __future__ import annotations

import re
from typing import Final

_ABBREVIATIONS: Final = frozenset(
    "mr mrs ms dr prof sr jr st sen rep gov gen col maj capt lt sgt cpl cmdr adm brig hon rev fr pres amb insp supt "
    "mt ft vs etc inc ltd co corp bros dept univ no nos vol art fig ed eds al cf ca approx est jan feb mar apr jun "
    "jul aug sep sept oct nov dec mon tue wed thu fri sat sun mlle mme me dra hr fr str bzw ca usw nr abs dott sig "
    "sra ud uds ee uu av pp op cit viz messrs".split()
)

_END: Final = re.compile(
    r"""(?P<latin>[.!?\u2026\u061f\u06d4\u0589\u037e\u0964\u0965]+["'\u201d\u2019\u00bb)\]]*(?=\s))
      | (?P<wide>[\u3002\uff01\uff1f\uff61]+["\u201d\u2019\u300d\u300f\uff09)]*)""",
    re.VERBOSE,
)
_LAST_WORD: Final = re.compile(r"([^\W\d_]+(?:\.[^\W\d_]+)*)\.$")


def sentences(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Return the sentences of one block (*start* to *end* of a text), white space at their ends left out."""
    found: list[tuple[int, int]] = []
    begin = start
    for match in _END.finditer(text, start, end):
        if match.lastgroup == "latin" and not _ends_here(text, begin, match, end):
            continue
        found.append((begin, match.end()))
        begin = match.end()
    found.append((begin, end))
    stripped = [_strip(text, first, last) for first, last in found]
    return [(first, last) for first, last in stripped if first < last]


def _ends_here(text: str, begin: int, match: re.Match[str], end: int) -> bool:
    after = text[match.end() : end].lstrip()[:2].lstrip("\"'“‘«([")
    if after[:1].islower():
        return False
    if match.group() != ".":
        return True
    word = _LAST_WORD.search(text, max(begin, match.start() - 24), match.end())
    if word is None:
        return True
    last = word.group(1)
    if last.lower() in _ABBREVIATIONS:
        return False
    return not _is_initials(last)


def _is_initials(word: str) -> bool:
    """``U.S``, ``J``: their dots belong to them. A sentence that really ends so runs on, which loses nothing."""
    return all(len(piece) == 1 and piece.isupper() for piece in word.split("."))


def _strip(text: str, first: int, last: int) -> tuple[int, int]:
    while first < last and text[first].isspace():
        first += 1
    while last > first and text[last - 1].isspace():
        last -= 1
    return first, last


def blocks(text: str) -> list[tuple[int, int]]:
    """Return where the blocks of a text are."""
    found, at = [], 0
    for block in text.split("\n\n"):
        found.append((at, at + len(block)))
        at += len(block) + 2
    return found
