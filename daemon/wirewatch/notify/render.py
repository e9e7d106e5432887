"""From a message to HTML, Markdown and plain text. Pure: the same message, the same words."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from enum import Enum, auto
from typing import Final

from wirewatch.core.model.alert import Item, Message
from wirewatch.core.model.hit import Snippet
from wirewatch.notify import escape, facts
from wirewatch.notify.cut import shorten, shorten_snippet
from wirewatch.notify.template import BadTemplateError, fill

SUBJECT_CHARS: Final = 120
_SNIPPET_STEPS: Final = (300, 200, 120, 60)
_ITEM_STEPS: Final = (100, 60, 40, 25, 15, 10, 6, 4, 2, 1)
_HEADLINE_STEPS: Final = (300, 200, 120, 60, 30, 12, 0)


class Dialect(Enum):
    """What a service shows."""

    MAIL_HTML = auto()
    SIMPLE_HTML = auto()
    """A few inline tags, line breaks shown: Telegram and Pushover."""
    BLOCK_HTML = auto()
    """Paragraphs and quotations: Matrix, and services that send mail."""
    MARKDOWN = auto()
    MRKDWN = auto()
    """Slack's and Google Chat's kind, in which backslashes are shown."""
    TEXT = auto()


@dataclass(frozen=True, slots=True)
class Rendered:
    """A subject of one line, and a body."""

    subject: str
    body: str


@dataclass(frozen=True, slots=True)
class Words:
    """The owner's templates for a channel; None: ours."""

    subject: str | None = None
    body: str | None = None


NO_WORDS: Final = Words()


def render(
    message: Message,
    dialect: Dialect,
    *,
    max_body: int | None = None,
    max_subject: int | None = None,
    with_headline: bool = True,
    measure: Callable[[str], int] = len,
    marked_subject: bool = False,
    words: Words = NO_WORDS,
) -> Rendered:
    """Return a message in a dialect, fitted to the limits: sentences go first, the link stays.

    *measure* is how the service counts the length of a body; *marked_subject*: it reads its marks in titles too.
    *words* are the owner's templates; should one fail on a message, the message is told in ours.
    """
    subject_of, body_of = _templates(words, dialect)
    if subject_of is not None:
        message = replace(message, subject=escape.one_line(subject_of(message)))
    limit = SUBJECT_CHARS if max_subject is None else min(max_subject, SUBJECT_CHARS)
    subject = _subject(message, dialect if marked_subject else Dialect.TEXT, limit)
    write = body_of or _WRITERS[dialect]
    for smaller in _smaller(message):
        body = write(smaller, with_headline)
        if max_body is None or max_body <= 0 or measure(body) <= max_body:
            return Rendered(subject, body)
    return Rendered(subject, _barest(message, write, max_body or 0, measure))


def _subject(message: Message, dialect: Dialect, limit: int) -> str:
    """Return a title; escaping makes it longer, so what is escaped is cut before."""
    if limit <= 0:
        return ""
    quote = _SUBJECTS.get(dialect, escape.text)
    for chars in range(limit, 0, -8):
        subject = quote(shorten(escape.one_line(message.subject), chars))
        if len(subject) <= limit or (dialect is not Dialect.TEXT and len(subject) <= 2 * limit):
            return subject
    return ""


def _barest(
    message: Message,
    write: Callable[[Message, bool], str],
    max_body: int,
    measure: Callable[[str], int],
) -> str:
    """Return as much of the headline as fits beside the link; a link that does not fit itself goes."""
    headline = escape.one_line(message.headline)
    for link in (message.link, None):
        for chars in _HEADLINE_STEPS:
            bare = Message(subject="", headline=shorten(headline, chars), link=link)
            body = write(bare, True)
            if body and measure(body) <= max_body:
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
    written = (escape.piece(one.text, hit if one.hit else plain) for one in snippet.pieces)
    return _ends(snippet, "".join(written))


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
    return f'<a href="{escape.address(link)}">{line}</a>' if link else line


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
    heading, quotes, rest = _html_parts(message, with_headline)
    return "\n\n".join(part for part in (heading, *quotes, *rest) if part)


def _block_html(message: Message, with_headline: bool) -> str:
    heading, quotes, rest = _html_parts(message, with_headline)
    parts = [f"<p>{heading}</p>" if heading else ""]
    parts += [f"<blockquote>{quote}</blockquote>" for quote in quotes]
    parts += [f"<p>{part}</p>" for part in rest if part]
    return "".join(parts).replace("\n", "<br/>")


def _html_parts(message: Message, with_headline: bool) -> tuple[str, list[str], list[str]]:
    """Return the heading, the sentences, and what comes after them, in inline HTML."""

    def mark(words: str) -> str:
        return f"<b>{escape.simple_html(words)}</b>"

    link = escape.safe_link(message.link)
    heading = []
    if with_headline and message.headline:
        title = escape.simple_html(message.headline)
        heading = [
            f'<b><a href="{escape.address(link)}">{title}</a></b>' if link else f"<b>{title}</b>"
        ]
    heading += [
        escape.simple_html(line) for line in (facts.byline(message), facts.watches(message)) if line
    ]
    quotes = [_pieces(one, escape.simple_html, mark) for one in message.snippets]
    rest = [escape.simple_html(block) for block in _blocks(message)]
    rest += [_linked(one, escape.simple_html) for one in message.items]
    rest += ["\n".join(escape.simple_html(line) for line in _small_print(message))]
    rest += [escape.address(_link_line(message))]
    return "\n".join(heading), quotes, rest


_QUIET: Final = "font-size:13px;color:#6b7280"
_HIT: Final = "background:#fde68a;color:#111827;padding:0 2px"
_QUOTE: Final = "margin:8px 0;padding:6px 12px;border-left:3px solid #f59e0b"


def _mail_html(message: Message, with_headline: bool) -> str:
    def mark(words: str) -> str:
        return f'<b style="{_HIT}">{escape.html(words)}</b>'

    link = escape.safe_link(message.link)
    shown = escape.address(_link_line(message))
    title = escape.html(message.headline)
    if link:
        title = f'<a href="{escape.address(link)}">{title}</a>'
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
        parts.append(f'<p style="font-size:13px"><a href="{escape.address(link)}">{shown}</a></p>')
    head = '<!doctype html><html><head><meta charset="utf-8"></head>'
    style = "font-family:system-ui,sans-serif;font-size:15px;line-height:1.45;max-width:42em"
    return f'{head}<body style="{style}">{"".join(parts)}</body></html>'


def _templates(
    words: Words, dialect: Dialect
) -> tuple[Callable[[Message], str] | None, Callable[[Message, bool], str] | None]:
    """Return what writes subject and body in the owner's words, None where there are none."""
    quote, mark = _QUOTES[dialect]

    def subject(message: Message) -> str:
        try:
            return fill(words.subject or "", message, _as_it_is, _as_it_is) or message.subject
        except BadTemplateError:
            return message.subject

    def body(message: Message, with_headline: bool) -> str:
        try:
            own = fill(words.body or "", message, quote, mark)
        except BadTemplateError:
            own = ""
        return own or _WRITERS[dialect](message, with_headline)

    return (subject if words.subject else None), (body if words.body else None)


def _as_it_is(text: str) -> str:
    """Return what is escaped later, with the whole subject."""
    return text


def _bracketed(words: str) -> str:
    return f"[{escape.text(words)}]"


def _bold(quote: Callable[[str], str]) -> tuple[Callable[[str], str], Callable[[str], str]]:
    return quote, lambda words: f"**{quote(words)}**"


def _strong(words: str) -> str:
    return f"<b>{escape.simple_html(words)}</b>"


_QUOTES: Final = {
    Dialect.TEXT: (escape.text, _bracketed),
    Dialect.MARKDOWN: _bold(escape.markdown),
    Dialect.MRKDWN: _bold(escape.mrkdwn),
    Dialect.SIMPLE_HTML: (escape.simple_html, _strong),
    Dialect.BLOCK_HTML: (escape.simple_html, _strong),
    Dialect.MAIL_HTML: (escape.html, _strong),
}

_SUBJECTS: Final = {Dialect.MARKDOWN: escape.markdown, Dialect.MRKDWN: escape.mrkdwn}

_WRITERS: Final[dict[Dialect, Callable[[Message, bool], str]]] = {
    Dialect.TEXT: _text,
    Dialect.MARKDOWN: _marked(escape.markdown, "**"),
    Dialect.MRKDWN: _marked(escape.mrkdwn, "**"),  # Apprise turns ** into the service's own *
    Dialect.SIMPLE_HTML: _simple_html,
    Dialect.BLOCK_HTML: _block_html,
    Dialect.MAIL_HTML: _mail_html,
}
