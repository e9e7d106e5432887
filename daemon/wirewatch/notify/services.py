"""From an Apprise URL to a service object of its own, made anew for each message: throttles live in the object."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import apprise
from apprise.exception import AppriseException
from apprise.plugins import url_to_dict
from apprise.plugins.email.base import NotifyEmail

from wirewatch.core.model.alert import Message
from wirewatch.notify.console import register
from wirewatch.notify.limits import room_of
from wirewatch.notify.mail import ANSWER_S, StoryMail
from wirewatch.notify.redact import redact
from wirewatch.notify.render import NO_WORDS, SUBJECT_CHARS, Dialect, Rendered, Words, render

HEADERS_CARRY_KEY: Final = frozenset({"json", "jsons", "xml", "xmls", "form", "forms"})
"""Webhooks: the delivery key goes into a header."""

_MRKDWN: Final = frozenset({"slack", "gchat"})

_MARKED_TITLES: Final = frozenset({"discord", "workflow", "workflows", "msteams", "gchat"})
"""Services that read their marks in titles too."""

_LINES_IN_HTML: Final = frozenset({"tgram", "pover"})
"""Services that show a line break of the HTML as one; to others it is a space."""

_MARKDOWN_ANYHOW: Final = frozenset({"mmost", "mmosts", "zulip"})
"""Services that read Markdown in what Apprise takes for plain text."""


class BadChannelError(Exception):
    """A channel URL that is of no use; the message says why, without secrets."""


def asset() -> apprise.AppriseAsset:
    """Return how we appear: by name, without images from somebody's server."""
    return apprise.AppriseAsset(
        app_id="Wirewatch",
        app_desc="Wirewatch",
        app_url="",
        image_url_mask="",
        image_url_logo="",
        async_mode=False,
        http_redirects=False,  # requests makes a GET of a redirected POST: taken for sent, and lost
        plugin_paths=[],
    )


def schema_of(url: str) -> str:
    """Return the kind of a channel URL."""
    return url.partition("://")[0].lower()


def open_service(url: str) -> Any:
    """Return a fresh service. Raise BadChannelError with everything Apprise has to say against the URL."""
    register()
    if "://" not in url:
        raise BadChannelError(
            "it is not of the form kind://…, such as mailtos://user:password@example.org"
        )
    with captured() as said:
        try:
            service = apprise.Apprise.instantiate(url, asset=asset(), suppress_exceptions=False)
        except (AppriseException, TypeError, ValueError) as exc:
            raise BadChannelError(redact(str(exc) or "it is malformed", url)) from exc
        except KeyError as exc:
            raise BadChannelError(
                f"there is no kind of channel called {schema_of(url)}://"
            ) from exc
    if service is None:
        kind = schema_of(url)
        known = kind in apprise.plugins.N_MGR
        reason = (
            "; ".join(said) if known and said else f"there is no kind of channel called {kind}://"
        )
        raise BadChannelError(_tidy(reason, url))
    if said:
        raise BadChannelError(_tidy("; ".join(said), url))
    if isinstance(service, NotifyEmail):
        return StoryMail(**(url_to_dict(url) | {"asset": asset()}))
    if "rto=" not in url:
        service.socket_read_timeout = ANSWER_S
    return service


def _tidy(said: str, url: str) -> str:
    return redact(said.replace("~", ""), url).rstrip(" :")


def dialect_of(service: Any, url: str) -> tuple[Dialect, apprise.NotifyFormat]:
    """Return the richest rendering a service shows as it is, and Apprise's word for it."""
    formats = apprise.NotifyFormat
    if schema_of(url) in HEADERS_CARRY_KEY or schema_of(url) == "console":
        return Dialect.TEXT, formats.TEXT
    if schema_of(url) in _MARKDOWN_ANYHOW:
        return Dialect.MARKDOWN, formats.TEXT
    if isinstance(service, NotifyEmail):
        return Dialect.MAIL_HTML, formats.HTML
    if service.resolve_format(formats.HTML) == formats.HTML:
        lines = schema_of(url) in _LINES_IN_HTML
        return (Dialect.SIMPLE_HTML if lines else Dialect.BLOCK_HTML), formats.HTML
    if service.resolve_format(formats.MARKDOWN) == formats.MARKDOWN:
        return (Dialect.MRKDWN if schema_of(url) in _MRKDWN else Dialect.MARKDOWN), formats.MARKDOWN
    return Dialect.TEXT, formats.TEXT


def rendered_for(service: Any, url: str, message: Message, words: Words = NO_WORDS) -> Rendered:
    """Return a message as a service is to be sent it, fitted to what it takes."""
    schema = schema_of(url)
    title_room = int(service.title_maxlen)
    room = room_of(service, schema)
    titled = 0 < len(message.subject) <= min(title_room, SUBJECT_CHARS)
    return render(
        message,
        dialect_of(service, url)[0],
        max_body=room.most,
        max_subject=title_room,
        # The title has the headline already, unless it is cut; programs get both.
        with_headline=not titled or schema in HEADERS_CARRY_KEY,
        measure=room.measure,
        marked_subject=schema in _MARKED_TITLES,
        words=words,
    )


class _Collector(logging.Handler):
    """Keeps what one thread logs."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []
        self._thread = threading.get_ident()

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a line of our own thread."""
        if record.thread == self._thread:
            self.lines.append(record.getMessage())


@contextmanager
def captured() -> Iterator[list[str]]:
    """Collect what Apprise warns of while it works in this thread."""
    logger = logging.getLogger("apprise")
    collector = _Collector()
    logger.addHandler(collector)
    try:
        yield collector.lines
    finally:
        logger.removeHandler(collector)
