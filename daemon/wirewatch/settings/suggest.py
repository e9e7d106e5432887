"""Finds what somebody probably meant: "did you mean …?"."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Final

_MANY: Final = 500


def did_you_mean(word: str, options: Iterable[str]) -> str | None:
    """Return the option that *word* was probably meant to be, or None when nothing is near."""
    folded = {option.casefold(): option for option in options}
    wanted = word.casefold()
    if wanted in folded:
        return folded[wanted]
    near = get_close_matches(wanted[:200], _plausible(wanted, folded), n=1, cutoff=0.6)
    return folded[near[0]] if near else None


def hint_for(word: str, options: Iterable[str]) -> str | None:
    """Return the question ready to print, or None."""
    nearest = did_you_mean(word, options)
    return f'did you mean "{nearest}"?' if nearest else None


def _plausible(word: str, options: Iterable[str]) -> list[str]:
    """Leave out what cannot be near: comparing one name with ten thousand feeds takes half a second."""
    room = 2 + len(word) // 3
    near = [option for option in options if abs(len(option) - len(word)) <= room]
    if len(near) <= _MANY:
        return near
    return [option for option in near if option[:1] == word[:1]]
