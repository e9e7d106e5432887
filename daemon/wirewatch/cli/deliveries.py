"""``deliveries``: messages on their way, and the dead letters."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from wirewatch.cli import show
from wirewatch.cli.exits import Exit
from wirewatch.cli.state import State, json_option, pass_state

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wirewatch.core.model.alert import DeliveryKey, DeliveryState, Parcel
    from wirewatch.core.model.hold import Hold

STATES = ("pending", "sending", "sent", "dead", "dropped", "held", "gathered")


@click.group
def deliveries() -> None:
    """List messages on their way; retry or drop dead ones."""


@deliveries.command("list")
@click.option("--state", "wanted", type=click.Choice(STATES), help="Only those in this state.")
@click.option("--channel", help="Only those to this channel.")
@click.option("--limit", default=20, show_default=True, help="How many.")
@json_option
@pass_state
def list_(state: State, wanted: str | None, channel: str | None, limit: int) -> int:
    """List messages, newest first. Exits with 3 when there are none."""
    from wirewatch.core.model.alert import DeliveryState

    store = state.open_store(state.load(need_secrets=False))
    try:
        chosen = DeliveryState(wanted) if wanted else None
        found = store.deliveries(state=chosen, channel=channel, limit=limit)
        holds = store.holds([parcel.delivery.key for parcel in found])
    finally:
        store.close()
    if state.as_json:
        show.as_json(
            [
                {
                    "key": parcel.delivery.key,
                    "channel": parcel.delivery.channel,
                    "state": parcel.delivery.state,
                    "attempts": parcel.delivery.attempts,
                    "created_at": parcel.delivery.created_at,
                    "due_at": parcel.delivery.due_at,
                    "done_at": parcel.delivery.done_at,
                    "last_error": parcel.delivery.last_error,
                    "held": hold.why if (hold := holds.get(parcel.delivery.key)) else None,
                    "told_in": hold.told_in if hold else None,
                    "alert": parcel.alert.id,
                    "kind": parcel.alert.kind,
                    "subject": parcel.alert.message.subject,
                }
                for parcel in found
            ]
        )
    else:
        now = datetime.now(UTC)
        show.table(
            ("key", "channel", "state", "tries", "made", "subject", "about it"),
            (
                (
                    parcel.delivery.key,
                    parcel.delivery.channel,
                    parcel.delivery.state.value,
                    parcel.delivery.attempts,
                    show.ago(parcel.delivery.created_at, now),
                    parcel.alert.message.subject[:80],
                    parcel.delivery.last_error or _why_held(parcel, holds),
                )
                for parcel in found
            ),
        )
    return Exit.DONE if found else Exit.NOTHING


def _why_held(parcel: Parcel, holds: Mapping[DeliveryKey, Hold]) -> str | None:
    from wirewatch.core.model.alert import DeliveryState

    hold, way = holds.get(parcel.delivery.key), parcel.delivery
    if hold is None:
        return None
    if way.state is not DeliveryState.HELD:
        return hold.why.value
    return f"{hold.why.value}, looked at {show.ago(way.due_at, datetime.now(UTC))}"


@deliveries.command
@click.argument("keys", nargs=-1)
@click.option("--all", "all_", is_flag=True, help="All dead letters.")
@pass_state
def retry(state: State, keys: tuple[str, ...], all_: bool) -> int:
    """Send dead letters again."""
    from wirewatch.core.model.alert import DeliveryState

    return _resume(state, keys, all_, DeliveryState.PENDING, "will be sent again")


@deliveries.command
@click.argument("keys", nargs=-1)
@click.option("--all", "all_", is_flag=True, help="All dead letters.")
@pass_state
def drop(state: State, keys: tuple[str, ...], all_: bool) -> int:
    """Discard dead letters."""
    from wirewatch.core.model.alert import DeliveryState

    return _resume(state, keys, all_, DeliveryState.DROPPED, "were dropped")


def _resume(
    state: State, keys: tuple[str, ...], all_: bool, target: DeliveryState, said: str
) -> int:
    from wirewatch.core.model.alert import DeliveryKey

    if bool(keys) == all_:
        raise click.UsageError("name the deliveries, or say --all")
    store = state.open_store(state.load(need_secrets=False))
    try:
        chosen = None if all_ else [DeliveryKey(key) for key in keys]
        count = store.resume(chosen, state=target, now=datetime.now(UTC))
    finally:
        store.close()
    click.echo(f"{count} messages {said}.")
    return Exit.DONE if count else Exit.NOTHING
