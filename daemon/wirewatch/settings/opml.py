"""OPML, in which feed readers exchange their subscriptions: read within bounds, written so that they read it back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Final
from xml.parsers import expat

from wirewatch.core.model.feed import FeedSpec
from wirewatch.core.urls import canonical_url, host_of, is_web_url
from wirewatch.settings.redact import printable, redact_url
from wirewatch.settings.userinfo import basic_auth, without_userinfo

MAX_BYTES: Final = 16 * 1024 * 1024
MAX_OUTLINES: Final = 100_000
MAX_DEPTH: Final = 1_000
MAX_PROBLEMS: Final = 1_000
_MAX_TAGS: Final = 32


@dataclass(frozen=True, slots=True)
class OpmlProblem:
    """Something in the file that was left out, and why."""

    line: int | None
    message: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.message}" if self.line is not None else self.message


@dataclass(frozen=True, slots=True, kw_only=True)
class OpmlReport:
    """What a file held."""

    feeds: tuple[FeedSpec, ...]
    lines: tuple[int, ...]
    """The line of each feed."""
    problems: tuple[OpmlProblem, ...]
    whole: bool
    """The file was read to its end; if not, the last problem says why."""


def read_opml(raw: bytes) -> OpmlReport:
    """Read every feed that can be read, folders and categories as tags. Never raises, whatever the file is."""
    reader = _Reader()
    whole = reader.read(raw)
    return OpmlReport(
        feeds=tuple(reader.feeds),
        lines=tuple(reader.lines),
        problems=tuple(reader.problems),
        whole=whole,
    )


def write_opml(feeds: Iterable[FeedSpec], *, title: str = "Wirewatch") -> str:
    """Write feeds as OPML 2.0, each in a folder named after its first tag; passwords and headers are left out."""
    folders: dict[str, list[FeedSpec]] = {}
    for feed in feeds:
        folders.setdefault(feed.tags[0] if feed.tags else "", []).append(feed)
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<opml version="2.0">',
        f"  <head><title>{escape(_clean(title))}</title></head>",
        "  <body>",
    ]
    for folder, members in folders.items():
        if folder:
            lines.append(f"    <outline text={_quoted(folder)}>")
        lines += [_outline(feed) for feed in members]
        if folder:
            lines.append("    </outline>")
    return "\n".join([*lines, "  </body>", "</opml>", ""])


class _StopError(Exception):
    """The rest of the file is not worth reading."""


class _Reader:
    """Keeps one list of open elements, so that depth costs memory and never the stack."""

    def __init__(self) -> None:
        self.feeds: list[FeedSpec] = []
        self.lines: list[int] = []
        self.problems: list[OpmlProblem] = []
        self._open: list[str] = []
        """The folders we are in; empty for elements that are none."""
        self._seen: dict[str, int] = {}
        self._outlines = 0
        self._begun = False
        self._above = 0
        """Empty lines before the declaration: XML forbids them, and programs write them."""
        self._parser = expat.ParserCreate()
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.EntityDeclHandler = self._entity

    def read(self, raw: bytes) -> bool:
        if len(raw) > MAX_BYTES:
            self._problem(None, f"larger than {MAX_BYTES // 1024**2} MiB: not read")
            return False
        try:
            bare = raw.lstrip()
            self._above = raw[: len(raw) - len(bare)].count(b"\n")
            self._parser.Parse(bare, True)
        except _StopError as stop:
            self._problem(self._line(), str(stop))
            return False
        except (expat.ExpatError, ValueError, LookupError) as error:
            if not self._begun and b"<html" in raw[:2000].lower():
                self._problem(None, "is not OPML but a web page; perhaps it asks for a log-in")
            else:
                self._broken(error)
            return False
        return True

    def _broken(self, error: Exception) -> None:
        reason = str(error).partition(": line")[0]
        line = error.lineno + self._above if isinstance(error, expat.ExpatError) else None
        kept = f"; {len(self.feeds)} feeds stand before it" if self.feeds else ""
        self._problem(line, f"is not well-formed XML: {reason}{kept}")

    def _line(self) -> int:
        return int(self._parser.CurrentLineNumber) + self._above

    def _problem(self, line: int | None, message: str) -> None:
        self.problems.append(OpmlProblem(line, message))

    def _entity(self, *_: object) -> None:
        raise _StopError("declares entities of its own: not read")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._begun = True
        if not self._open and name.casefold() != "opml":
            raise _StopError(f"is not OPML: it begins with <{printable(name)[:40]}>")
        folder = ""
        if name.casefold() == "outline":
            folder = self._outline({key.casefold(): text for key, text in attributes.items()})
        self._open.append(folder)
        if len(self._open) > MAX_DEPTH:
            raise _StopError(f"folders stand more than {MAX_DEPTH} deep in each other: not read")

    def _end(self, _: str) -> None:
        self._open.pop()

    def _outline(self, attributes: Mapping[str, str]) -> str:
        """Take a feed, or return the name of a folder."""
        self._outlines += 1
        if self._outlines > MAX_OUTLINES:
            raise _StopError(f"holds more than {MAX_OUTLINES} outlines: the rest is not read")
        if len(self.problems) > MAX_PROBLEMS:
            raise _StopError(f"more than {MAX_PROBLEMS} problems: the rest is not read")
        title = _line_of_text(attributes.get("title") or attributes.get("text") or "")
        if "xmlurl" not in attributes:
            if attributes.get("type", "").casefold() == "rss":
                self._problem(self._line(), f'"{printable(title)}" has no xmlUrl')
            return title
        self._feed(title, attributes)
        return ""

    def _feed(self, title: str, attributes: Mapping[str, str]) -> None:
        url = _web(attributes["xmlurl"].strip())
        line = self._line()
        if not is_web_url(url):
            self._problem(line, f'"{printable(redact_url(url))}" is not a web address')
            return
        key = canonical_url(url)
        if key in self._seen:
            first = self._seen[key]
            self._problem(line, f'"{printable(redact_url(url))}" stands in line {first} already')
            return
        self._seen[key] = line
        tags = _tags([*self._open, *attributes.get("category", "").split(",")])
        bare, login = without_userinfo(url)
        headers = (basic_auth(*login),) if login else ()
        name = title or host_of(url)
        self.feeds.append(FeedSpec(url=bare, name=name, tags=tags, headers=headers))
        self.lines.append(line)


def _web(url: str) -> str:
    """Turn the ``feed:`` of old readers into what it stands for."""
    if not url.casefold().startswith("feed:"):
        return url
    rest = url[5:].removeprefix("//")
    return rest if rest.casefold().startswith(("http://", "https://")) else f"http://{rest}"


def _tags(names: Sequence[str]) -> tuple[str, ...]:
    parts = (part.strip().strip("/") for name in names for part in name.split(","))
    return tuple(dict.fromkeys(_line_of_text(part) for part in parts if part.strip()))[:_MAX_TAGS]


def _line_of_text(text: str) -> str:
    """Make one printable line of at most 200 signs: names end up in logs, headers and lists."""
    line = " ".join(text.split())
    return "".join(sign for sign in line if sign.isprintable())[:200].strip()


def _outline(feed: FeedSpec) -> str:
    category = f" category={_quoted(','.join(feed.tags[1:]))}" if feed.tags[1:] else ""
    indent = "      " if feed.tags else "    "
    name = _quoted(feed.name)
    return (
        f'{indent}<outline type="rss" text={name} title={name}{category}'
        f" xmlUrl={_quoted(feed.url)}/>"
    )


def _quoted(text: str) -> str:
    return f'"{escape(_clean(text))}"'


def _clean(text: str) -> str:
    """Leave out what XML 1.0 cannot hold."""
    return "".join(
        sign
        for sign in text
        if sign >= " " and sign not in "\ufffe\uffff" and not "\ud800" <= sign <= "\udfff"
    )
