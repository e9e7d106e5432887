"""Rule watches out cheaply: of what every watch needs, look up only what the document has.

A watch is filed under its clues: one key, two keys that must both occur, or two forms that stand side by side. Where
the clues are all there is to it (a phrase of two words), it is filed as proven and need not be tried.
Whatever files under nothing is tried on every document; regular expressions are scanned for together first.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import compress, islice
from typing import Final, TypeAlias

from wirewatch.core.match.bridge import Bridge
from wirewatch.core.match.regex_scan import RegexScan, needed_regexes
from wirewatch.core.query.boolean import Or
from wirewatch.core.query.clue import Alternative, clues_of
from wirewatch.core.query.node import Node
from wirewatch.core.query.phrase import Phrase
from wirewatch.core.query.spelling import Spelling
from wirewatch.core.query.view import Subject
from wirewatch.core.text.page import Page
from wirewatch.core.text.words import is_pattern

_PAIR: Final = 2
_FORMS_A_HEAD: Final = 160
"""On a page with more words for each head than this, looking up the heads is faster than passing over the page."""


class Filed:
    """The name of a query under one of its clues."""

    __slots__ = ("forms", "is_proven", "name")

    def __init__(self, name: str, *, is_proven: bool, forms: Spelling = ()) -> None:
        self.name = name
        self.is_proven = is_proven
        """The clue proves a close match in documents of no special language."""
        self.forms = forms
        """All that the document must have before this clue can lead to a match; empty when that is not known."""


_Files: TypeAlias = list[Filed]
_Pairs: TypeAlias = dict[str, dict[str, _Files]]


class Presearch:
    """Names of queries, filed so that few have to be tried."""

    __slots__ = (
        "_always", "_beside", "_beside_keys", "_both", "_both_keys", "_bridge", "_count", "_one", "_one_keys",
        "_regexes", "_scanned",
    )  # fmt: skip

    def __init__(self) -> None:
        self._always: dict[str, Filed] = {}
        self._scanned: dict[str, Filed] = {}
        self._regexes = RegexScan()
        self._bridge = Bridge()
        self._count = 0
        self._one: dict[str, _Files] = {}
        self._both: _Pairs = {}
        self._beside: _Pairs = {}
        # the keys of the three again: two sets meet several times faster than a set and a dictionary
        self._one_keys: set[str] = set()
        self._both_keys: set[str] = set()
        self._beside_keys: set[str] = set()

    def __bool__(self) -> bool:
        return self._count > 0

    def file(self, name: str, node: Node) -> None:
        """Add a query under a name."""
        self._count += 1
        clues = node.clues()
        doubtful = Filed(name, is_proven=False)
        if clues is not None:
            self._bridge.add(node)
            proofs = node.proofs()
            proven = Filed(name, is_proven=True) if proofs else doubtful
            rows = _rows(node)
            for alternative in clues:
                filed = proven if alternative in proofs else doubtful
                if alternative in rows:
                    filed = Filed(name, is_proven=False, forms=rows[alternative])
                self._file(filed, alternative)
            return
        regexes = needed_regexes(node)
        if regexes is None:
            self._always[name] = doubtful
        else:
            self._scanned[name] = doubtful
            self._regexes.add(name, regexes)

    def _file(self, filed: Filed, alternative: Alternative) -> None:
        _, first, beside = alternative[0]
        if beside:
            self._beside_keys.add(first)
            files = self._beside.setdefault(first, {}).setdefault(beside, [])
        elif len(alternative) > 1:
            self._both_keys.add(first)
            files = self._both.setdefault(first, {}).setdefault(alternative[1][1], [])
        else:
            self._one_keys.add(first)
            files = self._one.setdefault(first, [])
        files.append(filed)

    def unfile(self, name: str, node: Node) -> None:
        """Remove a query that was filed."""
        self._count -= 1
        self._always.pop(name, None)
        self._scanned.pop(name, None)
        self._regexes.remove(name)
        for alternative in node.clues() or ():
            self._unfile(name, alternative)

    def _unfile(self, name: str, alternative: Alternative) -> None:
        _, first, beside = alternative[0]
        if beside:
            _take_pair(self._beside, first, beside, name)
            if first not in self._beside:
                self._beside_keys.discard(first)
        elif len(alternative) > 1:
            _take_pair(self._both, first, alternative[1][1], name)
            if first not in self._both:
                self._both_keys.discard(first)
        else:
            _take(self._one, first, name)
            if first not in self._one:
                self._one_keys.discard(first)

    def candidates(self, subject: Subject) -> set[Filed]:
        """Return all queries that may match, and few others; one may be there both as proven and as doubtful."""
        page = subject.page
        keys = page.keys
        if page.special is not None:
            keys = keys | self._bridge.keys(page.special, page.special_keys)
        found = set(self._always.values())
        one, both = self._one, self._both
        for key in keys & self._one_keys:
            found.update(one[key])
        for key in keys & self._both_keys:
            inner = both[key]
            if not inner.keys().isdisjoint(keys):
                for other in inner.keys() & keys:
                    found.update(inner[other])
        for files in self._side_by_side(page):
            found.update(files)
        if self._scanned:
            found.update(map(self._scanned.__getitem__, self._regexes.candidates(subject)))
        return found

    def _side_by_side(self, page: Page) -> Iterator[_Files]:
        beside = self._beside
        heads = self._beside_keys & page.distinct
        if not heads:
            return
        if len(heads) * _FORMS_A_HEAD <= len(page.forms):
            for head in heads:
                yield from _after(page, head, beside[head])
            return
        forms = page.forms
        follows = zip(forms, islice(forms, 1, None), strict=False)
        for head, after in compress(follows, map(heads.__contains__, forms)):
            inner = beside[head]
            if after in inner:
                yield inner[after]
        nothing: dict[str, _Files] = {}
        for left, right in _edge_pairs(page):
            files = beside.get(left, nothing).get(right)
            if files:
                yield files


def _rows(node: Node) -> dict[Alternative, Spelling]:
    """Return for the clues of long phrases the one spelling that each stands for."""
    phrases = node.parts if isinstance(node, Or) else (node,)
    rows: dict[Alternative, list[Spelling]] = {}
    for phrase in phrases:
        if not isinstance(phrase, Phrase):
            return {}
        for spelling in phrase.spellings:
            (alternative,) = clues_of((spelling,), inflected=False)
            rows.setdefault(alternative, []).append(spelling)
    return {
        alternative: found[0]
        for alternative, found in rows.items()
        if len(found) == 1 and len(found[0]) > _PAIR and not any(map(is_pattern, found[0]))
    }


def _after(page: Page, head: str, inner: dict[str, _Files]) -> Iterator[_Files]:
    """Yield what is filed under a head and each form that follows it on the page."""
    forms = page.forms
    beginning: dict[int, list[str]] = {}
    for edge in page.edges:
        if edge.form in inner:
            beginning.setdefault(edge.first, []).append(edge.form)
    for _, last in page.where(head):
        for after in (forms[last + 1], *beginning.get(last + 1, ())):
            if after in inner:
                yield inner[after]


def _edge_pairs(page: Page) -> Iterator[tuple[str, str]]:
    """Yield the forms that stand side by side by other readings than the plain one."""
    if not page.edges:
        return
    forms = page.forms
    ending: dict[int, list[str]] = {}
    beginning: dict[int, list[str]] = {}
    for edge in page.edges:
        ending.setdefault(edge.last, []).append(edge.form)
        beginning.setdefault(edge.first, []).append(edge.form)
    for edge in page.edges:
        if edge.first:
            yield forms[edge.first - 1], edge.form
        yield edge.form, forms[edge.last + 1]
        for after in beginning.get(edge.last + 1, ()):
            yield edge.form, after


def _take(table: dict[str, _Files], key: str, name: str) -> None:
    files = table.get(key)
    if files is None:
        return
    files[:] = [filed for filed in files if filed.name != name]
    if not files:
        del table[key]


def _take_pair(table: _Pairs, first: str, second: str, name: str) -> None:
    inner = table.get(first)
    if inner is None:
        return
    _take(inner, second, name)
    if not inner:
        del table[first]
