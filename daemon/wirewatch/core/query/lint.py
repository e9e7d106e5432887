"""What is legal in a query but surely not meant."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations
from typing import Final

from wirewatch.core.query.boolean import And, Or
from wirewatch.core.query.exact import Exact
from wirewatch.core.query.node import Node, walk
from wirewatch.core.query.phrase import Phrase
from wirewatch.core.query.query import Query
from wirewatch.core.query.regex import Regex
from wirewatch.core.query.run import Run
from wirewatch.core.query.term import Named
from wirewatch.core.query.word import Word
from wirewatch.core.text.inflect import word_keys
from wirewatch.core.text.little import is_little
from wirewatch.core.text.words import fits, is_pattern

_MANY: Final = 200
"""More alternatives than this are a list a program made: comparing each with each takes too long."""


def lint(query: Query) -> tuple[str, ...]:
    """Return warnings, one sentence each."""
    found = [warning for node in walk(query.node) for warning in _of_node(node)]
    if isinstance(query.node, Word) and is_little(query.node.text):
        found.append(f"{query.node} is a word of nearly every text")
    if query.node.clues() is None:
        found.append(_unanchored(query.node))
    return tuple(dict.fromkeys(found))


def _unanchored(node: Node) -> str:
    if any(isinstance(part, Regex) for part in walk(node)):
        return (
            "cannot be anchored: the regular expression is tried on everything; "
            "add a word that must be there: /issues?/ AND territorial"
        )
    return "cannot be anchored: tried on everything; add a word that must be there"


def _of_node(node: Node) -> Iterator[str]:
    if isinstance(node, Or):
        yield from _of_alternatives(node)
    elif isinstance(node, And):
        yield from _of_exclusions(node)
    elif isinstance(node, Run):
        yield from _of_run(node)


def _of_run(node: Run) -> Iterator[str]:
    for part in node.parts:
        if isinstance(part, Word) and part.text == "not":
            yield '"not" in lower case is looked for as a word; write NOT, or -word, to exclude'
        if isinstance(part, Word) and part.text in ("And", "Or", "Not"):
            yield f'"{part.text}" is looked for as a word; write {part.text.upper()} for the operator'
    for left, right in permutations(node.parts[:_MANY], 2):
        if left is not right and covers(left, right) and left != right:
            yield f"{left} is no requirement beside {right}: whatever has the second has the first"


def _of_alternatives(node: Or) -> Iterator[str]:
    if len(node.parts) > _MANY:
        return
    for part in node.parts:
        if isinstance(part, Word) and is_little(part.text):
            yield f"the alternative {part} is a word of nearly every text"
    for at, part in enumerate(node.parts):
        if part in node.parts[:at]:
            yield f"the alternative {part} is there twice"
    for wide, narrow in permutations(node.parts, 2):
        if (
            wide != narrow
            and covers(wide, narrow)
            and not (covers(narrow, wide) and str(wide) > str(narrow))
        ):
            yield f"the alternative {narrow} adds nothing: {wide} finds it too"


def _of_exclusions(node: And) -> Iterator[str]:
    for excluded in node.without:
        for wanted in node.parts:
            if covers(excluded, wanted):
                yield f"this can never match: {wanted} is wanted, but NOT {excluded} excludes it"
        if isinstance(excluded, Word) and is_little(excluded.text):
            yield f"NOT {excluded} excludes nearly every text"
        if any(excluded == other for other in node.without if other is not excluded):
            yield f"NOT {excluded} is there twice"


def covers(wide: Node, narrow: Node) -> bool:
    """Say whether whatever *narrow* finds is found by *wide* too, as far as that can be seen."""
    while isinstance(narrow, Named):
        narrow = narrow.part
    while isinstance(wide, Named):
        wide = wide.part
    if wide == narrow:
        return True
    if isinstance(wide, Or):
        return any(covers(part, narrow) for part in wide.parts)
    if isinstance(narrow, And | Run):
        return any(covers(wide, part) for part in narrow.parts)
    if isinstance(wide, Word) and isinstance(narrow, Word | Phrase | Exact):
        keys = [tuple(map(_key, spelling)) for spelling in wide.spellings]
        return any(_holds(tuple(map(_key, narrow.spellings[0])), key) for key in keys)
    if isinstance(wide, Phrase) and isinstance(narrow, Phrase | Exact):
        return any(_holds(narrow.spellings[0], spelling) for spelling in wide.spellings)
    return False


def _key(form: str) -> str:
    return form if is_pattern(form) else word_keys(form, "")[0]


def _holds(long: tuple[str, ...], short: tuple[str, ...]) -> bool:
    """Say whether a spelling stands, side by side, inside another."""
    size = len(short)
    return any(
        all(
            a == b or (is_pattern(b) and fits(a, b))
            for a, b in zip(long[at : at + size], short, strict=True)
        )
        for at in range(len(long) - size + 1)
    )
