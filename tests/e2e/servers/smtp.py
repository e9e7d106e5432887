"""A mail server that keeps what it takes, and fails as mail servers do."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from enum import Enum, auto
from types import TracebackType
from typing import Self

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.e2e.servers import faults
from tests.e2e.servers.ledger import Ledger
from tests.e2e.servers.loopback import Loopback


class MailFault(Enum):
    """What may go wrong with a message."""

    TEMPORARY = auto()
    """451 after the text: not taken, to be tried again."""
    RECIPIENT_REFUSED = auto()
    """550 for its first recipient."""
    DROPPED = auto()
    """The connection breaks after the text: not taken."""
    TAKEN_THEN_DROPPED = auto()
    """The connection breaks after the message was taken: the sender cannot know."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """A message that was taken; *at* by the monotonic clock. *acknowledged*: the sender was told so."""

    at: float
    sender: str
    recipients: tuple[str, ...]
    message: EmailMessage
    acknowledged: bool

    def __repr__(self) -> str:
        return f"Mail({self.subject!r}, at={self.at:.3f}, acknowledged={self.acknowledged})"

    @property
    def subject(self) -> str:
        """Return the subject, decoded."""
        return str(self.message["Subject"])

    @property
    def text(self) -> str:
        """Return the plain part."""
        return self._part("plain")

    @property
    def html(self) -> str:
        """Return the HTML part, or an empty string."""
        return self._part("html")

    def _part(self, kind: str) -> str:
        part = self.message.get_body((kind,))
        return str(part.get_content()) if part is not None else ""


class MailServer:
    """A real SMTP server on loopback. Thread-safe; may be started once. *login* makes AUTH obligatory."""

    def __init__(
        self,
        *,
        fault: Iterator[MailFault | None] | None = None,
        delay: Iterator[float] | None = None,
        login: tuple[str, str] | None = None,
    ) -> None:
        self.faults = fault or faults.none()
        self.delays = delay or itertools.repeat(0.0)
        self.login = login
        self.taken: Ledger[Mail] = Ledger("mail")
        self.refused: Ledger[MailFault] = Ledger("mail refused")
        self._loopback = Loopback(self._protocol, name="mail-server")

    @property
    def port(self) -> int:
        """Return the port it listens on."""
        return self._loopback.port

    @property
    def apprise_url(self) -> str:
        """Return the Apprise URL that sends here."""
        user = f"{self.login[0]}:{self.login[1]}@" if self.login else ""
        addresses = "from=wirewatch@example.org&to=desk@example.org"
        return f"mailto://{user}127.0.0.1:{self.port}?{addresses}&mode=insecure"

    def start(self) -> None:
        """Begin to listen."""
        self._loopback.start()

    def stop(self) -> None:
        """End everything."""
        self._loopback.stop()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        exc: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def heal(self) -> None:
        """Let nothing go wrong from now on."""
        self.faults = faults.none()

    def ledger(self) -> tuple[Mail, ...]:
        """Return the messages taken so far."""
        return self.taken.rows()

    def wait_for(
        self, predicate: Callable[[tuple[Mail, ...]], bool], timeout: float
    ) -> tuple[Mail, ...]:
        """Wait until the messages taken satisfy *predicate*. Raise AssertionError after *timeout* seconds."""
        return self.taken.wait_for(predicate, timeout)

    def _protocol(self) -> asyncio.BaseProtocol:
        return _Connection(self, self._loopback)


class _Connection(SMTP):
    """One connection."""

    def __init__(self, server: MailServer, loopback: Loopback) -> None:
        self._loopback = loopback
        super().__init__(
            _Hooks(self, server),
            hostname="mail.example.org",
            ident="mail server of a test",
            loop=asyncio.get_running_loop(),
            auth_require_tls=False,
            authenticator=_authenticator(server.login),
        )

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._loopback.opened(transport)
        super().connection_made(transport)

    async def break_off(self) -> None:
        """Close the connection without a word; aiosmtpd then cancels the conversation."""
        if isinstance(self.transport, asyncio.Transport):
            self.transport.abort()
        await asyncio.Event().wait()


class _Hooks:
    """What happens to each message. A fault is chosen when a message's first recipient is named."""

    def __init__(self, connection: _Connection, server: MailServer) -> None:
        self._connection = connection
        self._server = server
        self._fault: MailFault | None = None

    async def handle_MAIL(  # noqa: N802  aiosmtpd finds it by this name
        self, _smtp: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self._server.login and not session.authenticated:
            return "530 5.7.0 Authentication required"
        self._fault = next(self._server.faults)
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(  # noqa: N802  aiosmtpd finds it by this name
        self, _smtp: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self._fault is MailFault.RECIPIENT_REFUSED:
            self._server.refused.add(self._fault)
            self._fault = None
            return "550 5.1.1 No such mailbox"
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 OK"

    async def handle_DATA(  # noqa: N802  aiosmtpd finds it by this name
        self, _smtp: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        server, fault = self._server, self._fault
        if fault is MailFault.TEMPORARY:
            server.refused.add(fault)
            return "451 4.3.0 Try again later"
        if fault is MailFault.DROPPED:
            server.refused.add(fault)
            await self._connection.break_off()
        mail = _mail(envelope)
        number = server.taken.add(mail)
        await asyncio.sleep(next(server.delays))
        if fault is MailFault.TAKEN_THEN_DROPPED:
            await self._connection.break_off()
        server.taken.amend(number, replace(mail, acknowledged=True))
        return "250 2.0.0 Taken"


def _mail(envelope: Envelope) -> Mail:
    content = envelope.original_content or b""
    message = message_from_bytes(content, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return Mail(
        at=time.monotonic(),
        sender=envelope.mail_from or "",
        recipients=tuple(envelope.rcpt_tos),
        message=message,
        acknowledged=False,
    )


def _authenticator(login: tuple[str, str] | None) -> Callable[..., AuthResult]:
    def authenticate(
        _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, given: object
    ) -> AuthResult:
        expected = LoginPassword(*(one.encode() for one in login)) if login else None
        return AuthResult(success=given == expected, handled=False)

    return authenticate
