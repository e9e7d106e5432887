"""The last steps every feed takes, whatever its format: markup becomes text, doubles go, limits hold."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from wirewatch.core.model.outcome import ParsedEntry, ParsedFeed, Problem
from wirewatch.parse.blocks import BlockText
from wirewatch.parse.clean import clean, clip, one_line
from wirewatch.parse.html import decode_references, is_markup, text_of
from wirewatch.parse.limits import ParseLimits

HTML_TYPES: Final = frozenset({"text/html", "application/xhtml+xml"})
_NAMES: Final = 50
_NAME_CHARS: Final = 200
_GUID_CHARS: Final = 4096
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[a-z0-9]{2,8})*")
_CLOSING_TAG = re.compile(
    r"</[a-zA-Z][\w:-]*\s*>|<(?:br|p|img|wbr)(?=[\s/>])[^<>]*>", re.IGNORECASE
)
_REFERENCE = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_WORST_FIRST: Final = (
    Problem.TRUNCATED,
    Problem.UNPARSABLE,
    Problem.TOO_LARGE,
    Problem.BAD_ENCODING,
)

Flaws = list[tuple[Problem, str]]
"""What was wrong with a document, and how."""


@dataclass(frozen=True, slots=True)
class Prose:
    """A text and what its feed says it is: ``text/plain``, ``text/html`` or ``application/xhtml+xml``."""

    value: str = ""
    type: str = "text/html"

    def blocks(self) -> str:
        """Return the text in blocks. Plain text that is plainly markup is read as such: many feeds mislabel it."""
        if self.type in HTML_TYPES:
            return text_of(self._once_encoded())
        if _CLOSING_TAG.search(self.value):
            return text_of(self.value)
        out = BlockText()
        out.lines(_REFERENCE.sub(lambda found: decode_references(found[0]), self.value))
        return str(out)

    def line(self) -> str:
        """Return the text on one line, as headlines are."""
        return one_line(self.blocks())

    def _once_encoded(self) -> str:
        """Undo a second encoding: HTML without a single tag whose entities spell out whole elements."""
        if self.type != "text/html" or "&lt;" not in self.value or is_markup(self.value):
            return self.value
        decoded = decode_references(self.value)
        return decoded if _CLOSING_TAG.search(decoded) else self.value


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """An entry as its format tells it, before its texts are read."""

    guid: str = ""
    link: str | None = None
    title: Prose = Prose()
    summary: Prose = Prose()
    body: Prose = Prose()
    authors: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    language: str = ""
    published_at: datetime | None = None
    updated_at: datetime | None = None
    image: str | None = None


def finished(
    drafts: Sequence[Draft],
    flaws: Flaws,
    limits: ParseLimits,
    *,
    format: str,  # noqa: A002  the name the noun has
    title: str,
    link: str | None,
    language: str,
    ttl: timedelta | None,
    archive: str | None = None,
    more: tuple[str, ...] = (),
    hubs: tuple[str, ...] = (),
    topic: str | None = None,
) -> ParsedFeed:
    """Make the feed of its drafts; *flaws* are joined by those found on the way."""
    kept = drafts
    if len(drafts) > limits.entries:
        dates = [draft.published_at or draft.updated_at for draft in drafts]
        kept = [drafts[number] for number in newest(dates, limits.entries)]
        flaws.append(
            (Problem.TOO_LARGE, f"{len(drafts)} entries, only {limits.entries} of them read")
        )
    entries = [entry for draft in kept if (entry := _entry(draft, limits)) is not None]
    clipped = sum(limits.text_chars - 1000 < max(len(e.summary), len(e.body)) for e in entries)
    if clipped:
        flaws.append(
            (Problem.TOO_LARGE, f"texts of {clipped} entries cut to {limits.text_chars} characters")
        )
    flaws.sort(key=lambda flaw: _WORST_FIRST.index(flaw[0]))
    return ParsedFeed(
        entries=tuple(entries),
        format=format,
        title=clip(one_line(title), limits.title_chars),
        link=link,
        language=language_tag(language),
        ttl=ttl,
        archive=archive,
        more=more,
        hubs=hubs,
        topic=topic,
        flaw=flaws[0][0] if flaws else None,
        flaw_detail=clip(one_line("; ".join(detail for _, detail in flaws)), 500) or None,
    )


def newest(dates: Sequence[datetime | None], limit: int) -> list[int]:
    """Return the numbers of at most *limit* entries in order: the newest where all are dated.

    Where they are not, half from each end: some feeds grow at the top and some at the bottom.
    """
    numbers = range(len(dates))
    known = [date for date in dates if date is not None]
    if len(known) < len(dates):
        return [*numbers[: limit - limit // 2], *numbers[len(dates) - limit // 2 :]]
    return sorted(sorted(numbers, key=lambda number: known[number], reverse=True)[:limit])


def _entry(draft: Draft, limits: ParseLimits) -> ParsedEntry | None:
    """Make an entry of a draft; None where there is nothing in it to know it by or to tell."""
    title = clip(draft.title.line(), limits.title_chars)
    summary, body = _texts(draft, limits)
    guid = one_line(draft.guid)
    if not (title or summary or body or draft.link or guid):
        return None
    return ParsedEntry(
        guid=guid[:_GUID_CHARS] or None,
        link=draft.link,
        title=title,
        summary=summary,
        body=body,
        authors=names(draft.authors),
        categories=names(draft.categories),
        language=language_tag(draft.language),
        published_at=draft.published_at,
        updated_at=draft.updated_at,
        image=draft.image,
    )


def _texts(draft: Draft, limits: ParseLimits) -> tuple[str, str]:
    """Return summary and body; what both would say is said once."""
    summary = clip(draft.summary.blocks(), limits.text_chars)
    if draft.body == draft.summary:
        return summary, ""
    body = clip(draft.body.blocks(), limits.text_chars)
    return (summary, "") if body in summary else (summary, body)


def names(found: Sequence[str]) -> tuple[str, ...]:
    """Return names and labels once each, on one line, at most so many and so long."""
    lines = (
        clip(one_line(decode_references(name[: 10 * _NAME_CHARS])), _NAME_CHARS) for name in found
    )
    return tuple(dict.fromkeys(line for line in lines if line))[:_NAMES]


def language_tag(raw: str) -> str | None:
    """Return a language tag in lower case, such as ``en`` or ``pt-br``; None for what is none."""
    tag = clean(raw).strip().lower().replace("_", "-")
    return tag if len(tag) <= 35 and _LANGUAGE.fullmatch(tag) else None
