"""From a message to HTML, Markdown and plain text. Pure: the same message, the same words."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from enum import Enum, auto
from typing import Final

from wirewatch.core.model.alert import Item, Message
from wirewatch.core.model.hit import Piece, Snippet
from wirewatch.notify import escape, facts
from wirewatch.notify.cut import shorten, shorten_snippet

SUBJECT_CHARS: Final = 120
_SNIPPET_STEPS: Final = (300, 200, 120, 60)
_ITEM_STEPS: Final = (100, 60, 40, 25, 15, 10, 6, 4, 2, 1)
_HEADLINE_STEPS: Final = (300, 200, 120, 60, 30, 12, 0)


class Dialect(Enum):
    """What a service shows."""

    MAIL_HTML = auto()
    SIMPLE_HTML = auto()
    """A few inline tags: Telegram and its like."""
    MARKDOWN = auto()
    MRKDWN = auto()
    """Slack's and Google Chat's kind, in which backslashes are shown."""
    TEXT = auto()


@dataclass(frozen=True, slots=True)
class Rendered:
    """A subject of one line, and a body."""

    subject: str
    body: str


def render(
    message: Message,
    dialect: Dialect,
    *,
    max_body: int | None = None,
    max_subject: int | None = None,
    with_headline: bool = True,
) -> Rendered:
    """Return a message in a dialect, fitted to the limits: sentences go first, the link stays."""
    limit = SUBJECT_CHARS if max_subject is None else min(max_subject, SUBJECT_CHARS)
    subject = shorten(escape.text(message.subject), limit) if limit > 0 else ""
    write = _WRITERS[dialect]
    for smaller in _smaller(message):
        body = write(smaller, with_headline)
        if max_body is None or max_body <= 0 or len(body) <= max_body:
            return Rendered(subject, body)
    return Rendered(subject, _barest(message, write, max_body or 0))


def _barest(message: Message, write: Callable[[Message, bool], str], max_body: int) -> str:
    """Return as much of the headline as fits beside the link; a link that does not fit itself goes."""
    headline = escape.one_line(message.headline)
    for link in (message.link, None):
        for chars in _HEADLINE_STEPS:
            bare = Message(subject="", headline=shorten(headline, chars), link=link)
            body = write(bare, True)
            if body and len(body) <= max_body:
                return body
    return ""


def _smaller(message: Message) -> Iterable[Message]:
    """Yield the message and ever shorter versions of it."""
    yield message
    for count in (step for step in _ITEM_STEPS if step < len(message.items)):
        more = f"And {len(message.items) - count} more: wirewatch hits"
        yield replace(message, items=message.items[:count], note=more)
    for chars in _SNIPPET_STEPS:
        short = tuple(shorten_snippet(one, chars) for one in message.snippets)
        for count in range(len(short), 0, -1):
            yield replace(message, snippets=short[:count], body=_short_body(message, chars * 4))
    plain = replace(message, snippets=(), matched=(), body=_short_body(message, 200))
    yield plain
    yield replace(plain, also_in=message.also_in[:3], note=None)
    yield replace(plain, also_in=(), note=None, watches=message.watches[:3])


def _short_body(message: Message, chars: int) -> str | None:
    return shorten(message.body, chars) if message.body else None


def _ends(snippet: Snippet, inner: str) -> str:
    before = "… " if snippet.cut_before else ""
    after = " …" if snippet.cut_after else ""
    return f"{before}{inner}{after}"


def _pieces(snippet: Snippet, plain: Callable[[str], str], hit: Callable[[str], str]) -> str:
    return _ends(snippet, "".join(_piece(piece, plain, hit) for piece in snippet.pieces))


def _piece(piece: Piece, plain: Callable[[str], str], hit: Callable[[str], str]) -> str:
    """Write one piece, keeping the blanks at its ends, which escaping to one line would take."""
    bare = escape.clean(piece.text)
    lead = " " if bare[:1].isspace() else ""
    tail = " " if bare[-1:].isspace() and bare.strip() else ""
    core = (hit if piece.hit else plain)(bare) if bare.strip() else ""
    return f"{lead}{core}{tail}"


def _small_print(message: Message) -> list[str]:
    lines = (facts.also_in(message), facts.delay(message), message.note)
    return [line for line in lines if line]


def _text(message: Message, with_headline: bool) -> str:
    def mark(words: str) -> str:
        return f"[{escape.text(words)}]"

    heading = [escape.text(message.headline)] if with_headline else []
    heading += [
        escape.text(line) for line in (facts.byline(message), facts.watches(message)) if line
    ]
    parts = ["\n".join(heading)]
    parts += [_pieces(one, escape.text, mark) for one in message.snippets]
    parts += [escape.text(block) for block in _blocks(message)]
    parts += [_two_lines(f"- {escape.text(_line(one))}", one) for one in message.items]
    parts += ["\n".join(escape.text(line) for line in _small_print(message))]
    parts += [_link_line(message)]
    return "\n\n".join(part for part in parts if part)


def _link_line(message: Message) -> str:
    return escape.safe_link(message.link) or ""


def _blocks(message: Message) -> list[str]:
    return [block for block in (message.body or "").split("\n\n") if block.strip()]


def _line(item: Item) -> str:
    return f"{item.headline} ({item.outlet})" if item.outlet else item.headline


def _two_lines(line: str, item: Item) -> str:
    link = escape.safe_link(item.link)
    return f"{line}\n{link}" if link else line


def _linked(item: Item, quote: Callable[[str], str]) -> str:
    link = escape.safe_link(item.link)
    line = quote(_line(item))
    return f'<a href="{escape.html(link)}">{line}</a>' if link else line


def _marked(quote: Callable[[str], str], bold: str) -> Callable[[Message, bool], str]:
    def mark(words: str) -> str:
        return f"{bold}{quote(words)}{bold}"

    def write(message: Message, with_headline: bool) -> str:
        heading = [mark(message.headline)] if with_headline and message.headline else []
        lines = (facts.byline(message), facts.watches(message))
        heading += [quote(line) for line in lines if line]
        parts = ["\n".join(heading)]
        parts += [f"> {_pieces(one, quote, mark)}" for one in message.snippets]
        parts += [quote(block) for block in _blocks(message)]
        parts += [_two_lines(f"• {quote(_line(one))}", one) for one in message.items]
        parts += ["\n".join(quote(line) for line in _small_print(message))]
        parts += [_link_line(message)]
        return "\n\n".join(part for part in parts if part)

    return write


def _simple_html(message: Message, with_headline: bool) -> str:
    def mark(words: str) -> str:
        return f"<b>{escape.simple_html(words)}</b>"

    link = escape.safe_link(message.link)
    heading = []
    if with_headline and message.headline:
        title = escape.simple_html(message.headline)
        heading = [
            f'<b><a href="{escape.html(link)}">{title}</a></b>' if link else f"<b>{title}</b>"
        ]
    heading += [
        escape.simple_html(line) for line in (facts.byline(message), facts.watches(message)) if line
    ]
    parts = ["\n".join(heading)]
    parts += [_pieces(one, escape.simple_html, mark) for one in message.snippets]
    parts += [escape.simple_html(block) for block in _blocks(message)]
    parts += [_linked(one, escape.simple_html) for one in message.items]
    parts += ["\n".join(escape.simple_html(line) for line in _small_print(message))]
    parts += [escape.simple_html(_link_line(message))]
    return "\n\n".join(part for part in parts if part)


_QUIET: Final = "font-size:13px;color:#6b7280"
_HIT: Final = "background:#fde68a;color:#111827;padding:0 2px"
_QUOTE: Final = "margin:8px 0;padding:6px 12px;border-left:3px solid #f59e0b"


def _mail_html(message: Message, with_headline: bool) -> str:
    def mark(words: str) -> str:
        return f'<b style="{_HIT}">{escape.html(words)}</b>'

    link = escape.safe_link(message.link)
    shown = escape.html(_link_line(message))
    title = escape.html(message.headline)
    if link:
        title = f'<a href="{escape.html(link)}">{title}</a>'
    lines = [facts.watches(message), facts.byline(message)]
    about = " · ".join(escape.html(line) for line in lines if line)
    parts = [f'<p style="{_QUIET}">{about}</p>' if about else ""]
    if with_headline and message.headline:
        parts.append(f'<h2 style="margin:0 0 8px;font-size:19px">{title}</h2>')
    parts += [
        f'<blockquote style="{_QUOTE}">{_pieces(one, escape.html, mark)}</blockquote>'
        for one in message.snippets
    ]
    parts += [f"<p>{escape.html(block)}</p>" for block in _blocks(message)]
    parts += [f"<p>{_linked(one, escape.html)}</p>" for one in message.items]
    parts += [f'<p style="{_QUIET}">{escape.html(line)}</p>' for line in _small_print(message)]
    if link:
        parts.append(f'<p style="font-size:13px"><a href="{escape.html(link)}">{shown}</a></p>')
    head = '<!doctype html><html><head><meta charset="utf-8"></head>'
    style = "font-family:system-ui,sans-serif;font-size:15px;line-height:1.45;max-width:42em"
    return f'{head}<body style="{style}">{"".join(parts)}</body></html>'


_WRITERS: Final[dict[Dialect, Callable[[Message, bool], str]]] = {
    Dialect.TEXT: _text,
    Dialect.MARKDOWN: _marked(escape.markdown, "**"),
    Dialect.MRKDWN: _marked(escape.mrkdwn, "**"),  # Apprise turns ** into the service's own *
    Dialect.SIMPLE_HTML: _simple_html,
    Dialect.MAIL_HTML: _mail_html,
}
