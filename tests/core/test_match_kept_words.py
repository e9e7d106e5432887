"""The words kept of a stored text: what a search may leave unread."""

from __future__ import annotations

from hashlib import blake2b

import pytest

from wirewatch.core.match import Matcher, Watch
from wirewatch.core.match.kept_words import KEPT_VERSION, kept_words, meets, needs_of
from wirewatch.core.model.hit import WatchId
from wirewatch.core.model.watch import WatchSpec
from wirewatch.core.query import parse_query
from wirewatch.core.text.document import Document
from wirewatch.core.text.reader import Reader

SAMPLE = (
    "The U.S. re-elected O'Brien's workers; cease-fire talks cost 1,000 at AT&T. Negotiators struck Sana'a. "
    "Die Verhandlungen begannen. Les négociations. Переговоры начались. 北京会谈 محادثات والمحادثات वार्ता"
)
DIGEST = "0a9fe225d163"


def passes(query: str, text: str, language: str | None = None) -> bool:
    """Say whether the index would let a text through."""
    needs = needs_of(parse_query(query))
    return needs is None or meets(
        kept_words(Reader(), Document(body=text, language=language)), needs
    )


@pytest.mark.parametrize(
    ("query", "text", "language"),
    [
        ("talks", "They talked.", None),
        ("strike", "It struck.", None),
        ("ceasefire", "a cease-fire held", None),
        ("cease fire", "a ceasefire held", None),
        ('"Abu Dhabi talks"', "Abu Dhabi's talks", None),
        ("Verhandlung", "Die Verhandlungen begannen.", "de"),
        ("négociation", "Les négociations continuent.", "fr"),
        ("переговоров", "Переговоры начались", None),
        ("北京", "在北京会谈", None),
        ("محادثات", "والمحادثات", None),
        ("J.K. Rowling", "J. K. Rowling", None),
        ("oil AND (gas OR coal)", "coal and oil", None),
    ],
)
def test_whatever_the_matcher_finds_passes(query: str, text: str, language: str | None) -> None:
    """A search that misses what an alert found would be believed."""
    spec = WatchSpec(id=WatchId("w"), name="w", query=query)
    assert Matcher([Watch.of(spec)]).match(Document(body=text, language=language))
    assert passes(query, text, language)


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("talks", "Nothing of the kind."),
        ('"territorial issue"', "A territorial dispute."),
        ("oil AND (gas OR coal)", "oil and wind"),
        ("emir", "The Emirates."),
    ],
)
def test_what_lacks_a_word_is_left_out(query: str, text: str) -> None:
    """Otherwise the index is of no use."""
    assert not passes(query, text)


@pytest.mark.parametrize(
    "query", ["/oil [a-z]+/", "negotiat*", "oil OR /x[0-9]/", "oil in:anywhere"]
)
def test_no_promise_is_made_where_none_is_safe(query: str) -> None:
    """Everything is read for such a query."""
    assert needs_of(parse_query(query)) is None


def test_an_index_of_other_words_has_another_version() -> None:
    """Who changes folding or inflection counts KEPT_VERSION up: an index of the old words would hide texts."""
    words = kept_words(Reader(), Document(body=SAMPLE, language="en"))
    german = kept_words(Reader(), Document(body=SAMPLE, language="de"))
    seen = blake2b(repr((sorted(words), sorted(german))).encode(), digest_size=6).hexdigest()

    assert (KEPT_VERSION, seen) == (2, DIGEST)
