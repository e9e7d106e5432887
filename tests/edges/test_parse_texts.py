"""The small readers below feeds and pages: dates, encodings, links, limits."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wirewatch.parse.charset import decode
from wirewatch.parse.clean import clean, clip, one_line
from wirewatch.parse.dates import EARLIEST, LATEST, parse_date
from wirewatch.parse.links import absolute

MOMENTS = st.datetimes(datetime(1970, 1, 1), datetime(2069, 12, 31), timezones=st.just(UTC)).map(  # noqa: DTZ001
    lambda when: when.replace(microsecond=0)
)


@settings(deadline=None)
@given(
    MOMENTS,
    st.sampled_from(
        [
            "%a, %d %b %Y %H:%M:%S GMT",
            "%Y-%m-%dT%H:%M:%SZ",
            "%d %b %y %H:%M:%S +0000",
            "%B %d, %Y %H:%M:%S",
        ]
    ),
)
def test_a_date_is_read_as_it_was_written(when: datetime, form: str) -> None:
    """The age of an entry decides whether it rings."""
    assert parse_date(when.strftime(form)) == when


@settings(deadline=None)
@given(
    st.text(max_size=60)
    | st.from_regex(
        r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}[+-][0-9]{4}", fullmatch=True
    )
)
def test_whatever_stands_in_a_date_it_is_none_or_in_range(raw: str) -> None:
    """One date of the year 9999 must not end the poll of its feed (O-35)."""
    found = parse_date(raw)

    assert found is None or (EARLIEST <= found < LATEST and found.tzinfo is UTC)


@pytest.mark.parametrize("offset", ["+3", "+03", "+03:00", "+0300", "GMT+3", "UTC+03:00", "MSK"])
def test_an_offset_may_be_written_in_many_ways(offset: str) -> None:
    """Three hours wrong is old news, or news from the future."""
    assert parse_date(f"Fri, 23 Jan 2026 13:00:00 {offset}") == datetime(
        2026, 1, 23, 10, tzinfo=UTC
    )


@settings(deadline=None)
@given(
    st.text(st.characters(exclude_categories=["C"])),
    st.sampled_from(["utf-8", "utf-16", "utf-32", "utf-8-sig"]),
)
def test_unicode_with_a_mark_or_valid_is_read_whatever_the_header_says(
    text: str, codec: str
) -> None:
    """Headers lie more often than bytes do (O-34)."""
    body = f"<rss>{text}</rss>".encode(codec)

    assert decode(body, "text/xml; charset=iso-8859-1").text == f"<rss>{text}</rss>"


@settings(deadline=None)
@given(st.binary(), st.text(max_size=30))
def test_any_bytes_under_any_header_give_a_text(body: bytes, charset: str) -> None:
    """A document that cannot be decoded at all would be a feed that is lost in silence."""
    decode(body, f"text/xml; charset={charset}").text.encode("utf-8", "surrogatepass")


@pytest.mark.parametrize(
    "label",
    ["punycode", "idna", "unicode_escape", "base64", "rot13", "zip", "\x00", "utf-7", "undefined"],
)
def test_a_label_that_is_no_encoding_of_text_is_not_followed(label: str) -> None:
    """Python knows codecs that are slow, raise, or make other text of text."""
    assert (
        decode("<rss>Ümläut</rss>".encode("cp1252"), f"text/xml; charset={label}").text
        == "<rss>Ümläut</rss>"
    )


@settings(deadline=None)
@given(st.text())
def test_a_clean_text_stays_as_it_is(text: str) -> None:
    """Cleaning twice must not change a hash that is stored."""
    once = clean(text)

    assert clean(once) == once
    assert once.encode("utf-8").decode("utf-8") == once
    assert "\x00" not in once


@settings(deadline=None)
@given(st.text(st.sampled_from("ab \n"), max_size=50), st.integers(0, 40))
def test_a_clipped_text_is_the_beginning_of_the_text(text: str, limit: int) -> None:
    """A limit is a limit."""
    found = clip(text, limit)

    assert len(found) <= limit or text == found
    assert text.startswith(found)


def test_one_line_has_no_line_breaks() -> None:
    """A title with a line break is a header of an e-mail, if nobody takes care (O-56)."""
    assert one_line("Hello\r\nBcc: a\u2028b\x00") == "Hello Bcc: a b"


@settings(deadline=None)
@given(st.text(), st.text())
def test_a_link_is_a_web_address_or_none(base: str, href: str) -> None:
    """A link is clicked by people and fetched by us (O-40)."""
    found = absolute(base, href)

    assert found is None or found.startswith(("http://", "https://"))


@pytest.mark.parametrize(
    "scheme",
    ["javascript", "data", "file", "ftp", "mailto", "JAVASCRIPT", "java\tscript", "vbscript"],
)
def test_a_link_of_another_scheme_is_dropped(scheme: str) -> None:
    """What a browser would run is no news (O-40)."""
    assert absolute("https://e.org/", f"{scheme}:alert(1)//https://e.org/") is None
