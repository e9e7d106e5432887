"""What arrives at a real mail server and a real web hook, and what the sender says when it does not."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.core.make import a_parcel
from tests.e2e.servers.faults import in_order
from tests.e2e.servers.hook import HookFault, HookServer
from tests.e2e.servers.smtp import MailFault, MailServer
from wirewatch.core.model.alert import ChannelSpec, NotSent, Parcel, Sent
from wirewatch.core.model.hit import StoryId
from wirewatch.core.sample import sample_message
from wirewatch.notify.apprise_notifier import AppriseNotifier
from wirewatch.notify.check import check_login, check_url

NOON = datetime(2026, 1, 23, 12, 0, tzinfo=UTC)


def parcel(channel: str = "desk", *, story: int = 77) -> Parcel:
    made = a_parcel(channel)
    alert = replace(made.alert, story_id=StoryId(story), message=sample_message(NOON))
    return Parcel(delivery=made.delivery, alert=alert)


def channel(*urls: str) -> ChannelSpec:
    return ChannelSpec(name="desk", urls=urls)


@pytest.fixture
def notifier() -> Iterator[AppriseNotifier]:
    made = AppriseNotifier(timeout=timedelta(seconds=20))
    yield made
    made.close()


async def test_a_mail_can_be_recognised_threaded_and_filtered(notifier: AppriseNotifier) -> None:
    """The copy after a crash has the same Message-ID; alerts of one story are one thread; lists can be filtered."""
    with MailServer() as server:
        sent = parcel()
        assert await notifier.send(channel(server.apprise_url), sent) == Sent()
        (mail,) = server.ledger()

    assert mail.message["Message-ID"] == f"<{sent.delivery.key}@example.org>"
    assert mail.message["In-Reply-To"] == mail.message["References"] == "<story-77@example.org>"
    assert mail.message["List-Id"] == "<test.wirewatch>"
    assert mail.message["Auto-Submitted"] == "auto-generated"
    assert mail.subject.startswith("[Test alert] Test: envoys")
    assert "[river crossing]" in mail.text
    assert ">river crossing</b>" in mail.html
    assert "https://example.org/test-alert" in mail.text


async def test_a_recipient_who_does_not_exist_is_a_refusal_for_good(
    notifier: AppriseNotifier,
) -> None:
    """O-51: 550 will be 550 tomorrow; the operator reads the server's own words."""
    with MailServer(fault=in_order(MailFault.RECIPIENT_REFUSED)) as server:
        receipt = await notifier.send(channel(server.apprise_url), parcel())

    assert isinstance(receipt, NotSent)
    assert receipt.permanent
    assert "550" in receipt.detail


async def test_a_server_in_trouble_is_tried_again(notifier: AppriseNotifier) -> None:
    """O-51: 451 and a broken connection pass."""
    with MailServer(fault=in_order(MailFault.TEMPORARY, MailFault.DROPPED)) as server:
        for _ in range(2):
            receipt = await notifier.send(channel(server.apprise_url), parcel())
            assert isinstance(receipt, NotSent)
            assert not receipt.permanent
        assert await notifier.send(channel(server.apprise_url), parcel()) == Sent()


async def test_a_recipient_who_has_the_mail_does_not_get_it_again(
    notifier: AppriseNotifier,
) -> None:
    """O-51, O-52: one of two is refused; the retry writes to that one alone."""
    with MailServer(fault=in_order(None, MailFault.TEMPORARY)) as server:
        two = server.apprise_url.replace(
            "to=desk@example.org", "to=one@example.org,two@example.org"
        )
        assert isinstance(await notifier.send(channel(two), parcel()), NotSent)
        assert await notifier.send(channel(two), parcel()) == Sent()
        mails = server.ledger()

    assert sorted(mail.recipients for mail in mails) == [("one@example.org",), ("two@example.org",)]


async def test_a_hook_gets_the_key_by_which_a_copy_is_recognised(notifier: AppriseNotifier) -> None:
    """A receiver that keeps keys closes the one window we cannot."""
    with HookServer() as server:
        sent = parcel()
        assert await notifier.send(channel(server.apprise_url), sent) == Sent()
        (post,) = server.ledger()

    headers = {name.lower(): value for name, value in post.headers.items()}
    assert headers["idempotency-key"] == sent.delivery.key
    assert "river crossing" in post.body["message"]
    assert post.body["title"].startswith("[Test alert]")


async def test_a_hook_in_trouble_is_tried_again(notifier: AppriseNotifier) -> None:
    """O-49, O-50: 500 and 429 pass."""
    with HookServer(fault=in_order(HookFault.ERROR, HookFault.RATE_LIMITED)) as server:
        for _ in range(2):
            receipt = await notifier.send(channel(server.apprise_url), parcel())
            assert isinstance(receipt, NotSent)
            assert not receipt.permanent


async def test_of_two_addresses_the_one_that_took_it_is_not_told_again(
    notifier: AppriseNotifier,
) -> None:
    """O-52: a naive retry doubles the good one."""
    with HookServer() as good, HookServer(fault=in_order(HookFault.ERROR)) as bad:
        both = channel(good.apprise_url, bad.apprise_url)
        assert isinstance(await notifier.send(both, parcel()), NotSent)
        assert await notifier.send(both, parcel()) == Sent()

        assert len(good.ledger()) == len(bad.ledger()) == 1


async def test_nobody_there_is_said_without_the_secret(notifier: AppriseNotifier) -> None:
    """What is stored and shown of a failure must not hold the password."""
    with HookServer() as server:
        port = server.port
    receipt = await notifier.send(
        channel(f"json://user:s3cretpw@127.0.0.1:{port}/t0kenpath"), parcel()
    )

    assert isinstance(receipt, NotSent)
    assert not receipt.permanent
    assert "s3cretpw" not in receipt.detail
    assert "t0kenpath" not in receipt.detail


async def test_the_console_shows_an_alert(
    notifier: AppriseNotifier, capsys: pytest.CaptureFixture[str]
) -> None:
    """For people without a channel, and for the demonstration."""
    assert await notifier.send(channel("console://"), parcel()) == Sent()

    shown = capsys.readouterr().out
    assert "alerts about the “[river crossing]” would arrive here." in shown
    assert "\x1b" not in shown


@pytest.mark.parametrize(
    "url",
    [
        "mailtos://user:pw@smtp.example.org?to=desk@example.org",
        "json://127.0.0.1:8080/path",
        "ntfys://ntfy.example.org/topic",
        "console://",
    ],
)
def test_a_good_channel_is_accepted(url: str) -> None:
    """check-config must not cry wolf."""
    assert check_url(url) is None


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("mailto", "it is not of the form kind://"),
        ("nosuch://s3cret", "there is no kind of channel called nosuch://"),
        ("slack://s3cret", ""),
    ],
)
def test_a_bad_channel_is_told_before_it_is_needed(url: str, said: str) -> None:
    """O-54: a typo in an address must not be found by the first lost alert; and it is never repeated."""
    wrong = check_url(url)

    assert wrong is not None
    assert said in wrong
    assert "s3cret" not in wrong


async def test_the_login_is_tried_without_sending() -> None:
    """check-config --online asks the mail server and writes to nobody."""
    with MailServer() as server:
        assert await check_login(channel(server.apprise_url)) is None
        assert server.ledger() == ()
        gone = server.apprise_url

    assert "127.0.0.1" in str(await check_login(channel(gone)))


@pytest.mark.parametrize("status", [401, 403, 404, 410])
async def test_a_hook_that_refuses_for_good_is_not_tried_for_days(
    notifier: AppriseNotifier, status: int
) -> None:
    """O-49: a revoked token is a dead letter at once, with the provider's own word."""
    async with answering(status) as port:
        receipt = await notifier.send(channel(f"json://127.0.0.1:{port}/x"), parcel())

    assert isinstance(receipt, NotSent)
    assert receipt.permanent
    assert str(status) in receipt.detail


async def test_a_redirected_hook_has_not_taken_the_message(notifier: AppriseNotifier) -> None:
    """A redirected POST becomes a GET that is answered 200: believing it would lose the alert."""
    async with answering(302) as port:
        receipt = await notifier.send(channel(f"json://127.0.0.1:{port}/x"), parcel())

    assert isinstance(receipt, NotSent)


@asynccontextmanager
async def answering(status: int) -> AsyncIterator[int]:
    """Answer every request with a status, a redirect leading to a page that says 200; give the port."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        code = 200 if head.startswith(b"GET") else status
        writer.write(
            f"HTTP/1.1 {code} X\r\nLocation: /elsewhere\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode()
        )
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        await server.wait_closed()
