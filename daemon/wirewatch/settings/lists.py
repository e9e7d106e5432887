"""Watchlists as configured: their watches, scope and channels."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass
from typing import Final, TypeVar

from wirewatch.core.model.hit import WatchId
from wirewatch.core.model.policy import WatchPolicy
from wirewatch.core.model.watch import Priority, Watchlist, WatchSpec
from wirewatch.errors import QueryError
from wirewatch.settings.draft import Draft
from wirewatch.settings.faults import place_of
from wirewatch.settings.schema import General, ListTable, MatchSettings, WatchTable
from wirewatch.settings.sources import Found
from wirewatch.settings.suggest import hint_for
from wirewatch.settings.tables import Built, checked, merged

T = TypeVar("T")

CheckQuery = Callable[[str, Mapping[str, str]], None]
"""Raises QueryError for a query that is malformed; the second argument are the reusable ones."""

TryWatch = Callable[[WatchSpec, Mapping[str, str], str], tuple[bool, str]]
"""Says whether a watch would ring for a text, and why or why not. Raises QueryError."""

MAIN: Final = "main"
"""The list of watches that name none."""
_LONGEST_NAME: Final = 120


@dataclass(frozen=True, slots=True)
class Queries:
    """Checks queries, with the reusable ones at hand."""

    terms: Mapping[str, str]
    check: CheckQuery | None
    try_watch: TryWatch | None = None

    def note_expectations(self, draft: Draft, one: Built[WatchTable], watch: WatchSpec) -> None:
        """Note every example text on which a watch does not do what its owner expects of it."""
        if self.try_watch is None:
            return
        expected = (("expect_match", True), ("expect_no_match", False))
        for key, must in expected:
            for index, text in enumerate(getattr(one.noun, key)):
                try:
                    rings, why = self.try_watch(watch, self.terms, text)
                except QueryError:
                    return  # it is noted already
                if rings is not must:
                    said = "would not ring for this text" if must else "would ring for this text"
                    message = f"the watch {said}: {_shortened(text)}"
                    draft.faults.add(one.found, message, inside=(key, index), hint=why)

    def note(self, draft: Draft, found: Found, inside: tuple[str, ...], query: str) -> None:
        """Note what is wrong with a query."""
        text = query.strip()
        if not text:
            draft.faults.add(found, "the query is empty", inside=inside)
        elif self.check is not None:
            try:
                self.check(text, self.terms)
            except QueryError as error:
                message = f"{error.message}, at character {error.at + 1}"
                pointer = (text, error.at)
                draft.faults.add(found, message, inside=inside, hint=error.hint, pointer=pointer)


@dataclass(frozen=True, slots=True)
class Names:
    """What lists may refer to."""

    channels: Set[str]
    feeds: Set[str]
    tags: Set[str]
    watches: Set[str] = frozenset()
    """Watchlists, and watches by their ids."""


def build_terms(draft: Draft, check: CheckQuery | None) -> dict[str, str]:
    """Return the reusable queries; note those that are malformed."""
    terms: dict[str, str] = {}
    for name, found in draft.terms.items():
        value = draft.revealed(found).value
        if not isinstance(value, str):
            draft.faults.add(found, "must be text, in quotes")
        elif not name.replace("-", "_").isidentifier():
            hint = "use letters, digits, - and _"
            draft.faults.add(found, f'"{name}" cannot be the name of a term', hint=hint)
        else:
            terms[name] = value.strip()
    for name, query in terms.items():
        Queries(terms, check).note(draft, draft.terms[name], (), query)
    return terms


def build_lists(
    draft: Draft,
    *,
    general: General,
    match: MatchSettings,
    queries: Queries,
) -> list[Built[Watchlist]]:
    """Return every watchlist with its sound watches; note what is wrong with the others."""
    members = _members(draft, queries)
    built = []
    for name, found in _listed(draft, members).items():
        if "/" in name or not name.isprintable() or name != name.strip():
            hint = "leave out slashes and signs that cannot be seen"
            draft.faults.add(found, f'"{name}" cannot be the name of a watchlist', hint=hint)
        table = merged(draft, ListTable, draft.lists.get(name, {}))
        watches = []
        for one in _distinct(draft, members.get(name, ())):
            watch = _watch(name, one, table, match)
            queries.note_expectations(draft, one, watch)
            watches.append(watch)
        channels = general.channels if table.channels is None else table.channels
        watchlist = Watchlist(
            name=name,
            watches=tuple(watches),
            feeds=table.feeds,
            channels=tuple(dict.fromkeys(channels)),
            priority=table.priority,
            paused=table.paused,
            escalate=tuple(dict.fromkeys(table.escalate)),
            escalate_after=table.escalate_after,
        )
        built.append(Built(watchlist, found))
    return built


def check_references(draft: Draft, names: Names) -> None:
    """Note every channel, feed or tag that is named and does not exist."""
    general = draft.sections.get("general", {})
    for key in ("channels", "operator"):
        if key in general:
            all_known(draft, general[key], names.channels, "channel")
    for table in draft.lists.values():
        for key in ("channels", "escalate"):
            if key in table:
                all_known(draft, table[key], names.channels, "channel")
        if "feeds" in table:
            scope = names.feeds | {f"tag:{tag}" for tag in names.tags}
            all_known(draft, table["feeds"], scope, "feed")


def all_known(draft: Draft, found: Found, names: Set[str], kind: str) -> None:
    """Note every name in a list that is none of these."""
    written = found.value if isinstance(found.value, list) else []
    for index, name in enumerate(written):
        if not isinstance(name, str) or name.strip() in names:
            continue
        what = kind
        if kind == "feed" and name.startswith("tag:"):
            what = "feed with"
        inside = (index,)
        message = f'there is no {what} "{name.strip()}"'
        hint = hint_for(name.strip(), names) or (None if names else f"no {kind} is configured")
        draft.faults.add(found, message, inside=inside, hint=hint)


def _members(draft: Draft, queries: Queries) -> dict[str, list[Built[WatchTable]]]:
    """Return the sound watches of each list."""
    members: dict[str, list[Built[WatchTable]]] = {}
    for owner, found in draft.watches:
        table = checked(draft, WatchTable, found)
        if owner is not None and isinstance(found.value, dict) and "watchlist" in found.value:
            message = "is not needed here: the list is the file"
            draft.faults.add(found, message, inside=("watchlist",), hint="leave it out")
        if table is None:
            continue
        name = owner if owner is not None else table.watchlist
        if name != MAIN and name not in draft.listed_at:
            hint = hint_for(name, (MAIN, *draft.listed_at)) or f"add [watchlist.{name}]"
            message = f'there is no watchlist "{name}"'
            draft.faults.add(found, message, inside=("watchlist",), hint=hint)
        queries.note(draft, found, ("query",), table.query)
        members.setdefault(name, []).append(Built(table, found))
    return members


def _listed(draft: Draft, members: Mapping[str, list[Built[WatchTable]]]) -> dict[str, Found]:
    listed = dict(draft.listed_at)
    if MAIN in members:
        listed.setdefault(MAIN, members[MAIN][0].found)
    return listed


def _distinct(
    draft: Draft, members: tuple[()] | list[Built[WatchTable]]
) -> list[Built[WatchTable]]:
    """Return the watches without those whose name another of the list has; note them."""
    first_at: dict[str, Found] = {}
    distinct = []
    for one in members:
        name = watch_name(one.noun.name, one.noun.query)
        first = first_at.setdefault(name, one.found)
        if first is one.found:
            distinct.append(one)
            continue
        named = one.noun.name is not None
        message = (
            f'"{name}" is the {"name" if named else "query"} of the watch at {place_of(first)} too'
        )
        inside = ("name",) if named else ("query",)
        draft.faults.add(one.found, message, inside=inside, hint="give it another name")
    return distinct


def watch_name(name: str | None, query: str) -> str:
    """Return what a watch is called: its name, else its query in one line."""
    if name is not None:
        return name.strip()
    return _shortened(query)


def _shortened(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST_NAME else f"{line[:_LONGEST_NAME]}…"


def _watch(
    list_name: str, one: Built[WatchTable], table: ListTable, match: MatchSettings
) -> WatchSpec:
    name = watch_name(one.noun.name, one.noun.query)
    near = (one.noun.near_words, table.near_words)
    return WatchSpec(
        id=WatchId(f"{list_name}/{name}"),
        name=name,
        query=one.noun.query.strip(),
        near_words=next((words for words in near if words is not None), match.near_words),
        scattered=one.noun.scattered or table.scattered or match.scattered,
        policy=_policy(one.noun, table),
    )


def _policy(watch: WatchTable, table: ListTable) -> WatchPolicy:
    """Return how much is told of a watch: what it says itself, else what its list says."""
    return WatchPolicy(
        urgent=(watch.priority or table.priority) is Priority.URGENT,
        max_per_hour=_own(watch.max_per_hour, table.max_per_hour),
        burst=_own(watch.burst, table.burst),
        cooldown=_own(watch.cooldown, table.cooldown),
        rolling=_own(watch.rolling, table.rolling),
    )


def _own(own: T | None, default: T) -> T:
    return default if own is None else own
