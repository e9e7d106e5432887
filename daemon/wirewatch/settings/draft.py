"""The configuration as written: all files and variables merged, every value still knowing where it came from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from wirewatch.settings.faults import Faults, place_of
from wirewatch.settings.locate import KeyPath
from wirewatch.settings.schema import SECTIONS, TOP_LEVEL, ListTable, names_of
from wirewatch.settings.secrets import NoSecretError, Revealed, Vault, is_reference
from wirewatch.settings.sources import Found, Source, TomlSource
from wirewatch.settings.suggest import hint_for

Table = dict[str, Found]
_SINGULAR: Final[Mapping[str, str]] = {
    "feeds": "[[feed]]",
    "watches": "[[watch]]",
    "routes": "[[route]]",
    "channels": "[channel.NAME]",
    "watchlists": "[watchlist.NAME]",
}

_ALWAYS_NEEDED: Final = ("database", "url")
"""To look things up in a new and empty database would be a lie."""


@dataclass(slots=True)
class Draft:
    """Everything that was asked for, checked for nothing but its shape."""

    faults: Faults
    vault: Vault
    need_secrets: bool = True
    sections: dict[str, Table] = field(default_factory=dict)
    terms: Table = field(default_factory=dict)
    channels: dict[str, Found] = field(default_factory=dict)
    lists: dict[str, Table] = field(default_factory=dict)
    listed_at: dict[str, Found] = field(default_factory=dict)
    """Where each watchlist was first mentioned."""
    feeds: list[Found] = field(default_factory=list)
    watches: list[tuple[str | None, Found]] = field(default_factory=list)
    """Watches, with the list whose file they stand in."""
    routes: list[Found] = field(default_factory=list)
    files: list[Path] = field(default_factory=list)
    missing: set[tuple[str, KeyPath]] = field(default_factory=set)
    """Secrets that are not there and, for a command that only looks things up, need not be."""

    def add_config(self, source: TomlSource) -> None:
        """Add a configuration file: ``wirewatch.toml`` or one of ``wirewatch.d``."""
        readers: Mapping[str, Callable[[Found], None]] = {
            **dict.fromkeys(SECTIONS, self._section),
            "terms": self._terms,
            "channel": self._channels,
            "watchlist": self._lists,
            "feed": self._feeds,
            "route": self._routes,
            "watch": lambda found: self._watches(None, found),
        }
        for key, value in source.tree.items():
            found = Found(value, source, (key,))
            if key in readers:
                readers[key](found)
            else:
                self._unknown(found, TOP_LEVEL)

    def add_list(self, name: str, source: Source, tree: Mapping[str, object]) -> None:
        """Add a watchlist that has a file to itself."""
        self.listed_at.setdefault(name, Found(tree, source, ()))
        known = (*names_of(ListTable), "watch")
        for key, value in tree.items():
            found = Found(value, source, (key,))
            if key == "watch":
                self._watches(name, found)
            elif key not in known:
                self._unknown(found, known)
            else:
                self._set_once(self.lists.setdefault(name, {}), key, found)

    def override(self, section: str, key: str, found: Found) -> None:
        """Let an environment variable take precedence."""
        self.sections.setdefault(section, {})[key] = found

    def revealed(self, found: Found) -> Found:
        """Return the value with every secret inside it looked up."""
        return Found(self._reveal(found, found.path), found.source, found.path)

    def _reveal(self, found: Found, path: KeyPath) -> object:
        here = Found(found.value, found.source, path)
        if is_reference(found.value):
            return self._secret(here)
        if isinstance(found.value, dict):
            return {
                key: self._reveal(Found(value, found.source, path), (*path, key))
                for key, value in found.value.items()
            }
        if isinstance(found.value, list):
            return [
                self._reveal(Found(value, found.source, path), (*path, index))
                for index, value in enumerate(found.value)
            ]
        return found.value

    def _secret(self, found: Found) -> Revealed:
        reference = found.value if isinstance(found.value, dict) else {}
        try:
            text, warning = self.vault.reveal(reference)
        except NoSecretError as error:
            if self.need_secrets or found.path == _ALWAYS_NEEDED:
                self.faults.add(found, error.message, hint=error.hint)
            else:
                self.faults.warn(found, error.message, hint=error.hint)
                self.missing.add((found.source.name, found.path))
            return Revealed("")
        self.faults.secrets |= {str.__str__(text), text.strip()}
        if warning:
            self.faults.warn(found, warning, hint="chmod 600")
        return text

    def is_missing(self, found: Found, inside: KeyPath) -> bool:
        """Say whether a value is a secret that could not be looked up and need not be."""
        return (found.source.name, found.at(*inside)) in self.missing

    def _section(self, found: Found) -> None:
        name = str(found.path[0])
        for key, inside in self._table(found, hint=f"write [{name}]"):
            self._set_once(self.sections.setdefault(name, {}), key, inside)

    def _terms(self, found: Found) -> None:
        for key, inside in self._table(found, hint="write [terms]"):
            self._set_once(self.terms, key, inside)

    def _channels(self, found: Found) -> None:
        for key, inside in self._table(found, hint="write [channel.NAME]"):
            if isinstance(inside.value, dict):
                self._set_once(self.channels, key, inside)
            else:
                self.faults.add(inside, "must be a table", hint="write [channel.NAME]")

    def _lists(self, found: Found) -> None:
        for name, inside in self._table(found, hint="write [watchlist.NAME]"):
            self.listed_at.setdefault(name, inside)
            for key, value in self._table(inside, hint="write [watchlist.NAME]"):
                self._set_once(self.lists.setdefault(name, {}), key, value)

    def _feeds(self, found: Found) -> None:
        self.feeds += self._tables(found, hint="write [[feed]], with two brackets")

    def _routes(self, found: Found) -> None:
        self.routes += self._tables(found, hint="write [[route]], with two brackets")

    def _watches(self, watchlist: str | None, found: Found) -> None:
        tables = self._tables(found, hint="write [[watch]], with two brackets")
        self.watches += [(watchlist, one) for one in tables]

    def _table(self, found: Found, *, hint: str) -> list[tuple[str, Found]]:
        if not isinstance(found.value, dict):
            self.faults.add(found, "must be a table", hint=hint)
            return []
        return [
            (key, Found(value, found.source, found.at(key))) for key, value in found.value.items()
        ]

    def _tables(self, found: Found, *, hint: str) -> list[Found]:
        if not isinstance(found.value, list):
            self.faults.add(found, "must be a list of tables", hint=hint)
            return []
        tables = []
        for index, value in enumerate(found.value):
            one = Found(value, found.source, found.at(index))
            if isinstance(value, dict):
                tables.append(one)
            else:
                self.faults.add(one, "must be a table", hint=hint)
        return tables

    def _set_once(self, table: Table, key: str, found: Found) -> None:
        first = table.setdefault(key, found)
        if first is not found:
            self.faults.add(
                found, f"is set already at {place_of(first)}", hint="keep one of the two"
            )

    def _unknown(self, found: Found, known: tuple[str, ...]) -> None:
        key = str(found.path[-1])
        plural = _SINGULAR.get(key)
        hint = f"write {plural}" if plural else hint_for(key, known)
        what = (
            "there is no such table"
            if isinstance(found.value, dict)
            else "there is no such setting"
        )
        self.faults.add(found, what, hint=hint)
