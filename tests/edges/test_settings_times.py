"""Times of day as people write them, and the mend for those that cannot be meant."""

from __future__ import annotations

from datetime import time

import pytest

from wirewatch.core.model.policy import EVERY_DAY
from wirewatch.settings.times import parse_day_time, parse_span


@pytest.mark.parametrize(
    ("text", "at", "days"),
    [
        ("08:00", time(8), EVERY_DAY),
        ("8:05", time(8, 5), EVERY_DAY),
        ("mon-fri 18:30", time(18, 30), frozenset(range(5))),
        ("Saturday, sunday 09:00", time(9), frozenset({5, 6})),
        ("fri-mon 09:00", time(9), frozenset({4, 5, 6, 0})),
        ("tue and thu 09:00", time(9), frozenset({1, 3})),
        ("daily 09:00", time(9), EVERY_DAY),
    ],
)
def test_a_time_of_day_is_read_as_it_is_meant(text: str, at: time, days: frozenset[int]) -> None:
    """People do not look up how to write Monday."""
    found = parse_day_time(text)

    assert (found.at, found.days) == (at, days)


@pytest.mark.parametrize(
    ("text", "begins", "ends"),
    [
        ("22:00-07:00", time(22), time(7)),
        ("22:00 – 07:00", time(22), time(7)),
        ("22:00 to 24:00", time(22), time(0)),
    ],
)
def test_a_span_of_the_day_is_read_as_it_is_meant(text: str, begins: time, ends: time) -> None:
    """Over midnight too."""
    found = parse_span(text)

    assert (found.begins, found.ends) == (begins, ends)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("8 o'clock", "is not a time of day"),
        ("25:00", "the last one is 23:59"),
        ("08:60", "the last one is 23:59"),
        ("noday 08:00", "is not a day; there are mon, tue"),
    ],
)
def test_a_time_that_cannot_be_meant_is_refused(text: str, said: str) -> None:
    """A digest at a time that never comes is silence."""
    with pytest.raises(ValueError, match=said):
        parse_day_time(text)


@pytest.mark.parametrize("text", ["22:00", "22:00-7", "22:00-25:00", "x 22:00-07:00"])
def test_a_span_that_cannot_be_meant_is_refused(text: str) -> None:
    """Quiet hours that never begin ring at night."""
    with pytest.raises(ValueError, match="is not a"):
        parse_span(text)
