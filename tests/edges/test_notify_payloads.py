"""What each kind of service is posted, whole: captured from Apprise as it really posts, and compared with files."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest

from tests.core.make import a_parcel
from tests.e2e.servers.smtp import MailServer
from tests.edges.fetch_certificates import Certificates, make_authority
from tests.edges.provider import HOSTS, Posted, Providers
from wirewatch.core.model.alert import ChannelSpec, Message, Parcel, Sent
from wirewatch.core.model.hit import Field, Piece, Snippet, StoryId
from wirewatch.notify.apprise_notifier import AppriseNotifier

PAYLOADS: Final = Path(__file__).parents[1] / "corpus" / "payloads"
WRITE: Final = "WIREWATCH_WRITE_PAYLOADS"
NOON: Final = datetime(2026, 1, 23, 14, 4, tzinfo=UTC)
TOLD_HEADERS: Final = ("x-click", "x-markdown", "idempotency-key", "content-type")

SERVICES: Final = {
    "slack": "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/",
    "discord": "discord://123456789012345678/abcdefghijklmnopqrstuvwxyz0123456789/",
    "telegram": "tgram://123456789:abcdefg_hijklmnop/12315544/",
    "teams": "workflows://flows.example.com/workflow1a/signature1b/",
    "matrix": "matrixs://user:password@matrix.example.org/!r:matrix.example.org?v=3",
    "ntfy": "ntfys://ntfy.example.org/topic?format=markdown",
    "ntfy-text": "ntfys://ntfy.example.org/topic",
    "mattermost": "mmosts://team.example.org/abcdefghijklmnopqrstuvwxyz",
    "webhook": "jsons://team.example.org/hook",
}
NEVER: Final = (
    "@everyone",
    "<!channel>",
    "<@U1>",
    "evil.example",
    "\u202e",
    "\\nBcc",
    "javascript:alert",
)
MARKDOWN: Final = ("discord", "teams", "mattermost")


def an_alert() -> Message:
    """Return an alert as it should be: two watches, two sentences, a copy elsewhere."""
    return Message(
        subject="[Abu Dhabi talks, Oil] Trilateral talks open as envoys weigh guarantees",
        headline="Trilateral talks open as envoys weigh guarantees",
        link="https://courier.example/a_b/1?x=1&y=2",
        outlet="Gulf Courier",
        also_in=("River Desk", "Delta News"),
        watches=("Abu Dhabi talks", "Oil"),
        matched=("Abu Dhabi talks", "oil"),
        snippets=(
            _sentence(
                "Diplomats described the “", "Abu Dhabi talks", "” as the first in one room."
            ),
            replace(_sentence("The price of ", "oil", " fell 4.5 % & more"), cut_after=True),
        ),
        published_at=NOON - timedelta(minutes=3),
        found_at=NOON,
        timezone="Asia/Dubai",
        note="The page behind the link was not read: timeout.",
        lists=("gulf",),
    )


def a_trap() -> Message:
    """Return an alert in which everything a stranger can write tries to do something."""
    evil = (
        "@everyone <!channel> <@U1> **b** _i_ `c` [x](javascript:alert(1)) <b>h</b> www.evil.example "
        "https://evil.example/x a@evil.example \u202egnp.exe\r\nBcc: v@evil.example"
    )
    return replace(
        an_alert(),
        subject=f"[Oil] {evil}",
        headline=evil,
        outlet=evil[:40],
        snippets=(_sentence(f"{evil} ", evil, f" {evil}"),),
        link="javascript:alert(1)",
        note=None,
        also_in=(evil[:30],),
    )


def _sentence(before: str, hit: str, after: str) -> Snippet:
    pieces = (Piece(before), Piece(hit, hit=True), Piece(after))
    return Snippet(field=Field.ARTICLE, pieces=pieces)


def parcel(message: Message) -> Parcel:
    """Return a message on its way under a key that never changes."""
    made = a_parcel("desk")
    return Parcel(
        delivery=made.delivery,
        alert=replace(made.alert, story_id=StoryId(77), message=message),
    )


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    """Return a certificate that is good for every provider."""
    folder = tmp_path_factory.mktemp("providers")
    made = make_authority(folder)
    hosts = ",".join(f"DNS:{host}" for host in HOSTS)
    made.sign("all", hosts=hosts, begin="20200101000000Z", end="20991231235959Z")
    return made


@pytest.fixture
def providers(certificates: Certificates, monkeypatch: pytest.MonkeyPatch) -> Iterator[Providers]:
    """Return all providers, reached as a company's proxy is: by the environment."""
    with Providers(certificates.server_context("all")) as running:
        monkeypatch.setenv("HTTPS_PROXY", running.url)
        monkeypatch.setenv("https_proxy", running.url)
        monkeypatch.setenv("NO_PROXY", "")
        monkeypatch.setenv("no_proxy", "")
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificates.authority))
        yield running


async def sent(url: str, message: Message) -> None:
    """Send a message to an address, as the daemon does."""
    notifier = AppriseNotifier(timeout=timedelta(seconds=20))
    try:
        receipt = await notifier.send(ChannelSpec(name="desk", urls=(url,)), parcel(message))
    finally:
        notifier.close()
    assert receipt == Sent()


def compare(name: str, found: dict[str, Any]) -> None:
    """Compare with the file of that name; WIREWATCH_WRITE_PAYLOADS=1 writes it."""
    path = PAYLOADS / f"{name}.json"
    if os.environ.get(WRITE) == "1":
        PAYLOADS.mkdir(exist_ok=True)
        path.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    assert found == json.loads(path.read_text(encoding="utf-8"))


def shown(post: Posted) -> dict[str, Any]:
    """Return what of a request is ours."""
    headers = {name: post.headers[name] for name in TOLD_HEADERS if name in post.headers}
    for attachment in post.body.get("attachments", ()):
        attachment.pop("ts", None)  # Apprise's own clock
    return {"method": post.method, "host": post.host, "headers": headers, "body": post.body}


@pytest.mark.parametrize("name", SERVICES)
async def test_a_service_is_posted_what_it_shows_well(name: str, providers: Providers) -> None:
    """Each service has its own idea of bold, links and length; this is the message as it gets it."""
    found = {}
    for kind, message in (("alert", an_alert()), ("trap", a_trap())):
        providers.posted.clear()
        await sent(SERVICES[name], message)
        (post,) = [one for one in providers.posted if name != "matrix" or "/send/" in one.path]
        found[kind] = shown(post)

    words = json.dumps(found["trap"]["body"], ensure_ascii=False)
    for never in (*NEVER, *(("**b**",) if name in MARKDOWN else ())):
        assert never not in words
    compare(name, found)


async def test_a_mail_holds_both_parts_and_what_programs_need() -> None:
    """The text part is what a screen reader reads; the headers are what filters and threads live on."""
    found = {}
    with MailServer() as server:
        for message in (an_alert(), a_trap()):
            await sent(server.apprise_url, message)
        mails = server.ledger()
    for kind, mail in zip(("alert", "trap"), mails, strict=True):
        headers = {k: str(v) for k, v in mail.message.items() if k not in ("Date", "Content-Type")}
        found[kind] = {"headers": headers, "text": mail.text, "html": mail.html}

    assert "Bcc" not in found["trap"]["headers"]
    assert "evil.example" not in found["trap"]["text"] + found["trap"]["html"]
    compare("mail", found)
