"""The servers of the end-to-end tests keep their word: a test is only as good as the world it is run in."""

from __future__ import annotations

import smtplib
import socket
import threading
import time
from collections.abc import Iterator
from email.message import EmailMessage
from itertools import islice
from pathlib import Path

import httpx
import pytest
from apprise import Apprise

from tests.e2e.servers import faults
from tests.e2e.servers.documents import NewsEntry
from tests.e2e.servers.hook import HookFault, HookServer
from tests.e2e.servers.hostile import HUGE
from tests.e2e.servers.news import NewsServer
from tests.e2e.servers.smtp import MailFault, MailServer

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


# ---- mail


def mail(subject: str) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "a@example.org", "b@example.org", subject
    message.set_content("Plain words.")
    message.add_alternative("<p>Rich words.</p>", subtype="html")
    return message


def send(server: MailServer, subject: str, *to: str) -> None:
    with smtplib.SMTP("127.0.0.1", server.port, timeout=SOON) as smtp:
        smtp.send_message(mail(subject), to_addrs=to or ("b@example.org",))


def test_mail_is_kept_with_its_parts() -> None:
    """Tests look at what people would read."""
    with MailServer() as server:
        before = time.monotonic()
        send(server, "Grüße", "b@example.org", "c@example.org")
        (taken,) = server.wait_for(lambda rows: bool(rows) and rows[0].acknowledged, SOON)

    assert (taken.subject, taken.text.strip(), taken.html.strip()) == (
        "Grüße",
        "Plain words.",
        "<p>Rich words.</p>",
    )
    assert taken.recipients == ("b@example.org", "c@example.org")
    assert before <= taken.at <= time.monotonic()


def test_mail_faults_follow_their_plan() -> None:
    """Every way in which a server does not take a message, or does and does not say so."""
    plan = faults.in_order(
        MailFault.TEMPORARY,
        MailFault.DROPPED,
        MailFault.TAKEN_THEN_DROPPED,
        MailFault.RECIPIENT_REFUSED,
        None,
    )
    with MailServer(fault=plan) as server:
        with pytest.raises(smtplib.SMTPDataError, match="451"):
            send(server, "temporary")
        with pytest.raises(smtplib.SMTPServerDisconnected):
            send(server, "dropped")
        with pytest.raises(smtplib.SMTPServerDisconnected):
            send(server, "taken")
        with pytest.raises(smtplib.SMTPRecipientsRefused, match="550"):
            send(server, "refused")
        send(server, "good")
        taken = server.wait_for(lambda rows: any(one.acknowledged for one in rows), SOON)

    assert [(one.subject, one.acknowledged) for one in taken] == [("taken", False), ("good", True)]
    assert server.refused.rows() == (
        MailFault.TEMPORARY,
        MailFault.DROPPED,
        MailFault.RECIPIENT_REFUSED,
    )


def test_one_refused_recipient_leaves_the_others() -> None:
    """A message to three people reaches two."""
    with MailServer(fault=faults.in_order(MailFault.RECIPIENT_REFUSED)) as server:
        send(server, "to some", "a@example.org", "b@example.org", "c@example.org")

    assert [one.recipients for one in server.ledger()] == [("b@example.org", "c@example.org")]


def test_mail_that_needs_a_login_is_refused_without() -> None:
    """A channel with a wrong password must fail, and with the right one work."""
    with MailServer(login=("desk", "secret")) as server:
        with pytest.raises(smtplib.SMTPSenderRefused, match="Authentication required"):
            send(server, "without")
        with (
            smtplib.SMTP("127.0.0.1", server.port, timeout=SOON) as smtp,
            pytest.raises(smtplib.SMTPAuthenticationError),
        ):
            smtp.login("desk", "wrong")
        with smtplib.SMTP("127.0.0.1", server.port, timeout=SOON) as smtp:
            smtp.login("desk", "secret")
            smtp.send_message(mail("with"))

    assert [one.subject for one in server.ledger()] == ["with"]


def test_a_healed_mail_server_takes_everything() -> None:
    """After the last kill the world is well, and everything must arrive."""
    with MailServer(fault=faults.at_random(1, 1.0, [MailFault.TEMPORARY])) as server:
        with pytest.raises(smtplib.SMTPDataError):
            send(server, "ill")
        server.heal()
        send(server, "well")

    assert [one.subject for one in server.ledger()] == ["well"]


def test_the_mail_server_stops_under_a_client_that_is_connected() -> None:
    """A killed daemon may leave half a conversation."""
    server = MailServer()
    server.start()
    with socket.create_connection(("127.0.0.1", server.port), SOON) as half:
        half.settimeout(SOON)
        assert half.recv(100).startswith(b"220 ")
        half.sendall(b"EHLO me\r\nMAIL FROM:<a@example.org>\r\n")
        server.stop()


# ---- webhook


def test_a_post_is_kept_with_its_body_and_headers(client: httpx.Client) -> None:
    """Tests count copies by what the message carries."""
    with HookServer() as server:
        answer = client.post(server.url("/alerts"), json={"title": "T"}, headers={"X-Id": "7"})
        (post,) = server.wait_for(lambda rows: bool(rows) and rows[0].acknowledged, SOON)

    assert answer.status_code == 200
    assert (post.path, post.body, post.headers["x-id"]) == ("/alerts", {"title": "T"}, "7")


def test_hook_faults_follow_their_plan(client: httpx.Client) -> None:
    """Every way in which a receiver does not take a message, or does and does not say so."""
    plan = faults.in_order(HookFault.ERROR, HookFault.RATE_LIMITED, HookFault.RESET, None)
    with HookServer(fault=plan) as server:
        error = client.post(server.url(), json={"n": 1})
        limited = client.post(server.url(), json={"n": 2})
        with pytest.raises(httpx.ReadError):
            client.post(server.url(), json={"n": 3})
        client.post(server.url(), json={"n": 4})
        taken = server.wait_for(lambda rows: any(one.acknowledged for one in rows), SOON)

    assert (error.status_code, limited.status_code, limited.headers["retry-after"]) == (
        500,
        429,
        "1",
    )
    assert [(one.body["n"], one.acknowledged) for one in taken] == [(3, False), (4, True)]


def test_a_late_answer_finds_the_message_taken(client: httpx.Client) -> None:
    """The sender gave up; the receiver did not."""
    late = HookServer(fault=faults.in_order(HookFault.LATE))
    with late as server, pytest.raises(httpx.ReadTimeout):
        client.post(server.url(), json={}, timeout=0.1)

    assert [one.acknowledged for one in server.ledger()] == [False]


def test_who_hung_up_was_not_told(client: httpx.Client) -> None:
    """A sender that died while it waited for the answer cannot know that the message was taken."""
    with HookServer(delay=iter([0.1, 0.4])) as server:
        with pytest.raises(httpx.ReadTimeout):
            client.post(server.url(), json={"n": 1}, timeout=0.05)
        client.post(server.url(), json={"n": 2})
        taken = server.wait_for(lambda rows: len(rows) == 2 and rows[1].acknowledged, SOON)

    assert not taken[0].acknowledged  # its answer was due long before that of the second


def test_what_is_not_json_is_not_taken(client: httpx.Client) -> None:
    """A receiver that takes anything would hide a broken sender."""
    with HookServer() as server:
        assert client.post(server.url(), content=b"title=T").status_code == 400
    assert server.ledger() == ()


# ---- through the library that sends


@pytest.mark.filterwarnings(
    "ignore:'imghdr' is deprecated:DeprecationWarning"
)  # Apprise imports it
def test_the_addresses_given_to_channels_work() -> None:
    """A channel with a wrong address would fail every end-to-end test for the wrong reason."""
    login = ("desk", "secret")
    with MailServer() as mail_server, MailServer(login=login) as closed, HookServer() as hook:
        for url in (mail_server.apprise_url, closed.apprise_url, hook.apprise_url):
            sender = Apprise()
            assert sender.add(url)
            assert sender.notify(title="News", body="Something happened.")
        mails = [*mail_server.ledger(), *closed.ledger()]
        posts = hook.ledger()

    assert [(one.subject, one.recipients) for one in mails] == [("News", ("desk@example.org",))] * 2
    assert [(one.body["title"], one.body["message"]) for one in posts] == [
        ("News", "Something happened.")
    ]


# ---- chance


def test_chance_with_a_seed_is_the_same_every_time() -> None:
    """A run that failed can be repeated."""
    runs = [list(islice(faults.at_random(7, 0.3, list(HookFault)), 200)) for _ in range(2)]
    waits = [list(islice(faults.delays(7, 0.05, 0.25), 200)) for _ in range(2)]

    assert runs[0] == runs[1]
    assert waits[0] == waits[1]
    assert 30 < sum(one is not None for one in runs[0]) < 90
    assert all(0.05 <= wait <= 0.25 for wait in waits[0])
