"""From the words of a document in a language with rules of its own to the keys under which queries are filed.

Queries are filed once, by the rules of their scripts. A German document knows *Verhandlungen* by the German key;
the bridge says which filed keys stand for query words with the same German key.
"""

from __future__ import annotations

from wirewatch.core.query.clue import key_of
from wirewatch.core.query.node import Node, walk
from wirewatch.core.query.word import Word
from wirewatch.core.text.inflect import word_keys
from wirewatch.core.text.words import Words, is_pattern


class Bridge:
    """Filed keys by the keys of other languages, built when the first document of a language comes."""

    __slots__ = ("_asked", "_by_language", "_waiting")

    def __init__(self) -> None:
        self._waiting: list[Node] = []
        self._asked: dict[str, str] = {}
        """The inflected words of all queries, and their filed keys."""
        self._by_language: dict[str, dict[str, set[str]]] = {}

    def add(self, node: Node) -> None:
        """Remember the words of a query; they are looked at when a document needs them."""
        self._waiting.append(node)

    def keys(self, words: Words, special_keys: set[str]) -> set[str]:
        """Return the filed keys that a document has by its language's own rules."""
        self._gather()
        bridge = self._by_language.get(words.language)
        if bridge is None:
            bridge = self._by_language[words.language] = {}
            for form, key in self._asked.items():
                _add(bridge, form, key, words.language)
        found: set[str] = set()
        for key in special_keys & bridge.keys():
            found |= bridge[key]
        return found

    def _gather(self) -> None:
        waiting, self._waiting = self._waiting, []
        for node in waiting:
            for form in _inflected(node):
                if form not in self._asked:
                    key = self._asked[form] = key_of(form)
                    for language, bridge in self._by_language.items():
                        _add(bridge, form, key, language)


def _add(bridge: dict[str, set[str]], form: str, key: str, language: str) -> None:
    bridge.setdefault(word_keys(form, language)[0], set()).add(key)


def _inflected(node: Node) -> list[str]:
    return [
        form
        for part in walk(node)
        if isinstance(part, Word)
        for spelling in (*part.spellings, part.glued)
        for form in spelling
        if not is_pattern(form)
    ]
