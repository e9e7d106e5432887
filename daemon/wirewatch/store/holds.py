"""Deliveries that are kept back, released exactly once; mutes, and what people made of alerts and hits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, bindparam, case, delete, func, or_, select, update

from wirewatch.core.model.alert import Alert, AlertKind, DeliveryKey, DeliveryState
from wirewatch.core.model.hit import HitId, HitState, Why
from wirewatch.core.model.hold import Held, Hold, ReleasePlan, Subject, Told
from wirewatch.core.model.mute import Ack, Escalation, Mark, Mute, MuteId
from wirewatch.core.model.plan import EscalationPlan
from wirewatch.store.announce import hold_back, post
from wirewatch.store.rules import OPEN, UNCOUNTED
from wirewatch.store.shapes import (
    ACK,
    ALERT,
    DELIVERY,
    ESCALATION,
    HOLD,
    MARK,
    MUTE,
    chunks,
    insert_new,
)
from wirewatch.store.tables import alerts, deliveries, feeds, hits
from wirewatch.store.tables_holds import acks, escalations, holds, marks, mutes


def told(tx: Connection, channel: str, *, since: datetime) -> Sequence[Told]:
    """Return what was let through to a channel since then, and what is still on its way, oldest first."""
    # What arrived is due since it did: that is in the index.
    arrived = (deliveries.c.state == DeliveryState.SENT) & (deliveries.c.due_at > since)
    query = (
        select(deliveries.c.created_at, deliveries.c.done_at, alerts.c.kind, alerts.c.hits)
        .join(alerts, alerts.c.id == deliveries.c.alert_id)
        .where(
            deliveries.c.channel == channel,
            alerts.c.kind.not_in(UNCOUNTED),
            or_(deliveries.c.state.in_(OPEN), arrived),
        )
        .order_by(deliveries.c.created_at, deliveries.c.key)
    )
    rows = tx.execute(query).all()
    about = _subjects(tx, {hit for row in rows for hit in row.hits})
    return [
        Told(
            at=row.created_at,
            done_at=row.done_at,
            kind=AlertKind(row.kind),
            watches=frozenset(about[hit].watch for hit in row.hits if hit in about),
        )
        for row in rows
    ]


def held(tx: Connection, *, now: datetime, limit: int) -> Sequence[Held]:
    """Return deliveries that are kept back and whose time has come, oldest first."""
    query = (
        select(holds.c.why, *DELIVERY.columns, *ALERT.columns)
        .join(alerts, alerts.c.id == deliveries.c.alert_id)
        .join(holds, holds.c.delivery == deliveries.c.key)
        .where(deliveries.c.state == DeliveryState.HELD, deliveries.c.due_at <= now)
        .order_by(deliveries.c.created_at, deliveries.c.key)
        .limit(limit)
    )
    found = []
    for row in tx.execute(query).all():
        values = iter(row)
        why = next(values)
        found.append((why, DELIVERY.read(values), ALERT.read(values)))
    about = _subjects(tx, {hit for _, _, alert in found for hit in alert.hits})
    return [
        Held(delivery=way, alert=alert, why=why, subjects=_about(alert, about))
        for why, way, alert in found
    ]


def _about(alert: Alert, about: Mapping[HitId, Subject]) -> tuple[Subject, ...]:
    return tuple(dict.fromkeys(about[hit] for hit in alert.hits if hit in about))


def _subjects(tx: Connection, ids: Iterable[HitId]) -> Mapping[HitId, Subject]:
    found: dict[HitId, Subject] = {}
    for some in chunks(sorted(ids)):
        query = select(hits.c.id, hits.c.watch, feeds.c.name).join(
            feeds, feeds.c.id == hits.c.feed_id
        )
        for id_, watch, feed in tx.execute(query.where(hits.c.id.in_(some))):
            found[HitId(id_)] = Subject(watch=watch, feed=feed)
    return found


def holds_of(tx: Connection, keys: Sequence[DeliveryKey]) -> Mapping[DeliveryKey, Hold]:
    """Return why those of these deliveries that were ever kept back were."""
    found: dict[DeliveryKey, Hold] = {}
    for some in chunks(keys):
        query = select(*HOLD.columns).where(holds.c.delivery.in_(some))
        for row in tx.execute(query):
            hold = HOLD.read(row)
            found[hold.delivery] = hold
    return found


def next_release(tx: Connection) -> Mapping[str, datetime]:
    """Return for each channel with held deliveries when the earliest is looked at again."""
    query = (
        select(deliveries.c.channel, func.min(deliveries.c.due_at).label("at"))
        .where(deliveries.c.state == DeliveryState.HELD)
        .group_by(deliveries.c.channel)
    )
    return {row.channel: row.at for row in tx.execute(query)}


def release(tx: Connection, plan: ReleasePlan) -> bool:
    """Store summaries with the end of what they tell; False, and nothing, where something else came of a delivery."""
    keys = [key for summary in plan.summaries for key in summary.tells]
    keys += [key for key, _ in plan.postponed]
    still: set[DeliveryKey] = set()
    for some in chunks(keys):
        query = select(deliveries.c.key).where(
            deliveries.c.key.in_(some), deliveries.c.state == DeliveryState.HELD
        )
        still.update(tx.execute(query.with_for_update()).scalars())
    if len(still) < len(keys):
        return False
    for summary in plan.summaries:
        post(tx, [summary.alert], [summary.delivery])
        _gather(tx, summary.tells, told_in=summary.alert.id, at=summary.alert.created_at)
    later = [{"of": key, "at_": back.until, "why_": back.why} for key, back in plan.postponed]
    if later:
        at = bindparam("at_", type_=deliveries.c.due_at.type)
        tx.execute(
            update(deliveries).where(deliveries.c.key == bindparam("of")).values(due_at=at), later
        )
        why = bindparam("why_", type_=holds.c.why.type)
        tx.execute(update(holds).where(holds.c.delivery == bindparam("of")).values(why=why), later)
    return True


def _gather(tx: Connection, keys: Sequence[DeliveryKey], *, told_in: int, at: datetime) -> None:
    for some in chunks(keys):
        tx.execute(
            update(deliveries)
            .where(deliveries.c.key.in_(some))
            .values(state=DeliveryState.GATHERED, done_at=at, due_at=at)
        )
        tx.execute(update(holds).where(holds.c.delivery.in_(some)).values(told_in=told_in))


def reconsider(tx: Connection, *, now: datetime) -> int:
    """Let every held delivery be looked at again at once; return how many there are."""
    waiting = (deliveries.c.state == DeliveryState.HELD) & (deliveries.c.due_at > now)
    return tx.execute(update(deliveries).where(waiting).values(due_at=now)).rowcount


def rates(
    tx: Connection, watches: Sequence[str], *, recent: datetime, usual: datetime
) -> Mapping[str, tuple[int, int]]:
    """Return how many hits each watch had since the one moment, and from the other up to it; baselines do not count."""
    found: dict[str, tuple[int, int]] = {}
    lately = func.sum(case((hits.c.found_at > recent, 1), else_=0))
    for some in chunks(watches):
        lists = {watch.partition("/")[0] for watch in some}
        query = (
            select(hits.c.watch, lately, func.count())
            .where(
                hits.c.watchlist.in_(lists),
                hits.c.watch.in_(some),
                hits.c.found_at > usual,
                hits.c.state != HitState.BASELINE,
            )
            .group_by(hits.c.watch)
        )
        for watch, new, every in tx.execute(query):
            found[watch] = (int(new), int(every) - int(new))
    return found


def all_mutes(tx: Connection) -> Sequence[Mute]:
    """Return every mute, those that end first first."""
    query = select(*MUTE.columns).order_by(mutes.c.until, mutes.c.id)
    return [MUTE.read(row) for row in tx.execute(query)]


def put_mute(tx: Connection, mute: Mute) -> None:
    """Mute something, or change until when it is; mutes that are over are forgotten."""
    tx.execute(delete(mutes).where(or_(mutes.c.id == mute.id, mutes.c.until <= mute.made_at)))
    insert_new(tx, mutes, [MUTE.row(mute)])
    _reconsider_muted(tx, now=mute.made_at)


def end_mutes(tx: Connection, ids: Sequence[MuteId], *, now: datetime) -> int:
    """End mutes: what only they kept back is told at the next look."""
    gone = tx.execute(delete(mutes).where(mutes.c.id.in_(list(ids)))).rowcount
    if gone:
        _reconsider_muted(tx, now=now)
    return gone


def _reconsider_muted(tx: Connection, *, now: datetime) -> None:
    silent = select(holds.c.delivery).where(holds.c.why == Why.MUTED)
    waiting = (deliveries.c.state == DeliveryState.HELD) & deliveries.c.key.in_(silent)
    tx.execute(update(deliveries).where(waiting).values(due_at=now))


def put_acks(tx: Connection, new: Sequence[Ack]) -> int:
    """Note that somebody has taken note of alerts there are; their escalation ends. Return how many are new."""
    ids = [ack.alert_id for ack in new]
    there = set(tx.execute(select(alerts.c.id).where(alerts.c.id.in_(ids))).scalars())
    there -= set(tx.execute(select(acks.c.alert_id).where(acks.c.alert_id.in_(ids))).scalars())
    insert_new(tx, acks, [ACK.row(ack) for ack in new if ack.alert_id in there])
    tx.execute(delete(escalations).where(escalations.c.alert_id.in_(ids)))
    return len(there)


def put_mark(tx: Connection, mark: Mark) -> bool:
    """Note what somebody said of a hit; False where there is no such hit."""
    if tx.execute(select(hits.c.id).where(hits.c.id == mark.hit_id)).scalar() is None:
        return False
    tx.execute(delete(marks).where(marks.c.hit_id == mark.hit_id))
    insert_new(tx, marks, [MARK.row(mark)])
    return True


def all_marks(tx: Connection) -> Sequence[Mark]:
    """Return what people said of hits, newest first."""
    query = select(*MARK.columns).order_by(marks.c.at.desc(), marks.c.hit_id)
    return [MARK.read(row) for row in tx.execute(query)]


def due_escalations(tx: Connection, *, now: datetime, limit: int) -> Sequence[Escalation]:
    """Return escalations whose time has come, longest due first."""
    query = (
        select(*ESCALATION.columns)
        .where(escalations.c.due_at <= now)
        .order_by(escalations.c.due_at, escalations.c.alert_id)
        .limit(limit)
    )
    return [ESCALATION.read(row) for row in tx.execute(query)]


def commit_escalation(tx: Connection, plan: EscalationPlan) -> None:
    """Store deliveries to the next channels and the escalations that are left of these; acknowledged ones are over."""
    for old, delivery, rest in plan.steps:
        same = (escalations.c.alert_id == old.alert_id) & (escalations.c.due_at == old.due_at)
        if tx.execute(delete(escalations).where(same)).rowcount == 0:
            continue
        if delivery is not None:
            hold_back(tx, [delivery], Why.ESCALATED)
        if rest is not None:
            insert_new(tx, escalations, [ESCALATION.row(rest)])
