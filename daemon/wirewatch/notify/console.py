"""``console://``: alerts to standard output, for people without a channel and for the demonstration."""

from __future__ import annotations

import os
import sys
import threading
from typing import Any, Final

from apprise import NotifyFormat
from apprise.plugins import N_MGR
from apprise.plugins.base import NotifyBase

from wirewatch.core.model.alert import Message
from wirewatch.core.model.hit import Piece, Snippet
from wirewatch.notify import escape, facts

_BELL: Final = "\N{BLACK RIGHT-POINTING TRIANGLE}"
_lock = threading.Lock()


class ConsoleService(NotifyBase):  # type: ignore[misc]  # Apprise is not typed
    """Writes alerts to standard output."""

    service_name = "Console"
    protocol = "console"
    title_maxlen = 0
    notify_format = NotifyFormat.TEXT
    templates = ("{schema}://",)

    message: Message | None = None
    """The message itself, so that it can be laid out for a terminal."""

    def send(self, body: str, *args: Any, **kwargs: Any) -> bool:
        """Write one alert, whole, even when several channels do so at once."""
        del args, kwargs
        text = body if self.message is None else lay_out(self.message, coloured=_is_coloured())
        with _lock:
            sys.stdout.write(f"\n{text}\n\n")
            sys.stdout.flush()
        return True

    def url(self, privacy: bool = False, *args: Any, **kwargs: Any) -> str:
        """Return the address."""
        del privacy, args, kwargs
        return "console://"

    @staticmethod
    def parse_url(url: str, *args: Any, **kwargs: Any) -> dict[str, Any] | None:
        """Accept ``console://`` with anything after it."""
        del args, kwargs
        parsed: dict[str, Any] | None = NotifyBase.parse_url(url, verify_host=False)
        return parsed


def register() -> None:
    """Make ``console://`` known to Apprise; done once."""
    with _lock:
        if "console" not in N_MGR:
            N_MGR.add(ConsoleService, schemas=("console",))


def _is_coloured() -> bool:
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR")


def lay_out(message: Message, *, coloured: bool) -> str:
    """Return an alert for a terminal: the words found in colour, or in brackets."""

    def hit(piece: Piece) -> str:
        words = escape.one_line(piece.text)
        return f"\x1b[1;33m{words}\x1b[0m" if coloured else f"[{words}]"

    def sentence(snippet: Snippet) -> str:
        line = ""
        for piece in snippet.pieces:
            bare = escape.clean(piece.text)
            lead = " " if bare[:1].isspace() else ""
            tail = " " if bare[-1:].isspace() and bare.strip() else ""
            words = hit(piece) if piece.hit else escape.one_line(bare)
            line += f"{lead}{words}{tail}"
        before, after = "… " * snippet.cut_before, " …" * snippet.cut_after
        return f"  {before}{line}{after}"

    headline = escape.one_line(message.headline)
    bold = f"\x1b[1m{headline}\x1b[0m" if coloured else headline
    heading = [facts.watches(message), facts.byline(message)]
    lines = [
        f"{_BELL} {escape.one_line(' · '.join(line for line in heading if line))}",
        f"  {bold}",
    ]
    lines += [sentence(snippet) for snippet in message.snippets]
    lines += [
        f"  {escape.one_line(block)}" for block in (message.body or "").split("\n\n") if block
    ]
    small = [facts.also_in(message), facts.delay(message), message.note]
    lines += [f"  {escape.one_line(line)}" for line in small if line]
    link = escape.safe_link(message.link)
    return "\n".join([*lines, f"  {link}"] if link else lines)
