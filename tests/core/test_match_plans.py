"""What is remembered about a word must follow the watches as they come and go."""

from __future__ import annotations

import pytest

from wirewatch.core.match import Matcher, Watch
from wirewatch.core.model.hit import WatchId
from wirewatch.core.model.watch import WatchSpec
from wirewatch.core.text.document import Document

TEXT = Document(
    body="Negotiators met in Abu Dhabi; the oil price fell after the talks on F-16 jets."
)
QUERIES = (
    "talk",
    '"oil price"',
    "oil talks",
    "negotiat*",
    '"negotiat* met"',
    '"abu dhabi" OR "of salt"',
    "price NEAR/3 talks",
    "F16",
    '"f16 jets"',
    "oil negotiat*",
)


def _watch(name: str, query: str) -> Watch:
    return Watch.of(WatchSpec(id=WatchId(name), name=name, query=query))


def _found(matcher: Matcher) -> list[str]:
    return [match.watch for match in matcher.match(TEXT)]


@pytest.mark.parametrize("query", QUERIES)
def test_a_watch_added_after_its_words_were_seen_is_found(query: str) -> None:
    """A watch edited while the daemon runs must ring for the very next entry."""
    matcher = Matcher([_watch("other", "salt")])
    assert _found(matcher) == []

    matcher.add(_watch("new", query))

    assert _found(matcher) == ["new"]


@pytest.mark.parametrize("query", QUERIES)
def test_a_watch_that_was_removed_is_found_no_more_and_its_neighbours_still_are(query: str) -> None:
    """Removing one watch must not take along those filed under the same words."""
    matcher = Matcher([_watch("gone", query), _watch("kept", query)])
    assert _found(matcher) == ["gone", "kept"]

    matcher.remove(WatchId("gone"))
    assert _found(matcher) == ["kept"]
    matcher.remove(WatchId("kept"))
    assert _found(matcher) == []
    matcher.add(_watch("again", query))

    assert _found(matcher) == ["again"]


def test_every_form_of_a_word_learns_of_a_new_watch() -> None:
    """The plural was seen before the watch for the singular came."""
    matcher = Matcher()
    for text in ("crisis", "crises", "Crises"):
        assert matcher.match(Document(body=text)) == ()

    matcher.add(_watch("w", "crisis"))

    found = [len(matcher.match(Document(body=t))) for t in ("crisis", "crises", "Crises")]
    assert found == [1, 1, 1]
