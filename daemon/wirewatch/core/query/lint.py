"""What is legal but surely not meant."""

from __future__ import annotations

from collections.abc import Iterator

from wirewatch.core.query.node import And, Node, Or, Words
from wirewatch.core.query.parser import LITTLE, Query


def lint(query: Query) -> tuple[str, ...]:
    """Return warnings, one line each."""
    return tuple(dict.fromkeys(_warnings(query.root)))


def _warnings(node: Node) -> Iterator[str]:
    match node:
        case Words():
            yield from _of_words(node)
        case Or():
            names = [str(part) for part in node.parts]
            for name in dict.fromkeys(names):
                if names.count(name) > 1:
                    yield f"the alternative {name} stands here twice"
            for part in node.parts:
                yield from _warnings(part)
        case And():
            for part in (*node.parts, *node.excluded):
                yield from _warnings(part)
            for part in node.excluded:
                if part in node.parts:
                    yield f"{part} is required and excluded at once: this can never match"
        case _:
            return


def _of_words(node: Words) -> Iterator[str]:
    words = node.typed.split()
    if all(word.casefold() in LITTLE for word in words):
        yield f"{node.typed!r} matches nearly everything: it is made of little words only"
    if "not" in words:
        yield "'not' in lower case is a word to look for; to exclude write NOT or -"
