"""E-mail with our own Message-ID and both parts, on Apprise's reading of the address and its SMTP connection."""

from __future__ import annotations

import smtplib
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr
from typing import Any, Final

from apprise.exception import AppriseException
from apprise.plugins.email.base import NotifyEmail
from apprise.plugins.email.smtp import AppriseSMTPController

from wirewatch.core.model.alert import Message, NotSent, Parcel, Receipt, Sent
from wirewatch.notify import escape
from wirewatch.notify.render import NO_WORDS, Dialect, Rendered, Words, render

ANSWER_S: Final = 25.0
"""How long a server may look at a letter: filters take their time, and who gives up early sends twice."""


@dataclass(slots=True)
class Letter:
    """What a mail carries, and to whom it went: a recipient who has it is not written to again."""

    parcel: Parcel
    words: Words = NO_WORDS
    delivered: set[str] = field(default_factory=set)


class StoryMail(NotifyEmail):  # type: ignore[misc]  # Apprise is not typed
    """Apprise's mail service, sending a letter of ours."""

    letter: Letter
    receipt: Receipt = NotSent(detail="nothing was sent")

    def send(self, *args: Any, **kwargs: Any) -> bool:
        """Send the letter to every recipient who does not have it yet."""
        del args, kwargs
        refused: list[tuple[str, smtplib.SMTPException | OSError]] = []
        try:
            with Controller(
                host=self.smtp_host,
                port=self.port,
                secure_mode=self.secure_mode,
                user=self.user,
                password=self.password,
                verify_certificate=self.verify_certificate,
                socket_connect_timeout=self.socket_connect_timeout,
            ) as smtp:
                for name, address in self.targets:
                    self._post(smtp, name, address, refused)
        except (OSError, smtplib.SMTPException, RuntimeError, AppriseException) as exc:
            self.receipt = not_sent(exc)
            return False
        self.receipt = _receipt(refused)
        return isinstance(self.receipt, Sent)

    def _post(
        self,
        smtp: Controller,
        name: str | bool,
        address: str,
        refused: list[tuple[str, smtplib.SMTPException | OSError]],
    ) -> None:
        copies = sorted((self.cc | self.bcc) - {address})
        waiting = [one for one in (address, *copies) if one not in self.letter.delivered]
        if not waiting:
            return
        letter = self._letter(name, address)
        try:
            missed = smtp.hand_over(self.from_addr[1], waiting, letter.as_bytes(policy=SMTP))
        except (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError) as exc:
            refused.append((address, exc))
            return
        self.letter.delivered.update(set(waiting) - missed.keys())
        refused += [
            (one, smtplib.SMTPRecipientsRefused({one: said})) for one, said in missed.items()
        ]

    def _letter(self, name: str | bool, address: str) -> EmailMessage:
        parcel, sender = self.letter.parcel, self.from_addr[1]
        message, alert = parcel.alert.message, parcel.alert
        text, page = both_parts(message, self.letter.words)
        domain = sender.rpartition("@")[2] or "wirewatch.invalid"
        letter = EmailMessage(policy=SMTP)
        letter["Subject"] = _subject(text)
        letter["From"] = formataddr((self.from_addr[0] or "Wirewatch", sender))
        letter["To"] = formataddr((str(name) if name else None, address))
        if self.cc:
            letter["Cc"] = ", ".join(sorted(self.cc))
        if self.reply_to:
            letter["Reply-To"] = ", ".join(sorted(self.reply_to))
        letter["Date"] = format_datetime(datetime.now(UTC))
        letter["Message-ID"] = f"<{parcel.delivery.key}@{domain}>"
        if alert.story_id is not None:
            anchor = f"<story-{alert.story_id}@{domain}>"
            letter["In-Reply-To"] = anchor
            letter["References"] = anchor
        if message.lists:
            letter["List-Id"] = f"<{_list_id(message.lists[0])}.wirewatch>"
        letter["Auto-Submitted"] = "auto-generated"
        for header, value in self.headers.items():
            if header not in letter:
                letter[header] = " ".join(str(value).split())
        letter.set_content(text.body)
        letter.add_alternative(page, subtype="html")
        return letter


class Controller(AppriseSMTPController):  # type: ignore[misc]  # Apprise is not typed
    """Apprise's connection, telling what the server said instead of a bare no."""

    def hand_over(
        self, sender: str, recipients: list[str], letter: bytes
    ) -> dict[str, tuple[int, bytes]]:
        """Send one letter; return who of several was refused. Raise what smtplib raises."""
        self._socket.sock.settimeout(ANSWER_S)
        refused: dict[str, tuple[int, bytes]] = self._socket.sendmail(sender, recipients, letter)
        return refused

    def knock(self) -> None:
        """Ask the server whether it is there, once logged in. Raise what smtplib raises."""
        self._socket.noop()


def both_parts(message: Message, words: Words) -> tuple[Rendered, str]:
    """Return subject and text, and the page; in the owner's words the page is the text."""
    text = render(message, Dialect.TEXT, words=words)
    if words.body is None:
        return text, render(message, Dialect.MAIL_HTML).body
    blocks = (f"<p>{escape.address(block)}</p>" for block in text.body.split("\n\n"))
    page = "".join(blocks).replace("\n", "<br>")
    return (
        text,
        f'<!doctype html><html><head><meta charset="utf-8"></head><body>{page}</body></html>',
    )


def _subject(rendered: Rendered) -> str:
    return rendered.subject or "Wirewatch"


def _list_id(name: str) -> str:
    return "".join(char if char.isascii() and char.isalnum() else "-" for char in name) or "list"


def _receipt(refused: list[tuple[str, smtplib.SMTPException | OSError]]) -> Receipt:
    if not refused:
        return Sent()
    receipts = [not_sent(exc, prefix=f"{address}: ") for address, exc in refused]
    return NotSent(
        detail="; ".join(receipt.detail for receipt in receipts),
        permanent=all(receipt.permanent for receipt in receipts),
    )


def not_sent(exc: BaseException, *, prefix: str = "") -> NotSent:
    """Say in the server's words why a mail was not taken, and whether it would be refused again (RFC 5321 § 4.2.1)."""
    codes: list[int] = []
    said = str(exc)
    if isinstance(exc, smtplib.SMTPRecipientsRefused):
        answers = exc.recipients.values()
        codes = [code for code, _ in answers]
        said = "; ".join(f"{code} {_words(words)}" for code, words in answers)
    elif isinstance(exc, smtplib.SMTPResponseException):
        codes = [exc.smtp_code]
        said = f"{exc.smtp_code} {_words(exc.smtp_error)}"
    permanent = bool(codes) and all(500 <= code < 600 and code != 521 for code in codes)
    kind = "" if codes else f"{type(exc).__name__}: "
    return NotSent(detail=f"{prefix}{kind}{said}".strip(), permanent=permanent)


def _words(raw: bytes | str) -> str:
    said = raw.decode("utf-8", "replace") if isinstance(raw, bytes) else raw
    return " ".join(said.split())
