"""Adds, removes and pauses what the configuration holds: comments stay, nothing wrong is ever written."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Final

from wirewatch.core.model.feed import ArticleMode, FeedSpec, FirstPoll
from wirewatch.core.urls import canonical_url
from wirewatch.errors import ConfigError, Fault
from wirewatch.settings.channels import CheckChannel, CheckTemplate
from wirewatch.settings.durations import spell_duration
from wirewatch.settings.faults import place_of
from wirewatch.settings.lists import MAIN, CheckQuery, TryWatch, watch_name
from wirewatch.settings.load import Assembled, assemble
from wirewatch.settings.sources import Found, TextSource, UnreadableError, decoded, read_bytes
from wirewatch.settings.suggest import hint_for
from wirewatch.settings.textedit import (
    InlineError,
    Value,
    spell_key,
    table,
    with_line,
    with_setting,
    with_table,
    without_line,
    without_table,
)
from wirewatch.settings.watchlists import read_watchlist
from wirewatch.settings.write import locked, replace_text

_BOM: Final = b"\xef\xbb\xbf"
_DIGITS: Final = re.compile(r"\d+")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewFeed:
    """A feed to be written down; what is None or empty is left out."""

    url: str
    name: str | None = None
    tags: tuple[str, ...] = ()
    every: timedelta | None = None
    language: str | None = None
    article: ArticleMode | None = None
    first_poll: FirstPoll | None = None
    paused: bool = False
    headers: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, spec: FeedSpec) -> NewFeed:
        """Return a feed as an OPML file holds it: no more than address, name, tags and log-in."""
        return cls(url=spec.url, name=spec.name, tags=spec.tags, headers=spec.headers)

    def settings(self) -> dict[str, Value]:
        """Return what is written."""
        written: dict[str, Value | None] = {
            "name": self.name,
            "url": self.url,
            "tags": self.tags or None,
            "every": spell_duration(self.every) if self.every else None,
            "language": self.language,
            "article": self.article.value if self.article else None,
            "first_poll": self.first_poll.value if self.first_poll else None,
            "paused": self.paused or None,
            "headers": dict(self.headers) or None,
        }
        return {key: value for key, value in written.items() if value is not None}


@dataclass(frozen=True, slots=True)
class Change:
    """The new text of one file."""

    path: Path
    text: str


class Editor:
    """Edits one configuration and the files that belong to it.

    Every method returns the file it wrote, None where nothing had to be written. It raises ConfigError, and writes
    nothing, when what is asked for is not there or would bring a fault the configuration does not have yet; faults it
    has already, such as a credential only the service can read, stand in nobody's way.
    """

    def __init__(
        self,
        config: Path,
        environ: Mapping[str, str],
        *,
        check_query: CheckQuery | None = None,
        try_watch: TryWatch | None = None,
        check_channel: CheckChannel | None = None,
        check_template: CheckTemplate | None = None,
    ) -> None:
        self._config = config
        self._environ = environ
        self._check_query = check_query
        self._try_watch = try_watch
        self._check_channel = check_channel
        self._check_template = check_template

    def add_feed(self, feed: NewFeed) -> Path | None:
        """Add a feed."""
        return self._edit(lambda now: self._with_feeds(now, [feed]))

    def import_feeds(self, feeds: Sequence[FeedSpec]) -> tuple[str, ...]:
        """Add those of the feeds whose address is not configured yet; return their names, made unique."""
        added: list[NewFeed] = []

        def plan(now: Assembled) -> Change | None:
            added.extend(_not_yet(now, feeds))
            return self._with_feeds(now, added) if added else None

        self._edit(plan)
        return tuple(str(feed.name) for feed in added)

    def remove_feed(self, name: str) -> Path | None:
        """Remove a feed, by its name or address."""
        return self._edit(lambda now: self._without(self._feed(now, name)))

    def set_feed_paused(self, name: str, paused: bool) -> Path | None:
        """Stop asking a feed, or ask it again."""
        return self._edit(lambda now: self._paused(self._feed(now, name), paused))

    def add_watch(
        self, query: str, *, name: str | None = None, watchlist: str = MAIN
    ) -> Path | None:
        """Add a watch to a list, in the list's own file where it has one."""
        return self._edit(lambda now: self._with_watch(now, query, name, watchlist))

    def remove_watch(self, watch: str) -> Path | None:
        """Remove a watch, by ``watchlist/name`` or by a name only one watch has."""
        return self._edit(lambda now: self._without(self._watch(now, watch)))

    def add_channel(
        self,
        name: str,
        urls: Sequence[str],
        *,
        values: Mapping[str, str | Mapping[str, str]] | None = None,
    ) -> Path | None:
        """Add a channel; *values* fill the placeholders of its addresses and may be secrets: ``{"env": "NAME"}``."""
        written: dict[str, Value] = {"url": urls[0]} if len(urls) == 1 else {"urls": list(urls)}
        written |= values or {}
        block = table(f"[channel.{spell_key(name)}]", written)

        def plan(now: Assembled) -> Change:
            if name in now.draft.channels:
                place = place_of(now.draft.channels[name])
                raise self._refused(f'there is a channel "{name}" at {place} already', None)
            return self._appended("channel", block)

        return self._edit(plan)

    def remove_channel(self, name: str) -> Path | None:
        """Remove a channel."""

        def plan(now: Assembled) -> Change:
            known = now.draft.channels
            if name not in known:
                raise self._no_such("channel", name, known)
            return self._without(known[name])

        return self._edit(plan)

    def set_watchlist_paused(self, name: str, paused: bool) -> Path | None:
        """Silence a whole watchlist, or let it speak again."""
        return self._edit(lambda now: self._list_paused(now, name, paused))

    def _edit(self, plan: Callable[[Assembled], Change | None]) -> Path | None:
        try:
            with locked(self._config.parent):
                return self._apply(plan)
        except InlineError:
            hint = "edit the file by hand"
            raise self._refused("it is written inline, not as a table of its own", hint) from None
        except UnreadableError as error:
            raise self._refused(error.message, error.hint) from None
        except OSError as error:
            raise self._refused(f"cannot be edited: {error.strerror or error}", None) from None

    def _apply(self, plan: Callable[[Assembled], Change | None]) -> Path | None:
        now = self._assemble({})
        change = plan(now)
        if change is None:
            return None
        bom, old = _raw(change.path)
        if change.text == old:
            return None
        then = self._assemble({change.path: change.text})
        if faults := _new_faults(now, then):
            raise ConfigError(faults)
        replace_text(change.path, bom + change.text)
        return change.path

    def _assemble(self, instead: Mapping[Path, str]) -> Assembled:
        return assemble(
            self._config,
            self._environ,
            check_query=self._check_query,
            try_watch=self._try_watch,
            check_channel=self._check_channel,
            check_template=self._check_template,
            instead=instead,
        )

    def _appended(self, kind: str, block: str) -> Change:
        _, text = _raw(self._config)
        return Change(self._config, with_table(text, kind, block))

    def _with_feeds(self, now: Assembled, feeds: Sequence[NewFeed]) -> Change:
        """Write new feeds where the last one stands."""
        path = Path(now.draft.feeds[-1].source.name) if now.draft.feeds else self._config
        blocks = (table("[[feed]]", feed.settings()) for feed in feeds)
        return Change(path, with_table(_raw(path)[1], "feed", "\n\n".join(blocks)))

    def _with_watch(self, now: Assembled, query: str, name: str | None, watchlist: str) -> Change:
        settings: dict[str, Value] = {"name": name} if name else {}
        settings["query"] = query
        at = now.draft.listed_at.get(watchlist)
        if at is None and watchlist != MAIN:
            raise self._no_such("watchlist", watchlist, now.draft.listed_at)
        if at is not None and isinstance(at.source, TextSource):
            return self._with_line(Path(at.source.name), query, name)
        path = Path(at.source.name) if at is not None and at.path == () else self._config
        if path == self._config and watchlist != MAIN:
            settings["watchlist"] = watchlist
        return Change(path, with_table(_raw(path)[1], "watch", table("[[watch]]", settings)))

    def _with_line(self, path: Path, query: str, name: str | None) -> Change:
        """Write a watch into a plain-text list, and read it back: not everything can stand on a line."""
        line = f"{name} :: {query}" if name else query
        text = with_line(_raw(path)[1], line)
        watches = read_watchlist(text).tree.get("watch")
        wanted = {"query": query, "name": name} if name else {"query": query}
        if not isinstance(watches, list) or watches[-1] != wanted:
            hint = "put it into a TOML watchlist"
            raise self._refused("this watch cannot stand in a plain-text list", hint, path)
        return Change(path, text)

    def _without(self, found: Found) -> Change:
        path = Path(found.source.name)
        _, text = _raw(path)
        if isinstance(found.source, TextSource):
            return Change(path, without_line(text, found.source.line_of(found.path) or 0))
        return Change(path, without_table(text, found.path))

    def _paused(self, found: Found, paused: bool) -> Change | None:
        path = Path(found.source.name)
        if not paused and (not isinstance(found.value, dict) or "paused" not in found.value):
            return None
        return Change(path, with_setting(_raw(path)[1], found.at("paused"), paused))

    def _list_paused(self, now: Assembled, name: str, paused: bool) -> Change | None:
        lists = {one.name for one in now.settings.watchlists}
        if name not in lists:
            raise self._no_such("watchlist", name, lists)
        own = now.draft.lists.get(name, {}).get("paused")
        if own is None and not paused:
            return None
        at = own or now.draft.listed_at.get(name)
        if at is None:
            block = table(f"[watchlist.{spell_key(name)}]", {"paused": paused})
            return self._appended("watchlist", block)
        path = Path(at.source.name)
        if isinstance(at.source, TextSource):
            return Change(path, _text_list_paused(_raw(path)[1], paused))
        key = own.path if own else at.at("paused")
        return Change(path, with_setting(_raw(path)[1], key, paused))

    def _feed(self, now: Assembled, name: str) -> Found:
        """Return where a feed stands: a sound one by its name or address, another by what is written."""
        for one in now.feeds:
            if name == one.noun.name or canonical_url(name) == canonical_url(one.noun.url):
                if isinstance(one.found.source, TextSource):
                    file = one.found.source.name
                    hint = "give it a [[feed]] of its own to change it"
                    raise self._refused(f'"{name}" comes from {file}', hint)
                return one.found
        for found in now.draft.feeds:
            if isinstance(found.value, dict) and name in map(found.value.get, ("name", "url")):
                return found
        raise self._no_such("feed", name, (one.noun.name for one in now.feeds))

    def _watch(self, now: Assembled, wanted: str) -> Found:
        """Return where a watch stands."""
        places = list(_watches(now))
        found = [one for full, name, one in places if wanted in {full, name}]
        exact = [one for full, _, one in places if wanted == full]
        if len(exact or found) == 1:
            return (exact or found)[0]
        if found:
            names = ", ".join(f'"{full}"' for full, name, _ in places if name == wanted)
            raise self._refused(f'"{wanted}" is the name of several watches', f"say which: {names}")
        raise self._no_such("watch", wanted, (name for *names, _ in places for name in names))

    def _no_such(self, kind: str, name: str, known: Iterable[str]) -> ConfigError:
        return self._refused(f'there is no {kind} "{name}"', hint_for(name, known))

    def _refused(self, message: str, hint: str | None, path: Path | None = None) -> ConfigError:
        file = str(path or self._config)
        return ConfigError((Fault(file=file, line=None, path="", message=message, hint=hint),))


def _watches(now: Assembled) -> Iterator[tuple[str, str, Found]]:
    """Yield full name, name and place of every watch."""
    for owner, found in now.draft.watches:
        written = found.value if isinstance(found.value, dict) else {}
        name, query = written.get("name"), written.get("query")
        if isinstance(query, str) and isinstance(name, str | None):
            called = watch_name(name, query)
            yield f"{owner or written.get('watchlist', MAIN)}/{called}", called, found


def _not_yet(now: Assembled, feeds: Sequence[FeedSpec]) -> Iterator[NewFeed]:
    """Yield the feeds whose address is not configured, under names that are free."""
    known = {canonical_url(one.noun.url) for one in now.feeds}
    taken = {one.noun.name for one in now.feeds}
    for feed in feeds:
        if canonical_url(feed.url) in known:
            continue
        name, number = feed.name, 1
        while name in taken:
            number += 1
            name = f"{feed.name} ({number})"
        known.add(canonical_url(feed.url))
        taken.add(name)
        yield NewFeed.of(replace(feed, name=name))


def _text_list_paused(text: str, paused: bool) -> str:
    """Set the line ``paused`` of a plain-text list."""
    read = read_watchlist(text.replace("\r\n", "\n"))
    line = f"paused = {'yes' if paused else 'no'}"
    if own := read.lines.get(("paused",)):
        return with_line(without_line(text, own), line, below=own - 1)
    heads = [number for path, number in read.lines.items() if path[0] != "watch"]
    return with_line(text, line, below=max(heads, default=0))


def _raw(path: Path) -> tuple[str, str]:
    """Return a byte order mark, if there is one, and the text with its own line ends."""
    raw = read_bytes(path)
    bom = "\ufeff" if raw.startswith(_BOM) else ""
    return bom, decoded(raw)


def _new_faults(now: Assembled, then: Assembled) -> tuple[Fault, ...]:
    """Return the faults an edit brings. Numbers in messages are places, which an edit moves."""
    before = Counter(_DIGITS.sub("#", one.message) for one in now.draft.faults.all())
    new = []
    for fault in then.draft.faults.all():
        message = _DIGITS.sub("#", fault.message)
        before[message] -= 1
        if before[message] < 0:
            new.append(fault)
    return tuple(new)
