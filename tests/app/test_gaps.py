"""The gap loop on a table: pull the plug while a gap is filled, and let the pages of one feed hold up no other."""

from __future__ import annotations

import asyncio
from collections import Counter
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.app.rig import Hand, Rig, Web, a_world, rss
from tests.app.test_power_cut import Fuse, FusedProvider, fill, one_life
from wirewatch.core.model.coverage import GapState
from wirewatch.core.model.outcome import Problem
from wirewatch.store.memory import MemoryStore

FEED = "https://gulf.example/feed"
CUT = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def listing(*numbers: int, archive: str | None = None) -> bytes:
    """Return a feed of river talks, and where it goes on."""
    items = ((str(n), f"River talks, day {n}", fill(n)) for n in numbers)
    link = f'<link rel="next" href="{archive}" xmlns="http://www.w3.org/2005/Atom"/>'
    return rss(*items).replace(b"<item>", (link if archive else "").encode() + b"<item>", 1)


def lives(folder: Path, cuts: list[list[tuple[int, bool]]]) -> tuple[Counter[str], MemoryStore]:
    """Read a feed, let it scroll out of sight, live once for each list of cuts and once more undisturbed."""
    more = "[article]\nmode = 'never'"
    world = a_world(folder, feeds={"Gulf": FEED}, watches=('"river talks"',), more=more)
    store, provider, hand = MemoryStore(), FusedProvider(), Hand()
    web = Web(documents={FEED: listing(3, 2, 1)})
    asyncio.run(one_life(world, store, web, provider, hand, Fuse([])))
    provider.ledger.clear()
    web.documents |= {
        FEED: listing(12, 11, 10, archive="https://gulf.example/2"),
        "https://gulf.example/2": listing(9, 8, 7, archive="https://gulf.example/3"),
        "https://gulf.example/3": listing(6, 5, 4, 3),
    }
    store.poll_now(None, now=hand.now)
    for cut in [*cuts, []]:
        asyncio.run(one_life(world, store, web, provider, hand, Fuse(cut)))
    return Counter(subject for channel, _, subject in provider.ledger if channel == "desk"), store


@CUT
@given(
    st.lists(
        st.lists(st.tuples(st.integers(1, 60), st.booleans()), min_size=1, max_size=1), max_size=3
    )
)
def test_whenever_the_power_fails_a_gap_is_filled_and_every_entry_told(
    tmp_path: Path, cuts: list[list[tuple[int, bool]]]
) -> None:
    """Missed once is bad luck; forgotten afterwards would be ours."""
    told, store = lives(tmp_path, cuts)
    (gap,) = store.gaps(store.feeds()[0].id)

    assert {subject.rpartition(" ")[2] for subject in told} == {str(n) for n in range(4, 13)}
    assert sum(told.values()) - len(told) <= len(cuts)
    assert (gap.state, gap.filled) == (GapState.FILLED, 6)


def test_a_page_that_fails_is_left_for_later_and_the_feed_goes_on(tmp_path: Path) -> None:
    """An archive that is down must not cost today's news."""

    async def live() -> None:
        store, provider, hand = MemoryStore(), FusedProvider(), Hand()
        provider.fuse = Fuse([])
        web = Web(documents={FEED: listing(3, 2, 1)})
        more = "[article]\nmode = 'never'"
        world = a_world(tmp_path, feeds={"Gulf": FEED}, watches=('"river talks"',), more=more)
        rig = Rig(world, store, web, provider, hand)
        await rig.start()
        await rig.run(seconds=10)
        web.documents[FEED] = listing(9, 8, 7, archive="https://gulf.example/2")
        web.documents["https://gulf.example/2"] = Problem.TIMEOUT
        store.poll_now(None, now=hand.now)
        await rig.run(seconds=30)
        (held,) = store.gaps(store.feeds()[0].id)
        subjects = {subject for _, _, subject in provider.ledger}
        web.documents["https://gulf.example/2"] = listing(6, 5, 4, 3)
        await rig.run(seconds=70)
        (gap,) = store.gaps(store.feeds()[0].id)
        rig.end()

        assert (held.state, held.tries) == (GapState.OPEN, 1)
        assert any(subject.endswith("day 9") for subject in subjects)
        assert (gap.state, gap.filled) == (GapState.FILLED, 3)

    asyncio.run(live())
