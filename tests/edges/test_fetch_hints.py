"""When to ask again (O-14, O-15): servers say odd things, and none may keep us away or call us back at will."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wirewatch.core.model.outcome import CachingHints
from wirewatch.fetch.hints import LONGEST, http_date, read_hints

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
WEEK = timedelta(days=7)
NAMES = ("retry-after", "cache-control", "expires", "date", "age")

dates = st.integers(0, 253_402_300_799).map(lambda second: datetime.fromtimestamp(second, UTC))
"""Whole seconds from 1970 to 9999."""

figures = st.integers(-(10**12), 10**30).map(str)
directives = st.builds(
    "{}{}={}".format,
    st.sampled_from(["max-age", "no-cache, max-age", "x"]),
    st.sampled_from(["", " ", "  "]),
    figures,
)
shuffled = st.lists(
    st.sampled_from("Tue, 24 99 Nov 2026 99999 13:00:00 25:61 GMT +9999 -2359 EST -".split()),
    max_size=7,
).map(" ".join)
nearly = st.one_of(st.text(max_size=80), figures, dates.map(format_datetime), directives, shuffled)


def retry_after(text: str) -> timedelta | None:
    return read_hints({"retry-after": text}, now=NOON).retry_after


def max_age(**fields: str) -> timedelta | None:
    named = {name.replace("_", "-"): value for name, value in fields.items()}
    return read_hints(named, now=NOON).max_age


@given(st.dictionaries(st.sampled_from(NAMES), nearly))
def test_whatever_a_server_says_a_hint_is_a_sane_span_or_none(fields: dict[str, str]) -> None:
    """O-14, O-15: the parser of a stranger's words must neither raise nor be believed beyond a week."""
    hints = read_hints(fields, now=NOON)

    for hint in (hints.retry_after, hints.max_age):
        assert hint is None or timedelta() < hint <= LONGEST


@given(st.integers(1, int(WEEK.total_seconds())))
def test_seconds_are_understood(seconds: int) -> None:
    """The usual form of Retry-After and max-age, to the second."""
    span = timedelta(seconds=seconds)

    assert retry_after(str(seconds)) == span
    assert max_age(cache_control=f"public, max-age={seconds}") == span


@given(st.integers(1, int(WEEK.total_seconds())), st.integers(0, 200_000_000_000))
def test_dates_are_understood_relative_to_the_servers_own_clock(seconds: int, second: int) -> None:
    """A server whose clock is wrong by a year still means "in an hour"."""
    server_now = datetime.fromtimestamp(second, UTC)
    later = format_datetime(server_now + timedelta(seconds=seconds), usegmt=True)
    fields = {
        "date": format_datetime(server_now, usegmt=True),
        "retry-after": later,
        "expires": later,
    }

    hints = read_hints(fields, now=NOON)

    assert hints == CachingHints(
        retry_after=timedelta(seconds=seconds), max_age=timedelta(seconds=seconds)
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("120", timedelta(minutes=2)),
        (" 120 ", timedelta(minutes=2)),
        ("1000000000", WEEK),
        ("9" * 5000, WEEK),
        ("000000000000120", timedelta(minutes=2)),
        ("Tue, 24 Nov 2026 13:00:00 GMT", timedelta(hours=1)),
        ("Tuesday, 24-Nov-26 13:00:00 GMT", timedelta(hours=1)),
        ("Tue Nov 24 13:00:00 2026", timedelta(hours=1)),
        ("Fri, 31 Dec 9999 23:59:59 GMT", WEEK),
        ("Fri, 31 Dec 9999 23:59:59 -2359", None),
        ("Tue, 24 Nov 2020 13:00:00 GMT", None),
        ("0", None),
        ("-1", None),
        ("1e9", None),
        ("1.5", None),
        ("soon", None),
        ("", None),
        ("١٢٠", None),
        ("120, 60", None),
    ],
)
def test_retry_after_in_all_its_spellings(text: str, expected: timedelta | None) -> None:
    """O-14: exaggeration is cut, the past and nonsense are ignored."""
    assert retry_after(text) == expected


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"cache_control": "max-age=300"}, timedelta(minutes=5)),
        ({"cache_control": "Public, MAX-AGE=300"}, timedelta(minutes=5)),
        ({"cache_control": 'max-age="300"'}, timedelta(minutes=5)),
        ({"cache_control": "max-age=1000000000000"}, WEEK),
        ({"cache_control": "max-age=0"}, None),
        ({"cache_control": "max-age=-5"}, None),
        ({"cache_control": "no-cache, max-age=300"}, None),
        ({"cache_control": "no-store"}, None),
        ({"cache_control": "s-maxage=300"}, None),
        ({"cache_control": "max-age=300", "age": "100"}, timedelta(seconds=200)),
        ({"cache_control": "max-age=300", "age": "400"}, None),
        ({"cache_control": "max-age=300", "age": "old"}, timedelta(minutes=5)),
        ({"cache_control": "max-age=0", "expires": "Tue, 24 Nov 2026 13:00:00 GMT"}, None),
        ({"expires": "Tue, 24 Nov 2026 13:00:00 GMT"}, timedelta(hours=1)),
        ({"expires": "0"}, None),
        ({"expires": "-1"}, None),
        ({}, None),
    ],
)
def test_max_age_from_cache_control_or_expires(
    fields: dict[str, str], expected: timedelta | None
) -> None:
    """O-15: Cache-Control wins over Expires, what a cache has eaten of it is gone."""
    assert max_age(**fields) == expected


def test_a_very_long_date_is_not_even_read() -> None:
    """A header may be 100 kB long; the date parser of the library need not see that."""
    assert http_date("Tue, 24 Nov 2026 13:00:00 GMT" + " " * 70) is None
