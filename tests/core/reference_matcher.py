"""What a query means, as plainly as it can be said: every rule tried on every word, nothing remembered.

Slow on purpose. It shares with the matcher how a stretch of text is taken apart and which forms are one word, and
nothing else: no presearch, no index, no page.
"""

from __future__ import annotations

from itertools import pairwise, product
from typing import TypeAlias

from wirewatch.core.model.hit import Field
from wirewatch.core.query.atleast import AtLeast
from wirewatch.core.query.boolean import And, Or
from wirewatch.core.query.exact import Exact
from wirewatch.core.query.fields import InText, Language, Site
from wirewatch.core.query.near import Near
from wirewatch.core.query.node import Node
from wirewatch.core.query.phrase import LoosePhrase, Phrase
from wirewatch.core.query.run import Run
from wirewatch.core.query.word import Word
from wirewatch.core.text.chunk import CAPITALS_MATTER, analyse, surface
from wirewatch.core.text.document import Document
from wirewatch.core.text.inflect import word_keys
from wirewatch.core.text.words import fits, is_pattern

Place: TypeAlias = tuple[int, int]
FIELDS = (Field.TITLE, Field.SUMMARY, Field.BODY, Field.ARTICLE)


class Reference:
    """One document, ready to be asked."""

    def __init__(self, document: Document, *, language: str = "", near_words: int = 50) -> None:
        self.document, self.language, self.near_words = document, language, near_words
        self.readings: list[tuple[int, int, str]] = []
        self.owner: list[int] = []
        self.raw: list[tuple[int, int]] = []
        self.title_end = 0
        for number, field in enumerate(FIELDS):
            self._read(number, document.text(field))
            self.title_end = self.title_end or len(self.owner)

    def _read(self, number: int, text: str) -> None:
        offset = 0
        for block in text.split("\n\n"):
            initials: list[int] = []
            at = offset
            for raw in block.split():
                at = text.index(raw, at)
                chunk = analyse(raw)
                base = len(self.owner)
                if chunk.initial:
                    initials.append(base)
                for shift, atom in enumerate(chunk.atoms):
                    self.readings.append((base + shift, base + shift, atom.form))
                    self.raw.append((at + atom.start, at + atom.end))
                    self.owner.append(number)
                self.readings += [(base + e.first, base + e.last, e.form) for e in chunk.edges]
                at += len(raw)
            self._initials(initials)
            offset += len(block) + 2
            self.owner.append(number)
            self.raw.append((0, 0))

    def _initials(self, found: list[int]) -> None:
        forms = {first: form for first, last, form in self.readings if first == last}
        runs: list[list[int]] = [[at] for at in found[:1]]
        for left, right in pairwise(found):
            if right == left + 1:
                runs[-1].append(right)
            else:
                runs.append([right])
        for run in runs:
            if len(run) > 1:
                form = "".join(forms[at] for at in run)
                self.readings.append((run[0], run[-1], form))
                if form in CAPITALS_MATTER:
                    self.readings.append((run[0], run[-1], form.upper()))

    def _element(self, wanted: str, *, inflected: bool) -> list[Place]:
        return [
            (a, b) for a, b, form in self.readings if self._same(form, wanted, inflected=inflected)
        ]

    def _same(self, form: str, wanted: str, *, inflected: bool) -> bool:
        if is_pattern(wanted):
            return fits(form, wanted)
        if not inflected:
            return form == wanted
        return word_keys(wanted, self.language)[0] in word_keys(form, self.language)

    def spelled(self, spellings: tuple[tuple[str, ...], ...], *, inflected: bool) -> set[Place]:
        """Return where any spelling stands."""
        found: set[Place] = set()
        for spelling in spellings:
            reached = self._element(spelling[0], inflected=inflected)
            for wanted in spelling[1:]:
                after = self._element(wanted, inflected=inflected)
                reached = [(a, d) for (a, b), (c, d) in product(reached, after) if c == b + 1]
            found.update(reached)
        return found

    def where(self, node: Node, low: int, high: int) -> tuple[set[Place], bool] | None:
        """Return where a node is found and whether it is close, or None."""
        found = self._where(node, low, high)
        if found is None:
            return None
        return {p for p in found[0] if low <= p[0] and p[1] < high}, found[1]

    def _where(  # noqa: C901, PLR0912  one case an operator, side by side, is what makes it plain
        self, node: Node, low: int, high: int
    ) -> tuple[set[Place], bool] | None:
        match node:
            case Word():
                wholes = tuple((whole,) for whole in node.glued)
                return self._leaf(self.spelled(node.spellings + wholes, inflected=True), low, high)
            case Phrase():
                return self._leaf(self.spelled(node.spellings, inflected=False), low, high)
            case Exact():
                places = self.spelled(node.spellings, inflected=False)
                return self._leaf(
                    {p for p in places if self._surface(p) == node.surface}, low, high
                )
            case LoosePhrase():
                return self._loose(node, low, high)
            case Run():
                return self._run(node, low, high)
            case And():
                return self._and(node, low, high)
            case Or():
                found = [f for part in node.parts if (f := self.where(part, low, high)) is not None]
                kept = [f for f in found if f[1]] or found
                return (set().union(*(f[0] for f in kept)), kept[0][1]) if kept else None
            case Near():
                return self._near(node, low, high)
            case AtLeast():
                return self._atleast(node, low, high)
            case InText():
                if node.name == "title":
                    return self.where(node.part, low, min(high, self.title_end))
                return self.where(node.part, max(low, self.title_end), high)
            case Site():
                return (set(), True) if node.domain in (self.document.url or "") else None
            case Language():
                return (
                    (set(), True) if (self.document.language or "").startswith(node.tag) else None
                )
        raise AssertionError(node)

    def _leaf(self, places: set[Place], low: int, high: int) -> tuple[set[Place], bool] | None:
        kept = {p for p in places if low <= p[0] and p[1] < high}
        return (kept, True) if kept else None

    def _surface(self, place: Place) -> str:
        text = self.document.text(FIELDS[self.owner[place[0]]])
        return surface(" ".join(text[self.raw[place[0]][0] : self.raw[place[1]][1]].split()))

    def _loose(self, node: LoosePhrase, low: int, high: int) -> tuple[set[Place], bool] | None:
        parts = [self._leaf(self.spelled(w, inflected=False), low, high) for w in node.words]
        if any(part is None for part in parts):
            return None
        shortest: dict[int, int] = {}
        for chosen in product(*(part[0] for part in parts if part is not None)):
            ordered = sorted(chosen)
            first, end = ordered[0][0], ordered[-1][1]
            apart = all(a[1] < b[0] for a, b in pairwise(ordered))
            extra = end - first + 1 - sum(b - a + 1 for a, b in chosen)
            if apart and self.owner[first] == self.owner[end] and extra <= node.slop:
                shortest[first] = min(end, shortest.get(first, end))
        return (set(shortest.items()), True) if shortest else None

    def _run(self, node: Run, low: int, high: int) -> tuple[set[Place], bool] | None:
        parts = [self.where(part, low, high) for part in node.parts]
        if any(part is None for part in parts):
            return None
        founds = [part for part in parts if part is not None]
        places = set().union(*(f[0] for f in founds))
        if not all(f[1] for f in founds):
            return places, False
        if self.near_words == 0:
            return places, True
        full = [f[0] for f in founds if f[0]]
        far = [part for part in full if min(part)[0] >= self.title_end]
        windows = self._windows(far)
        if far and not windows:
            return places, False
        if not far:
            return places, True
        if len(far) < len(full):
            windows.append((0, self.title_end))
        # What encloses this asks how near the close finds are, not those that stand elsewhere.
        return {p for p in places if any(a <= p[0] and p[1] <= b for a, b in windows)}, True

    def _windows(self, parts: list[set[Place]]) -> list[Place]:
        """Return where each find, with the last of every other part before it, is close."""
        events = sorted((place, number) for number, part in enumerate(parts) for place in part)
        windows = []
        for event in events:
            region = self.owner[event[0][0]]
            before = [e for e in events if e <= event and self.owner[e[0][0]] == region]
            last = {number: place for place, number in before}
            starts = [place[0] for place in last.values()]
            if len(last) == len(parts) and max(starts) - min(last.values())[1] <= self.near_words:
                windows.append((min(starts), max(place[1] for place in last.values())))
        return windows

    def _and(self, node: And, low: int, high: int) -> tuple[set[Place], bool] | None:
        parts = [self.where(part, low, high) for part in node.parts]
        if any(part is None for part in parts):
            return None
        for part in node.without:
            excluded = self.where(part, low, high)
            if excluded is not None and excluded[1]:
                return None
        founds = [part for part in parts if part is not None]
        return set().union(*(f[0] for f in founds)), all(f[1] for f in founds)

    def _near(self, node: Near, low: int, high: int) -> tuple[set[Place], bool] | None:
        covering: set[Place] = set()
        for left, right in product(members(node.left), members(node.right)):
            lefts, rights = self.where(left, low, high), self.where(right, low, high)
            if lefts is None or rights is None:
                return None
            pairs = [(a, b) for a, b in product(lefts[0], rights[0]) if self._are_near(a, b, node)]
            if not pairs:
                return None
            covering |= {(min(a[0], b[0]), max(a[1], b[1])) for a, b in pairs}
        return covering, True

    def _are_near(self, left: Place, right: Place, node: Near) -> bool:
        if self.owner[left[0]] != self.owner[right[0]]:
            return False
        ahead = 0 <= right[0] - left[1] - 1 <= node.words
        behind = 0 <= left[0] - right[1] - 1 <= node.words
        return ahead or (behind and not node.ordered)

    def _atleast(self, node: AtLeast, low: int, high: int) -> tuple[set[Place], bool] | None:
        found = self.where(node.part, low, high)
        counted = node.part.parts if isinstance(node.part, Run | And) else (node.part,)
        for part in counted:
            places = self.where(part, low, high)
            if places is None or self._count(places[0]) < node.times:
                return None
        return found

    def _count(self, places: set[Place]) -> int:
        counts = [0, 0, 0, 0]
        for first in {first for first, _ in places}:
            counts[self.owner[first]] += 1
        return counts[0] + max(counts[1:])

    def answer(self, node: Node) -> str:
        """Return ``close``, ``scattered`` or ``none``."""
        found = self.where(node, 0, len(self.owner))
        if found is None:
            return "none"
        return "close" if found[1] else "scattered"


def members(side: Node) -> tuple[Node, ...]:
    """Return what has to be near, of a side of NEAR."""
    if isinstance(side, Run | And):
        return tuple(member for part in side.parts for member in members(part))
    return (side,)
