"""Every example of the manual's page on the query language is tried: it means what it says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from wirewatch.core.match.matcher import Watch, evaluate
from wirewatch.core.model.hit import WatchId
from wirewatch.core.model.watch import WatchSpec
from wirewatch.core.query import parse_query
from wirewatch.core.query.lexer import FIELDS
from wirewatch.core.query.view import Subject
from wirewatch.core.text.document import Document
from wirewatch.core.text.reader import Reader
from wirewatch.errors import QueryError
from wirewatch.parse.html import text_of

PAGE = Path(__file__).parents[2] / "docs" / "query-language.md"
TERMS = {"gulf": 'UAE OR Qatar OR "Abu Dhabi"'}
FACTS = re.compile(r"\*\((\w+) ([^)]*)\)\* ")
HEADLINE = re.compile(r"\*\*(.+?)\*\* ")
NAMES = {"link": "url", "author": "authors", "category": "categories", "tag": "tags"}


def rows(header: str) -> Iterator[object]:
    """Yield the rows of all tables with this header."""
    inside = False
    for number, line in enumerate(PAGE.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.startswith("|"):
            inside = False
        elif line == header:
            inside = True
        elif inside and not line.startswith("| ---"):
            cells = [cell.strip() for cell in line.strip("|").split(" | ")]
            yield pytest.param(cells[0].strip("`"), *cells[1:], id=f"line-{number}")


def document_of(text: str) -> Document:
    """Return the document that a cell describes."""
    known: dict[str, object] = {}
    if fact := FACTS.match(text):
        name = NAMES.get(fact[1], fact[1])
        known[name] = (fact[2],) if name in ("authors", "categories", "tags") else fact[2]
        text = text[fact.end() :]
    title = ""
    if headline := HEADLINE.match(text):
        title, text = headline[1], text[headline.end() :]
    if text.startswith("`<"):
        text = text_of(text.strip("`"))
    return Document(title=title, body=text.replace("¶", "\n\n"), **known)  # type: ignore[arg-type]


def rings(query: str, document: Document) -> str:
    """Say what comes of a query with the defaults, in the page's own words."""
    watch = Watch.of(WatchSpec(id=WatchId("w"), name="w", query=query), terms=TERMS)
    found = evaluate(watch, Subject(Reader(), document, anywhere=watch.query.anywhere))
    return "no" if found is None else "yes" if found.rings else "quiet"


@pytest.mark.parametrize(("query", "text", "expected"), list(rows("| Query | Text | Rings |")))
def test_an_example_rings_as_the_page_says(query: str, text: str, expected: str) -> None:
    """People copy examples; one that lies costs them an alert."""
    assert rings(query, document_of(text)) == expected


@pytest.mark.parametrize(("query", "at", "says"), list(rows("| Query | At | What it says |")))
def test_a_mistake_is_told_in_the_words_of_the_page(query: str, at: str, says: str) -> None:
    """Who meets an error looks its words up."""
    with pytest.raises(QueryError) as wrong:
        parse_query(query, terms=TERMS)

    told = wrong.value
    assert (told.at, f"{told.message} ({told.hint})") == (int(at), says)


def test_everything_at_a_glance_can_be_typed_as_it_stands() -> None:
    """The first table is what most people read, and nothing else."""
    left = [str(row.values[0]) for row in rows("| Write | to find |")]  # type: ignore[attr-defined]
    written = [code for cell in left for code in f"`{cell}`".split("`, `") if "<" not in code]

    typed = [code.strip("`") for code in written]

    fields = {code.removesuffix(":") for cell in typed for code in re.findall(r"\w+:", cell)}
    for query in typed:
        if query.endswith(":"):
            continue
        assert parse_query(query if query != "in:anywhere" else "oil in:anywhere", terms=TERMS)
    assert fields <= FIELDS
    assert len(typed) > 20


def test_every_field_is_explained() -> None:
    """A field nobody is told of is a field nobody uses."""
    text = PAGE.read_text(encoding="utf-8")

    assert [name for name in sorted(FIELDS) if f"`{name}:" not in text] == []
