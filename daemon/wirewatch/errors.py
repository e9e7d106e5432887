"""What a person can act on: each error says what is wrong, where, and how to mend it."""

from __future__ import annotations

from dataclasses import dataclass


class WirewatchError(Exception):
    """Base of all errors that a person can mend. *hint* says how, where we know."""

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} ({self.hint})" if self.hint else self.message


class QueryError(WirewatchError):
    """A query that is malformed. *at* is the offset of the first character that is wrong."""

    def __init__(self, message: str, *, query: str, at: int, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.query = query
        self.at = at

    def pointer(self) -> str:
        """Return two lines: the query, and a caret under the place that is wrong."""
        return f"{self.query}\n{' ' * self.at}^"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing wrong in the configuration, with its place and how to mend it."""

    file: str
    """The file (or environment variable) that holds the value."""
    line: int | None
    path: str
    """The setting, as ``feed[2].url``."""
    message: str
    hint: str | None = None
    source: str | None = None
    """The offending line itself, secrets never included."""

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line is not None else self.file
        setting = f"{self.path}: " if self.path else ""
        head = f"{place}: {setting}{self.message}"
        if self.hint:
            head += f" ({self.hint})"
        if self.source is None or self.line is None:
            return head
        return f"{head}\n{self.line:>8} | {self.source}"


class ConfigError(WirewatchError):
    """The configuration is wrong; *faults* are all of them at once, in the order of the files."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        super().__init__("\n".join(str(fault) for fault in faults))
        self.faults = faults


class StoreError(WirewatchError):
    """The database cannot be used as it is: locked by another daemon, damaged, too new, read-only."""


class AlreadyRunningError(WirewatchError):
    """Another daemon holds the state directory; *pid* is its process where known."""

    def __init__(self, message: str, *, pid: int | None, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.pid = pid
