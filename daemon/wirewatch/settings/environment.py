"""``WIREWATCH_SECTION__KEY``: any single setting, from the environment."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Set
from dataclasses import dataclass
from typing import Any, Final, get_origin, get_type_hints

from wirewatch.settings.schema import SECTIONS, TABLES, names_of
from wirewatch.settings.suggest import hint_for
from wirewatch.settings.watchlists import split_names

PREFIX: Final = "WIREWATCH_"
OURS: Final = frozenset({"WIREWATCH_CONFIG"})
_INJECTED: Final = re.compile(r"WIREWATCH_(SERVICE_|PORT$|PORT_\d)")
"""Kubernetes sets these in every container for a service named wirewatch."""


@dataclass(frozen=True, slots=True)
class Override:
    """One setting from the environment."""

    variable: str
    section: str
    key: str
    value: object


@dataclass(frozen=True, slots=True)
class BadVariable:
    """A variable that looks like ours and sets nothing."""

    variable: str
    message: str
    hint: str | None


def variables() -> tuple[str, ...]:
    """Return the name of every variable there is."""
    return tuple(
        f"{PREFIX}{section}__{key}".upper()
        for section, table in SECTIONS.items()
        for key in names_of(table)
    )


def overrides(
    environ: Mapping[str, str], *, spoken_for: Set[str] = frozenset()
) -> tuple[list[Override], list[BadVariable]]:
    """Read the variables that are ours. Those *spoken_for* hold secrets, whatever they are called."""
    known = {
        f"{PREFIX}{section}__{key}".upper(): (section, key)
        for section, table in SECTIONS.items()
        for key in names_of(table)
    }
    good: list[Override] = []
    bad: list[BadVariable] = []
    for variable in sorted(environ):
        if not variable.startswith(PREFIX) or variable in OURS or variable in spoken_for:
            continue
        if variable in known:
            section, key = known[variable]
            value = _value(SECTIONS[section], key, environ[variable])
            good.append(Override(variable, section, key, value))
        elif not _INJECTED.match(variable):
            bad.append(_unknown(variable, known))
    return good, bad


def _unknown(variable: str, known: Mapping[str, object]) -> BadVariable:
    section = variable.removeprefix(PREFIX).partition("__")[0].casefold()
    if section in TABLES or section == "terms":
        return BadVariable(
            variable,
            f"a {section} cannot be set from the environment",
            "write it in wirewatch.toml",
        )
    return BadVariable(variable, "there is no such setting", hint_for(variable, known))


def _value(section: type[Any], key: str, text: str) -> object:
    """Give the text the kind its setting wants: lists by commas, numbers and switches as in TOML."""
    hint = get_type_hints(section)[key]
    if get_origin(hint) is tuple:
        return split_names(text)
    if hint is int or hint is bool:
        return _as_toml(text)
    return text


def _as_toml(text: str) -> object:
    try:
        return tomllib.loads(f"value = {text.strip()}")["value"]
    except ValueError:
        return text
