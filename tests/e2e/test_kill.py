"""Killed fifty times at random moments, the daemon loses nothing and repeats nothing it could have known."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.e2e.accounts import copies, unexcused
from tests.e2e.daemon import Daemon, write_config
from tests.e2e.servers import faults
from tests.e2e.servers.documents import NewsEntry
from tests.e2e.servers.hook import HookFault, HookServer, Post
from tests.e2e.servers.news import NewsServer
from tests.e2e.servers.smtp import Mail, MailFault, MailServer

SEED = 20260123
KILLS = 50
FEEDS = 20
FEEDS_WITH_PAGES = 4
"""Feeds whose news is only on the pages behind the links; the others are not read further."""
HOSTS = 5
BATCH = 8
ENTRIES = KILLS * BATCH
EVERY_TENTH = 10
SHORTEST_S = 0.3
MEAN_S = 0.7
LONGEST_S = 3.0
DRAIN_S = 120.0

HIT = r"Dispatch \d{3}"
WORDS = (
    "anchor apple april arch atlas autumn badge bakery balcony ballad barley basin beacon "
    "bench birch bishop blanket border bottle branch bread brick bridge bronze brush "
    "bucket butter button cabin camera canal candle canvas carpet castle cedar cellar "
    "chalk chapel cherry circle clay cliff clock cloud coast collar comet copper coral "
    "corner cotton cradle crane crystal curtain dairy desert diamond dolphin donkey drum "
    "eagle easel echo elbow ember engine evening falcon feather fence ferry fiddle field "
    "finger flame flute forest fountain gable garden ginger glacier globe goose grain "
    "granite guitar hammer harbour harvest hazel helmet herring honey horizon island "
    "ivory jacket jasmine kettle kitchen ladder lantern laurel lemon library lily linen "
    "lobster magnet maple marble meadow melon mirror monsoon moss museum nectar needle "
    "nettle north oasis ocean olive onion orchard otter owl oyster paddle palace paper "
    "parcel pebble pepper piano pigeon pillow pine planet plum pocket poplar pottery "
    "prairie quarry quartz quill rabbit rain raven reed ribbon river rocket roof rope "
    "rose saddle sail salmon sand scarf shadow shell silk silver sparrow spoon spring "
    "stable "
).split()


def news_of(path: str, number: int, chance: random.Random, *, on_page: bool) -> NewsEntry:
    """Return one entry like no other; every tenth holds the words watched for, the next one nearly."""

    def words(count: int) -> str:
        return " ".join(chance.choices(WORDS, k=count))

    kind = number % EVERY_TENTH
    name = "Dispatch" if kind == 0 else "Bulletin"
    phrase = {0: "Abu Dhabi talks", 1: "Abu Dhabi meetings"}.get(kind, "")
    text = f"{words(30)} {phrase} {words(30)}.\n\n{words(40)}."
    return NewsEntry(
        guid=f"{path.rpartition('/')[2]}-{number:03}",
        title=f"{name} {number:03} {words(6)}",
        summary=f"{words(20)}." if on_page else text,
        text=text if on_page else "",
    )


def all_news(feeds: Sequence[str], chance: random.Random) -> list[tuple[str, list[NewsEntry]]]:
    """Return a batch of entries for each life, with its feed.

    A feed then rests for twenty lives, or for ever: had the daemon noted that it knows this version before it noted
    the entries, a kill between the two would lose them.
    """
    batches = []
    for life in range(KILLS):
        path = feeds[life % FEEDS]
        numbers = range(life * BATCH, (life + 1) * BATCH)
        on_page = path in feeds[:FEEDS_WITH_PAGES]
        batches.append((path, [news_of(path, one, chance, on_page=on_page) for one in numbers]))
    return batches


class World:
    """Feeds that grow, a flaky mail server, a flaky webhook, and the daemon among them."""

    def __init__(self, directory: Path, stack: ExitStack) -> None:
        self.news = stack.enter_context(NewsServer(hosts=HOSTS))
        self.mail = stack.enter_context(
            MailServer(
                fault=faults.at_random(
                    SEED,
                    0.1,
                    [MailFault.TEMPORARY, MailFault.DROPPED, MailFault.TAKEN_THEN_DROPPED],
                ),
                delay=faults.delays(SEED, 0.05, 0.25),
            )
        )
        self.hook = stack.enter_context(
            HookServer(
                fault=faults.at_random(SEED + 1, 0.1, list(HookFault)),
                delay=faults.delays(SEED + 1, 0.05, 0.25),
            )
        )
        self.feeds = [
            self.news.add_feed(f"feed-{number:02}", kind="atom" if number % 2 else "rss")
            for number in range(FEEDS)
        ]
        config = write_config(
            directory,
            feeds=[
                {
                    "name": f"Feed {number:02}",
                    "url": self.news.url(path, host=number % HOSTS),
                    "article": "auto" if number < FEEDS_WITH_PAGES else "never",
                }
                for number, path in enumerate(self.feeds)
            ],
            watches=[{"name": "Talks", "query": '"Abu Dhabi talks"'}],
            channels={"mail": self.mail.apprise_url, "chat": self.hook.apprise_url},
            alerts={"settle": "200 ms"},
        )
        self.daemon = stack.enter_context(Daemon(config))
        self.kills: list[float] = []

    def live_and_die(self, path: str, batch: Sequence[NewsEntry], seconds: float) -> None:
        """Run the daemon until it is ready and asks for feeds, publish, let it work a while, then kill it."""
        self.daemon.start()
        self.daemon.wait_ready()
        asked = len(self.news.requests)
        self.news.wait_for(lambda rows: len(rows) > asked, timeout=30)
        self.news.publish(path, *batch)
        self.daemon.must_live(seconds)
        self.kills.append(time.monotonic())
        self.daemon.kill9()

    def heal(self) -> None:
        """Let nothing go wrong from now on."""
        self.mail.heal()
        self.hook.heal()


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with ExitStack() as stack:
        yield World(tmp_path, stack)


def wait_for_all(channel: MailServer | HookServer, expected: set[str]) -> None:
    """Wait until a channel has acknowledged all that is expected. Raise AssertionError naming what is lost."""

    def missing(rows: Sequence[Mail] | Sequence[Post]) -> set[str]:
        return expected - {one.key for one in copies(rows, HIT) if one.acknowledged}

    try:
        channel.wait_for(lambda rows: not missing(rows), timeout=DRAIN_S)
    except AssertionError as exc:
        raise AssertionError(f"LOST {sorted(missing(channel.ledger()))}: {exc}") from exc


@pytest.mark.timeout(480)
def test_fifty_kills_lose_no_alert_and_repeat_none_that_was_known_to_be_sent(world: World) -> None:
    """This is the promise. Everything else is in its service."""
    chance = random.Random(SEED)
    expected = {f"Dispatch {number:03}" for number in range(0, ENTRIES, EVERY_TENTH)}

    for path, batch in all_news(world.feeds, chance):
        seconds = min(SHORTEST_S + chance.expovariate(1 / MEAN_S), LONGEST_S)
        world.live_and_die(path, batch, seconds)
    world.heal()
    world.daemon.start()
    world.daemon.wait_ready()
    for channel in (world.mail, world.hook):
        wait_for_all(channel, expected)
    world.daemon.wait_quiet(DRAIN_S)
    mails, posts = copies(world.mail.ledger(), HIT), copies(world.hook.ledger(), HIT)
    code = world.daemon.terminate()

    assert ({one.key for one in mails}, {one.key for one in posts}) == (expected, expected)
    assert (unexcused(mails, world.kills), unexcused(posts, world.kills)) == ([], [])
    assert world.mail.refused.rows(), "no fault of the mail server was met: the test proves little"
    assert world.hook.refused.rows(), "no fault of the webhook was met: the test proves little"
    assert (len(world.kills), world.daemon.lives, code) == (KILLS, KILLS + 1, 0)
