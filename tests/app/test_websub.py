"""Pushes, with a hub on loopback: asked, asked back, believed only as far as it deserves."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest

from tests.app.hub import CHALLENGE, HubSite, hub_site
from tests.app.rig import Hand, Provider, Rig, Web, a_world, rss
from wirewatch.app.callback import callback_routes
from wirewatch.app.front import Front
from wirewatch.core.model.push import Pushing, Subscription, SubscriptionState
from wirewatch.core.plan.push import is_relied_upon
from wirewatch.fetch.client import HttpFetcher
from wirewatch.store.memory import MemoryStore

LOOPBACK = ("127.0.0.1/32",)


def news(*days: int) -> bytes:
    """Return a feed of river talks on these days."""
    return rss(*((str(day), f"River talks, day {day}", "They go on.") for day in days))


@dataclass
class Scene:
    """A daemon, its port, and a site with a hub."""

    rig: Rig
    site: HubSite
    base: str

    @property
    def pushing(self) -> Pushing:
        """Return what is known of the hub."""
        (feed,) = self.rig.store.feeds()
        return self.rig.store.pushing(feed.id)

    @property
    def agreed(self) -> Subscription:
        """Return the subscription."""
        assert self.pushing.subscription is not None
        return self.pushing.subscription

    @property
    def wait(self) -> timedelta:
        """Return how long it is to the next poll."""
        (feed,) = self.rig.store.feeds()
        return feed.state.next_poll_at - self.rig.hand.now

    def told(self) -> list[str]:
        """Return what arrived at the desk, by day."""
        return [
            subject.rpartition(" ")[2]
            for channel, _, subject in self.rig.provider.ledger
            if channel == "desk"
        ]

    async def settle(self) -> None:
        """Let everything that is due happen, and what was found be told."""
        await self.rig.run(seconds=40)

    async def poll(self) -> None:
        """Poll now, whatever was planned."""
        self.rig.store.poll_now(None, now=self.rig.hand.now)
        await self.settle()


def a_life(folder: Path, site: HubSite, port: int, store: MemoryStore, hand: Hand) -> Rig:
    """Return a daemon that asks the site through the real guard."""
    more = (
        f"[http]\nlisten = '127.0.0.1:{port}'\n[article]\nmode = 'never'\n"
        f"[websub]\nmax_body = '64 KiB'\ncallback = 'http://127.0.0.1:{port}'"
    )
    world = a_world(folder, feeds={"Gulf": site.topic}, watches=('"river talks"',), more=more)
    rig = Rig(world, store, Web(), Provider(), hand)
    rig.daemon.context.fetcher = HttpFetcher(user_agent="Test/1", allow_networks=LOOPBACK)
    return rig


async def free_port() -> int:
    """Return a port that was free a moment ago."""
    server = await asyncio.start_server(lambda _reader, _writer: None, "127.0.0.1", 0)
    port: int = server.sockets[0].getsockname()[1]
    server.close()
    await server.wait_closed()
    return port


@asynccontextmanager
async def living(rig: Rig) -> AsyncIterator[None]:
    """Let a daemon live with its port open."""
    context = rig.daemon.context
    routes = callback_routes(rig.daemon.subscriber, context.world.settings)
    front = Front(context, more=routes)
    await front.start()
    await rig.start()
    try:
        yield
    finally:
        await front.stop()
        await context.fetcher.aclose()
        rig.end()


@asynccontextmanager
async def scene(folder: Path) -> AsyncIterator[Scene]:
    """Set the stage: the feed lists one day's talks, which are told by the first poll."""
    async with hub_site() as site:
        site.feed = news(1)
        port = await free_port()
        rig = a_life(folder, site, port, MemoryStore(), Hand())
        async with living(rig):
            yield Scene(rig, site, f"http://127.0.0.1:{port}")


async def test_news_that_is_pushed_is_told_without_a_poll(tmp_path: Path) -> None:
    """Seconds instead of minutes: that is what a hub is for."""
    async with scene(tmp_path) as on:
        await on.settle()
        (asked,) = on.site.asked
        polls = on.site.polls
        sent = await on.site.push(news(2))
        await on.settle()
        told, later = on.told(), on.site.polls

    assert (asked["hub.mode"], asked["hub.topic"]) == ("subscribe", on.site.topic)
    assert len(asked["hub.secret"]) >= 32
    assert on.site.answers == [200]
    assert sent.status_code == 202
    assert told == ["1", "2"]
    assert later == polls


async def test_a_hub_that_has_shown_its_speed_makes_polls_rare(tmp_path: Path) -> None:
    """A promise alone is no reason to look away."""
    async with scene(tmp_path) as on:
        await on.settle()
        promised = on.wait
        await on.site.push(news(2))
        await on.settle()
        on.site.feed = news(2, 1)
        await on.poll()
        shown = on.wait

    assert promised < timedelta(minutes=20)
    assert timedelta(minutes=90) < shown <= timedelta(hours=2)
    assert on.told() == ["1", "2"]


async def test_a_poll_that_finds_what_was_not_pushed_ends_the_trust(tmp_path: Path) -> None:
    """A hub that forgets one entry may forget the next."""
    async with scene(tmp_path) as on:
        await on.settle()
        await on.site.push(news(2))
        await on.settle()
        on.site.feed = news(3, 2, 1)
        await on.poll()
        after_miss = on.wait
        await on.poll()
        still = on.wait
        await on.site.push(news(4))
        await on.settle()
        on.site.feed = news(4, 3, 2, 1)
        await on.poll()
        again = on.wait

    assert max(after_miss, still) < timedelta(minutes=20)
    assert again > timedelta(minutes=90)
    assert on.told() == ["1", "2", "3", "4"]


@pytest.mark.parametrize("method", ["sha1", "sha256", "sha384", "sha512"])
async def test_every_signature_of_the_standard_is_understood(tmp_path: Path, method: str) -> None:
    """Old hubs sign with sha1 only."""
    async with scene(tmp_path) as on:
        await on.settle()
        await on.site.push(news(2), method=method)
        await on.settle()

    assert on.told() == ["1", "2"]


@pytest.mark.parametrize(
    "signature", ["", "sha256=", "sha256=00ff", "md5=00", "sha256", "nonsense=1=2"]
)
async def test_what_is_not_signed_with_our_secret_is_ignored(
    tmp_path: Path, signature: str
) -> None:
    """Anybody can post to an address; only the hub knows the secret."""
    async with scene(tmp_path) as on:
        await on.settle()
        sent = await on.site.push(news(2), signature=signature)
        await on.settle()

        assert sent.status_code == 202
        assert on.told() == ["1"]
        assert on.rig.daemon.context.meters.pushes["wrong-signature"] == 1


async def test_a_signature_with_another_secret_is_ignored(tmp_path: Path) -> None:
    """A guess is a guess, however well it is formed."""
    async with scene(tmp_path) as on:
        await on.settle()
        await on.site.push(news(2), secret="guessed")
        await on.settle()

    assert on.told() == ["1"]


async def test_a_push_that_comes_again_is_told_once(tmp_path: Path) -> None:
    """Hubs deliver at least once, and eavesdroppers as often as they like."""
    async with scene(tmp_path) as on:
        await on.settle()
        for _ in range(3):
            await on.site.push(news(2))
            await on.settle()
        counted = on.rig.daemon.context.meters.pushes

    assert on.told() == ["1", "2"]
    assert (counted["taken"], counted["repeated"]) == (1, 2)


async def test_a_push_too_large_is_refused_and_the_feed_polled(tmp_path: Path) -> None:
    """What cannot be taken still says that there is something."""
    async with scene(tmp_path) as on:
        await on.settle()
        on.site.feed = news(2, 1)
        sent = await on.site.push(news(2) + b" " * 100_000)
        await on.settle()

    assert sent.status_code == 413
    assert on.told() == ["1", "2"]


async def test_a_push_that_is_no_feed_has_the_feed_polled(tmp_path: Path) -> None:
    """Signed nonsense is a broken hub, not the absence of news."""
    async with scene(tmp_path) as on:
        await on.settle()
        on.site.feed = news(2, 1)
        await on.site.push(b"<html>sorry</html>")
        await on.settle()

    assert on.told() == ["1", "2"]


async def test_only_what_was_asked_for_is_confirmed(tmp_path: Path) -> None:
    """Else anybody who learns the address could end our subscription or turn it to another feed."""
    async with scene(tmp_path) as on:
        on.site.asks_back = False
        await on.settle()
        wrong = [
            (await on.site.verify(hub_topic="https://other.example/feed")).status_code,
            (await on.site.verify(hub_mode="unsubscribe")).status_code,
            (await on.site.verify(hub_challenge="")).status_code,
            (await on.site.verify(hub_lease_seconds="soon")).status_code,
            (await on.site.verify(hub_lease_seconds="0")).status_code,
        ]
        asked = on.agreed.state
        right = await on.site.verify()
        active = on.agreed.state
        again = await on.site.verify()

    assert wrong == [404] * 5
    assert asked is SubscriptionState.ASKED
    assert (right.status_code, right.text) == (200, CHALLENGE)
    assert active is SubscriptionState.ACTIVE
    assert again.status_code == 404


async def test_a_path_nobody_was_given_leads_nowhere(tmp_path: Path) -> None:
    """The path is the first secret."""
    async with scene(tmp_path) as on:
        await on.settle()
        sent = await on.site.push(news(2), callback=f"{on.base}/websub/guess")
        await on.settle()

    assert sent.status_code == 410
    assert on.told() == ["1"]
    assert len(on.site.callback.rpartition("/")[2]) >= 40


async def test_a_lease_is_renewed_before_it_ends(tmp_path: Path) -> None:
    """Between two subscriptions nothing would be pushed."""
    async with scene(tmp_path) as on:
        await on.settle()
        before = on.agreed
        assert before.lease_until is not None
        on.rig.hand.now = before.due_at
        await on.settle()
        after = on.agreed

    assert before.due_at < before.lease_until
    assert after.lease_until is not None
    assert after.lease_until > before.lease_until
    assert (after.token, after.secret) == (before.token, before.secret)
    assert len(on.site.asked) == 2


async def test_no_poll_is_planned_beyond_the_end_of_a_lease(tmp_path: Path) -> None:
    """A hub that vanished must not leave us asleep."""
    async with scene(tmp_path) as on:
        on.site.lease = 1_500
        await on.settle()
        await on.site.push(news(2))
        await on.settle()
        on.site.feed, on.site.status = news(2, 1), 500
        await on.poll()
        agreed, (feed,) = on.agreed, on.rig.store.feeds()
        assert agreed.lease_until is not None
        planned = feed.state.next_poll_at
        on.rig.hand.now = agreed.lease_until + timedelta(seconds=1)
        await on.settle()
        relied, wait = is_relied_upon(on.pushing, now=on.rig.hand.now), on.wait

    assert planned <= agreed.lease_until
    assert not relied
    assert wait < timedelta(minutes=20)


async def test_a_hub_that_is_down_costs_nothing_but_the_speed(tmp_path: Path) -> None:
    """Polls go on as ever; the hub is asked again, ever more seldom."""
    async with scene(tmp_path) as on:
        on.site.status = 503
        await on.settle()
        waits = []
        for _ in range(3):
            waits.append(on.agreed.due_at - on.rig.hand.now)
            on.rig.hand.now = on.agreed.due_at
            await on.settle()
        on.site.feed = news(2, 1)
        await on.poll()

    assert on.told() == ["1", "2"]
    assert waits == sorted(waits)
    assert waits[-1] > 3 * waits[0]
    assert on.agreed.state is SubscriptionState.ASKED
    assert on.agreed.detail is not None


async def test_a_hub_that_refuses_is_left_alone_for_a_day(tmp_path: Path) -> None:
    """Asking again and again is what it does not want."""
    async with scene(tmp_path) as on:
        on.site.status = 403
        await on.settle()
        state, wait = on.agreed.state, on.agreed.due_at - on.rig.hand.now

    assert state is SubscriptionState.DENIED
    assert wait > timedelta(hours=23)
    assert len(on.site.asked) == 1


async def test_a_hub_that_ends_it_is_believed_and_the_feed_polled(tmp_path: Path) -> None:
    """From that moment on nobody tells us."""
    async with scene(tmp_path) as on:
        await on.settle()
        polls = on.site.polls
        noted = await on.site.verify(hub_mode="denied", hub_reason="too\nmany")
        await on.settle()

    assert noted.status_code == 200
    assert on.agreed.state is SubscriptionState.DENIED
    assert on.agreed.detail == "the hub refused: too many"
    assert on.site.polls > polls


async def test_a_hub_where_nobody_may_be_asked_is_not_asked(tmp_path: Path) -> None:
    """A feed must not make us post to somebody's inner machines."""
    async with scene(tmp_path) as on:
        on.site.header = False
        inner = f"http://127.0.0.2:{on.site.port}/hub".encode()
        link = b'<link rel="hub" href="' + inner + b'" xmlns="http://www.w3.org/2005/Atom"/>'
        on.site.feed = news(1).replace(b"<item>", link + b"<item>", 1)
        await on.settle()
        agreed = on.agreed

    assert agreed.hub == inner.decode()
    assert on.site.asked == []
    assert agreed.detail is not None
    assert "127.0.0.2 is not public" in agreed.detail


async def test_without_an_address_of_ours_nobody_is_asked(tmp_path: Path) -> None:
    """A hub cannot reach a machine that nobody can reach."""
    async with hub_site() as site:
        site.feed = news(1)
        more = "[article]\nmode = 'never'"
        world = a_world(tmp_path, feeds={"Gulf": site.topic}, watches=("talks",), more=more)
        rig = Rig(world, MemoryStore(), Web(), Provider(), Hand())
        rig.daemon.context.fetcher = HttpFetcher(user_agent="Test/1", allow_networks=LOOPBACK)
        async with living(rig):
            await rig.run(seconds=40)
            (pushing,) = rig.store.all_pushing().values()

    assert site.asked == []
    assert pushing.hub is not None
    assert pushing.hub.url == f"{site.base}/hub"


async def test_a_push_that_was_stored_is_told_by_the_next_life(tmp_path: Path) -> None:
    """We said "taken": from then on nobody sends it again."""
    async with hub_site() as site:
        site.feed = news(1)
        port, store, hand = await free_port(), MemoryStore(), Hand()
        first = a_life(tmp_path, site, port, store, hand)
        async with living(first):
            await first.run(seconds=40)
            first.daemon.context.dispatcher.handle("push", _dies, at_once=1)
            sent = await site.push(news(2))
            waiting = len(store.waiting_pushes(limit=9))
        second = a_life(tmp_path, site, port, store, hand)
        async with living(second):
            await second.run(seconds=40)
            done = len(store.waiting_pushes(limit=9))

    assert sent.status_code == 202
    assert (waiting, done) == (1, 0)
    told = [subject for channel, _, subject in second.provider.ledger if channel == "desk"]
    assert told == ["[river talks] River talks, day 2"]


async def _dies(_job: object) -> None:
    """Be cut off before anything is done."""


async def test_a_subscription_that_was_stored_but_not_asked_for_is_asked_by_the_next_life(
    tmp_path: Path,
) -> None:
    """A crash between the two must neither lose the subscription nor its secret."""
    async with scene(tmp_path) as on:
        on.site.asks_back = False
        await on.settle()
        before = on.agreed
        on.site.asked.clear()
        on.rig.hand.now = before.due_at
        on.site.asks_back = True
        await on.settle()

    assert on.site.asked[0]["hub.secret"] == before.secret
    assert on.site.callback == before.callback
    assert on.agreed.state is SubscriptionState.ACTIVE


async def test_pushes_of_a_paused_feed_are_declined(tmp_path: Path) -> None:
    """410 tells the hub to forget us."""
    async with scene(tmp_path) as on:
        await on.settle()
        (feed,) = on.rig.store.feeds()
        paused = replace(feed.spec, paused=True)
        on.rig.store.sync_feeds([paused], now=on.rig.hand.now, spread=timedelta())
        sent = await on.site.push(news(2))

    assert sent.status_code == 410
