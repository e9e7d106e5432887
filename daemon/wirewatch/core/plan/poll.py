"""What a poll of a feed leads to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from wirewatch.core.cadence import CadenceRules, wait_after_gap, wait_after_success
from wirewatch.core.coverage import FAST, listing_of
from wirewatch.core.identity import Listed, digest
from wirewatch.core.model.coverage import NOTHING, Memory
from wirewatch.core.model.entry import Entry, EntryKey, Known
from wirewatch.core.model.feed import Feed, FeedState, FirstPoll, Validators
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
from wirewatch.core.plan.article import ArticleRules, pages_of
from wirewatch.core.plan.listing import Reading, entry_of, read_document, seen_of
from wirewatch.core.plan.trouble import (
    Asked,
    after_move,
    failed_state,
    is_idle_probe,
    notices,
    renaming_notice,
)
from wirewatch.core.plan.wanted import Wanted, find_hits

NO_HINTS = CachingHints()


def body_hash(body: bytes) -> bytes:
    """Hash a body, to see that the next one is the same."""
    return digest(body)


def is_same_body(feed: Feed, got: Got) -> bool:
    """Say whether a response brings what the last one brought, so that it need not be parsed."""
    return feed.state.body_hash == body_hash(got.body)


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
    memory: Memory = NOTHING,
    asked: Asked = Asked.CONFIGURED,
    operator: tuple[str, ...] = (),
) -> PollPlan:
    """Decide what one poll leads to: entries, hits, pages to read, and when to ask again.

    *parsed* is None when there was nothing to parse (no response, 304, the same body again). *memory* is what the last
    document listed, *asked* which address of the feed was asked, *operator* the channels that hear of the feed itself.
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
                asked=asked,
                operator=operator,
            )
        case Unchanged():
            return _plan_quiet(
                feed,
                fetched,
                "unchanged",
                cadence=cadence,
                now=now,
                asked=asked,
                operator=operator,
            )
        case Got():
            pass
    match parsed:
        case None:
            return _plan_quiet(
                feed,
                fetched,
                "same-body",
                cadence=cadence,
                now=now,
                asked=asked,
                operator=operator,
            )
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
                asked=asked,
                operator=operator,
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
                memory=memory,
                asked=asked,
                operator=operator,
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
    asked: Asked = Asked.CONFIGURED,
    operator: tuple[str, ...] = (),
) -> PollPlan:
    """Decide what a failed poll leads to: a later one. What we know of the feed stays as it is."""
    if is_idle_probe(feed, asked):
        # The old address is dead, as those of moved feeds often are: the new one is asked next.
        state = replace(feed.state, polls=feed.state.polls + 1, next_poll_at=now, last_poll_at=now)
    else:
        state = failed_state(feed, problem, detail, hints, cadence=cadence, now=now)
    alerts, deliveries = notices(feed, state, operator, now=now)
    return PollPlan(
        feed_id=feed.id,
        state=state,
        alerts=alerts,
        deliveries=deliveries,
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
    *,
    cadence: CadenceRules,
    now: datetime,
    asked: Asked,
    operator: tuple[str, ...],
) -> PollPlan:
    state = _healthy(feed, fetched, ttl=None, cadence=cadence, now=now, asked=asked)
    if isinstance(fetched, Got):
        state = replace(state, validators=_validators(fetched))
    alerts, deliveries = notices(feed, state, operator, now=now)
    return PollPlan(
        feed_id=feed.id,
        state=state,
        record=_record(feed, fetched, outcome, now=now),
        alerts=alerts,
        deliveries=deliveries,
    )


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
    memory: Memory,
    asked: Asked,
    operator: tuple[str, ...],
) -> PollPlan:
    first = feed.state.baseline_at is None
    baseline = first and feed.spec.first_poll is FirstPoll.SILENT
    listing = listing_of(parsed, items, memory)
    reading = read_document(feed, parsed, items, listing, memory, known, now=now)
    new = tuple(
        entry_of(feed, parsed, item, item.key, baseline=baseline, now=now) for item in reading.new
    )
    edited = tuple(
        entry_of(feed, parsed, item, key, baseline=False, now=now) for item, key in reading.edited
    )
    before = feed if reading.gap is None else _hurried(feed, now=now)
    state = _after_document(
        before, got, parsed, new=bool(new), cadence=cadence, now=now, asked=asked
    )
    alerts, deliveries = notices(feed, state, operator, now=now)
    if reading.is_repair:
        more, ways = renaming_notice(feed, len(reading.renamed), operator, now=now)
        alerts, deliveries = alerts + more, deliveries + ways
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
            overlap=None if first or not (items or parsed.left_out) else reading.covered,
        ),
        seen=seen_of(items, known),
        new=new,
        edited=edited,
        items=_fresh_items(parsed, reading),
        articles=pages_of(feed, new, wanted, articles, now=now),
        hits=_hits(feed, new + edited, wanted, now=now),
        renamed=reading.renamed,
        memory=reading.memory if reading.memory != memory else None,
        gap=reading.gap,
        alerts=alerts,
        deliveries=deliveries,
    )


def _hurried(feed: Feed, *, now: datetime) -> Feed:
    """Return a feed that outran us, as one that is polled faster for a while."""
    return replace(feed, state=replace(feed.state, fast_until=now + FAST))


def _rung(parsed: ParsedFeed) -> str:
    if not parsed.left_out:
        return "ok"
    return "partial" if len(parsed.items or ()) > parsed.left_out else "known-items"


def _fresh_items(parsed: ParsedFeed, reading: Reading) -> tuple[bytes, ...] | None:
    """Return the hashes to remember, None when all of them are remembered already."""
    if not reading.aligned:
        return ()  # which bytes are which entry is in doubt: the next document is read whole
    items = parsed.items
    if items is None or len(items) == parsed.left_out or parsed.flaw is Problem.TRUNCATED:
        return None
    return items


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


def _validators(got: Got) -> Validators:
    return Validators(etag=got.etag, last_modified=got.last_modified)


def _after_document(
    feed: Feed,
    got: Got,
    parsed: ParsedFeed,
    *,
    new: bool,
    cadence: CadenceRules,
    now: datetime,
    asked: Asked,
) -> FeedState:
    state = _healthy(feed, got, ttl=parsed.ttl, cadence=cadence, now=now, asked=asked)
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
    *,
    ttl: timedelta | None,
    cadence: CadenceRules,
    now: datetime,
    asked: Asked,
) -> FeedState:
    state = feed.state
    if state.fast_until is not None and now < state.fast_until:
        wait = wait_after_gap(feed.spec, cadence, fetched.hints, feed_id=feed.id, polls=state.polls)
    else:
        wait = wait_after_success(
            feed.spec, cadence, fetched.hints, ttl=ttl, feed_id=feed.id, polls=state.polls
        )
        state = replace(state, fast_until=None)
    moved_to, moved_seen = after_move(feed.state, fetched, asked)
    return replace(
        state,
        next_poll_at=now + wait,
        interval=wait,
        polls=state.polls + 1,
        failures=0,
        weight=0.0,
        dead_told_at=None,
        problem=None,
        problem_detail=None,
        problem_at=None,
        last_poll_at=now,
        last_ok_at=now,
        moved_to=moved_to,
        moved_seen=moved_seen,
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
