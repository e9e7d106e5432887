"""Which entries tell the same thing.

A copy shares a link with what we know, or its words: sampled word shingles, of which the shorter text's must stand in
the longer one (containment, as Broder 1997 calls it), because outlets cut agency texts. Equal headlines alone are not
proof across publishers ("Markets wrap", "Morning briefing"); with some likeness of the texts they are.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from urllib.parse import urlsplit

from wirewatch.core.identity import number
from wirewatch.core.model.article import Article
from wirewatch.core.model.entry import Entry
from wirewatch.core.model.story import Fingerprint, Story
from wirewatch.core.urls import is_web_url, link_key

SHINGLE_WORDS = 4
SAMPLE = 4
"""One shingle in so many is kept, chosen by its value: the same in every text that has it."""

MAX_SHINGLES = 400
MIN_TITLE_WORDS = 5
MIN_SHARED = 4
CONTAINMENT = 0.5
"""Share of the shorter text's sampled shingles that must stand in the longer one."""

CONTAINMENT_WITH_TITLE = 0.15

_WORD = re.compile(r"[^\W_]+")
_NO_SPACES = re.compile(
    r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]"
)


def words_of(text: str) -> list[str]:
    """Return the words of a text, folded; characters where a script has no spaces.

    >>> words_of("The “Café” re-opens")
    ['the', 'cafe', 're', 'opens']
    """
    folded = unicodedata.normalize("NFKD", text).casefold()
    bare = "".join(char for char in folded if not unicodedata.combining(char))
    words: list[str] = []
    for word in _WORD.findall(bare):
        words.extend(word if _NO_SPACES.search(word) else (word,))
    return words


def fingerprint(entry: Entry, article: Article | None) -> Fingerprint:
    """Return by what copies of an entry are recognised."""
    urls = [entry.link, *((article.url, article.canonical) if article else ())]
    links = {number("link", link_key(url)) for url in urls if url and _names_a_page(url)}
    title = words_of(entry.title)
    text = max((article.text if article else "", entry.body, entry.summary), key=len)
    return Fingerprint(
        links=tuple(sorted(links)),
        title=number("title", *title) if len(title) >= MIN_TITLE_WORDS else None,
        shingles=_sample(words_of(text)),
    )


def _names_a_page(url: str) -> bool:
    parts = urlsplit(url)
    return is_web_url(url) and bool(parts.path.strip("/") or parts.query)


def _sample(words: Sequence[str]) -> tuple[int, ...]:
    shingles = zip(*(words[start:] for start in range(SHINGLE_WORDS)), strict=False)
    hashes = {number("shingle", *shingle) for shingle in shingles}
    return tuple(sorted(value for value in hashes if value % SAMPLE == 0)[:MAX_SHINGLES])


def containment(one: Sequence[int], other: Sequence[int]) -> float:
    """Return the share of the shorter sample that stands in the longer one, 0 when they share too little to tell."""
    shared = len(set(one).intersection(other))
    return shared / min(len(one), len(other)) if shared >= MIN_SHARED else 0.0


def joined_by(one: Fingerprint, other: Fingerprint, *, same_outlet: bool = False) -> str | None:
    """Say by what two entries tell the same story (``link``, ``title``, ``body``), or None.

    An outlet that uses one headline twice ("Oil prices: live") means two stories, unless the texts are alike.
    """
    if not set(one.links).isdisjoint(other.links):
        return "link"
    likeness = containment(one.shingles, other.shingles)
    if likeness >= CONTAINMENT:
        return "body"
    if one.title is None or one.title != other.title:
        return None
    too_short = min(len(one.shingles), len(other.shingles)) < 2 * MIN_SHARED
    believed = likeness >= CONTAINMENT_WITH_TITLE or (too_short and not same_outlet)
    return "title" if believed else None


def story_for(
    print_: Fingerprint, outlet: str, stories: Iterable[Story]
) -> tuple[Story, str] | None:
    """Return the story an entry of this outlet belongs to and by what it joined; the oldest if several claim it."""
    for story in sorted(stories, key=lambda story: (story.opened_at, story.id)):
        for told in story.entries:
            reason = joined_by(print_, told.fingerprint, same_outlet=told.outlet == outlet)
            if reason:
                return story, reason
    return None
