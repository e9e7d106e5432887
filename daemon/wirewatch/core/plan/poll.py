"""What a poll of a feed leads to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from wirewatch.core.cadence import CadenceRules, wait_after_failure, wait_after_success
from wirewatch.core.identity import entry_id
from wirewatch.core.model.article import Article, ArticleStatus
from wirewatch.core.model.entry import Entry, EntryKey, Known
from wirewatch.core.model.feed import Feed, FeedState, FirstPoll, Validators
from wirewatch.core.model.habit import Habit
from wirewatch.core.model.hit import Hit, Why
from wirewatch.core.model.outcome import (
    CachingHints,
    Failed,
    Fetched,
    Got,
    Parsed,
    ParsedFeed,
    Problem,
    Unchanged,
    Unreadable,
)
from wirewatch.core.model.plan import PollPlan, PollRecord
from wirewatch.core.plan.article import ArticleRules, needs_article
from wirewatch.core.plan.learn import learnt_habit
from wirewatch.core.plan.listed import Listed, body_hash
from wirewatch.core.plan.wanted import Wanted, find_hits

NO_HINTS = CachingHints()


def plan_poll(
    feed: Feed,
    fetched: Fetched,
    items: tuple[Listed, ...],
    parsed: Parsed | None,
    *,
    known: Mapping[EntryKey, Known],
    wanted: Wanted,
    cadence: CadenceRules,
    articles: ArticleRules,
    now: datetime,
) -> PollPlan:
    """Decide what one poll leads to: entries, hits, pages to read, and when to ask again.

    *parsed* is None when there was nothing to parse (no response, 304, the same body again).
    """
    match fetched:
        case Failed():
            return plan_failure(
                feed,
                fetched.problem,
                fetched.detail,
                status=fetched.status,
                hints=fetched.hints,
                wire_bytes=fetched.wire_bytes,
                took=fetched.took,
                cadence=cadence,
                now=now,
            )
        case Unchanged():
            return _plan_quiet(feed, fetched, "unchanged", wanted, cadence=cadence, now=now)
        case Got():
            pass
    match parsed:
        case None:
            return _plan_quiet(feed, fetched, "same-body", wanted, cadence=cadence, now=now)
        case Unreadable():
            return plan_failure(
                feed,
                parsed.problem,
                parsed.detail,
                status=fetched.status,
                hints=fetched.hints,
                wire_bytes=fetched.wire_bytes,
                took=fetched.took,
                cadence=cadence,
                now=now,
            )
        case ParsedFeed():
            return _plan_document(
                feed,
                fetched,
                items,
                parsed,
                known=known,
                wanted=wanted,
                cadence=cadence,
                articles=articles,
                now=now,
            )


def plan_failure(
    feed: Feed,
    problem: Problem,
    detail: str,
    *,
    cadence: CadenceRules,
    now: datetime,
    status: int | None = None,
    hints: CachingHints = NO_HINTS,
    wire_bytes: int = 0,
    took: timedelta = timedelta(),
) -> PollPlan:
    """Decide what a failed poll leads to: a later one. What we know of the feed stays as it is."""
    state = feed.state
    failures = state.failures + 1
    wait = wait_after_failure(
        feed.spec,
        cadence,
        problem,
        hints,
        failures=failures,
        feed_id=feed.id,
        polls=state.polls,
    )
    return PollPlan(
        feed_id=feed.id,
        state=replace(
            state,
            next_poll_at=now + wait,
            interval=wait,
            polls=state.polls + 1,
            failures=failures,
            problem=problem,
            problem_detail=detail,
            problem_at=state.problem_at if state.problem else now,
            last_poll_at=now,
        ),
        record=PollRecord(
            feed_id=feed.id,
            at=now,
            outcome=problem.value,
            status=status,
            wire_bytes=wire_bytes,
            entries=0,
            new=0,
            overlap=None,
            took_s=took.total_seconds(),
        ),
    )


def _plan_quiet(
    feed: Feed,
    fetched: Got | Unchanged,
    outcome: str,
    wanted: Wanted,
    *,
    cadence: CadenceRules,
    now: datetime,
) -> PollPlan:
    weight = wanted.weight(feed.spec)
    habit = feed.state.habit
    state = _healthy(feed, fetched, habit, ttl=None, weight=weight, cadence=cadence, now=now)
    if isinstance(fetched, Got):
        state = replace(state, validators=_validators(fetched))
    return PollPlan(feed_id=feed.id, state=state, record=_record(feed, fetched, outcome, now=now))


def _plan_document(
    feed: Feed,
    got: Got,
    items: tuple[Listed, ...],
    parsed: ParsedFeed,
    *,
    known: Mapping[EntryKey, Known],
    wanted: Wanted,
    cadence: CadenceRules,
    articles: ArticleRules,
    now: datetime,
) -> PollPlan:
    first = feed.state.baseline_at is None
    baseline = first and feed.spec.first_poll is FirstPoll.SILENT
    new = tuple(
        _entry(feed, parsed, item, baseline=baseline, now=now)
        for item in items
        if item.key not in known and item.alias not in known
    )
    edited = tuple(
        _entry(feed, parsed, item, baseline=False, now=now)
        for item in items
        if _is_edited(item, known)
    )
    overlap = parsed.left_out > 0 or any(item.key in known or item.alias in known for item in items)
    habit = learnt_habit(feed, new, listed=len(items) + parsed.left_out, now=now)
    weight = wanted.weight(feed.spec)
    state = _after_document(
        feed, got, parsed, habit, new=bool(new), weight=weight, cadence=cadence, now=now
    )
    return PollPlan(
        feed_id=feed.id,
        state=state,
        record=_record(
            feed,
            got,
            _rung(parsed),
            now=now,
            entries=len(items) + parsed.left_out,
            new=len(new),
            overlap=None if first or not (items or parsed.left_out) else overlap,
        ),
        seen=tuple(
            (key, item.text_hash)
            for item in items
            for key in dict.fromkeys((item.key, item.alias))
            if key not in known or known[key].text_hash != item.text_hash
        ),
        new=new,
        edited=edited,
        items=_fresh_items(parsed),
        articles=_pages(feed, new, wanted, articles, now=now),
        hits=_hits(feed, new + edited, wanted, now=now),
    )


def _rung(parsed: ParsedFeed) -> str:
    if not parsed.left_out:
        return "ok"
    return "partial" if len(parsed.items or ()) > parsed.left_out else "known-items"


def _fresh_items(parsed: ParsedFeed) -> tuple[bytes, ...] | None:
    """Return the hashes to remember, None when all of them are remembered already."""
    items = parsed.items
    if items is None or len(items) == parsed.left_out or parsed.flaw is Problem.TRUNCATED:
        return None
    return items


def _is_edited(item: Listed, known: Mapping[EntryKey, Known]) -> bool:
    before = known.get(item.key)
    return before is not None and before.stored and before.text_hash != item.text_hash


def _hits(
    feed: Feed, entries: tuple[Entry, ...], wanted: Wanted, *, now: datetime
) -> tuple[Hit, ...]:
    return tuple(
        hit
        for entry in entries
        for hit in find_hits(
            wanted, entry, feed.spec, now=now, silent=Why.BASELINE if entry.baseline else None
        )
    )


def _pages(
    feed: Feed, new: tuple[Entry, ...], wanted: Wanted, rules: ArticleRules, *, now: datetime
) -> tuple[Article, ...]:
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


def _entry(feed: Feed, parsed: ParsedFeed, item: Listed, *, baseline: bool, now: datetime) -> Entry:
    told = item.parsed
    return Entry(
        id=entry_id(feed.id, item.key),
        feed_id=feed.id,
        key=item.key,
        guid=told.guid,
        link=told.link,
        title=told.title,
        summary=told.summary,
        body=told.body,
        authors=told.authors,
        categories=told.categories,
        language=feed.spec.language or told.language or parsed.language,
        published_at=told.published_at,
        updated_at=told.updated_at,
        found_at=now,
        baseline=baseline,
        text_hash=item.text_hash,
    )


def _validators(got: Got) -> Validators:
    return Validators(etag=got.etag, last_modified=got.last_modified)


def _after_document(
    feed: Feed,
    got: Got,
    parsed: ParsedFeed,
    habit: Habit | None,
    *,
    new: bool,
    weight: float,
    cadence: CadenceRules,
    now: datetime,
) -> FeedState:
    state = _healthy(feed, got, habit, ttl=parsed.ttl, weight=weight, cadence=cadence, now=now)
    broken_off = parsed.flaw is Problem.TRUNCATED
    return replace(
        state,
        # What broke off is asked for again whole: its validators would hide the rest.
        validators=Validators() if broken_off else _validators(got),
        body_hash=None if broken_off else body_hash(got.body),
        problem=parsed.flaw if broken_off else None,
        problem_detail=parsed.flaw_detail if broken_off else None,
        problem_at=(feed.state.problem_at or now) if broken_off else None,
        last_new_at=now if new else state.last_new_at,
        baseline_at=state.baseline_at or now,
        title=parsed.title or state.title,
        format=parsed.format,
        language=parsed.language or state.language,
    )


def _healthy(
    feed: Feed,
    fetched: Got | Unchanged,
    habit: Habit | None,
    *,
    ttl: timedelta | None,
    weight: float,
    cadence: CadenceRules,
    now: datetime,
) -> FeedState:
    state = feed.state
    wait = wait_after_success(
        feed.spec,
        cadence,
        fetched.hints,
        ttl=ttl,
        feed_id=feed.id,
        polls=state.polls,
        now=now,
        habit=habit,
        weight=weight,
    )
    same = fetched.moved_to is not None and fetched.moved_to == state.moved_to
    return replace(
        state,
        next_poll_at=now + wait,
        interval=wait,
        polls=state.polls + 1,
        failures=0,
        problem=None,
        problem_detail=None,
        problem_at=None,
        last_poll_at=now,
        last_ok_at=now,
        moved_to=fetched.moved_to,
        moved_seen=state.moved_seen + 1 if same else int(fetched.moved_to is not None),
        habit=habit,
    )


def _record(
    feed: Feed,
    fetched: Got | Unchanged,
    outcome: str,
    *,
    now: datetime,
    entries: int = 0,
    new: int = 0,
    overlap: bool | None = None,
) -> PollRecord:
    return PollRecord(
        feed_id=feed.id,
        at=now,
        outcome=outcome,
        status=fetched.status if isinstance(fetched, Got) else 304,
        wire_bytes=fetched.wire_bytes,
        entries=entries,
        new=new,
        overlap=overlap,
        took_s=fetched.took.total_seconds(),
    )
