"""Where settings come from: files and environment variables, each of which can say on which line a setting stands."""

from __future__ import annotations

import re
import stat
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Final, Protocol

from wirewatch.settings.locate import KeyPath, Locator
from wirewatch.settings.redact import printable, shown_line
from wirewatch.settings.schema import HARMLESS

MAX_FILE: Final = 16 * 1024 * 1024
"""No configuration of ours is larger; a disk image or a log named by mistake is."""

_COLUMN: Final = re.compile(r"\s*\(at (?:line (\d+), column (\d+)|end of document)\)$")


class Source(Protocol):
    """Something that holds settings."""

    @property
    def name(self) -> str:
        """What people call it: the path of the file, the name of the variable."""

    def line_of(self, path: KeyPath) -> int | None:
        """Return the line of a setting, or of the table that lacks it."""

    def shown(self, line: int) -> str | None:
        """Return that line as it may be shown, secrets left out."""


@dataclass(frozen=True, slots=True)
class Found:
    """A value as it was written, and where."""

    value: object
    source: Source
    path: KeyPath

    def at(self, *keys: str | int) -> KeyPath:
        """Name something inside this value."""
        return (*self.path, *keys)


@dataclass(frozen=True)
class TomlSource:
    """A TOML file that was read."""

    name: str
    text: str = field(repr=False)
    tree: Mapping[str, object] = field(repr=False)

    @cached_property
    def locator(self) -> Locator:
        """Return where everything stands; worked out when the first fault asks."""
        return Locator(self.text)

    @cached_property
    def _lines(self) -> list[str]:
        return self.text.split("\n")

    def line_of(self, path: KeyPath) -> int | None:
        """Return the line of a setting, or of the table that lacks it."""
        return self.locator.line(path)

    def shown(self, line: int) -> str | None:
        """Return that line, secrets left out."""
        return shown_line(self._lines, line, HARMLESS)


@dataclass(frozen=True, slots=True)
class TextSource:
    """A watchlist in plain text. Its paths are its line numbers: all it holds is queries and names."""

    name: str
    lines: Mapping[KeyPath, int]
    text: str = field(repr=False)

    def line_of(self, path: KeyPath) -> int | None:
        """Return the line on which a setting or watch stands."""
        for size in range(len(path), 0, -1):
            if path[:size] in self.lines:
                return self.lines[path[:size]]
        return None

    def shown(self, line: int) -> str | None:
        """Return that line."""
        lines = self.text.split("\n")
        return printable(lines[line - 1].strip()) if 1 <= line <= len(lines) else None


@dataclass(frozen=True, slots=True)
class Variable:
    """An environment variable. Its value is never shown."""

    name: str

    def line_of(self, path: KeyPath) -> int | None:
        """Return nothing: a variable has no lines."""
        return None

    def shown(self, line: int) -> str | None:
        """Return nothing: it may be a secret."""
        return None


class UnreadableError(Exception):
    """A file cannot be used at all; *line* says where, if one place is to blame."""

    def __init__(
        self,
        message: str,
        *,
        hint: str | None = None,
        line: int | None = None,
        shown: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.line = line
        self.shown = shown


@dataclass(frozen=True, slots=True)
class Disk:
    """Reads files; *instead* holds texts that stand for files not yet written, so that an edit can be tried."""

    instead: Mapping[Path, str] = field(default_factory=dict)

    def text(self, path: Path) -> str:
        """Return a whole text with plain line ends, or raise UnreadableError."""
        if path in self.instead:
            return _plain_lines(self.instead[path])
        return _plain_lines(decoded(read_bytes(path)))

    def toml(self, path: Path) -> TomlSource:
        """Return a TOML file read, or raise UnreadableError."""
        text = self.text(path)
        return TomlSource(str(path), text, parse_toml(text))

    def exists(self, path: Path) -> bool:
        """Say whether there is such a file, written or about to be."""
        return path in self.instead or path.exists()


def read_bytes(path: Path) -> bytes:
    """Return a whole file of bearable size, or raise UnreadableError."""
    try:
        found = path.stat()
        if not stat.S_ISREG(found.st_mode):
            raise UnreadableError("is not a file")
        if found.st_size > MAX_FILE:
            sizes = f"{found.st_size // 2**20} MiB, at most {MAX_FILE // 2**20} MiB are read"
            raise UnreadableError(f"is too large: {sizes}")
        with path.open("rb") as opened:
            return opened.read(MAX_FILE)
    except FileNotFoundError:
        raise UnreadableError("there is no such file") from None
    except PermissionError:
        raise UnreadableError("may not be read", hint=f"chmod or chown {path}") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise UnreadableError(f"cannot be read: {reason}") from None


def parse_toml(text: str) -> Mapping[str, object]:
    """Read TOML, or raise UnreadableError with the line that is wrong."""
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise UnreadableError("is nested too deeply") from None
    except ValueError as error:
        raise _no_toml(str(error), text) from None


def _no_toml(reason: str, text: str) -> UnreadableError:
    lines = text.split("\n")
    found = _COLUMN.search(reason)
    line = int(found[1]) if found and found[1] else _last_line(lines)
    column = f", at column {found[2]}" if found and found[2] else ""
    what = _COLUMN.sub("", reason)
    shown = shown_line(lines, line, HARMLESS)
    return UnreadableError(
        f"is not TOML: {what[:1].lower()}{what[1:]}{column}",
        line=line,
        shown=shown,
        hint=_mend(lines[line - 1]),
    )


def _last_line(lines: list[str]) -> int:
    """Return the last line that is not empty: what is missing at the end of the document is missing there."""
    return max((at for at, line in enumerate(lines, 1) if line.strip()), default=1)


def _mend(line: str) -> str | None:
    _, sign, value = line.partition("=")
    value = value.strip()
    if any(quote in line for quote in "“”„‘’"):
        return "TOML wants straight quotes: \" or '"
    if sign and value.count('"') > 2 and not value.startswith("'"):
        return "put a text that contains double quotes between single quotes: '\"abu dhabi\" talks'"
    if sign and value[:1].isalpha() and value not in {"true", "false"}:
        return "put a text in quotes"
    return None


def decoded(raw: bytes) -> str:
    """Return the text of a file with its own line ends, or raise UnreadableError."""
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise UnreadableError("is UTF-16, not UTF-8", hint="save it as UTF-8")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise UnreadableError("is not UTF-8", line=line, hint="save it as UTF-8") from None


def _plain_lines(text: str) -> str:
    return text.replace("\r\n", "\n")
