"""The answer to "why?" in plain words."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import click

from wirewatch.cli import show
from wirewatch.core.model.article import Article, ArticleStatus
from wirewatch.core.model.coverage import GapState
from wirewatch.core.model.history import Fate, History, Told
from wirewatch.core.model.hit import Field, HitState
from wirewatch.core.plan.why import Account, NoHit, Sending, Text, WatchAccount

if TYPE_CHECKING:
    from wirewatch.app.why import Answer, Live, Source, Trial

FATES: Final = MappingProxyType[Fate | NoHit, str](
    {
        Told.SENT: "told",
        Told.ON_ITS_WAY: "being told",
        Told.DEAD: "NOT told: a message is dead (wirewatch deliveries retry KEY)",
        Told.DROPPED: "not told: its messages were dropped by hand",
        Told.WITHOUT_MESSAGE: "NOT told although it counts as told: please report this",
        HitState.WAITING: "will be told soon",
        HitState.JOINED: "not told again: its story was told before",
        HitState.BASELINE: "not told: it is older than the feed or the watch is here",
        HitState.SCATTERED: "not told: the words stand too far apart",
        HitState.NO_CHANNEL: "not told: its watchlist has no channel",
        NoHit.PAUSED: "no hit: its watchlist is paused",
        NoHit.OTHER_FEEDS: "no hit: its watchlist does not read this feed",
        NoHit.NO_MATCH: "no hit: the words are not there",
        NoHit.MATCHES_NOW: "would match",
    }
)
_FIELDS: Final = MappingProxyType(
    {
        Field.TITLE: "headline",
        Field.SUMMARY: "summary in the feed",
        Field.BODY: "text in the feed",
        Field.ARTICLE: "page",
    }
)
_BELLS: Final = frozenset({Told.SENT, Told.ON_ITS_WAY})


def lines_of(answer: Answer, *, now: datetime) -> Iterator[str]:
    """Yield the lines of an answer."""
    for number, account in enumerate(answer.accounts):
        if number:
            yield ""
        yield from _of_account(account, now)
    if not answer.accounts:
        yield from _of_absent(answer, now)
    if answer.live is not None:
        yield from _of_live(answer.live)


def _of_account(account: Account, now: datetime) -> Iterator[str]:
    history = account.history
    entry = history.entry
    yield click.style(show.clean(entry.title) or "(no headline)", bold=True)
    if entry.link:
        yield f"  {show.clean(entry.link)}"
    yield _row("feed", _found(history, now))
    yield from _listing(history)
    yield _row("text", _texts(account.texts, history.article))
    yield from (_row("edited", f"{at:%Y-%m-%d %H:%M} UTC") for at in _edits(history))
    yield from _stories(history)
    for one in account.watches:
        yield from _of_watch(one, now)
    if account.missed:
        yield f"{account.missed} more watches miss it by more; --watch NAME looks into one."
    if account.untried:
        yield f"{account.untried} watches have no hit in it; --watch NAME looks into one."


def _row(name: str, text: str) -> str:
    return f"  {name:<8} {text}"


def _found(history: History, now: datetime) -> str:
    entry = history.entry
    said = f"{show.clean(history.feed.name)}: found {_at(entry.found_at, now)}"
    if entry.published_at is not None:
        late = (entry.found_at - entry.published_at).total_seconds()
        said += f", {show.length(abs(late))} {'after' if late >= 0 else 'before'} its publication"
    return said


def _at(moment: datetime, now: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC ({show.ago(moment, now)})"


def _listing(history: History) -> Iterator[str]:
    entry, poll, before = history.entry, history.listed_by, history.before
    if entry.baseline:
        yield _row("seen", "it stood in the feed at the first poll: remembered, nobody is told")
    if history.gap is not None:
        yield _row("seen", f"found afterwards in a gap ({_gap(history.gap.state)})")
    if poll is None:
        return
    said = f"the poll that listed it brought {poll.new} new of {poll.entries} entries"
    if before is not None:
        apart = show.length((poll.at - before.at).total_seconds())
        said += f"; the one before was {apart} earlier ({before.outcome})"
    if poll.overlap is False:
        said += "; between the two, entries may have slipped past"
    yield _row("polled", said)


def _gap(state: GapState) -> str:
    return {
        GapState.OPEN: "still being filled",
        GapState.FILLED: "filled",
        GapState.LOST: "not filled whole",
    }[state]


def _texts(texts: tuple[Text, ...], article: Article | None) -> str:
    said = [f"{_FIELDS[one.field]} ({_many(one.words, 'word')})" for one in texts]
    read = ", ".join(said) or "nothing"
    return f"{read}; {_page(article)}"


def _many(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _page(article: Article | None) -> str:
    if article is None:
        return "the page was not to be read (the feed's text is whole, or the feed says never)"
    match article.status:
        case ArticleStatus.READ:
            return (
                "of the page only the article was kept: menus and related stories are not matched"
            )
        case ArticleStatus.PENDING:
            return f"the page is still to be read (tried {_many(article.attempts, 'time')})"
        case ArticleStatus.FAILED:
            problem = article.problem.value if article.problem else "unknown"
            return f"the page was NOT read: {problem}: {show.clean(article.problem_detail or '')}"


def _edits(history: History) -> Iterator[datetime]:
    return (one.at for one in history.revisions)


def _stories(history: History) -> Iterator[str]:
    for story in history.stories:
        tellings = {one.entry_id: one for one in story.entries}
        mine, first = tellings.get(history.entry.id), story.entries[0] if story.entries else None
        if mine is None or first is None or first.entry_id == history.entry.id:
            others = len(story.entries) - 1
            copies = {0: "no copy has", 1: "1 copy has"}.get(others, f"{others} copies have")
            yield _row("story", f"it opened the story; {copies} joined it")
        else:
            yield _row(
                "story",
                f"a copy of {show.clean(first.outlet)}'s of {first.at:%Y-%m-%d %H:%M} UTC "
                f"(the same {mine.joined_by or 'entry'}): {show.clean(story.title)}",
            )


def _of_watch(one: WatchAccount, now: datetime) -> Iterator[str]:
    yield ""
    mark = "✔" if one.outcome in _BELLS else "✘"
    said = FATES.get(one.outcome, one.outcome.value)
    yield f"{mark} {click.style(show.clean(one.watch.name), bold=True)}: {said}"
    if one.watch.query != one.watch.name:
        yield f"    query    {show.clean(one.watch.query)}"
    if not one.configured:
        yield "    the watch is no longer configured: this is the query of then"
    if one.hit is not None:
        reason = f": {one.hit.why.value}" if one.hit.why else ""
        yield f"    verdict  {one.hit.state.value}{reason}, hit {one.hit.id} of {_at(one.hit.found_at, now)}"
        if one.hit.query != one.watch.query:
            yield f"    then     the query was {show.clean(one.hit.query)}"
    yield from _terms(one)
    for sending in one.sendings:
        yield from _sending(sending, now)


def _terms(one: WatchAccount) -> Iterator[str]:
    if one.explanation is None:
        return
    if one.hit is None or one.explanation.strength is None:
        yield f"    match    {one.explanation.head}"
    for term in one.explanation.terms:
        yield f"      {show.clean(str(term))}"


def _sending(sending: Sending, now: datetime) -> Iterator[str]:
    way = sending.parcel.delivery
    done = f" {_at(way.done_at, now)}" if way.done_at else ""
    if way.done_at is None:
        done = f", next try {show.ago(way.due_at, now)}"
    yield f"    {show.clean(way.channel)}: {way.state.value}{done} (message {way.key})"
    for attempt in sending.attempts:
        words = show.clean(attempt.detail) or ("taken" if attempt.ok else "refused without a word")
        sign = "ok" if attempt.ok else "failed"
        yield f"      {attempt.at:%H:%M:%S} {sign} after {attempt.took_s:.1f} s: {words}"


def _of_absent(answer: Answer, now: datetime) -> Iterator[str]:
    if answer.trial is not None:
        yield "No stored headline has these words; tried as a text on the watches:"
        yield from _of_trial(answer.trial, now)
        return
    yield f"Nothing is stored of {show.clean(answer.asked)}."
    if answer.asked.isdecimal():
        yield "  No entry and no hit has this number; old ones are pruned."
        return
    for source in answer.sources:
        yield from _of_source(source, now)
    if not answer.sources:
        yield "  No configured feed is of this site. `wirewatch add URL` adds its feed."


def _of_source(source: Source, now: datetime) -> Iterator[str]:
    spec, state = source.feed.spec, source.feed.state
    if source.seen:
        yield _row("seen", f"{show.clean(spec.name)} listed it; its text is past keeping")
    last = f"polled {state.polls} times, last {show.ago(state.last_poll_at, now)}"
    said = "paused: not polled" if spec.paused else last
    if state.problem is not None:
        said += f"; in trouble since {show.ago(state.problem_at, now)}: {show.clean(state.problem_detail or '')}"
    if not source.seen and state.polls:
        said += "; it never listed this link"
    yield _row("feed", f"{show.clean(spec.name)}: {said}")
    told = source.coverage
    if told is not None and told.gaps:
        yield _row("gaps", f"{told.gaps} known, {told.open_gaps} open, {told.lost_gaps} not filled")


def _of_trial(trial: Trial, now: datetime) -> Iterator[str]:
    yield _row(
        "text",
        ", ".join(
            f"{_many(t.words, 'word')}, {_many(t.sentences, 'sentence')}" for t in trial.texts
        ),
    )
    for one in trial.watches:
        yield from _of_watch(one, now)
    if not trial.watches:
        yield "  No watch comes near it."


def _of_live(live: Live) -> Iterator[str]:
    yield ""
    yield click.style("Now, on the web", bold=True)
    for feed in live.feeds:
        lists = "lists it" if feed.lists_it else "does not list it"
        said = feed.error or f"{lists} among {feed.entries} entries"
        yield _row("feed", f"{show.clean(feed.name)}: {show.clean(said)}")
    if live.error is not None:
        yield _row("page", f"cannot be read: {show.clean(live.error)}")
    if live.page is None:
        return
    words = sum(one.words for one in live.page.texts)
    yield _row("page", f"{words} words read, {live.boilerplate_words} left out as boilerplate")
    for name in live.in_boilerplate:
        yield _row("page", f"{show.clean(name)} matches only with the boilerplate")
    for one in live.page.watches:
        yield f"  {show.clean(one.watch.name)}: {FATES.get(one.outcome, one.outcome.value)}"
        for term in one.explanation.terms if one.explanation else ():
            yield f"      {show.clean(str(term))}"
