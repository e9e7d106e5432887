"""Documents and queries made to be slow or to break something: each in seconds at most, none with an exception."""

from __future__ import annotations

import time

import pytest

from wirewatch.core.match import Matcher, Watch
from wirewatch.core.match.explain import explain
from wirewatch.core.match.kept_words import kept_words, meets, needs_of
from wirewatch.core.match.snippet import snippets
from wirewatch.core.model.hit import WatchId
from wirewatch.core.model.watch import WatchSpec
from wirewatch.core.query import lint, parse_query
from wirewatch.core.text.document import Document
from wirewatch.core.text.reader import Reader
from wirewatch.errors import QueryError

QUERIES = (
    "oil",
    '"oil price"',
    "oil price peace",
    '"oil oil"~3',
    "oil NEAR/5 oil",
    "ATLEAST3(oil)",
    "o?ls* OR pr*ce",
    "/oil.*price/",
    '"US oil"',
    "=oil",
    "会谈",
)

DOCUMENTS = {
    "one word sixty thousand times": "oil " * 60_000,
    "a hundred thousand accents": "a" + "\u0301\u0323" * 50_000 + " oil",
    "accents without a letter": "\u0323\u0301" * 50_000,
    "a ligature that grows eighteen-fold": "\ufdfa" * 20_000 + " oil",
    "no white space at all": "oil-price." * 10_000,
    "one long run of digits and commas": "1,000" * 20_000,
    "one long run of apostrophes": "o'" * 50_000,
    "one long run of ampersands": "a&" * 50_000,
    "no spaces in Chinese": "会谈" * 30_000,
    "English and one long Chinese run": "oil price and more words " * 4_000 + "会" * 5_000 + "谈",
    "initials without end": "U. S. " * 20_000,
    "many acronyms": "the U.S. oil cease-fire AT&T " * 5_000,
    "entities": "&amp;" * 30_000,
    "many blocks": "oil\n\n" * 10_000,
    "surrogates and controls": "oil \ud800 price \x00 \x85 \ufffe" * 1_000,
    "hyphens at line ends": "cease-\nfire " * 5_000,
    "Hangul letter by letter": "\u1112\u1161\u11ab" * 20_000,
    "URLs in a row": "https://a.example/oil," * 5_000,
}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_no_document_takes_long(name: str) -> None:
    """Anyone can publish a feed; one entry must not hold up all others."""
    document = Document(title="oil", article=DOCUMENTS[name], language="en")
    matcher = Matcher(
        Watch.of(WatchSpec(id=WatchId(str(n)), name="", query=q)) for n, q in enumerate(QUERIES)
    )
    began = time.thread_time()
    for match in matcher.match(document):
        assert snippets(document, match.spans)
    took = time.thread_time() - began

    assert took < 20


def test_explaining_a_vast_document_does_not_take_long() -> None:
    """People ask why of exactly those that went wrong."""
    document = Document(article="oil a price b " * 20_000)
    began = time.thread_time()
    told = explain(parse_query('"oil price" AND peace NEAR/2 oil'), document)

    assert told.strength is None
    assert time.thread_time() - began < 10


@pytest.mark.parametrize(
    "query",
    [
        " OR ".join(f"word{n}" for n in range(5_000)),
        " ".join(f"word{n}" for n in range(3_000)),
        " AND ".join(f'"word{n} other{n}"' for n in range(2_000)),
        "a-" * 190 + "b",
        '"' + "a " * 190 + '"',
        " NEAR/2 ".join(["oil"] * 20),
        "(" * 49 + "oil" + ")" * 49,
    ],
)
def test_vast_queries_are_read_and_matched(query: str) -> None:
    """Lists of names are made by programs."""
    began = time.thread_time()
    parsed = parse_query(query)
    matcher = Matcher([Watch.of(WatchSpec(id=WatchId("w"), name="", query=query))])
    matcher.match(Document(title=query[:2_000]))

    assert parse_query(str(parsed)) == parsed
    assert isinstance(lint(parsed), tuple)
    assert needs_of(parsed) is None or meets(
        kept_words(Reader(), Document(title=query)), needs_of(parsed) or ()
    )
    assert time.thread_time() - began < 10


@pytest.mark.parametrize(
    "query",
    [
        '"' + "word " * 200_00 + '"',
        "x" * 5_000,
        " NEAR ".join(["oil"] * 60),
        "(" * 1_000,
        '"' + "\u00ad" * 50 + '"',
    ],
)
def test_senseless_queries_are_refused(query: str) -> None:
    """A phrase of a megabyte is a mistake of whoever made the file."""
    with pytest.raises(QueryError):
        parse_query(query)
