"""Pull the plug at any call of the store or the provider: every alert arrives, repeats only in the window."""

from __future__ import annotations

import asyncio
from collections import Counter
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.app.rig import Hand, Provider, Rig, Web, a_world, page, rss
from wirewatch.app.world import World
from wirewatch.core.model.alert import ChannelSpec, Parcel, Receipt
from wirewatch.store.memory import MemoryStore

FEEDS = {"Gulf": "https://gulf.example/feed", "Desk": "https://desk.example/feed"}
WATCHES = ('"river talks"', '"harbour strike"')


def fill(seed: int) -> str:
    """Return words like no other entry's."""
    return " ".join(f"Member {seed}{n} moved item {n * seed} of the list." for n in range(1, 30))


class PowerCut(BaseException):
    """The lights go out: nothing may catch this."""


class Fuse:
    """Blows before or after the n-th call."""

    def __init__(self, cuts: list[tuple[int, bool]]) -> None:
        self._cuts = dict(cuts)
        self._calls = 0
        self.blown = False

    def before(self) -> bool:
        """Count a call; say whether to cut after it, or cut now."""
        if self.blown:
            raise PowerCut
        self._calls += 1
        after = self._cuts.get(self._calls)
        if after is False:
            self.blown = True
            raise PowerCut
        return bool(after)

    def after(self) -> None:
        """Cut after the call was done."""
        self.blown = True
        raise PowerCut


class Fused:
    """A store behind a fuse: every method is one call."""

    def __init__(self, store: MemoryStore, fuse: Fuse) -> None:
        self._store = store
        self._fuse = fuse

    def __getattr__(self, name: str) -> object:
        method = getattr(self._store, name)

        def call(*args: object, **kwargs: object) -> object:
            cut = self._fuse.before()
            result = method(*args, **kwargs)
            if cut:
                self._fuse.after()
            return result

        return call


class FusedProvider(Provider):
    """A provider behind the same fuse: cut after it, the message arrived and we do not know."""

    fuse: Fuse

    async def send(self, channel: ChannelSpec, parcel: Parcel) -> Receipt:
        """Take a message unless the lights are out."""
        cut = self.fuse.before()
        receipt = await super().send(channel, parcel)
        if cut:
            self.fuse.after()
        return receipt


def the_web() -> Web:
    """Two feeds; three stories; one of them twice, one only in the body of a page."""
    return Web(
        documents={
            FEEDS["Gulf"]: rss(
                ("1", "River talks open", fill(1)),
                ("2", "Quiet day", "Nothing much. More on the page."),
                ("3", "Weather", fill(3)),
            ),
            FEEDS["Desk"]: rss(
                ("8", "Harbour strike spreads", "Dockers walk out."), link="https://desk.example"
            ),
            "https://gulf.example/2.html": page(
                f"{fill(5)}\n\nLate at night the harbour strike began.\n\n{fill(6)}"
            ),
            "https://gulf.example/1.html": page(f"{fill(1)} river talks {fill(7)}"),
            "https://desk.example/8.html": page(
                "Dockers walked out at all nine berths on Friday. Ships queue off the coast and the port authority "
                "speaks of a harbour strike without precedent. Unions want shorter nights and a second crane driver "
                "on every shift; the operators offer neither. Mediators are expected on Monday morning."
            ),
        }
    )


async def one_life(
    world: World, store: MemoryStore, web: Web, provider: FusedProvider, hand: Hand, fuse: Fuse
) -> None:
    """Run until quiet or until the lights go out."""
    asyncio.get_running_loop().set_exception_handler(lambda *_: None)  # tasks die of the cut, too
    provider.fuse = fuse
    rig = Rig(world, Fused(store, fuse), web, provider, hand)  # type: ignore[arg-type]
    try:
        await rig.start()
        await rig.run(seconds=60)
    except PowerCut:
        pass
    finally:
        rig.end()
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            task.cancel()
        left = asyncio.all_tasks() - {asyncio.current_task()}
        await asyncio.gather(*left, return_exceptions=True)


def lives(folder: Path, cuts: list[list[tuple[int, bool]]]) -> Counter[tuple[str, str]]:
    """Live once for each list of cuts and once more undisturbed; return what arrived how often."""
    world = a_world(folder, feeds=FEEDS, watches=WATCHES)
    store, web, provider, hand = MemoryStore(), the_web(), FusedProvider(), Hand()
    for cut in [*cuts, []]:
        asyncio.run(one_life(world, store, web, provider, hand, Fuse(cut)))
    return Counter((channel, subject) for channel, _, subject in provider.ledger)


def test_undisturbed_every_story_is_told_once_on_every_channel(tmp_path: Path) -> None:
    """The yardstick for what follows."""
    arrived = lives(tmp_path, [])

    assert set(arrived.values()) == {1}
    assert {channel for channel, _ in arrived} == {"desk", "phone"}
    assert len(arrived) == 6


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(
        st.lists(st.tuples(st.integers(1, 60), st.booleans()), min_size=1, max_size=1),
        min_size=1,
        max_size=4,
    )
)
def test_whenever_the_power_fails_every_alert_arrives(
    tmp_path: Path, cuts: list[list[tuple[int, bool]]]
) -> None:
    """No lost alert; and at most one message per channel repeated for each cut."""
    arrived = lives(tmp_path, cuts)

    assert len(arrived) == 6
    for channel in ("desk", "phone"):
        told = [times for (where, _), times in arrived.items() if where == channel]
        assert sum(told) - len(told) <= len(cuts)


class Reader(FusedProvider):
    """A provider that reads what it is sent: a summary is all that it names."""

    read: list[tuple[str, str]]

    async def send(self, channel: ChannelSpec, parcel: Parcel) -> Receipt:
        """Note every headline in the message."""
        receipt = await super().send(channel, parcel)
        message = parcel.alert.message
        names = [item.headline for item in message.items] or [message.headline]
        self.read += [(channel.name, name) for name in names]
        return receipt


HELD_BACK = """
[channel.night]
url = "json://127.0.0.1:9/"
digest = ["12:01"]
max_per_hour = 1
[channel.noise]
url = "json://127.0.0.1:9/"
rolling = "20 s"
[watchlist.held]
channels = ["night", "noise"]
[[watch]]
query = '"river talks" OR "harbour strike"'
watchlist = "held"
"""


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(
        st.lists(st.tuples(st.integers(1, 80), st.booleans()), min_size=1, max_size=1),
        min_size=0,
        max_size=4,
    )
)
def test_whenever_the_power_fails_what_was_kept_back_arrives(
    tmp_path: Path, cuts: list[list[tuple[int, bool]]]
) -> None:
    """A digest that dies with the process is a day without news."""
    world = a_world(tmp_path, feeds=FEEDS, watches=(), more=HELD_BACK)
    store, web, provider, hand = MemoryStore(), the_web(), Reader(), Hand()
    provider.read = []
    for cut in [*cuts, [], []]:
        asyncio.run(one_life(world, store, web, provider, hand, Fuse(cut)))

    for channel in ("night", "noise"):
        told = Counter(name for where, name in provider.read if where == channel)
        assert len(told) == 3
        # A message that arrived in the moment of a cut arrives again, with all that it names.
        assert all(times <= 1 + len(cuts) for times in told.values())
