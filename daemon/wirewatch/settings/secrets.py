"""Secrets stand elsewhere: in the environment, in files, in the credentials systemd hands over."""

from __future__ import annotations

import stat
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Never

from wirewatch.settings.sources import UnreadableError, read_bytes

KINDS: Final = ("env", "file", "credential")
_LONGEST: Final = 64 * 1024
_OTHERS_MAY_READ: Final = stat.S_IRWXG | stat.S_IRWXO


class Revealed(str):
    """A text that came from a secret, and does not show itself."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "<secret>"


class NoSecretError(Exception):
    """A secret is not where it was said to be; the message names every place, never a value."""

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


@dataclass(frozen=True, slots=True)
class Vault:
    """Looks secrets up. *base* is the directory that relative file names start from."""

    base: Path
    environ: Mapping[str, str] = field(repr=False)

    def reveal(self, reference: Mapping[str, object]) -> tuple[Revealed, str | None]:
        """Return the secret and, where others could read it too, a warning; raise NoSecretError."""
        (kind, name), *_ = reference.items()
        if not isinstance(name, str) or not name.strip():
            raise NoSecretError(f"the {kind} of a secret must be a name, in quotes")
        if kind == "env":
            return self._variable(name), None
        if kind == "file":
            path = self.base / Path(name).expanduser()
            return _content(path), _too_open(path)
        return self._credential(name), None

    def _variable(self, name: str) -> Revealed:
        if not self.environ.get(name):
            state = "is empty" if name in self.environ else "is not set"
            raise NoSecretError(f"the environment variable {name} {state}")
        return Revealed(self.environ[name])

    def _credential(self, name: str) -> Revealed:
        if "/" in name or name in {".", ".."}:
            raise NoSecretError(
                f'"{name}" is not the name of a credential', hint="leave out the path"
            )
        directory = self.environ.get("CREDENTIALS_DIRECTORY")
        if not directory:
            raise NoSecretError(
                f'the credential "{name}" is not there: systemd set no $CREDENTIALS_DIRECTORY',
                hint=f"add LoadCredential={name}:/path/to/file to the service",
            )
        places = [Path(directory, name), Path(directory, f"secrets_{name}")]
        for place in places:
            if place.exists():
                return _content(place)
        raise NoSecretError(
            f'the credential "{name}" is not there: looked for {places[0]} and {places[1]}'
        )


def is_reference(value: object) -> bool:
    """Say whether a value stands for a secret: a table of the one key env, file or credential."""
    return isinstance(value, dict) and len(value) == 1 and next(iter(value)) in KINDS


def variables_named(value: object) -> frozenset[str]:
    """Return the environment variables that secrets anywhere inside *value* refer to."""
    if is_reference(value) and isinstance(value, dict):
        name = value.get("env")
        return frozenset({name}) if isinstance(name, str) else frozenset()
    inside: Sequence[object] = ()
    if isinstance(value, dict):
        inside = tuple(value.values())
    elif isinstance(value, list):
        inside = value
    return frozenset().union(*(variables_named(part) for part in inside))


def _content(path: Path) -> Revealed:
    try:
        raw = read_bytes(path)
    except UnreadableError as error:
        _missing(path, error.message, error.hint)
    if len(raw) > _LONGEST:
        _missing(path, "is too large for a secret")
    try:
        text = raw.decode("utf-8-sig").rstrip("\r\n")
    except UnicodeDecodeError:
        _missing(path, "is not UTF-8")
    if not text:
        _missing(path, "is empty")
    return Revealed(text)


def _missing(path: Path, message: str, hint: str | None = None) -> Never:
    raise NoSecretError(f"the secret file {path}: {message}", hint=hint) from None


def _too_open(path: Path) -> str | None:
    mode = path.stat().st_mode
    if mode & _OTHERS_MAY_READ:
        return f"the secret file {path} can be read by others (mode {stat.S_IMODE(mode):04o})"
    return None
