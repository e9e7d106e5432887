"""What is kept of a stored text so that a query needs to read few: the clues that rule watches out rule texts out.

A full-text index has its own idea of words; ours is the only one that must decide. So the index is given our words,
as numbers, and asked for the numbers of the query's clues: it leaves out only what the matcher would refuse.
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import blake2b
from typing import Final, TypeAlias

from wirewatch.core.query.clue import Clue, key_of
from wirewatch.core.query.node import Node, walk
from wirewatch.core.query.query import Query
from wirewatch.core.query.word import Word
from wirewatch.core.text.document import Document
from wirewatch.core.text.inflect import special_languages, word_keys
from wirewatch.core.text.reader import Reader
from wirewatch.core.text.words import is_pattern

KEPT_VERSION: Final = 2
"""Counts changes of what words a text has: indexes made before are made anew."""

Group: TypeAlias = frozenset[int]
"""Of these numbers a text must have one."""

Needs: TypeAlias = tuple[tuple[Group, ...], ...]
"""Alternatives: of one of them a text must meet every group."""

_BYTES: Final = 5


def kept_words(reader: Reader, document: Document) -> frozenset[int]:
    """Return the numbers of all words of a document: as written, and by the keys their inflections share."""
    page = reader.read(document)
    words = page.distinct | page.keys | page.special_keys
    return frozenset(map(_number, words))


def needs_of(query: Query) -> Needs | None:
    """Return what a text must have before the query can match it, or None when nothing is promised.

    >>> from wirewatch.core.query.parser import parse_query
    >>> [len(groups) for groups in needs_of(parse_query('"territorial issue" OR ceasefire'))]
    [2, 1, 2]
    >>> needs_of(parse_query("negotiat*"))
    """
    clues = query.node.clues()
    if clues is None or query.anywhere:
        return None
    keys = _inflected_keys(query.node)
    needs = tuple(_groups(alternative, keys) for alternative in clues)
    return needs if all(needs) else None


def meets(words: frozenset[int], needs: Needs) -> bool:
    """Say whether a text with these words may match."""
    return any(all(not group.isdisjoint(words) for group in groups) for groups in needs)


def _groups(alternative: tuple[Clue, ...], keys: Mapping[str, Group]) -> tuple[Group, ...]:
    groups: list[Group] = []
    for _, first, beside in alternative:
        if beside:
            groups += [frozenset((_number(first),)), frozenset((_number(beside),))]
        elif not is_pattern(first):
            groups.append(keys.get(first) or frozenset((_number(first),)))
    return tuple(groups)


def _inflected_keys(node: Node) -> dict[str, Group]:
    """Return for each filed key of a query's bare words the numbers by which any language may know the word."""
    found: dict[str, Group] = {}
    for part in walk(node):
        if not isinstance(part, Word):
            continue
        for form in (form for spelling in (*part.spellings, part.glued) for form in spelling):
            if not is_pattern(form):
                key = key_of(form)
                found[key] = found.get(key, frozenset((_number(key),))) | _in_every_language(form)
    return found


def _in_every_language(form: str) -> Group:
    return frozenset(
        _number(key) for language in special_languages() for key in word_keys(form, language)
    )


def _number(word: str) -> int:
    return int.from_bytes(blake2b(word.encode(), digest_size=_BYTES).digest(), "big")
