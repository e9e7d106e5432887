"""Every document of the corpus is read as its own head says."""

from __future__ import annotations

from dataclasses import fields
from datetime import datetime
from typing import Any

import pytest

from tests.corpus.case import Case, cases
from wirewatch.core.model.outcome import ParsedEntry, ParsedFeed, ParsedPage, Unreadable
from wirewatch.parse.feeds import parse_feed
from wirewatch.parse.limits import ParseLimits
from wirewatch.parse.page import parse_page

FEEDS = cases("feeds")
PAGES = cases("pages")
_FEED_KEYS = {
    "format",
    "title",
    "link",
    "language",
    "ttl_s",
    "flaw",
    "flaw_detail",
    "entries",
    "count",
}
_PAGE_KEYS = {field.name for field in fields(ParsedPage)} | {"text_without", "boilerplate_with"}


@pytest.mark.parametrize("case", FEEDS, ids=lambda case: case.name)
def test_a_feed_of_the_corpus_is_read_as_its_head_says(case: Case) -> None:
    """Each is a quirk some publisher has: once learned, never forgotten."""
    found = parse_feed(
        case.body, url=case.url, content_type=case.content_type, limits=ParseLimits(**case.limits)
    )

    if "problem" in case.expect:
        assert isinstance(found, Unreadable), found
        assert found.problem == case.expect["problem"]
        assert case.expect["detail"] in found.detail
    else:
        assert isinstance(found, ParsedFeed), found
        _compare_feed(found, case.expect)


@pytest.mark.parametrize("case", PAGES, ids=lambda case: case.name)
def test_a_page_of_the_corpus_is_read_as_its_head_says(case: Case) -> None:
    """The body is what most watches match: no block too few, no word glued or parted."""
    found = parse_page(
        case.body, url=case.url, content_type=case.content_type, limits=ParseLimits(**case.limits)
    )

    if "problem" in case.expect:
        assert isinstance(found, Unreadable), found
        assert found.problem == case.expect["problem"]
        assert case.expect["detail"] in found.detail
    else:
        assert isinstance(found, ParsedPage), found
        _compare_page(found, case.expect)


@pytest.mark.parametrize("case", [*FEEDS, *PAGES], ids=lambda case: case.name)
def test_every_case_expects_something(case: Case) -> None:
    """A case without an expectation is a test that cannot fail."""
    assert case.about
    assert {"problem", "detail"} <= case.expect.keys() or {
        "entries",
        "count",
        "text",
    } & case.expect.keys()


def _compare_feed(found: ParsedFeed, expect: dict[str, Any]) -> None:
    assert expect.keys() <= _FEED_KEYS
    entries = expect.get("entries", [])
    assert len(found.entries) == expect.get("count", len(entries))
    # what a case is silent about is not compared, but a flaw is never silent
    assert found.flaw == expect.get("flaw")
    assert expect.get("flaw_detail", "") in (found.flaw_detail or "")
    for key in ("format", "title", "link", "language"):
        if key in expect:
            assert getattr(found, key) == expect[key], key
    if "ttl_s" in expect:
        assert (found.ttl.total_seconds() if found.ttl else None) == expect["ttl_s"]
    for entry, wanted in zip(found.entries, entries, strict=False):
        _compare_entry(entry, wanted)


def _compare_entry(entry: ParsedEntry, wanted: dict[str, Any]) -> None:
    assert wanted.keys() <= {field.name for field in fields(ParsedEntry)}
    for key, value in wanted.items():
        assert _plain(getattr(entry, key)) == value, key


def _compare_page(found: ParsedPage, expect: dict[str, Any]) -> None:
    assert expect.keys() <= _PAGE_KEYS
    for key, value in expect.items():
        if key == "text":
            assert found.text.split("\n\n") == value
        elif key == "text_without":
            assert [words for words in value if words in found.text] == []
        elif key == "boilerplate_with":
            assert [words for words in value if words not in found.boilerplate] == []
        else:
            assert _plain(getattr(found, key)) == value, key


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        assert value.utcoffset() is not None
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value
