"""A hub, what was agreed with it, and what it sent."""

from __future__ import annotations

from dataclasses import replace

from tests.contracts.nouns import (
    DAY,
    GULF_ID,
    HOUR,
    MINUTE,
    NOON,
    a_hit,
    a_page,
    a_record,
    an_entry,
)
from wirewatch.core.model.coverage import Memory, Trace
from wirewatch.core.model.plan import Hub
from wirewatch.core.model.push import Push, PushId, PushPlan, Subscription, SubscriptionState

HUB = Hub(
    feed_id=GULF_ID, url="https://hub.example/", topic="https://gulf.example/feed", found_at=NOON
)
AGREED = Subscription(
    feed_id=GULF_ID,
    hub=HUB.url,
    topic=HUB.topic,
    callback="https://us.example/websub/t0k3n",
    token="t0k3n",
    secret="s3cr3t",
    state=SubscriptionState.ACTIVE,
    asked_at=NOON,
    due_at=NOON + HOUR,
    tries=2,
    lease_until=NOON + DAY,
    detail="once it was down",
)
PUSH = Push(id=PushId(77), feed_id=GULF_ID, at=NOON, content_type="text/xml", body=b"<rss>\x00\xff")


def a_plan() -> PushPlan:
    """Return what a push leads to that brings one entry and edits another."""
    entry, edit = an_entry("pushed"), replace(an_entry(), title="Edited", text_hash=b"edited!!")
    return PushPlan(
        feed_id=GULF_ID,
        push_id=PUSH.id,
        hub=replace(HUB, pushes=1, pushed_at=NOON, news_at=NOON),
        record=replace(a_record(at=NOON + MINUTE), outcome="pushed"),
        seen=((entry.key, entry.text_hash), (edit.key, edit.text_hash)),
        new=(entry,),
        edited=(edit,),
        articles=(a_page(entry),),
        hits=(a_hit(entry),),
        memory=Memory(newest=(Trace(key=entry.key),)),
    )
