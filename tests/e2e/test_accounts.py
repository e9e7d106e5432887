"""The reconciliation itself: one that excuses everything would make every kill test green."""

from __future__ import annotations

import pytest

from tests.e2e.accounts import Copy, plain, unexcused


def arrived(*rows: tuple[str, float, bool]) -> list[Copy]:
    return [Copy(key=key, at=at, acknowledged=acknowledged) for key, at, acknowledged in rows]


@pytest.mark.parametrize(
    ("rows", "kills", "blamed"),
    [
        pytest.param([("a", 1, True), ("b", 2, True)], [], [], id="each once"),
        pytest.param([("a", 1, True), ("a", 2, True)], [], [1], id="twice for no reason"),
        pytest.param([("a", 1, False), ("a", 2, True)], [], [], id="the sender was not told"),
        pytest.param([("a", 1, True), ("a", 9, True)], [1.5], [], id="killed before the commit"),
        pytest.param([("a", 1, True), ("a", 9, True)], [8], [1], id="killed long after the commit"),
        pytest.param([("a", 1, True), ("a", 2, True)], [3], [1], id="killed after both"),
        pytest.param([("a", 1, True), ("a", 2, True)], [0.5], [1], id="killed before both"),
        pytest.param(
            [("a", 1, True), ("b", 1.2, True), ("a", 9, True)],
            [1.5],
            [1],
            id="not the last before the kill",
        ),
        pytest.param(
            [("a", 1, True), ("a", 2, True), ("a", 3, True)],
            [1.5],
            [2],
            id="one kill excuses one copy",
        ),
        pytest.param(
            [("a", 1, True), ("b", 2, False), ("b", 3, True), ("a", 4, True)],
            [],
            [1],
            id="only the guilty",
        ),
    ],
)
def test_a_second_copy_needs_an_excuse(
    rows: list[tuple[str, float, bool]], kills: list[float], blamed: list[float]
) -> None:
    """Exactly once, except where nobody could know."""
    assert [copy.at for copy in unexcused(arrived(*rows), kills)] == blamed


def test_plain_text_has_no_marks() -> None:
    """Sentences are compared as they were written, whatever a channel does to mark words in them."""
    assert plain("<p>the“<b style='x'>territorial\nissue</b>” &amp; *more*</p>") == (
        "the“territorial issue” & more"
    )
