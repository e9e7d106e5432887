"""``feed``: the sources."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from wirewatch.cli import coverage, pushing, show
from wirewatch.cli.add import add
from wirewatch.cli.exits import Exit
from wirewatch.cli.state import State, json_option, pass_state

if TYPE_CHECKING:
    from wirewatch.app.online import Look
    from wirewatch.core.model.feed import Feed
    from wirewatch.core.model.habit import Habit
    from wirewatch.core.model.plan import PollRecord
    from wirewatch.settings.settings import Settings

BARS = "▁▂▃▄▅▆▇█"


@click.group
def feed() -> None:
    """List, show, add, check, pause, import and export feeds."""


@feed.command("list")
@click.option("--failing", is_flag=True, help="Only those in trouble.")
@json_option
@pass_state
def list_(state: State, failing: bool) -> int:
    """List feeds with their health. Exits with 3 when there are none."""
    settings = state.load(need_secrets=False)
    store = state.open_store(settings)
    try:
        feeds = _configured(settings, store.feeds())
    finally:
        store.close()
    if failing:
        feeds = [one for one in feeds if one.state.problem is not None]
    if state.as_json:
        show.as_json([_feed_json(one) for one in feeds])
    else:
        now = datetime.now(UTC)
        show.table(
            ("feed", "health", "last poll", "next", "last new", "tags"),
            (
                (
                    one.spec.name,
                    _health(one),
                    show.ago(one.state.last_poll_at, now),
                    "–" if one.spec.paused else show.ago(one.state.next_poll_at, now),
                    show.ago(one.state.last_new_at, now),
                    ", ".join(one.spec.tags) or None,
                )
                for one in feeds
            ),
        )
    return Exit.DONE if feeds else Exit.NOTHING


def _configured(settings: Settings, stored: Sequence[Feed]) -> list[Feed]:
    """Return the configured feeds with what is known of them; those the daemon has not seen yet are there too."""
    from wirewatch.core.identity import feed_id, shard_of
    from wirewatch.core.model.feed import Feed, FeedState
    from wirewatch.core.urls import canonical_url

    known = {canonical_url(one.spec.url): one for one in stored}
    names = {one.spec.name: one for one in stored}
    found = []
    for spec in settings.feeds:
        before = known.get(canonical_url(spec.url)) or names.get(spec.name)
        wait = spec.every or settings.poll.every
        state = before.state if before else FeedState(next_poll_at=datetime.now(UTC), interval=wait)
        found.append(
            Feed(
                id=before.id if before else feed_id(spec.url),
                shard=shard_of(spec.url),
                spec=spec,
                state=state,
            )
        )
    return sorted(found, key=lambda one: one.spec.name)


def _health(one: Feed) -> str:
    if one.spec.paused:
        return "paused"
    if one.state.problem is not None:
        dead = "dead, asked daily: " if one.state.dead_told_at is not None else ""
        return f"{dead}{one.state.problem_detail or one.state.problem.value}"
    return "ok" if one.state.last_ok_at else "not polled yet"


def _feed_json(one: Feed) -> dict[str, object]:
    state = one.state
    return {
        "id": one.id,
        "name": one.spec.name,
        "url": show.public(one.spec.url),
        "tags": one.spec.tags,
        "paused": one.spec.paused,
        "title": state.title,
        "format": state.format,
        "problem": state.problem,
        "problem_detail": state.problem_detail,
        "problem_at": state.problem_at,
        "failures": state.failures,
        "polls": state.polls,
        "interval_s": state.interval,
        "last_poll_at": state.last_poll_at,
        "last_ok_at": state.last_ok_at,
        "last_new_at": state.last_new_at,
        "next_poll_at": state.next_poll_at,
        "moved_to": state.moved_to,
        "asked_at": _asked_at(one),
    }


def _asked_at(one: Feed) -> str:
    """Return the address that is really asked."""
    from wirewatch.core.plan.trouble import adopted_url

    return show.public(adopted_url(one.state) or one.spec.url)


def _moved(one: Feed) -> str | None:
    """Say where a feed has moved, None when it has not."""
    from wirewatch.core.plan.trouble import ADOPTED_AFTER, adopted_url

    state = one.state
    if state.moved_to is None:
        return None
    if adopted_url(state) is None:
        return f"perhaps to {show.public(state.moved_to)} (seen {state.moved_seen} of {ADOPTED_AFTER} times)"
    return f"for good to {show.public(state.moved_to)}; the address above is asked once a week"


def _find(feeds: Sequence[Feed], name: str) -> Feed:
    from difflib import get_close_matches

    for one in feeds:
        if name in (one.spec.name, one.spec.url):
            return one
    close = get_close_matches(name, [one.spec.name for one in feeds], n=1)
    hint = f"; did you mean {close[0]!r}?" if close else ""
    raise click.UsageError(f"no feed named {name!r}{hint}")


@feed.command("show")
@click.argument("name")
@json_option
@pass_state
def show_(state: State, name: str) -> None:
    """Show what is known of a feed, and its last polls."""
    settings = state.load(need_secrets=False)
    store = state.open_store(settings)
    try:
        one = _find(_configured(settings, store.feeds()), name)
        polls = store.polls(one.id, limit=20)
        seen = next((each for each in store.coverage() if each.feed_id == one.id), None)
        gaps = store.gaps(one.id, limit=5)
        pushed = store.pushing(one.id)
    finally:
        store.close()
    if state.as_json:
        show.as_json(
            {
                **_feed_json(one),
                "coverage": coverage.as_json(seen),
                "recent_gaps": [coverage.gap_json(gap) for gap in gaps],
                "pushing": pushing.as_json(pushed, datetime.now(UTC)),
                "recent_polls": polls,
                "outcomes": Counter(record.outcome for record in polls),
            }
        )
        return
    now = datetime.now(UTC)
    click.secho(show.clean(one.spec.name), bold=True)
    for what, value in (
        ("address", show.public(one.spec.url)),
        ("moved", _moved(one)),
        ("health", _health(one)),
        ("calls itself", show.clean(one.state.title or "–")),
        ("format", one.state.format or "–"),
        ("polled every", show.length(one.state.interval.total_seconds())),
        ("habit", _habit(one.state.habit, now)),
        ("next poll", show.ago(one.state.next_poll_at, now)),
        ("last new entry", show.ago(one.state.last_new_at, now)),
        ("coverage", coverage.in_words(seen, now)),
        ("pushes", pushing.in_words(pushed, now, wanted=bool(settings.websub.callback))),
    ):
        if value is not None:
            click.echo(f"  {what:<15}{value}")
    rungs = Counter(record.outcome for record in polls)
    told = ", ".join(f"{outcome} {count}" for outcome, count in rungs.most_common())
    click.echo(f"  {'last polls':<15}{told or '–'}")
    click.echo()
    show.table(
        ("polled", "outcome", "status", "entries", "new", "gap", "bytes", "took"),
        (_poll_row(record, now) for record in polls),
    )


def _habit(habit: Habit | None, now: datetime) -> str:
    """Tell how much a feed brings, and at which hours of the day (UTC, from midnight on)."""
    from wirewatch.core.habit import present_rate, usual_rate

    if habit is None:
        return "not known yet"
    midnight = now.replace(hour=0, minute=0)
    rates = [usual_rate(habit, midnight + timedelta(hours=hour), now=now) for hour in range(24)]
    most = max(rates)
    day = "".join(BARS[min(int(rate / most * len(BARS)), len(BARS) - 1)] for rate in rates)
    return (
        f"{sum(rates):.1f} entries a day, now {present_rate(habit, now=now):.2g} an hour  {day} UTC"
    )


def _poll_row(record: PollRecord, now: datetime) -> tuple[object, ...]:
    return (
        show.ago(record.at, now),
        record.outcome,
        record.status,
        record.entries,
        record.new,
        "gap" if record.overlap is False else None,
        record.wire_bytes,
        f"{record.took_s:.2f} s",
    )


feed.add_command(add)


async def _look(state: State, url: str) -> Look:
    from wirewatch.app.online import look_at_feed
    from wirewatch.app.wiring import build_fetcher, build_parser

    settings = state.load()
    spec = next((one for one in settings.feeds if url in (one.url, one.name)), None)
    fetcher, parser = build_fetcher(settings), build_parser(settings)
    try:
        return await look_at_feed(spec.url if spec else url, spec, fetcher=fetcher, parser=parser)
    finally:
        await fetcher.aclose()
        await parser.aclose()


@feed.command
@click.argument("source")
@json_option
@pass_state
def check(state: State, source: str) -> int:
    """Read a feed (a URL, a configured name or a file) and show every entry as Wirewatch understands it.

    Exits with 0 for a usable feed, 1 otherwise.
    """
    from wirewatch.cli.feed_check import check_source

    return check_source(state, source, _look)


@feed.command
@click.argument("name")
@pass_state
def remove(state: State, name: str) -> None:
    """Remove a feed from the configuration. What was found in it is kept."""
    state.editor().remove_feed(name)
    click.echo(f"Removed {name!r}. A running daemon forgets it after `wirewatch reload`.")


@feed.command
@click.argument("name")
@pass_state
def pause(state: State, name: str) -> None:
    """Stop polling a feed until it is resumed."""
    _set_paused(state, name, paused=True)


@feed.command
@click.argument("name")
@pass_state
def resume(state: State, name: str) -> None:
    """Poll a paused feed again."""
    _set_paused(state, name, paused=False)


def _set_paused(state: State, name: str, *, paused: bool) -> None:
    state.editor().set_feed_paused(name, paused)
    click.echo(f"{name!r} is {'paused' if paused else 'polled again'} after `wirewatch reload`.")


@feed.command("import")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@json_option
@pass_state
def import_(state: State, file: Path) -> int:
    """Add the feeds of an OPML file; its folders become tags.

    Exits with 4 when some could not be added, with 1 when the file is no OPML at all. What was left out is told of
    with its line.
    """
    from wirewatch.settings.opml import read_opml

    report = read_opml(file.read_bytes())
    new = state.editor().import_feeds(report.feeds)
    if state.as_json:
        show.as_json(
            {
                "added": len(new),
                "known": len(report.feeds) - len(new),
                "problems": [str(one) for one in report.problems],
            }
        )
    else:
        click.echo(f"{len(new)} feeds added, {len(report.feeds) - len(new)} were known.")
        for problem in report.problems:
            click.echo(f"  {problem}", err=True)
    if not report.whole and not report.feeds:
        return Exit.FAILED
    return Exit.PARTLY if report.problems else Exit.DONE


@feed.command
@pass_state
def export(state: State) -> None:
    """Write all feeds as OPML to standard output."""
    from wirewatch.settings.opml import write_opml

    click.echo(write_opml(state.load(need_secrets=False).feeds), nl=False)
