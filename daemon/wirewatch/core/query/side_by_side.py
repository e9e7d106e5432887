"""Find forms that stand side by side."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache

from wirewatch.core.query.view import View
from wirewatch.core.text.page import Interval, Page
from wirewatch.core.text.words import is_pattern


def spelled(spellings: Sequence[Sequence[str]], view: View, *, inflected: bool) -> list[Interval]:
    """Return where any of *spellings* stands in view, in order."""
    page = view.page
    if len(spellings) == 1:
        return view.within(_stands(spellings[0], page, inflected=inflected))
    found = {place for s in spellings for place in _stands(s, page, inflected=inflected)}
    return view.within(sorted(found))


def occurs(spellings: Sequence[Sequence[str]], view: View, *, inflected: bool) -> bool:
    """Say whether any of *spellings* stands in view."""
    if not view.is_whole:
        return bool(spelled(spellings, view, inflected=inflected))
    page = view.page
    return any(_occurs(spelling, page, inflected=inflected) for spelling in spellings)


def _occurs(spelling: Sequence[str], page: Page, *, inflected: bool) -> bool:
    if _is_wild(spelling):
        return bool(_stands(spelling, page, inflected=inflected))
    first = spelling[0]
    if len(spelling) == 1:
        return page.has_word(first) if inflected else first in page.distinct
    if not inflected and page.has_no_edge(spelling):
        return page.stands(spelling)
    return bool(_stands(spelling, page, inflected=inflected))


def _stands(spelling: Sequence[str], page: Page, *, inflected: bool) -> list[Interval]:
    if not inflected and not _is_wild(spelling) and page.is_plain(spelling):
        reached = page.where(spelling[0])
        if len(spelling) == 1 or not reached:
            return reached
        forms, rest = page.forms, list(spelling[1:])
        more = len(rest)
        return [(a, b + more) for a, b in reached if forms[b + 1 : b + 1 + more] == rest]
    if inflected and len(spelling) == 1 and not _is_wild(spelling):
        return page.where_word(spelling[0])
    return side_by_side(spelling, page, page.where_word if inflected else page.where)


@lru_cache(maxsize=65_536)  # pure, and asked for every phrase that is tried
def _is_wild(spelling: Sequence[str]) -> bool:
    return any(map(is_pattern, spelling))


def side_by_side(
    spelling: Sequence[str], page: Page, plain: Callable[[str], list[Interval]]
) -> list[Interval]:
    """Return where the forms of one spelling follow each other without a gap."""
    reached = page.where_pattern(spelling[0]) if is_pattern(spelling[0]) else plain(spelling[0])
    for form in spelling[1:]:
        if not reached:
            return []
        ends: dict[int, list[int]] = {}
        for first, last in page.where_pattern(form) if is_pattern(form) else plain(form):
            ends.setdefault(first, []).append(last)
        reached = [(first, end) for first, last in reached for end in ends.get(last + 1, ())]
    return reached
