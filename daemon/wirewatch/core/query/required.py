"""Words without which a query cannot match: a hint for a full-text index that has its own idea of words.

The index cuts *re-elected* and *O'Brien* in two, so a word is promised by its beginning, or by what is left of it
behind a sign after its first letters. Where no promise is safe, none is given: the entry is then read and tried.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, TypeAlias

from wirewatch.core.query.atleast import AtLeast
from wirewatch.core.query.boolean import And, Or
from wirewatch.core.query.exact import Exact
from wirewatch.core.query.fields import InText
from wirewatch.core.query.near import Near
from wirewatch.core.query.node import Node
from wirewatch.core.query.parser import Query
from wirewatch.core.query.phrase import LoosePhrase, Phrase
from wirewatch.core.query.run import Run
from wirewatch.core.query.spelling import Spelling
from wirewatch.core.query.term import Named
from wirewatch.core.query.word import Word
from wirewatch.core.text.english import english_key, is_irregular
from wirewatch.core.text.inflect import latin_languages, word_keys
from wirewatch.core.text.words import is_pattern

Group: TypeAlias = tuple[str, ...]

_LONGEST: Final = 4
_LEAST: Final = 3
_TAILS: Final = 4
_MOST_ALTERNATIVES: Final = 60
_NEEDS_ALL: Final = (And, Run, Near, Named, InText, AtLeast)


def required_words(query: Query) -> tuple[Group, ...]:
    """Return groups of alternatives: of each group one must begin a token of the text, in any case.

    An empty answer promises nothing. Accents are taken to be folded by the index.

    >>> from wirewatch.core.query.parser import parse_query
    >>> required_words(parse_query('"territorial issue"'))
    (('terr', 'erri', 'rrit', 'rito'), ('issu', 'ssue', 'sue'))
    """
    if query.anywhere:
        return ()
    return tuple(dict.fromkeys(group for group in _groups(query.node) if _is_useful(group)))


def _is_useful(group: Group) -> bool:
    return 0 < len(group) <= _MOST_ALTERNATIVES


def _groups(node: Node) -> list[Group]:
    found: list[Group] = []
    if isinstance(node, Word):
        found = _of_word(node)
    elif isinstance(node, Phrase | Exact):
        found = _of_spellings(node.spellings, inflected=False)
    elif isinstance(node, LoosePhrase):
        found = [g for word in node.words for g in _of_spellings(word, inflected=False)]
    elif isinstance(node, Or):
        found = _either(_groups(part) for part in node.parts)
    elif isinstance(node, _NEEDS_ALL):
        needed = node.parts if isinstance(node, And) else node.children()
        found = [group for part in needed for group in _groups(part)]
    return found


def _of_word(node: Word) -> list[Group]:
    if not node.glued:
        return _of_spellings(node.spellings, inflected=True)
    wholes = [_of_spellings(((whole,),), inflected=True) for whole in node.glued]
    return _either([_of_spellings(node.spellings, inflected=True), *wholes])


def _of_spellings(spellings: Sequence[Spelling], *, inflected: bool) -> list[Group]:
    found = [[g for form in s if (g := _beginnings(form, inflected=inflected))] for s in spellings]
    return found[0] if len(found) == 1 else _either(found)


def _either(choices: Iterable[Sequence[Group]]) -> list[Group]:
    """Of every choice take the group that promises most; together they are one group."""
    together: dict[str, None] = {}
    for groups in choices:
        if not groups:
            return []
        best: Group = max(groups, key=_promise)
        together.update(dict.fromkeys(best))
    return [tuple(together)]


def _promise(group: Group) -> tuple[int, int]:
    return len(group[0]), len(group)


def _beginnings(form: str, *, inflected: bool) -> Group:
    """Return what a token begins with that holds this form, or the part of it behind a sign."""
    if not (form.isascii() and form.isalpha() and form.islower()) or is_pattern(form):
        return ()
    length = _kept(form) if inflected else len(form)
    if length <= _LEAST:
        return ()
    stem = form[:length]
    tails = [stem[at : at + _LONGEST] for at in range(_TAILS) if len(stem) - at >= _LEAST]
    return tuple(dict.fromkeys(tails))


def _kept(form: str) -> int:
    """Return how many first letters all inflections of a word share, in any language that knows it."""
    if is_irregular(form):
        return 0
    key = english_key(form)
    shared = _shared(form, key)
    if key[-1] in "ey":
        shared = min(shared, len(key) - 1)
    if key.endswith("man"):
        shared = min(shared, len(key) - 2)
    for language in latin_languages():
        shared = min(shared, _shared(form, word_keys(form, language)[0]))
    return shared


def _shared(left: str, right: str) -> int:
    for at, (a, b) in enumerate(zip(left, right, strict=False)):
        if a != b:
            return at
    return min(len(left), len(right))
