"""Whatever happens, every hit ends in one place and no other, and "why?" can say which."""

from __future__ import annotations

import asyncio
import tempfile
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.app.rig import NOON, Hand, Provider, Rig, Web, a_world, page, rss
from wirewatch.core.model.alert import NotSent, Receipt
from wirewatch.core.model.history import OPEN, Fate, Told
from wirewatch.core.plan.why import account_of
from wirewatch.store.memory import MemoryStore

FEEDS = {"Gulf": "https://gulf.example/feed", "Desk": "https://desk.example/feed"}
WATCHES = ('"river talks"', '"harbour strike"', "talks ferry")
MORE = """
[delivery]
give_up_after = "10 min"
max_retry = "1 min"
[[watch]]
query = "quiet"
watchlist = "silent"
[watchlist.silent]
channels = []
"""
HEADLINES = (
    "River talks open",
    "Harbour strike spreads",
    "River talks, harbour strike",
    "Weather",
    "A quiet day",
    "Talks " + "go on and on " * 40 + "ferry",
)

MOODS: dict[str, Callable[[str, int], Receipt | None]] = {
    "well": lambda channel, number: None,
    "refuses": lambda channel, number: NotSent(detail="410 gone", permanent=True),
    "away": lambda channel, number: NotSent(detail="no answer"),
    "odd": lambda channel, number: NotSent(detail="busy") if number % 2 else None,
    "phone": lambda channel, number: (
        NotSent(detail="410", permanent=True) if channel == "phone" else None
    ),
}

steps = st.lists(
    st.tuples(
        st.sampled_from(sorted(FEEDS)),
        st.lists(st.sampled_from(range(len(HEADLINES))), min_size=1, max_size=3),
        st.sampled_from(sorted(MOODS)),
        st.booleans(),
    ),
    min_size=1,
    max_size=4,
)


def told(text: int) -> str:
    """Return a text of its own for each headline, so that copies are copies."""
    return " ".join(f"Member {text}{n} moved item {n * text} of the list." for n in range(1, 12))


def publish(web: Web, feed: str, chosen: list[int], step: int) -> None:
    """Let a feed list other entries, new ones among them, with their pages."""
    host = f"https://{feed.lower()}.example"
    items = [(f"{step}-{n}-{one}", HEADLINES[one], told(one)) for n, one in enumerate(chosen)]
    web.documents[FEEDS[feed]] = rss(*items, link=host)
    for number, headline, text in items:
        web.documents[f"{host}/{number}.html"] = page(f"{headline}\n\n{text}")


async def live(folder: Path, history: list[tuple[str, list[int], str, bool]]) -> MemoryStore:
    """Let all of it happen, with a crash where one is due, and then let everything come to rest."""
    world = a_world(folder, feeds=FEEDS, watches=WATCHES, more=MORE)
    store, web, provider, hand = MemoryStore(), Web(), Provider(), Hand()
    rig = Rig(world, store, web, provider, hand)
    await rig.start()
    for number, (feed, chosen, mood, crash) in enumerate(history):
        publish(web, feed, chosen, number)
        provider.mood = MOODS[mood]
        store.poll_now(None, now=hand.now)
        await rig.run(seconds=20)
        if crash:
            rig.end()
            rig = Rig(world, store, web, provider, hand)
            await rig.start()
    for _ in range(30):
        await rig.turn()
        hand.turn(minutes=1)
    rig.end()
    return store


@settings(
    max_examples=max(6, settings.default.max_examples // 12),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
@given(steps)
def test_every_hit_has_one_fate_and_in_the_end_a_last_one(
    history: list[tuple[str, list[int], str, bool]],
) -> None:
    """The promise behind every alert that did not come: there is a reason, and it is kept."""
    with tempfile.TemporaryDirectory() as folder:
        store = asyncio.run(live(Path(folder), history))
        world = a_world(Path(folder), feeds=FEEDS, watches=WATCHES, more=MORE)

    fates = store.fates(since=NOON - timedelta(days=1))

    assert sum(fates.values()) == store.counts().hits
    assert not OPEN & fates.keys()
    assert Told.WITHOUT_MESSAGE not in fates
    accounted: Counter[Fate] = Counter()
    for text in store.texts():
        found = store.history(text.entry.id)
        assert found is not None
        account = account_of(found, world.settings.watchlists, terms={})
        for one in account.watches:
            if one.hit is not None:
                accounted[one.outcome] += 1  # type: ignore[index]  # a hit's outcome is its fate
                assert one.hit.why is not None
    assert accounted == fates
