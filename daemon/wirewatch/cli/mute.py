"""``mute``, ``unmute``, ``mutes``, ``ack`` and ``mark``: what people decide about what they are told."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

from wirewatch.cli import show
from wirewatch.cli.exits import Exit
from wirewatch.cli.look import duration
from wirewatch.cli.state import State, json_option, pass_state

if TYPE_CHECKING:
    from wirewatch.core.model.hit import AlertId
    from wirewatch.core.model.mute import MuteId
    from wirewatch.ports import Store
    from wirewatch.settings.settings import Settings

KINDS = ("story", "watch", "feed", "channel")


@click.command
@click.argument("kind", type=click.Choice(KINDS))
@click.argument("name")
@click.option("--for", "span", help='For how long: "2 h", "3 d".')
@click.option("--until", help='Until when, in the time zone of [general]: "2026-01-24 08:00".')
@click.option("--note", default="", help="Why, for yourself and others.")
@pass_state
def mute(
    state: State, kind: str, name: str, span: str | None, until: str | None, note: str
) -> None:
    """Be quiet about a story, watch (or watchlist), feed or channel until a time.

    What comes in between is kept and told in one summary afterwards. Muting again changes until when.
    """
    from wirewatch.core.identity import number
    from wirewatch.core.model.mute import Mute, MuteId, MuteKind

    settings = state.load(need_secrets=False)
    now = datetime.now(UTC)
    ends = _ends(span, until, now=now, timezone=settings.general.timezone)
    store = state.open_store(settings)
    try:
        _must_exist(settings, store, kind, name)
        store.put_mute(
            Mute(
                id=MuteId(number("mute", kind, name)),
                kind=MuteKind(kind),
                about=name,
                made_at=now,
                until=ends,
                note=note,
            )
        )
    finally:
        store.close()
    click.echo(f"The {kind} {name} is muted, {show.ago(ends, now)} its hits are told together.")


@click.command
@click.argument("kind", type=click.Choice(KINDS), required=False)
@click.argument("name", required=False)
@click.option("--all", "all_", is_flag=True, help="Every mute.")
@pass_state
def unmute(state: State, kind: str | None, name: str | None, all_: bool) -> int:
    """End a mute; what it kept back is told in one summary. Exits with 3 when there was none."""
    from wirewatch.core.identity import number
    from wirewatch.core.model.mute import MuteId

    if all_ == bool(kind and name):
        raise click.UsageError("say what to unmute (watch gulf/talks), or --all")
    store = state.open_store(state.load(need_secrets=False))
    try:
        ids: list[MuteId] = [MuteId(number("mute", kind, name))]
        if all_:
            ids = [one.id for one in store.mutes()]
        count = store.end_mutes(ids, now=datetime.now(UTC))
    finally:
        store.close()
    click.echo(f"{count} ended." if count else "Nothing of that kind is muted.")
    return Exit.DONE if count else Exit.NOTHING


@click.command
@json_option
@pass_state
def mutes(state: State) -> int:
    """List what is muted, and until when. Exits with 3 when nothing is."""
    now = datetime.now(UTC)
    store = state.open_store(state.load(need_secrets=False))
    try:
        found = [one for one in store.mutes() if one.until > now]
    finally:
        store.close()
    if state.as_json:
        show.as_json(found)
    else:
        show.table(
            ("muted", "name", "ends", "note"),
            ((one.kind.value, one.about, show.ago(one.until, now), one.note) for one in found),
        )
    return Exit.DONE if found else Exit.NOTHING


@click.command
@click.argument("alerts", nargs=-1, required=True)
@click.option("--note", default="", help="What was done about it.")
@pass_state
def ack(state: State, alerts: tuple[str, ...], note: str) -> int:
    """Take note of alerts: they go to no further channel. Name them by their number or a delivery's key.

    `wirewatch deliveries list` shows the keys. Exits with 3 when all were acknowledged before.
    """
    from wirewatch.core.model.mute import Ack

    now = datetime.now(UTC)
    store = state.open_store(state.load(need_secrets=False))
    try:
        chosen = list(dict.fromkeys(_alerts(store, alerts)))
        count = store.put_acks([Ack(alert_id=one, at=now, note=note) for one in chosen])
    finally:
        store.close()
    click.echo(f"{count} acknowledged.")
    return Exit.DONE if count else Exit.NOTHING


@click.command
@click.argument("hit", type=int)
@click.argument("verdict", type=click.Choice(("relevant", "irrelevant")))
@pass_state
def mark(state: State, hit: int, verdict: str) -> int:
    """Say whether a hit is what its watch is for. `wirewatch hits --json` shows the numbers."""
    from wirewatch.core.model.hit import HitId
    from wirewatch.core.model.mute import Mark

    store = state.open_store(state.load(need_secrets=False))
    try:
        told = Mark(hit_id=HitId(hit), relevant=verdict == "relevant", at=datetime.now(UTC))
        known = store.put_mark(told)
    finally:
        store.close()
    if not known:
        click.echo(f"There is no hit {hit}; `wirewatch hits --json` shows the numbers.", err=True)
    return Exit.DONE if known else Exit.NOTHING


def _ends(span: str | None, until: str | None, *, now: datetime, timezone: str) -> datetime:
    if (span is None) == (until is None):
        raise click.UsageError('say how long, with --for "2 h" or --until "2026-01-24 08:00"')
    if span is not None:
        return now + duration(span)
    try:
        ends = datetime.fromisoformat(str(until))
    except ValueError:
        raise click.BadParameter(
            f'{until!r} is not a time; write it as "2026-01-24 08:00"', param_hint="--until"
        ) from None
    if ends.tzinfo is None:
        ends = ends.replace(tzinfo=ZoneInfo(timezone))
    if ends <= now:
        raise click.BadParameter(f"{until} is over", param_hint="--until")
    return ends.astimezone(UTC)


def _must_exist(settings: Settings, store: Store, kind: str, name: str) -> None:
    if kind == "story":
        from wirewatch.core.model.hit import StoryId

        if not name.isdecimal() or store.story(StoryId(int(name))) is None:
            hint = "`wirewatch hits --json` shows their numbers"
            raise click.UsageError(f"there is no story {name!r}; {hint}")
        return
    lists = settings.watchlists
    known: Iterable[str] = {
        "watch": [name for one in lists for name in (one.name, *(w.id for w in one.watches))],
        "feed": [one.name for one in settings.feeds],
        "channel": [one.name for one in settings.channels],
    }[kind]
    if name not in known:
        from difflib import get_close_matches

        close = get_close_matches(name, known, n=1)
        hint = f"; did you mean {close[0]!r}?" if close else ""
        raise click.UsageError(f"there is no {kind} {name!r}{hint}")


def _alerts(store: Store, names: Iterable[str]) -> Iterable[AlertId]:
    from wirewatch.core.model.hit import AlertId

    parcels = store.deliveries(limit=10_000)
    by_name = {str(parcel.delivery.key): parcel.alert.id for parcel in parcels}
    by_name |= {str(parcel.alert.id): parcel.alert.id for parcel in parcels}
    for name in names:
        if name not in by_name:
            raise click.UsageError(f"there is no alert {name!r}; see `wirewatch deliveries list`")
        yield AlertId(by_name[name])
