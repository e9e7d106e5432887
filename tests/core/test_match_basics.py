"""The plainest watches on the plainest documents."""

from __future__ import annotations

import pytest

from wirewatch.core.match import Match, Matcher, Watch
from wirewatch.core.match.snippet import snippets
from wirewatch.core.model.hit import Strength, WatchId
from wirewatch.core.model.watch import WatchSpec
from wirewatch.core.text.document import Document


def match_of(query: str, **fields: str) -> Match | None:
    spec = WatchSpec(id=WatchId("test/one"), name="one", query=query)
    found = Matcher([Watch.of(spec)]).match(Document(**fields))
    return found[0] if found else None


@pytest.mark.parametrize(
    ("query", "text", "expected"),
    [
        ('"territorial issue"', "the“territorial issue” remains", "territorial issue"),
        ('"Abu Dhabi talks"', "Abu Dhabi's talks went on", "Abu Dhabi's talks"),
        ('"territorial issue"', "a territorial\nissue", "territorial\nissue"),
        ('"territorial issue"', "a territorial\n\nissue", None),
        ('"territorial issue"', "issue territorial", None),
        ("talks AND oil", "oil and peace talks", "oil"),
        ("talks OR gas", "oil and peace talks", "talks"),
        ("talks -oil", "oil and peace talks", None),
        ("(gas OR oil) NOT (war OR peace)", "oil and talks", "oil"),
        ("cat", "a category", None),
    ],
)
def test_a_query_finds_what_a_reader_would(query: str, text: str, expected: str | None) -> None:
    """These are the promises of the first page of the manual."""
    found = match_of(query, body=text)

    actual = None if found is None else text[found.spans[0].start : found.spans[0].end]
    assert actual == expected


def test_words_far_apart_are_stored_but_do_not_ring() -> None:
    """Closeness is what keeps bare words precise, and nothing may be thrown away."""
    far = match_of("Abu Dhabi talks", article="Abu Dhabi " + "word " * 60 + "talks")
    near = match_of("Abu Dhabi talks", article="Abu Dhabi hosted the talks")

    assert far is not None
    assert near is not None
    assert (far.strength, far.rings) == (Strength.SCATTERED, False)
    assert (near.strength, near.rings) == (Strength.CLOSE, True)


def test_the_sentence_is_quoted_exactly_and_once() -> None:
    """A reader sees the very words, and not the same sentence from the summary and the article."""
    text = "Hello there. Mr. Smith of the U. S. said Abu\nDhabi talks went on. Bye."
    document = Document(summary=text, article=text)
    spec = WatchSpec(id=WatchId("a"), name="a", query='"Abu Dhabi talks"')
    (found,) = Matcher([Watch.of(spec)]).match(document)

    (quoted,) = snippets(document, found.spans)

    assert quoted.text == "Mr. Smith of the U. S. said Abu Dhabi talks went on."
    assert [piece.text for piece in quoted.pieces if piece.hit] == ["Abu Dhabi talks"]
