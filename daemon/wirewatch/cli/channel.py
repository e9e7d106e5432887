"""``channel``: where alerts go, and whether they arrive."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from wirewatch.cli import show
from wirewatch.cli.exits import Exit
from wirewatch.cli.route import route
from wirewatch.cli.state import State, json_option, pass_state

if TYPE_CHECKING:
    from wirewatch.core.model.alert import ChannelSpec, Message, Parcel, Receipt
    from wirewatch.settings.settings import Settings


@click.group
def channel() -> None:
    """List, add and test channels."""


@channel.command("list")
@json_option
@pass_state
def list_(state: State) -> int:
    """List channels: who uses them, and what waits for them."""
    settings = state.load(need_secrets=False)
    store = state.open_store(settings)
    try:
        due = store.next_due()
    finally:
        store.close()
    users = {
        spec.name: [one.name for one in settings.watchlists if spec.name in one.channels]
        for spec in settings.channels
    }
    rows = [
        {
            "name": spec.name,
            "urls": len(spec.urls),
            "watchlists": users[spec.name],
            "operator": spec.name in settings.general.operator,
            "next_try_at": due.get(spec.name),
        }
        for spec in settings.channels
    ]
    known = {spec.name for spec in settings.channels}
    rows.extend(
        {"name": name, "urls": 0, "watchlists": [], "operator": False, "next_try_at": at}
        for name, at in due.items()
        if name not in known
    )
    if state.as_json:
        show.as_json(rows)
    else:
        now = datetime.now(UTC)
        show.table(
            ("channel", "watchlists", "operator", "waiting"),
            (
                (
                    row["name"] if row["urls"] else f"{row['name']} (no longer configured)",
                    ", ".join(users.get(str(row["name"]), [])) or None,
                    "yes" if row["operator"] else None,
                    show.ago(due.get(str(row["name"])), now) if str(row["name"]) in due else None,
                )
                for row in rows
            ),
        )
    return Exit.DONE if rows else Exit.NOTHING


@channel.command
@click.argument("name")
@click.argument("url")
@pass_state
def add(state: State, name: str, url: str) -> None:
    """Add a channel with an Apprise URL to the configuration."""
    path = state.editor().add_channel(name, [url])
    click.echo(f"Channel {name} added to {path}. Try it: wirewatch channel test {name}")


@channel.command
@click.argument("names", nargs=-1)
@click.option("--dry-run", is_flag=True, help="Show the message, send nothing.")
@json_option
@pass_state
def test(state: State, names: tuple[str, ...], dry_run: bool) -> int:
    """Send a test alert and say what each service answered.

    Exits with 1 when none arrived, with 4 when some did.
    """
    settings = state.load()
    chosen = _chosen(settings, names)
    if dry_run:
        from wirewatch.notify.dry import preview

        for spec in chosen:
            click.echo(preview(spec, _sample(spec, settings).alert.message))
        return Exit.DONE
    receipts = asyncio.run(_send_all(settings, chosen))
    results = [
        {"channel": spec.name, "ok": type(receipt).__name__ == "Sent", "detail": receipt.detail}
        for spec, receipt in zip(chosen, receipts, strict=True)
    ]
    if state.as_json:
        show.as_json(results)
    else:
        for result in results:
            click.echo(
                f"{result['channel']}: {'sent' if result['ok'] else 'NOT sent'}"
                + (f": {show.clean(str(result['detail']))}" if result["detail"] else "")
            )
    good = sum(bool(result["ok"]) for result in results)
    if good == len(results):
        return Exit.DONE
    return Exit.PARTLY if good else Exit.FAILED


@channel.command
@click.argument("name")
@click.option("--entry", metavar="URL|ENTRY", help="A stored hit or entry instead of the example.")
@pass_state
def preview(state: State, name: str, entry: str | None) -> int:
    """Show what would be sent to a channel, in its service's marks and your words. Sends nothing.

    Exits with 3 when nothing is stored of ENTRY.
    """
    from wirewatch.core.sample import sample_message
    from wirewatch.notify.dry import preview as shown

    settings = state.load()
    (spec,) = _chosen(settings, (name,))
    message: Message | None = sample_message(datetime.now(UTC), timezone=settings.general.timezone)
    if entry is not None:
        message = _stored_message(state, settings, entry)
    if message is None:
        click.echo(f"nothing is stored of {entry!r}", err=True)
        return Exit.NOTHING
    click.echo(show.harmless(shown(spec, message)))
    return Exit.DONE


def _stored_message(state: State, settings: Settings, asked: str) -> Message | None:
    """Return an entry as it was told, or as it would be."""
    from wirewatch.app.why import look_up
    from wirewatch.core.message import preview_message
    from wirewatch.core.policy.verdict import AlertRules

    store = state.open_store(settings)
    try:
        long_ago = datetime.fromtimestamp(0, UTC)
        found = look_up(store, asked, settings, only=None, since=long_ago)
    finally:
        store.close()
    if not found.accounts:
        return None
    history = found.accounts[0].history
    if history.parcels:
        return history.parcels[-1].alert.message
    rules = AlertRules(timezone=settings.general.timezone, snippets=settings.alerts.snippets)
    return preview_message(history, rules)


channel.add_command(route)


def _chosen(settings: Settings, names: tuple[str, ...]) -> list[ChannelSpec]:
    known = {spec.name: spec for spec in settings.channels}
    unknown = [name for name in names if name not in known]
    if unknown:
        raise click.UsageError(
            f"no channel named {unknown[0]!r}; there are: {', '.join(known) or 'none'}"
        )
    if not known:
        raise click.UsageError(
            "no channel is configured; `wirewatch channel add NAME URL` adds one"
        )
    return [known[name] for name in names] if names else list(known.values())


async def _send_all(settings: Settings, chosen: list[ChannelSpec]) -> list[Receipt]:
    from wirewatch.app.wiring import build_notifier

    notifier = build_notifier(settings)
    try:
        return list(
            await asyncio.gather(*(notifier.send(spec, _sample(spec, settings)) for spec in chosen))
        )
    finally:
        notifier.close()


def _sample(spec: ChannelSpec, settings: Settings) -> Parcel:
    from wirewatch.core.identity import alert_id
    from wirewatch.core.model.alert import Alert, AlertKind, Parcel
    from wirewatch.core.plan.announce import pending
    from wirewatch.core.sample import sample_message

    now = datetime.now(UTC)
    alert = Alert(
        id=alert_id("test", spec.name, now.isoformat()),
        kind=AlertKind.TEST,
        story_id=None,
        hits=(),
        message=sample_message(now, timezone=settings.general.timezone),
        created_at=now,
    )
    return Parcel(delivery=pending(alert, spec.name, now=now), alert=alert)
