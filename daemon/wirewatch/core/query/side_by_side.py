"""Find forms that stand side by side."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from wirewatch.core.text.page import Interval


def side_by_side(spelling: Sequence[str], where: Callable[[str], list[Interval]]) -> list[Interval]:
    """Return where the forms of a spelling follow each other without a gap."""
    reached = where(spelling[0])
    for form in spelling[1:]:
        if not reached:
            return []
        ends: dict[int, list[int]] = {}
        for first, last in where(form):
            ends.setdefault(first, []).append(last)
        reached = [(first, end) for first, last in reached for end in ends.get(last + 1, ())]
    return reached


def any_of(
    spellings: Sequence[Sequence[str]], where: Callable[[str], list[Interval]]
) -> list[Interval]:
    """Return where any spelling stands, in order."""
    if len(spellings) == 1:
        return side_by_side(spellings[0], where)
    return sorted({place for spelling in spellings for place in side_by_side(spelling, where)})
