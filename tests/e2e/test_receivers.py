"""The mail and webhook servers of the end-to-end tests keep what they take, and fail as planned."""

from __future__ import annotations

import smtplib
import socket
import time
from collections.abc import Iterator
from email.message import EmailMessage

import httpx
import pytest
from apprise import Apprise

from tests.e2e.servers import faults
from tests.e2e.servers.hook import HookFault, HookServer
from tests.e2e.servers.smtp import MailFault, MailServer

SOON = 10.0


@pytest.fixture
def client() -> Iterator[httpx.Client]:
    with httpx.Client(trust_env=False, timeout=SOON) as client:
        yield client


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
