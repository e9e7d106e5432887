"""Reconciles what the receivers have with what they should have."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import unescape
from typing import Any

from tests.e2e.servers.hook import Post
from tests.e2e.servers.smtp import Mail

GRACE_S = 5.0
"""How long after an OK a daemon on a busy machine may need for its commit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """A message that arrived: what it is about, when, and whether the sender was told."""

    key: str
    at: float
    acknowledged: bool


def copies(rows: Sequence[Mail] | Sequence[Post], pattern: str) -> list[Copy]:
    """Name each message after what *pattern* finds in it. Raise AssertionError if that is not one thing."""
    found = []
    for row in rows:
        keys = set(re.findall(pattern, words_of(row)))
        assert len(keys) == 1, f"{sorted(keys)} in one message:\n{words_of(row)}"
        found.append(Copy(key=keys.pop(), at=row.at, acknowledged=row.acknowledged))
    return found


def unexcused(arrived: Sequence[Copy], kills: Sequence[float]) -> list[Copy]:
    """Return the copies of a channel, in order of arrival, after which another should never have come.

    Another may come when the sender was not told of the first, or when the sender was killed before it could note
    it: then the first is the last message the channel took before the kill, and came shortly before it.
    """
    return [
        copy
        for place, copy in enumerate(arrived)
        if (again := next((one for one in arrived[place + 1 :] if one.key == copy.key), None))
        and copy.acknowledged
        and not any(
            copy.at <= kill < again.at
            and kill - copy.at <= GRACE_S
            and not any(copy.at < other.at <= kill for other in arrived)
            for kill in kills
        )
    ]


def words_of(row: Mail | Post) -> str:
    """Return everything a reader sees of a message, subject first, without marks and line breaks."""
    if isinstance(row, Mail):
        return plain(f"{row.subject}\n{row.text}")
    return plain("\n".join(_strings(row.body)))


def plain(text: str) -> str:
    r"""Return text without tags, marks of emphasis and line breaks.

    >>> plain("said the“<b>territorial issue</b>”  and\n**more** [of] it")
    'said the“territorial issue” and more of it'
    """
    return " ".join(re.sub(r"[\\*_\[\]]", "", unescape(re.sub(r"<[^<>]+>", "", text))).split())


def _strings(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for item in value.values() for text in _strings(item)]
    if isinstance(value, list):
        return [text for item in value for text in _strings(item)]
    return [value] if isinstance(value, str) else []
