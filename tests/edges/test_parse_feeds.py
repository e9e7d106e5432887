"""Reading feeds holds for every document there can be, not only for those of the corpus."""

from __future__ import annotations

import time
from datetime import UTC
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.corpus.case import Case, cases
from wirewatch.core.model.outcome import Parsed, ParsedEntry, ParsedFeed, Problem, Unreadable
from wirewatch.parse.feeds import parse_feed
from wirewatch.parse.limits import ParseLimits

SMALL = [case for case in cases("feeds") if len(case.body) < 20_000]
URL = "https://news.example.org/feed"


def read(body: bytes, content_type: str = "", **limits: int) -> Parsed:
    return parse_feed(body, url=URL, content_type=content_type, limits=ParseLimits(**limits))


def entries(body: bytes, **limits: int) -> tuple[ParsedEntry, ...]:
    found = read(body, **limits)
    assert isinstance(found, ParsedFeed), found
    return found.entries


def assert_storable(found: Parsed) -> None:
    """Every text is Unicode without control characters, every time aware, everything within its limit."""
    if isinstance(found, Unreadable):
        assert found.detail
        return
    for entry in found.entries:
        texts = (
            entry.guid,
            entry.link,
            entry.title,
            entry.summary,
            entry.body,
            *entry.authors,
            *entry.categories,
        )
        for text in texts:
            if text is not None:
                text.encode("utf-8")
                assert not any(
                    (char < " " and char != "\n") or "\x7f" <= char < "\xa0" for char in text
                )
        assert "\n" not in entry.title
        assert entry.link is None or entry.link.startswith(("http://", "https://"))
        for when in (entry.published_at, entry.updated_at):
            assert when is None or when.tzinfo is UTC


@settings(deadline=None)
@given(
    st.binary(max_size=300), st.sampled_from(["", "text/xml", "application/json; charset=utf-16"])
)
def test_any_bytes_are_a_feed_or_say_why_not(body: bytes, content_type: str) -> None:
    """A reader that raises is a feed that stops (O-43)."""
    assert_storable(read(body, content_type))


@settings(deadline=None)
@given(st.data())
def test_a_mutated_feed_is_read_or_says_why_not(data: st.DataObject) -> None:
    """Bytes flipped, cut, spliced and repeated, as bad networks and bad scripts do (O-43)."""
    case = data.draw(st.sampled_from(SMALL))
    body = bytearray(case.body)
    for _ in range(data.draw(st.integers(1, 4))):
        mutate(body, data)

    assert_storable(parse_feed(bytes(body), url=case.url, content_type=case.content_type))


def mutate(body: bytearray, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(body)))
    end = data.draw(st.integers(start, min(len(body), start + 200)))
    match data.draw(st.sampled_from(["flip", "cut", "end", "repeat", "splice"])):
        case "flip" if start < len(body):
            body[start] = data.draw(st.integers(0, 255))
        case "cut":
            del body[start:end]
        case "end":
            del body[start:]
        case "repeat":
            body[start:start] = body[start:end] * data.draw(st.integers(1, 5))
        case _:
            other = data.draw(st.sampled_from(SMALL)).body
            body[start:start] = other[: data.draw(st.integers(0, 400))]


@settings(deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(max_size=9),
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.dictionaries(
                st.sampled_from(
                    "version items id url title content_html content_text authors author name tags image".split()
                ),
                inner,
                max_size=6,
            )
        ),
        max_leaves=20,
    )
)
def test_any_json_is_a_feed_or_says_why_not(document: object) -> None:
    """A null where a list should be brought other readers down (O-39)."""
    import json

    told = {"version": "https://jsonfeed.org/version/1.1", "items": document}
    for body in (
        json.dumps(document),
        json.dumps(told),
        json.dumps({**told, "items": [document, document]}),
    ):
        assert_storable(read(body.encode()))


@settings(deadline=None)
@given(
    st.lists(
        st.text(
            st.characters(exclude_categories=["C", "Z"], exclude_characters="<&>]"), min_size=1
        ),
        min_size=1,
        max_size=5,
    )
)
def test_every_title_comes_through_as_it_was_written(titles: list[str]) -> None:
    """Reading must not lose or change what the publisher wrote."""
    assume(not any(looks_encoded_twice(title) for title in titles))
    items = "".join(f"<item><title>{title}</title></item>" for title in titles)

    found = entries(
        f'<?xml version="1.0"?><rss version="2.0"><channel>{items}</channel></rss>'.encode()
    )

    assert [entry.title for entry in found] == titles


def looks_encoded_twice(title: str) -> bool:
    """Say whether feedparser takes a text for UTF-8 that was read as Latin-1, and repairs it."""
    try:
        return title.encode("latin-1").decode("utf-8") != title
    except UnicodeError:
        return False


@pytest.mark.parametrize("case", SMALL, ids=lambda case: case.name)
def test_reading_twice_gives_the_same(case: Case) -> None:
    """No clock and no chance in reading: a text that differs by the day would be an edit every day."""
    first, second = (
        parse_feed(case.body, url=case.url, content_type=case.content_type) for _ in range(2)
    )

    assert first == second


def test_a_body_that_is_a_path_is_not_opened(tmp_path: Path) -> None:
    """Bytes that name a file are opened by feedparser: a feed could show us our own files."""
    secret = tmp_path / "secret.xml"
    secret.write_text(
        '<rss version="2.0"><channel><item><title>secret</title></item></channel></rss>'
    )

    found = read(str(secret).encode())

    assert found == Unreadable(problem=Problem.NOT_A_FEED, detail="plain text")


@pytest.mark.parametrize(
    "item",
    [
        "<author>" + "a." * 100_000 + "</author>",
        '<description>&lt;p style="' + "url(" * 50_000 + "&quot;</description>",
        "<description>" + "&lt;!--" * 50_000 + "</description>",
        "<description>" + "&amp;" * 50_000 + "</description>",
        "<category>" * 2_000,
        "<title>" + "<![CDATA[" * 20_000,
        "<a b='" + "&" * 50_000,
        "<!-- " * 20_000,
    ],
    ids=lambda item: item[:24],
)
def test_what_is_known_to_take_feedparser_an_hour_takes_seconds(item: str) -> None:
    """The limit on processor time is the safety net; the other entries of such a feed shall be read (O-30)."""
    before = time.process_time()

    found = read(
        f'<rss version="2.0"><channel><item><title>ok</title></item><item>{item}</item></channel></rss>'.encode()
    )

    assert time.process_time() - before < 8
    assert isinstance(found, ParsedFeed)
    assert found.entries[0].title == "ok"


@pytest.mark.parametrize(
    "text",
    [
        "Abu Dhabi talks. " * 600_000,
        "<![CDATA[" + "Abu Dhabi talks. " * 600_000 + "]]>",
        "<![CDATA[" + "<p>Abu Dhabi talks.</p>" * 400_000 + "]]>",
        "&lt;p&gt;Abu Dhabi talks." * 400_000,
    ],
    ids=lambda text: text[:20],
)
def test_a_text_of_ten_megabytes_is_cut_and_the_entries_beside_it_are_read(text: str) -> None:
    """One endless article must not cost the feed its other entries (O-32)."""
    item = "<item><title>{}</title><description>{}</description></item>"

    found = read(
        f'<rss version="2.0"><channel>{item.format("A", text)}{item.format("B", "b")}</channel></rss>'.encode()
    )

    assert isinstance(found, ParsedFeed)
    assert [entry.title for entry in found.entries] == ["A", "B"]
    assert found.entries[0].summary.startswith("Abu Dhabi talks.")
    assert 900_000 < len(found.entries[0].summary) <= 1_000_000
    assert found.flaw is Problem.TOO_LARGE


def test_a_hundred_thousand_entries_are_cut_to_the_newest_before_feedparser_sees_them() -> None:
    """Alone, feedparser would take eleven seconds for them, and the daemon memory for all (O-33)."""
    body = (
        b'<rss version="2.0"><channel>'
        + b"<item><title>x</title></item>" * 100_000
        + b"</channel></rss>"
    )
    before = time.process_time()

    found = read(body, entries=50)

    assert time.process_time() - before < 5
    assert isinstance(found, ParsedFeed)
    assert len(found.entries) == 50
    assert found.flaw is Problem.TOO_LARGE
