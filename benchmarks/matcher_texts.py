"""Entries and watches made of real text: what is cut from where, the same on every machine."""

from __future__ import annotations

import random
import re
from collections import Counter
from dataclasses import dataclass

from benchmarks.corpus import encyclopaedia, news

_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z])")
_NAME = re.compile(r"(?<=[a-z,] )[A-Z][a-z]+(?: [A-Z][a-z]+){1,2}\b")
_RUN = re.compile(r"\b[a-z]{4,}(?: [a-z]{4,}){1,2}\b")
_WORD = re.compile(r"\b[a-z]{4,}\b")
_COMMON = 300
"""The words that are commoner nobody watches for alone."""
_FROM_NEWS = 0.01
"""The share of watches drawn from the very texts that are matched: with the chance finds, about one hit an article at
1,000 watches, as with watches drawn from tens of thousands of news texts."""


@dataclass(frozen=True, slots=True)
class Text:
    """A title and a body."""

    title: str
    body: str


@dataclass(frozen=True, slots=True)
class _Source:
    """What queries are drawn from."""

    names: tuple[str, ...]
    runs: tuple[str, ...]
    words: tuple[str, ...]

    @classmethod
    def of(cls, text: str) -> _Source:
        words = _WORD.findall(text)
        common = {word for word, _ in Counter(words).most_common(_COMMON)}
        runs = {run for run in _RUN.findall(text) if common.isdisjoint(run.split())}
        names = set(_NAME.findall(text))
        telling = sorted(set(words) - common)
        return cls(tuple(sorted(names)), tuple(sorted(runs)), tuple(telling))


class Newsroom:
    """Cuts entries from the news and draws watches from news and encyclopaedia."""

    def __init__(self, seed: int = 7) -> None:
        self._random = random.Random(seed)
        articles = list(news())
        self._random.shuffle(articles)
        self._sentences = [s for article in articles for s in _SENTENCE_END.split(article)]
        self._at = 0
        self._news = _Source.of("\n".join(articles))
        self._world = _Source.of(encyclopaedia())

    def text(self, words: int) -> Text:
        """Cut the next text of about so many words: the first ones are its title, every third sentence ends a block."""
        title, *rest = self._next().split()
        blocks: list[list[str]] = [[]]
        count = 0
        while count < words - 8:
            sentence = rest or self._next().split()
            rest = []
            sentence = sentence[: words - 8 - count]
            if len(blocks[-1]) >= 3:
                blocks.append([])
            blocks[-1].append(" ".join(sentence))
            count += len(sentence)
        first, *others = blocks[0][0].split() or [title]
        head = " ".join([title, first, *others[:6]])
        return Text(head, "\n\n".join(" ".join(block) for block in blocks))

    def _next(self) -> str:
        self._at = (self._at + 1) % len(self._sentences)
        return self._sentences[self._at] or self._next()

    def query(self) -> str:
        """Draw a watch: phrases (half of them names), all-words, OR, NEAR and NOT, as people write them."""
        draw = self._random
        source = self._news if draw.random() < _FROM_NEWS else self._world
        kind = draw.random()
        if kind < 0.36:
            return f'"{self._phrase(source)}"'
        if kind < 0.38:
            return draw.choice(source.words)
        if kind < 0.62:
            return " ".join(draw.choice(source.words) for _ in range(draw.choice((2, 2, 3))))
        if kind < 0.77:
            return " OR ".join(f'"{self._phrase(source)}"' for _ in range(draw.choice((2, 3))))
        if kind < 0.90:
            distance = draw.choice((3, 5, 10))
            return f"{draw.choice(source.words)} NEAR/{distance} {draw.choice(source.words)}"
        return f'"{self._phrase(source)}" NOT {draw.choice(source.words)}'

    def phrases(self, count: int) -> list[str]:
        """Draw different quoted phrases of two to four words, as many as there are up to *count*.

        The names and runs of words that queries have are too few, so neighbours in running text are taken too.
        """
        telling = re.findall(r"[A-Za-z]{3,}(?: [A-Za-z]{3,}){1,3}", encyclopaedia())
        found = {phrase.lower(): None for phrase in (*self._world.names, *self._world.runs)}
        for stretch in telling:
            words = stretch.lower().split()
            for size in (2, 3, 4):
                for at in range(len(words) - size + 1):
                    found[" ".join(words[at : at + size])] = None
        drawn = self._random.sample(list(found), min(count, len(found)))
        return [f'"{phrase}"' for phrase in drawn]

    def _phrase(self, source: _Source) -> str:
        return self._random.choice(source.names if self._random.random() < 0.5 else source.runs)
