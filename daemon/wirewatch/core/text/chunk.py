"""What one run of characters without white space says: its words, where they stand, and the ways to read them.

A chunk has *atoms* (one word position each) and *edges*: other readings of one or several positions, such as
``ceasefire`` over ``cease`` and ``fire``, ``U.S.`` in capitals, ``at&t`` over ``at`` and ``t``.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import Enum
from typing import Final

from wirewatch.core.text.fold import INVISIBLE, clusters, fold
from wirewatch.core.text.scripts import is_unspaced

APOSTROPHES: Final = "'\u2019\u2018\u201b\u02bc\u02bb\u02bd\u02be\u02bf\uff07`\u00b4\u2032\u05f3"
HYPHENS: Final = "-\u2010\u2011\u2012\u2013\u2212\ufe63\uff0d\u05be\u30a0"

CAPITALS_MATTER: Final = frozenset(
    "us it who am is in at on or an as so no me we he be by do go if my of to up aids aid act arm art bat bit can cap "
    "cat com dad den dot era fed fat gap ice jet lag led lot man map mom nap "
    "pet pin pot ram rat sad sat set sin tip tub via start salt mad core "
    "care cop pip nice oh ok ma pa al la de il el un une le les des du die das der im".split()
)
"""Acronyms that are also common words: typed in capitals, they need capitals in the text."""

_ELISIONS: Final = frozenset(
    "l d j m n s t c qu jusqu lorsqu puisqu quoiqu quelqu dell nell all dall sull un quest quell sant bell anch "
    "cent gl".split()
)
_PATTERN: Final = re.compile(
    r"""(?P<acronym> (?<![Aa9'])(?:[Aa]\.){2,}(?:[Aa](?![Aa9'.]))?(?:'[Aa](?![Aa9]))? )
      | (?P<number>  (?<![Aa9])(?:9{1,3}(?:,999)+(?!9)(?:\.9+)?|9+(?:\.9+)+)[Aa]* )
      | (?P<sign>    (?<![Aa9])(?:[Aa]{1,12}\+\+|[Aa]\#)(?![Aa9+]) )
      | (?P<word>    [Aa9]+(?:'[Aa9]+)* )
      | (?P<mark>    zm* )""",
    re.VERBOSE,
)
_URL: Final = re.compile(r"(?:https?://|www\.)[!-;=?-~]+", re.IGNORECASE)
_WILD: Final = "*?"
_LONG: Final = 2_000
_LEAST_HEAD: Final = 4
_MAX_JOINED: Final = 5
_MAX_PARTS: Final = 24


class Reading(Enum):
    """Why an edge exists, which decides how the same spelling is understood in a query."""

    HYPHEN = "hyphen"
    """``cease-fire``: parts and whole are equally good."""
    SIGN = "sign"
    """``AT&T``, ``9/11``, ``U. S.``: only the whole is meant."""
    CAPITALS = "capitals"
    """``US``: an acronym that is a word in lower case."""
    ELISION = "elision"
    """``l'Iran``: the part after the apostrophe is the word."""
    HEAD = "head"
    """``Yemen'de``: in some languages endings are hung on a name with an apostrophe."""
    NAME = "name"
    """``D'Angelo``: the whole is the word."""


@dataclass(frozen=True, slots=True)
class Atom:
    """One word position of a chunk: its folded form and its place within the chunk."""

    form: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Edge:
    """Another reading of the atoms *first* to *last* (inclusive)."""

    first: int
    last: int
    form: str
    start: int
    end: int
    reading: Reading


@dataclass(frozen=True, slots=True)
class Chunk:
    """A chunk taken apart. *initial* marks a lone ``J.`` that may belong to the initials after it."""

    atoms: tuple[Atom, ...]
    edges: tuple[Edge, ...] = ()
    initial: bool = False


def _class_of(char: str, *, wild: bool) -> str:
    if char in APOSTROPHES:
        return "'"
    if char.isalnum():
        if is_unspaced(char):
            return "z"
        if char.isdigit():
            return "9"
        return "A" if char.isupper() else "a"
    return _class_of_sign(char, wild=wild)


def _class_of_sign(char: str, *, wild: bool) -> str:
    if char in HYPHENS:
        return "-"
    if char == "\u200b":
        return "w"
    if char in ".,&/+#\n":
        return char
    if wild and char in _WILD:
        return "a"
    return "m" if ord(char) >= 0x0300 and unicodedata.category(char)[0] == "M" else " "


class _Shown:
    """A chunk as shown: normalised characters, one class letter for each, and where each came from."""

    __slots__ = ("chars", "classes", "ends", "starts")

    def __init__(self, raw: str, *, wild: bool) -> None:
        if raw.isascii() and "&" not in raw:
            self.chars = raw
            self.starts: list[int] | range = range(len(raw))
            self.ends: list[int] | range = range(1, len(raw) + 1)
        else:
            self._normalise(raw)
        self.classes = _classes(self.chars, wild=wild)

    def _normalise(self, raw: str) -> None:
        starts: list[int] = []
        ends: list[int] = []
        chars: list[str] = []
        for content, start, end in clusters(raw):
            chars.append(content)
            starts.extend([start] * len(content))
            ends.extend([end] * len(content))
        self.chars, self.starts, self.ends = "".join(chars), starts, ends


def _classes(chars: str, *, wild: bool) -> str:
    found: list[str] = []
    for char in chars:
        kind = _class_of(char, wild=wild)
        if kind == "m" and found and found[-1] in "Aa":
            kind = "a"
        found.append(kind)
    classes = "".join(found)
    if "/" in classes or "." in classes:
        for url in _URL.finditer(chars):
            classes = (
                classes[: url.start()] + " " * (url.end() - url.start()) + classes[url.end() :]
            )
    return classes


@dataclass(slots=True)
class _Part:
    kind: str
    begin: int
    end: int
    atom: Atom
    edge: tuple[str, Reading, int, int] | None = None


def analyse(raw: str, *, wild: bool = False) -> Chunk:
    """Take one chunk apart. With *wild*, stars and question marks are letters (of a query)."""
    if len(raw) > _LONG:
        return _long(raw, wild=wild)
    if raw.isascii() and raw.isalpha():
        return _plain(raw)
    shown = _Shown(raw, wild=wild)
    parts = [_part(shown, match) for match in _PATTERN.finditer(shown.classes)]
    edges = [
        Edge(at, at, form, start, end, reading)
        for at, part in enumerate(parts)
        if part.edge
        for form, reading, start, end in [part.edge]
    ]
    edges += _joins(parts, shown.classes)
    if len(parts) == 1 and _is_initial(parts[0], shown.classes):
        return Chunk((_with_dot(parts[0], shown),), tuple(edges), initial=True)
    return Chunk(tuple(part.atom for part in parts), tuple(edges))


def _plain(raw: str) -> Chunk:
    """Take a chunk of nothing but letters apart, as most are."""
    size = len(raw)
    capitals = _capitals(raw, 0, size)
    edges = () if capitals is None else (Edge(0, 0, capitals[0], 0, size, capitals[1]),)
    return Chunk((Atom(raw.lower(), 0, size),), edges)


def _long(raw: str, *, wild: bool) -> Chunk:
    """Take a chunk nobody wrote to be read apart piece by piece; readings do not run across the cuts."""
    atoms: list[Atom] = []
    edges: list[Edge] = []
    for at in range(0, len(raw), _LONG):
        piece = analyse(raw[at : at + _LONG], wild=wild)
        base = len(atoms)
        edges += [
            Edge(base + e.first, base + e.last, e.form, at + e.start, at + e.end, e.reading)
            for e in piece.edges
        ]
        atoms += [Atom(atom.form, at + atom.start, at + atom.end) for atom in piece.atoms]
    return Chunk(tuple(atoms), tuple(edges))


def _with_dot(part: _Part, shown: _Shown) -> Atom:
    return Atom(part.atom.form, part.atom.start, shown.ends[part.end])


def _is_initial(part: _Part, classes: str) -> bool:
    return classes[part.begin : part.end] == "A" and classes[part.end : part.end + 1] == "."


def _part(shown: _Shown, match: re.Match[str]) -> _Part:
    begin, end = match.span()
    kind = match.lastgroup or "word"
    text = shown.chars[begin:end]
    if kind == "word":
        return _word(shown, begin, end, text)
    if kind == "acronym":
        return _acronym(shown, begin, end, text)
    form = fold(text.replace(",", "")) if kind == "number" else fold(text)
    return _Part(kind, begin, end, Atom(form, shown.starts[begin], shown.ends[end - 1]))


def _acronym(shown: _Shown, begin: int, end: int, text: str) -> _Part:
    classes = shown.classes
    if "'" in classes[begin:end]:
        end = begin + classes[begin:end].index("'")
        text = shown.chars[begin:end]
    start, stop = shown.starts[begin], shown.ends[end - 1]
    letters = text.replace(".", "")
    return _Part(
        "acronym", begin, end, Atom(fold(letters), start, stop), _capitals(letters, start, stop)
    )


def _capitals(letters: str, start: int, end: int) -> tuple[str, Reading, int, int] | None:
    if letters.isupper() and len(letters) > 1 and fold(letters) in CAPITALS_MATTER:
        return letters, Reading.CAPITALS, start, end
    return None


def _word(shown: _Shown, begin: int, end: int, text: str) -> _Part:
    start, stop = shown.starts[begin], shown.ends[end - 1]
    pieces = shown.classes[begin:end].split("'")
    if len(pieces) == 1:
        return _Part(
            "word", begin, end, Atom(fold(text), start, stop), _capitals(text, start, stop)
        )
    if len(pieces[-1]) == 1 and text[-1] in "sS":
        end -= 2
        return _word(shown, begin, end, text[:-2])
    head, tail = text[: len(pieces[0])], text[len(pieces[0]) + 1 :]
    whole = fold("".join(char for char in text if char not in APOSTROPHES))
    if len(pieces) == 2 and len(tail) > 1 and fold(head) in _ELISIONS:
        named = head.isupper() and head != "L" and tail[:1].isupper()
        reading = Reading.NAME if named else Reading.ELISION
        tail_at = start if named else shown.starts[begin + len(head) + 1]
        return _Part(
            "word", begin, end, Atom(fold(tail), tail_at, stop), (whole, reading, start, stop)
        )
    edge = None
    if len(pieces[0]) >= _LEAST_HEAD and head[:1].isupper():
        head_end = shown.ends[begin + len(head) - 1]
        edge = (fold(head), Reading.HEAD, start, head_end)
    return _Part("word", begin, end, Atom(whole, start, stop), edge)


def _joins(parts: list[_Part], classes: str) -> list[Edge]:
    """Read hyphenated runs as one word too, and parts around ``&`` or ``/`` as the name they are."""
    if len(parts) < 2:
        return []
    edges: list[Edge] = []
    for first in range(min(len(parts), _MAX_PARTS)):
        edges += _joins_from(parts, classes, first)
    return edges


def _joins_from(parts: list[_Part], classes: str, first: int) -> list[Edge]:
    edges: list[Edge] = []
    sign: str | None = None
    form = parts[first].atom.form
    for last in range(first + 1, min(len(parts), first + _MAX_JOINED)):
        found = _gap(parts[last - 1], parts[last], classes)
        if found is None or (sign is not None and found != sign):
            break
        sign = found
        form += sign.strip("-") + parts[last].atom.form
        reading = Reading.SIGN if sign != "-" else Reading.HYPHEN
        start, end = parts[first].atom.start, parts[last].atom.end
        edges.append(Edge(first, last, form, start, end, reading))
    return edges


def _gap(left: _Part, right: _Part, classes: str) -> str | None:
    if "mark" in (left.kind, right.kind):
        return None
    gap = classes[left.end : right.begin]
    if gap in ("-", "w", "-\n", "-w", "\n"):
        return "-"
    if gap == "&":
        return "&"
    if gap == "/" and classes[left.end - 1] == "9" and classes[right.begin] == "9":
        return "/"
    return None


def surface(raw: str) -> str:
    """Return a stretch of text letter for letter: invisible characters and kinds of apostrophe do not count."""
    shown = "".join(content for content, _, _ in clusters(raw)) if not raw.isascii() else raw
    return "".join("'" if char in APOSTROPHES else char for char in shown if char not in INVISIBLE)
