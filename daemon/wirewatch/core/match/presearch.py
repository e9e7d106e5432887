"""Rule watches out cheaply: of what every watch needs, look up only what the document has.

A watch is filed under its clues: one key, two keys that must both occur, or two forms that stand side by side. Where
the clues are all there is to it (a phrase of two words), it is filed as proven and need not be tried.
Whatever files under nothing is tried on every document; regular expressions are scanned for together first.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, compress, islice
from typing import Final, NamedTuple, TypeAlias

from wirewatch.core.match.bridge import Bridge
from wirewatch.core.match.regex_scan import RegexScan, needed_regexes
from wirewatch.core.query.boolean import Or
from wirewatch.core.query.clue import Alternative, clues_of
from wirewatch.core.query.node import Node
from wirewatch.core.query.phrase import Phrase
from wirewatch.core.query.spelling import Spelling
from wirewatch.core.query.view import Subject
from wirewatch.core.text.page import Page
from wirewatch.core.text.words import Computed, Words, is_pattern

_PAIR: Final = 2
_FORMS_A_HEAD: Final = 160
"""On a page with more words for each head than this, looking up the heads is faster than passing over the page."""

_FEW_HEADS: Final = 8
"""So few heads are first asked whether the few forms that may follow them are on the page at all."""

_FORMS_AN_INNER: Final = 3
"""On a page with fewer words for each first key than this, working out all its keys is faster than asking for some."""

_FEW_SECONDS: Final = 3
"""So few second keys are looked for by their forms."""


class Filed:
    """The name of a query under one of its clues, to be tried."""

    __slots__ = ("forms", "name")

    def __init__(self, name: str, forms: Spelling = ()) -> None:
        self.name = name
        self.forms = forms
        """All that the document must have before this clue can lead to a match; empty when that is not known."""


class _Files:
    """What is filed under one clue."""

    __slots__ = ("doubtful", "proven")

    def __init__(self) -> None:
        self.proven: list[str] = []
        """Queries of which the clue proves a close match, in documents of no special language."""
        self.doubtful: list[Filed] = []

    def __bool__(self) -> bool:
        return bool(self.proven or self.doubtful)


class Candidates(NamedTuple):
    """The queries that may match, and few others. One may be among both."""

    proven: set[str]
    doubtful: set[Filed]


_Inner: TypeAlias = dict[str, _Files]


class _Plan(NamedTuple):
    """What is filed under a form in any way."""

    form: str
    one: tuple[_Files, ...]
    both: tuple[_Inner, ...]
    beside: _Inner | None


class Presearch:
    """Names of queries, filed so that few have to be tried."""

    __slots__ = (
        "_always", "_beside", "_both", "_bridge", "_count", "_one", "_plans", "_regexes", "_scanned", "_words",
    )  # fmt: skip

    def __init__(self, words: Words) -> None:
        self._always: dict[str, Filed] = {}
        self._scanned: dict[str, Filed] = {}
        self._regexes = RegexScan()
        self._bridge = Bridge()
        self._count = 0
        self._one: _Inner = {}
        self._both: dict[str, _Inner] = {}
        self._beside: dict[str, _Inner] = {}
        self._words = words
        self._plans = Computed(self._plan)
        """What to do about each form seen: one look-up a word instead of one for each kind of clue."""

    def __bool__(self) -> bool:
        return self._count > 0

    def file(self, name: str, node: Node) -> None:
        """Add a query under a name."""
        self._count += 1
        clues = node.clues()
        if clues is not None:
            self._bridge.add(node)
            proofs = node.proofs()
            rows = _rows(node)
            for alternative in clues:
                files = self._files(alternative)
                if alternative in proofs and alternative not in rows:
                    files.proven.append(name)
                else:
                    files.doubtful.append(Filed(name, rows.get(alternative, ())))
            return
        regexes = needed_regexes(node)
        if regexes is None:
            self._always[name] = Filed(name)
        else:
            self._scanned[name] = Filed(name)
            self._regexes.add(name, regexes)

    def _files(self, alternative: Alternative) -> _Files:
        """Return the files of a clue, new ones where there are none."""
        _, first, beside = alternative[0]
        if not beside and len(alternative) == 1:
            inner, key = self._one, first
        else:
            table = self._beside if beside else self._both
            if first not in table:
                table[first] = {}
                self._forget(first)
            inner, key = table[first], beside or alternative[1][1]
        files = inner.get(key)
        if files is None:
            files = inner[key] = _Files()
            if inner is self._one:
                self._forget(first)
        return files

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
        if not beside and len(alternative) == 1:
            if _take(self._one, first, name):
                self._forget(first)
            return
        table = self._beside if beside else self._both
        inner = table.get(first)
        if inner is not None and _take(inner, beside or alternative[1][1], name) and not inner:
            del table[first]
            self._forget(first)

    def _forget(self, first: str) -> None:
        """Let the plans of a key's forms be made anew, the key being one of the tables' or no longer so."""
        if not self._plans:
            return
        if is_pattern(first):
            self._plans.clear()
            return
        self._plans.pop(first, None)
        for form in self._words.members.get(first, ()):
            self._plans.pop(form, None)

    def _plan(self, form: str) -> _Plan | None:
        keys = self._words.all_keys(form)
        one = tuple([self._one[key] for key in keys if key in self._one])
        both = tuple([self._both[key] for key in keys if key in self._both])
        beside = self._beside.get(form)
        return _Plan(form, one, both, beside) if one or both or beside is not None else None

    def candidates(self, subject: Subject) -> Candidates:
        """Return all queries that may match, and few others."""
        page = subject.page
        if page.words is not self._words:
            self._words = page.words
            self._plans.clear()
        files: list[_Files] = []
        inners: list[_Inner] = []
        heads: dict[str, _Inner] = {}
        plans = self._plans.__getitem__
        for form, one, both, beside in filter(None, map(plans, page.distinct)):
            if one:
                files += one
            if both:
                inners += both
            if beside is not None:
                heads[form] = beside
        if page.special is not None:
            keys = self._bridge.keys(page.special, page.special_keys)
            files += [self._one[key] for key in keys & self._one.keys()]
            inners += [self._both[key] for key in keys & self._both.keys()]
            _both(inners, page.keys | keys, files)
        elif inners:
            self._meeting(inners, page, files)
        if heads:
            files += _side_by_side(page, heads)
        return self._candidates(files, subject)

    def _candidates(self, files: list[_Files], subject: Subject) -> Candidates:
        proven = set(chain.from_iterable([filed.proven for filed in files]))
        doubtful = set(chain.from_iterable([filed.doubtful for filed in files]))
        if self._always:
            doubtful.update(self._always.values())
        if self._scanned:
            doubtful.update(map(self._scanned.__getitem__, self._regexes.candidates(subject)))
        return Candidates(proven, doubtful)

    def _meeting(self, inners: list[_Inner], page: Page, files: list[_Files]) -> None:
        """Add what is filed under two keys of the page."""
        if len(inners) * _FORMS_AN_INNER > len(page.distinct):
            _both(inners, page.keys, files)
            return
        many: list[_Inner] = []
        distinct, members = page.distinct, self._words.members
        for inner in inners:
            if len(inner) > _FEW_SECONDS:
                many.append(inner)
                continue
            for key, filed in inner.items():
                if key in distinct or not distinct.isdisjoint(members.get(key, ())):
                    files.append(filed)
        if many:
            _both(many, page.keys, files)


def _both(inners: list[_Inner], keys: set[str], files: list[_Files]) -> None:
    for inner in inners:
        if not inner.keys().isdisjoint(keys):
            files += [inner[key] for key in inner.keys() & keys]


def _side_by_side(page: Page, heads: dict[str, _Inner]) -> Iterator[_Files]:
    if len(heads) <= _FEW_HEADS:
        distinct = page.distinct
        heads = {
            head: inner
            for head, inner in heads.items()
            if len(inner) > _FEW_SECONDS or not inner.keys().isdisjoint(distinct)
        }
        if not heads:
            return
    forms = page.forms
    if len(heads) * _FORMS_A_HEAD <= len(forms):
        for head, inner in heads.items():
            yield from _after(page, head, inner)
        return
    follows = zip(forms, islice(forms, 1, None), strict=False)
    for head, after in compress(follows, map(heads.__contains__, forms)):
        inner = heads[head]
        if after in inner:
            yield inner[after]
    if page.edges:
        yield from _by_edges(page, heads)


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


def _after(page: Page, head: str, inner: _Inner) -> Iterator[_Files]:
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


def _by_edges(page: Page, heads: dict[str, _Inner]) -> Iterator[_Files]:
    """Yield what is filed under forms that stand side by side by other readings than the plain one."""
    forms, edges = page.forms, page.edges
    for first, last, form in edges:
        if first and (before := heads.get(forms[first - 1])) is not None and form in before:
            yield before[form]
        inner = heads.get(form)
        if inner is not None:
            after = [forms[last + 1], *(edge.form for edge in edges if edge.first == last + 1)]
            yield from (inner[follower] for follower in after if follower in inner)


def _take(table: _Inner, key: str, name: str) -> bool:
    """Take a name from the files of a key; say whether that was the last there."""
    files = table.get(key)
    if files is None:
        return False
    files.proven[:] = [filed for filed in files.proven if filed != name]
    files.doubtful[:] = [filed for filed in files.doubtful if filed.name != name]
    if files:
        return False
    del table[key]
    return True
