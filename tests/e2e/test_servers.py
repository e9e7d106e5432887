"""The news server of the end-to-end tests keeps its word: a test is only as good as the world it is run in."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import httpx
import pytest

from tests.e2e.servers import faults
from tests.e2e.servers.documents import NewsEntry
from tests.e2e.servers.hook import HookFault
from tests.e2e.servers.hostile import HUGE
from tests.e2e.servers.news import NewsServer

SOON = 10.0


@pytest.fixture
def news() -> Iterator[NewsServer]:
    with NewsServer(hosts=2) as server:
        yield server


@pytest.fixture
def client() -> Iterator[httpx.Client]:
    with httpx.Client(trust_env=False, timeout=SOON) as client:
        yield client


def entry(number: int) -> NewsEntry:
    return NewsEntry(
        guid=f"n{number}", title=f"News {number} & more", summary="Short.", text="Long.\n\nLonger."
    )


# ---- news


@pytest.mark.parametrize("kind", ["rss", "atom"])
def test_a_feed_grows_and_links_to_pages(news: NewsServer, client: httpx.Client, kind: str) -> None:
    """The kill test publishes while the daemon reads."""
    path = news.add_feed("one", kind=kind)  # type: ignore[arg-type]
    news.publish(path, entry(1))
    first = client.get(news.url(path)).text
    news.publish(path, entry(2))
    second = client.get(news.url(path)).text

    assert "News 1 &amp; more" in first
    assert "News 2" not in first
    assert second.index("News 2") < second.index("News 1")
    assert "<p>Longer.</p>" in client.get(news.url(entry(2).path)).text


@pytest.mark.parametrize(
    ("sent", "got"), [("If-None-Match", "ETag"), ("If-Modified-Since", "Last-Modified")]
)
def test_a_304_is_sent_only_for_what_would_be_sent_now(
    news: NewsServer, client: httpx.Client, sent: str, got: str
) -> None:
    """This is the trap: whoever keeps validators without their entries loses news."""
    path = news.add_feed("one")
    news.publish(path, entry(1))
    validator = {sent: client.get(news.url(path)).headers[got]}

    unchanged = client.get(news.url(path), headers=validator)
    news.publish(path, entry(2))
    changed = client.get(news.url(path), headers=validator)

    assert (unchanged.status_code, unchanged.content) == (304, b"")
    assert (changed.status_code, "News 2" in changed.text) == (200, True)


def test_a_window_forgets_the_oldest(news: NewsServer, client: httpx.Client) -> None:
    """Real feeds list only their newest entries."""
    path = news.add_feed("one", window=2)
    news.publish(path, *(entry(number) for number in range(5)))

    text = client.get(news.url(path)).text

    assert ["News 3" in text, "News 4" in text, "News 2" in text] == [True, True, False]


def test_news_can_come_by_schedule(news: NewsServer, client: httpx.Client) -> None:
    """Some tests want a feed that grows by itself."""
    path = news.add_feed("one")
    news.publish_every(0.01, [(path, entry(number)) for number in range(3)])
    published = news.published.wait_for(lambda rows: len(rows) == 3, SOON)

    assert [one.entry.title for one in published] == [entry(number).title for number in range(3)]
    assert "News 2" in client.get(news.url(path)).text


def test_two_hosts_are_two_servers_to_the_polite(news: NewsServer, client: httpx.Client) -> None:
    """Feeds of one host are polled one after another; tests of isolation need several hosts."""
    path = news.add_feed("one")
    news.publish(path, entry(1))

    other = client.get(news.url(path, host=1))

    assert news.url(path, host=1).startswith("http://127.0.0.2:")
    assert f"<link>{news.url(entry(1).path, host=1)}</link>" in other.text


def test_static_files_know_their_address(
    news: NewsServer, client: httpx.Client, tmp_path: Path
) -> None:
    """The reference case is files with a placeholder where the address belongs."""
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "page.html").write_text("<a href='{base}/x'>{other}</a>")
    news.add_directory(tmp_path)

    answer = client.get(news.url("/a/page.html"))

    assert answer.text == f"<a href='{news.base_url}/x'>{{other}}</a>"
    assert answer.headers["content-type"] == "text/html; charset=utf-8"


def test_requests_are_logged_by_path(news: NewsServer, client: httpx.Client) -> None:
    """Tests ask who came how often."""
    path = news.add_feed("one")
    client.get(news.url(path), headers={"X-Test": "1"})
    client.get(news.url("/nowhere"))

    assert [one.headers["x-test"] for one in news.ledger(path)] == ["1"]
    assert [one.path for one in news.ledger()] == [path, "/nowhere"]
    assert [one.status for one in news.answers.wait_for(lambda rows: len(rows) == 2, SOON)] == [
        200,
        404,
    ]


def test_a_wait_that_is_not_met_says_what_there_was(news: NewsServer, client: httpx.Client) -> None:
    """A red test must tell why without a debugger."""
    client.get(news.url("/nowhere"))

    with pytest.raises(AssertionError, match=r"1 rows(.|\n)*/nowhere"):
        news.wait_for(lambda rows: len(rows) == 2, timeout=0.01)


@pytest.mark.parametrize("path", ["/hang", "/drip"])
def test_slow_routes_last_as_long_as_the_client(news: NewsServer, path: str) -> None:
    """A hanging route must hold up the client it is meant for; that it hung up can be waited for."""
    with (
        httpx.Client(trust_env=False, timeout=0.2) as client,
        pytest.raises(httpx.ReadTimeout),
    ):
        client.get(news.url(path))

    assert [one.whole for one in news.answers.wait_for(bool, SOON)] == [False]


def test_the_server_stops_under_a_client_that_waits() -> None:
    """A test that fails must not hang in its clean-up."""
    server = NewsServer()
    server.start()
    failure: list[Exception] = []

    def ask() -> None:
        try:
            httpx.get(server.url("/hang"), trust_env=False, timeout=SOON)
        except httpx.HTTPError as exc:
            failure.append(exc)

    asking = threading.Thread(target=ask)
    asking.start()
    server.requests.wait_for(lambda rows: len(rows) == 1, SOON)
    server.stop()
    asking.join(SOON)

    assert [type(one) for one in failure] in ([httpx.ReadError], [httpx.RemoteProtocolError])


def test_redirects_never_end(news: NewsServer, client: httpx.Client) -> None:
    """Each hop has an address of its own, so that remembering addresses does not help."""
    with pytest.raises(httpx.TooManyRedirects):
        client.get(news.url("/redirloop"), follow_redirects=True)

    assert len({one.query for one in news.ledger("/redirloop")}) == 21


def test_the_huge_body_is_only_sent_to_who_takes_it(news: NewsServer, client: httpx.Client) -> None:
    """A test may assert that the daemon cut it off early."""
    with client.stream("GET", news.url("/huge")) as response:
        next(response.iter_raw())

    (answer,) = news.answers.wait_for(lambda rows: len(rows) == 1, SOON)
    assert (answer.whole, answer.sent < HUGE // 4) == (False, True)


def test_the_bomb_inflates_a_hundredfold(news: NewsServer, client: httpx.Client) -> None:
    """The first piece on the wire already holds more than its size."""
    taken = inflated = 0
    with client.stream("GET", news.url("/gzbomb")) as response:
        for piece in islice(response.iter_bytes(), 40):
            inflated += len(piece)
        taken = response.num_bytes_downloaded

    assert inflated > 50 * taken


def test_other_hostile_routes_do_what_they_say(news: NewsServer, client: httpx.Client) -> None:
    """Each is one row of the catalogue of hostile input."""
    assert "Log in" in client.get(news.url("/html")).text
    assert client.get(news.url("/empty")).content == b""
    assert client.get(news.url("/500")).status_code == 500
    assert client.get(news.url("/410")).status_code == 410
    for path in ("/truncated", "/garbage"):
        with pytest.raises(httpx.RemoteProtocolError):
            client.get(news.url(path))
    with pytest.raises(httpx.ReadError):
        client.get(news.url("/reset"))


# ---- chance


def test_chance_with_a_seed_is_the_same_every_time() -> None:
    """A run that failed can be repeated."""
    runs = [list(islice(faults.at_random(7, 0.3, list(HookFault)), 200)) for _ in range(2)]
    waits = [list(islice(faults.delays(7, 0.05, 0.25), 200)) for _ in range(2)]

    assert runs[0] == runs[1]
    assert waits[0] == waits[1]
    assert 30 < sum(one is not None for one in runs[0]) < 90
    assert all(0.05 <= wait <= 0.25 for wait in waits[0])
