"""What of a line may be shown: never a password, a token or a channel's address."""

from __future__ import annotations

import re
from collections.abc import Set
from typing import Final

_USER: Final = re.compile(r"((?:[A-Za-z0-9+.-]+:)?//)?[^\s\"']*@")
_SEARCH: Final = re.compile(r"\?[^\s\"'#]*")
_KEY: Final = re.compile(r"\s*\"?([A-Za-z0-9_-]+)\"?\s*=")
_HEADER: Final = re.compile(r"\s*\[\[?\s*([A-Za-z0-9_-]+)[^\[\]=]*\]\]?")
_PART: Final = re.compile(r"\"(?:[^\"\\]|\\.)*\"?|'[^']*'?|#.*|[^\"'#]+")
_LONGEST: Final = 160


def redact_url(text: str) -> str:
    """Hide user, password and the values behind the question mark.

    >>> redact_url("https://me:secret@example.org/feed?token=1")
    'https://…@example.org/feed?…'
    """
    return _SEARCH.sub("?…", _USER.sub(r"\1…@", text))


def without(text: str, secrets: Set[str]) -> str:
    """Take secrets out of a message that somebody else composed.

    >>> without("cannot log in with hunter2", {"hunter2"})
    'cannot log in with …'
    """
    for secret in sorted(secrets, key=len, reverse=True):
        if len(secret) > 2:
            text = text.replace(secret, "…")
    return text


def printable(text: str) -> str:
    """Make a line fit to be shown: no sign that moves the cursor, not longer than a screen is wide."""
    clean = "".join(
        sign if sign.isprintable() else " " if sign == "\t" else "\N{REPLACEMENT CHARACTER}"
        for sign in text[: _LONGEST + 1]
    )
    return clean if len(clean) <= _LONGEST else clean[:_LONGEST] + "…"


def shown_line(lines: list[str], number: int, harmless: Set[str]) -> str | None:
    """Return a line of a TOML file as it may be shown, or None where nothing of it may.

    *harmless* are the settings whose values are no secrets; of all others only the name is shown, whatever is
    wrong with the line: a password may stand where a quote is missing.
    """
    if not 1 <= number <= len(lines):
        return None
    line = lines[number - 1]
    if header := _HEADER.match(line):
        return printable(line[: header.end()].rstrip())
    found = _KEY.match(line)
    if found is None:
        return None
    section = _section(lines, number)
    if _may_show(section, found[1], harmless):
        return printable(_without_comment(redact_url(line) if "url" in found[1] else line))
    return printable(f"{line[: found.end()]} …")


def _may_show(section: str, key: str, harmless: Set[str]) -> bool:
    if section == "channel":
        return key == "timeout"
    if section == "terms":
        return True
    if key == "url":
        return section in {"feed", "database"}
    return key in harmless


def _section(lines: list[str], number: int) -> str:
    for line in reversed(lines[: number - 1]):
        if header := _HEADER.match(line):
            return header[1]
    return ""


def _without_comment(line: str) -> str:
    parts = [part for part in _PART.findall(line) if not part.startswith("#")]
    return "".join(parts).rstrip()
