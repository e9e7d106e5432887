"""What a poll of a feed leads to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from wirewatch.core.backoff import rest_of
from wirewatch.core.cadence import CadenceRules, wait_after_gap, wait_after_success
from wirewatch.core.coverage import FAST, listing_of
from wirewatch.core.identity import Listed
from wirewatch.core.model.coverage import NOTHING, Memory
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
from wirewatch.core.model.plan import HostRest, PollPlan, PollRecord
from wirewatch.core.plan.article import ArticleRules, pages_of
from wirewatch.core.plan.learn import learnt_habit
from wirewatch.core.plan.listed import body_hash
from wirewatch.core.plan.listing import Reading, entry_of, read_document, seen_of
from wirewatch.core.plan.trouble import (
    Asked,
    after_move,
    failed_state,
    is_idle_probe,
    notices,
    renaming_notice,
    still_incomplete,
)
from wirewatch.core.plan.wanted import Wanted, find_hits

NO_HINTS = CachingHints()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Turn:
    """The circumstances of one poll."""

    asked: Asked
    operator: tuple[str, ...]
    cadence: CadenceRules
    weight: float
    """How much the feed matters, for the cadence."""
    now: datetime


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
    turn = _Turn(
        asked=asked,
        operator=operator,
        cadence=cadence,
        weight=wanted.weight(feed.spec),
        now=now,
    )
    match fetched:
        case Failed():
            return plan_failure(
                feed,
                fetched.problem,
                fetched.detail,
                status=fetched.status,
                hints=fetched.hints,
                host=fetched.host,
                wire_bytes=fetched.wire_bytes,
                took=fetched.took,
                cadence=cadence,
                now=now,
                asked=asked,
                operator=operator,
            )
        case Unchanged():
            return _plan_quiet(feed, fetched, "unchanged", turn)
        case Got():
            pass
    match parsed:
        case None:
            return _plan_quiet(feed, fetched, "same-body", turn)
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
                turn,
                known=known,
                wanted=wanted,
                articles=articles,
                memory=memory,
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
    host: str = "",
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
    rest = rest_of(status, hints)
    return PollPlan(
        feed_id=feed.id,
        state=state,
        rest=HostRest(host=host, until=now + rest) if rest and host else None,
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
    turn: _Turn,
) -> PollPlan:
    state = still_incomplete(feed.state, _healthy(feed, fetched, feed.state.habit, turn, ttl=None))
    if isinstance(fetched, Got):
        state = replace(state, validators=_validators(fetched))
    alerts, deliveries = notices(feed, state, turn.operator, now=turn.now)
    return PollPlan(
        feed_id=feed.id,
        state=state,
        record=_record(feed, fetched, outcome, now=turn.now),
        alerts=alerts,
        deliveries=deliveries,
    )


def _plan_document(
    feed: Feed,
    got: Got,
    items: tuple[Listed, ...],
    parsed: ParsedFeed,
    turn: _Turn,
    *,
    known: Mapping[EntryKey, Known],
    wanted: Wanted,
    articles: ArticleRules,
    memory: Memory,
) -> PollPlan:
    now = turn.now
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
    habit = learnt_habit(feed, new, listed=len(items) + parsed.left_out, now=now)
    before = feed if reading.gap is None else _hurried(feed, now=now)
    state = _after_document(before, got, parsed, habit, turn, new=bool(new))
    alerts, deliveries = notices(feed, state, turn.operator, now=now)
    if reading.is_repair:
        more, ways = renaming_notice(feed, len(reading.renamed), turn.operator, now=now)
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
    habit: Habit | None,
    turn: _Turn,
    *,
    new: bool,
) -> FeedState:
    now = turn.now
    state = _healthy(feed, got, habit, turn, ttl=parsed.ttl)
    broken_off = parsed.flaw is Problem.TRUNCATED
    incomplete = broken_off or parsed.flaw is Problem.TOO_COSTLY
    return replace(
        state,
        # What broke off is asked for again whole: its validators would hide the rest.
        validators=Validators() if broken_off else _validators(got),
        body_hash=None if broken_off else body_hash(got.body),
        problem=parsed.flaw if incomplete else None,
        problem_detail=parsed.flaw_detail if incomplete else None,
        problem_at=(feed.state.problem_at or now) if incomplete else None,
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
    turn: _Turn,
    *,
    ttl: timedelta | None,
) -> FeedState:
    state, now = feed.state, turn.now
    if state.fast_until is not None and now < state.fast_until:
        wait = wait_after_gap(
            feed.spec,
            turn.cadence,
            fetched.hints,
            feed_id=feed.id,
            polls=state.polls,
            now=now,
            habit=habit,
            weight=turn.weight,
        )
    else:
        wait = wait_after_success(
            feed.spec,
            turn.cadence,
            fetched.hints,
            ttl=ttl,
            feed_id=feed.id,
            polls=state.polls,
            now=now,
            habit=habit,
            weight=turn.weight,
        )
        state = replace(state, fast_until=None)
    moved_to, moved_seen = after_move(feed.state, fetched, turn.asked)
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
