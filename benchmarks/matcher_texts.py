"""Make news-like texts and watches out of nothing, the same on every machine."""

from __future__ import annotations

import random
from dataclasses import dataclass
from itertools import accumulate

from wirewatch.core.text.lexicon import common_words

_SYLLABLES = (
    "ba ko ri den mar tes lo vin sha qua zor el mi pan dru go ne fa tur is hal be ro ka lin".split()
)
_ENDINGS = ("", "", "", "s", "s", "ed", "ing", "'s", ",", ".", "’s")
_WORDS = 30_000
_NAMES = 12_000


@dataclass(frozen=True, slots=True)
class Text:
    """A title and a body."""

    title: str
    body: str


class Newsroom:
    """Writes texts with a vocabulary, names and word frequencies like those of the news."""

    def __init__(self, seed: int = 7) -> None:
        self._random = random.Random(seed)
        known = list(common_words())
        made = [self._made_word() for _ in range(_WORDS - len(known))]
        self._little, content = known[:110], known[110:] + made
        self._content = content
        self._weights = list(accumulate(1 / (rank + 30) ** 0.95 for rank in range(len(content))))
        self._names = [
            f"{self._made_word().title()} {self._made_word().title()}" for _ in range(_NAMES)
        ]
        self._name_weights = list(accumulate(1 / (rank + 20) ** 0.5 for rank in range(_NAMES)))

    def _made_word(self) -> str:
        return "".join(self._random.choices(_SYLLABLES, k=self._random.choice((2, 3, 3, 4))))

    def _word(self) -> str:
        return self._random.choices(self._content, cum_weights=self._weights)[0]

    def _telling_word(self) -> str:
        """Return a word somebody would watch for: not one of the commonest."""
        return self._content[int(len(self._content) * self._random.random() ** 2)]

    def _name(self) -> str:
        return self._random.choices(self._names, cum_weights=self._name_weights)[0]

    def text(self, words: int) -> Text:
        """Write a text of about so many words in sentences and paragraphs."""
        title = f"{self._name()} {self._word()} {self._word()} {self._random.choice(self._little)} {self._word()}"
        paragraphs: list[str] = []
        written = 8
        while written < words:
            sentence = self._paragraph(min(60, words - written))
            paragraphs.append(" ".join(sentence))
            written += len(sentence)
        return Text(title, "\n\n".join(paragraphs))

    def _paragraph(self, words: int) -> list[str]:
        tokens: list[str] = []
        while len(tokens) < words:
            kind = self._random.random()
            if kind < 0.42:
                tokens.append(self._random.choice(self._little))
            elif kind < 0.94:
                tokens.append(self._word() + self._random.choice(_ENDINGS))
            elif kind < 0.99:
                tokens += self._name().split()
            else:
                tokens.append(
                    self._random.choice(("U.S.", "cease-fire", "1,000", "“quoted”", "4.5%"))
                )
        return tokens

    def query(self) -> str:
        """Write a watch as people do: mostly names and phrases, some all-words, OR, NEAR and NOT."""
        kind = self._random.random()
        if kind < 0.35:
            return f'"{self._phrase()}"'
        if kind < 0.61:
            return " ".join(
                (self._name().split()[1], self._telling_word(), self._telling_word())[
                    : self._random.choice((2, 3))
                ]
            )
        if kind < 0.76:
            return " OR ".join(f'"{self._phrase()}"' for _ in range(self._random.choice((2, 3))))
        if kind < 0.89:
            return f"{self._telling_word()} NEAR/{self._random.choice((3, 5, 10))} {self._name().split()[0]}"
        return f'"{self._phrase()}" NOT {self._telling_word()}'

    def _phrase(self) -> str:
        if self._random.random() < 0.5:
            return self._name()
        return f"{self._telling_word()} {self._telling_word()}"
