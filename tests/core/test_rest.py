"""When the answer to one feed speaks for its whole host."""

from __future__ import annotations

from datetime import timedelta

import pytest

from wirewatch.core.backoff import LONGEST_REST, rest_of
from wirewatch.core.model.outcome import CachingHints

MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("status", "asked", "rest"),
    [
        (429, MINUTE, MINUTE),
        (503, MINUTE, MINUTE),
        (429, timedelta(days=7), LONGEST_REST),
        (429, None, None),
        (500, MINUTE, None),
        (404, MINUTE, None),
        (None, MINUTE, None),
    ],
)
def test_only_a_plea_for_rest_holds_for_the_host_and_never_for_long(
    status: int | None, asked: timedelta | None, rest: timedelta | None
) -> None:
    """A shared host must not silence a thousand feeds for a day because of one of them."""
    assert rest_of(status, CachingHints(retry_after=asked)) == rest
