"""The page behind an entry's link, and its extracted body."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from wirewatch.core.model.entry import Entry, EntryId
from wirewatch.core.model.feed import FeedSpec
from wirewatch.core.model.outcome import Problem


class ArticleStatus(StrEnum):
    """How far the reading of a page has come."""

    PENDING = "pending"
    READ = "read"
    FAILED = "failed"
    """Given up; the entry is marked "body not read" with the Problem."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """The page behind one entry: what was read, or why not, and when it is tried again."""

    entry_id: EntryId
    status: ArticleStatus
    url: str
    due_at: datetime
    """When it may be tried (again). A claim moves it forward by the lease."""
    deadline_at: datetime
    """After this, nobody waits for it any more (it may still be read and matched)."""
    attempts: int = 0
    text: str = ""
    title: str = ""
    canonical: str | None = None
    language: str | None = None
    site: str | None = None
    published_at: datetime | None = None
    fetched_at: datetime | None = None
    problem: Problem | None = None
    problem_detail: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleJob:
    """A page to read, with the entry it belongs to and the feed that listed it."""

    article: Article
    entry: Entry
    feed: FeedSpec
