"""Gathers everything that is wrong, so that it is told at once and in the order of the files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from wirewatch.errors import ConfigError, Fault
from wirewatch.settings.locate import KeyPath
from wirewatch.settings.redact import without
from wirewatch.settings.sources import Found, Source, UnreadableError
from wirewatch.settings.suggest import did_you_mean, hint_for

_REFERENCE: Final = (
    'a secret is written { env = "NAME" }, { file = "path" } or { credential = "name" }'
)
_UNKNOWN: Final = frozenset({"unexpected_keyword_argument", "extra_forbidden"})


class Faults:
    """What is wrong so far. A value that was found wrong once is not complained about twice."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._wrong: set[tuple[str, KeyPath]] = set()
        self._order: dict[str, int] = {}
        self.warnings: list[Fault] = []
        self.secrets: set[str] = set()
        """What no message may contain."""
        self.unread = False
        """A file could not be read: names it defines would be missing for no fault of those who use them."""

    def order(self, names: Iterable[str]) -> None:
        """Take note of the order in which sources are read."""
        for name in names:
            self._order.setdefault(name, len(self._order))

    def add(
        self,
        found: Found,
        message: str,
        *,
        inside: KeyPath = (),
        hint: str | None = None,
        pointer: tuple[str, int] | None = None,
    ) -> None:
        """Note that *found*, or something inside it, is wrong. *pointer*: a text in the line, and how far into it."""
        path = found.at(*inside)
        if any((found.source.name, path[:size]) in self._wrong for size in range(len(path) + 1)):
            return
        self._wrong.add((found.source.name, path))
        self.note(fault_at(found.source, path, message, hint=hint, pointer=pointer))

    def unreadable(self, path: Path, error: UnreadableError) -> None:
        """Note that a whole file cannot be used."""
        self.unread = True
        self.note(
            Fault(
                file=str(path),
                line=error.line,
                path="",
                message=error.message,
                hint=error.hint,
                source=error.shown,
            )
        )

    def is_wrong(self, found: Found) -> bool:
        """Say whether this value, or something inside it, was found wrong."""
        size = len(found.path)
        return any(
            name == found.source.name
            and (path[:size] == found.path or found.path[: len(path)] == path)
            for name, path in self._wrong
        )

    def warn(self, found: Found, message: str, *, hint: str | None = None) -> None:
        """Note something legal that is surely not meant."""
        fault = fault_at(found.source, found.path, message, hint=hint)
        if fault not in self.warnings:
            self.warnings.append(fault)

    def raise_if_any(self) -> None:
        """Raise ConfigError with everything found, in the order of files and lines."""
        if self._faults:
            raise ConfigError(self.all())

    def all(self) -> tuple[Fault, ...]:
        """Return everything found, in the order of files and lines."""
        ordered = sorted(self._faults, key=lambda one: (self._rank(one.file), one.line or 0))
        return tuple(ordered)

    def _rank(self, name: str) -> int:
        return self._order.get(name, len(self._order))

    def note(self, fault: Fault) -> None:
        """Note a fault that is described already."""
        if self.secrets:
            hint = without(fault.hint, self.secrets) if fault.hint else None
            fault = replace(fault, message=without(fault.message, self.secrets), hint=hint)
        self._faults.append(fault)


def fault_at(
    source: Source,
    path: KeyPath,
    message: str,
    *,
    hint: str | None = None,
    pointer: tuple[str, int] | None = None,
) -> Fault:
    """Describe what is wrong with a setting, with its place."""
    line = source.line_of(path)
    shown = source.shown(line) if line is not None else None
    if shown and pointer:
        shown += _caret(shown, pointer)
    return Fault(
        file=source.name, line=line, path=spell_path(path), message=message, hint=hint, source=shown
    )


def spell_path(path: KeyPath) -> str:
    """Write the way to a setting as people count: the first feed is ``feed[1]``.

    >>> spell_path(("feed", 0, "url"))
    'feed[1].url'
    """
    words = ""
    for key in path:
        words += f"[{key + 1}]" if isinstance(key, int) else f".{key}" if words else key
    return words


def place_of(found: Found) -> str:
    """Name the place of a value for use inside a sentence."""
    line = found.source.line_of(found.path)
    return found.source.name if line is None else f"{found.source.name}:{line}"


def explain(error: ValidationError, names: Iterable[str]) -> list[tuple[KeyPath, str, str | None]]:
    """Turn a report of pydantic into our sentences: where, what, and how to mend it.

    No sentence repeats a value unless the setting is known to hold no secret. A setting that is missing because its
    name was misspelt is one mistake, not two.
    """
    known = tuple(names)
    reports = error.errors(include_url=False)
    meant = {did_you_mean(str(one["loc"][-1]), known) for one in reports if one["type"] in _UNKNOWN}
    return [
        _sentence(dict(one), known)
        for one in reports
        if one["type"] != "missing" or one["loc"][-1] not in meant
    ]


def _sentence(report: Mapping[str, Any], known: tuple[str, ...]) -> tuple[KeyPath, str, str | None]:
    path: KeyPath = tuple(key for key in report["loc"] if key != "[key]")
    kind: str = report["type"]
    context = report.get("ctx", {})
    if kind == "value_error":
        message, _, hint = str(context["error"]).partition("; ")
        return path, message, hint or None
    if kind in _UNKNOWN:
        return path, "there is no such setting", hint_for(str(path[-1]), known)
    if kind in {"enum", "literal_error"}:
        expected = str(context["expected"]).replace("'", '"')
        return path, *_choice(report["input"], expected)
    if kind == "string_type" and isinstance(report["input"], dict):
        return path, "must be text, in quotes", _REFERENCE
    return path, _PLAIN.get(kind, "{msg}").format(msg=report["msg"].lower(), **context), None


def _choice(value: object, expected: str) -> tuple[str, str | None]:
    options = expected.split('"')[1::2]
    if not isinstance(value, str):
        return f"must be {expected}", None
    return f'must be {expected}, not "{value[:40]}"', hint_for(value, options)


_PLAIN: Final[Mapping[str, str]] = {
    "missing": "is missing",
    "string_type": "must be text, in quotes",
    "string_too_long": "must not be longer than {max_length} signs",
    "too_long": "must not be longer than {max_length} signs",
    "bool_type": "must be true or false, without quotes",
    "int_type": "must be a whole number, without quotes",
    "greater_than_equal": "must be at least {ge}",
    "less_than_equal": "must be at most {le}",
    "tuple_type": 'must be a list, as ["one", "two"]',
    "mapping_type": 'must be a table, as {{ Name = "value" }}',
    "dict_type": 'must be a table, as {{ Name = "value" }}',
    "dataclass_type": "must be a table",
}


def _caret(shown: str, pointer: tuple[str, int]) -> str:
    """Return a second line with a caret, set to stand under the source line as a Fault prints it."""
    column = shown.find(pointer[0])
    return "" if column < 0 else f"\n{' ' * 8} | {' ' * (column + pointer[1])}^"
