"""How long and how large, as people write it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wirewatch.settings.durations import parse_duration, parse_size, spell_duration, spell_size

MILLISECONDS = st.integers(min_value=0, max_value=10**12).map(lambda ms: timedelta(milliseconds=ms))


@given(MILLISECONDS)
def test_a_duration_that_was_written_is_read_back(length: timedelta) -> None:
    """What an edit writes, the next start reads."""
    assert parse_duration(spell_duration(length)) == length


@given(st.integers(min_value=0, max_value=2**45))
def test_a_size_that_was_written_is_read_back(size: int) -> None:
    """The example shows defaults in units and must mean the same bytes."""
    assert parse_size(spell_size(size)) == size


@given(st.text())
def test_any_text_is_a_duration_or_a_mistake(text: str) -> None:
    """A person may type anything: never another error, and never silence."""
    try:
        length = parse_duration(text)
    except ValueError:
        return
    assert length >= timedelta(0)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("15 min", 900),
        ("15m", 900),
        ("2h", 7200),
        ("2 Hours", 7200),
        ("90 d", 7_776_000),
        ("2 w", 1_209_600),
        ("1 h 30 min", 5400),
        ("1h30m", 5400),
        ("1 hour, 30 minutes", 5400),
        ("1 hour and 30 minutes", 5400),
        ("1.5 h", 5400),
        (" 30 s ", 30),
        ("250 ms", 0.25),
        ("0 s", 0),
    ],
)
def test_durations_are_read_as_people_write_them(text: str, seconds: float) -> None:
    """Nobody should have to look up how to write a quarter of an hour."""
    assert parse_duration(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("15 minuts", '"15 minuts" is not a duration; did you mean "15 minutes"?'),
        ("15x", '"15x" is not a duration; write it as "15 min", "2 h" or "90 d"'),
        ("15", '"15" lacks its unit; write "15 s", "15 min" or "15 h"'),
        ("", '"" is not a duration; write it as "15 min", "2 h" or "90 d"'),
        ("-5 min", '"-5 min" is not a duration; write it as "15 min", "2 h" or "90 d"'),
        ("5 min later", '"5 min later" is not a duration; write it as "15 min", "2 h" or "90 d"'),
        ("nan h", '"nan h" is not a duration; write it as "15 min", "2 h" or "90 d"'),
        ("999999999 w", '"999999999 w" is longer than a hundred years'),
    ],
)
def test_a_duration_that_is_none_says_how_to_write_it(text: str, message: str) -> None:
    """The message alone must be enough to mend the line."""
    with pytest.raises(ValueError) as caught:  # noqa: PT011  the whole message is compared
        parse_duration(text)

    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("text", "size"),
    [("8 MiB", 2**23), ("64KiB", 2**16), ("1 MB", 10**6), ("1.5 k", 1536), ("12 bytes", 12)],
)
def test_sizes_are_read_as_people_write_them(text: str, size: int) -> None:
    """Both kinds of mega are in use, and mean different things."""
    assert parse_size(text) == size


@pytest.mark.parametrize("text", ["8", "8 XB", "MiB", "", "-1 MiB", "1 MiB 2 KiB", "9999999 GiB"])
def test_a_size_that_is_none_is_refused(text: str) -> None:
    """A limit that was misread is no limit."""
    with pytest.raises(ValueError, match=r"is not a size|too large"):
        parse_size(text)
