"""The reference case over real HTTP, SMTP and webhook: one story, told once, with the evidence."""

from __future__ import annotations

import itertools
import json
import re
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final

import pytest

from tests.e2e.accounts import Copy, plain, unexcused, words_of
from tests.e2e.daemon import Daemon, write_config
from tests.e2e.servers.hook import HookServer, Post
from tests.e2e.servers.news import NewsServer
from tests.e2e.servers.smtp import Mail, MailServer

REFERENCE: Final = Path(__file__).parents[1] / "corpus" / "reference"
EXPECTED: Final = json.loads((REFERENCE / "expected.json").read_text(encoding="utf-8"))
STORY: Final = EXPECTED["story"]
PAGES: Final = frozenset(STORY["pages"].values())
SOON = 60.0
SLOW_FIRST_ANSWER_S = 1.0


class World:
    """Both outlets, a mail server, a webhook, and the daemon among them."""

    def __init__(self, directory: Path, stack: ExitStack) -> None:
        slow_first = [
            itertools.chain([SLOW_FIRST_ANSWER_S], itertools.repeat(0.0)) for _ in range(2)
        ]
        self.news = stack.enter_context(NewsServer(hosts=2))
        self.mail = stack.enter_context(MailServer(delay=slow_first[0]))
        self.hook = stack.enter_context(HookServer(delay=slow_first[1]))
        self.news.add_directory(REFERENCE)
        config = write_config(
            directory,
            feeds=[
                {"name": feed["name"], "url": self.news.url(feed["path"], host=host)}
                for host, feed in enumerate(EXPECTED["feeds"])
            ],
            watches=EXPECTED["watches"],
            channels={"mail": self.mail.apprise_url, "chat": self.hook.apprise_url},
            alerts={"settle": "3 s"},
        )
        self.daemon = stack.enter_context(Daemon(config))

    def wait_until_told(self) -> None:
        """Wait until both channels have been told and nothing is left to do."""
        self.mail.wait_for(lambda rows: any(one.acknowledged for one in rows), SOON)
        self.hook.wait_for(lambda rows: any(one.acknowledged for one in rows), SOON)
        self.daemon.wait_quiet(SOON)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with ExitStack() as stack:
        yield World(tmp_path, stack)


def check_words(words: str) -> None:
    """Assert that a message tells the story as it should."""
    (outlet,) = (name for name, page in STORY["pages"].items() if page in words)
    (other,) = set(STORY["outlets"]) - {outlet}
    assert STORY["headlines"][outlet] in words
    assert outlet in words
    assert other in words
    for watch in EXPECTED["watches"]:
        assert watch["name"] in words
    for sentence in STORY["sentences"][outlet]:
        assert sentence in words
    assert re.search(r"\b23 Jan(uary)? 2026\b", words)
    silent = EXPECTED["silent"]
    for absent in (*silent["near_misses"], *silent["boilerplate"]):
        assert absent not in words
    assert not re.search(rf"\b{silent['wrong_year']}\b", words)


def check_marks(html: str) -> None:
    """Assert that the words watched for are marked in the HTML of a mail, and their sentences are not."""
    found = re.findall(r"<(?:b|mark|strong)\b[^>]*>([^<]+)</(?:b|mark|strong)>", html)
    marked = {plain(one) for one in found}
    sentences = {one for told in STORY["sentences"].values() for one in told}
    assert marked >= set(STORY["marked"])
    assert not marked & sentences


def check_hits(hits: list[dict[str, Any]]) -> None:
    """Assert that both watches rang for both copies, and nothing rang for anything else."""
    found = sorted((hit["query"], hit["link"].rpartition(":")[2].partition("/")[2]) for hit in hits)
    queries = sorted(watch["query"] for watch in EXPECTED["watches"])
    assert found == sorted((query, page.lstrip("/")) for query in queries for page in PAGES)
    assert sorted(hit["state"] for hit in hits) == ["alerted", "alerted", "joined", "joined"]
    assert len({hit["story"] for hit in hits}) == 1


def as_copies(rows: tuple[Mail, ...] | tuple[Post, ...]) -> list[Copy]:
    return [Copy(key="story", at=one.at, acknowledged=one.acknowledged) for one in rows]


def test_the_sentences_stand_in_the_pages_and_the_words_in_no_feed() -> None:
    """The case must hold what it says before anything is blamed for not finding it."""
    feeds = [(REFERENCE / feed["path"].lstrip("/")).read_text() for feed in EXPECTED["feeds"]]

    for outlet, page in STORY["pages"].items():
        text = plain((REFERENCE / page.lstrip("/")).read_text())
        assert all(text.count(sentence) == 1 for sentence in STORY["sentences"][outlet])
        assert all(text.count(words) == 1 for words in STORY["marked"])
        assert all(words in text for words in EXPECTED["silent"]["near_misses"])
    assert not any(words in feed for words in STORY["marked"] for feed in feeds)
    assert [feed.count("<title>") - 1 for feed in feeds] == [7, 7]


@pytest.mark.timeout(240)
def test_the_story_is_told_once_on_each_channel_with_its_evidence(world: World) -> None:
    """A reader of the mail must see at once what rang, where, when, and who else has it."""
    world.daemon.start()
    world.daemon.wait_ready()
    world.wait_until_told()
    (mail,), (post,) = world.mail.ledger(), world.hook.ledger()

    check_words(words_of(mail))
    check_words(words_of(post))
    check_words(plain(f"{mail.subject} {mail.html}"))
    check_marks(mail.html)
    check_hits(world.daemon.ask("hits", "--limit", "100"))
    asked = {request.path for request in world.news.ledger()}
    assert asked >= set(EXPECTED["silent"]["pages"]), "the near-misses were read, and did not ring"
    assert world.daemon.terminate() == 0


def asked_for(*paths: str) -> Callable[[World], object]:
    return lambda world: world.news.wait_for(
        lambda rows: {row.path for row in rows} >= set(paths), SOON
    )


MOMENTS: Final[dict[str, Callable[[World], object]]] = {
    "a feed was asked": asked_for("/feed_a.xml"),
    "a page was asked": asked_for("/a/talks-in-moscow.html"),
    "both pages were asked": asked_for(*PAGES),
    "the mail was taken, and the daemon not told": lambda w: w.mail.wait_for(bool, SOON),
    "the mail was acknowledged": lambda w: w.mail.wait_for(
        lambda rows: any(one.acknowledged for one in rows), SOON
    ),
    "the chat took it, and the daemon was not told": lambda w: w.hook.wait_for(bool, SOON),
}


@pytest.mark.timeout(240)
@pytest.mark.parametrize("moment", MOMENTS)
def test_a_kill_at_any_moment_changes_nothing_of_the_alert(world: World, moment: str) -> None:
    """After a crash the reader gets the same message, not a poorer one, and not another one."""
    world.daemon.start()
    MOMENTS[moment](world)
    killed_at = time.monotonic()
    world.daemon.kill9()

    world.daemon.start()
    world.daemon.wait_ready()
    world.wait_until_told()
    mails, posts = world.mail.ledger(), world.hook.ledger()

    for rows in (mails, posts):
        assert unexcused(as_copies(rows), [killed_at]) == []
        assert len({words_of(row) for row in rows}) == 1
        check_words(words_of(rows[0]))
    check_hits(world.daemon.ask("hits", "--limit", "100"))
    assert world.daemon.terminate() == 0
