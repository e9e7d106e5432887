"""Whether the page behind an entry is read, and what reading it leads to."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from wirewatch.core.model.article import Article, ArticleJob, ArticleStatus
from wirewatch.core.model.entry import Entry
from wirewatch.core.model.feed import ArticleMode, Feed, FeedSpec
from wirewatch.core.model.outcome import (
    Failed,
    Fetched,
    PageResult,
    ParsedPage,
    Problem,
    Unchanged,
    Unreadable,
)
from wirewatch.core.model.plan import ArticlePlan
from wirewatch.core.plan.wanted import Wanted, find_hits
from wirewatch.core.urls import is_web_url

FULL_TEXT_WORDS = 200
"""A feed text shorter than this is a summary: news stories run to several hundred words."""

_CUT_OFF = re.compile(
    r"(?:…|\.\.\.|\[…\]|\[\.\.\.\]|read (?:more|on)|continue reading|full story|more »)\W*$",
    re.IGNORECASE,
)

FOR_GOOD = frozenset(
    {
        Problem.BAD_URL,
        Problem.FORBIDDEN_ADDRESS,
        Problem.GONE,
        Problem.HTTP_CLIENT,
        Problem.UNAUTHORIZED,
        Problem.NOT_A_PAGE,
        Problem.TOO_LARGE,
        Problem.TOO_COSTLY,
        Problem.REDIRECTS,
        Problem.ROBOTS,
        Problem.PAYWALL,
    }
)
"""What another try in a few minutes will not change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleRules:
    """What the owner decided about reading pages."""

    deadline: timedelta = timedelta(minutes=2)
    """How long an alert may wait for the page."""
    attempts: int = 5
    retry_after: timedelta = timedelta(minutes=2)
    """Wait after the first failure; doubled after each further one."""


def needs_article(entry: Entry, feed: FeedSpec) -> bool:
    """Say whether the page behind an entry is to be read."""
    if entry.baseline or not entry.link or not is_web_url(entry.link):
        return False
    match feed.article:
        case ArticleMode.NEVER:
            return False
        case ArticleMode.ALWAYS:
            return True
        case ArticleMode.AUTO:
            return is_summary(entry.body or entry.summary)


def is_summary(text: str) -> bool:
    """Say whether a feed's text is too short, or visibly cut off, to be the whole story.

    >>> is_summary("Envoys met on Friday. More to follow.")
    True
    """
    if _CUT_OFF.search(text):
        return True
    words = len(text.split())
    # Scripts without spaces: two characters make about one word.
    return max(words, sum(char > "\u2fff" for char in text) // 2) < FULL_TEXT_WORDS


def pages_of(
    feed: Feed, new: tuple[Entry, ...], wanted: Wanted, rules: ArticleRules, *, now: datetime
) -> tuple[Article, ...]:
    """Return the pages behind new entries that are to be read."""
    if not new or not wanted.reads(feed.spec):
        return ()
    return tuple(
        Article(
            entry_id=entry.id,
            status=ArticleStatus.PENDING,
            url=entry.link,
            due_at=now,
            deadline_at=now + rules.deadline,
        )
        for entry in new
        if entry.link and needs_article(entry, feed.spec)
    )


def plan_article(
    job: ArticleJob,
    fetched: Fetched,
    page: PageResult | None,
    *,
    wanted: Wanted,
    rules: ArticleRules,
    now: datetime,
) -> ArticlePlan:
    """Decide what one attempt at a page leads to: hits with its text, another try, or the end."""
    match fetched:
        case Failed():
            return _plan_setback(job, fetched.problem, fetched.detail, rules=rules, now=now)
        case Unchanged():
            detail = "the server answered 304 although nothing was known of the page"
            return _plan_setback(job, Problem.UNEXPECTED_STATUS, detail, rules=rules, now=now)
        case _:
            pass
    match page:
        case None:
            return _plan_setback(job, Problem.NO_TEXT, "no text was found", rules=rules, now=now)
        case Unreadable():
            return _plan_setback(job, page.problem, page.detail, rules=rules, now=now)
        case ParsedPage():
            return _plan_read(job, fetched.url, page, wanted=wanted, now=now)


def _plan_read(
    job: ArticleJob, url: str, page: ParsedPage, *, wanted: Wanted, now: datetime
) -> ArticlePlan:
    article = replace(
        job.article,
        status=ArticleStatus.READ,
        url=url,
        attempts=job.article.attempts + 1,
        text=page.text,
        title=page.title,
        canonical=page.canonical,
        language=page.language,
        site=page.site,
        published_at=page.published_at,
        fetched_at=now,
        problem=None,
        problem_detail=None,
    )
    entry = replace(job.entry, language=job.entry.language or page.language)
    hits = find_hits(wanted, entry, job.feed, now=now, article=page.text)
    return ArticlePlan(article=article, hits=hits)


def _plan_setback(
    job: ArticleJob, problem: Problem, detail: str, *, rules: ArticleRules, now: datetime
) -> ArticlePlan:
    attempts = job.article.attempts + 1
    over = problem in FOR_GOOD or attempts >= rules.attempts
    article: Article = replace(
        job.article,
        status=ArticleStatus.FAILED if over else ArticleStatus.PENDING,
        due_at=now + rules.retry_after * 2 ** (attempts - 1),
        attempts=attempts,
        problem=problem,
        problem_detail=detail,
        fetched_at=now,
    )
    return ArticlePlan(article=article)
