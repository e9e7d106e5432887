"""Writes a file whole or not at all, with the owner and mode it had."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from wirewatch.errors import ConfigError, Fault

_NEW_FILE: Final = 0o640
"""A configuration may hold passwords: nobody else reads it."""


def replace_text(path: Path, text: str) -> None:
    """Put *text* into a file: after a crash it holds the old text or the new one. Raise ConfigError where it cannot."""
    target = path.resolve()
    try:
        _replace(target, text.encode("utf-8"))
    except OSError as error:
        busy = error.errno == errno.EBUSY
        hint = "mount its directory into the container, not the file" if busy else None
        message = f"cannot be written: {error.strerror or error}"
        fault = Fault(file=str(path), line=None, path="", message=message, hint=hint)
        raise ConfigError((fault,)) from error


@contextlib.contextmanager
def locked(directory: Path) -> Iterator[None]:
    """Keep others from editing in this directory meanwhile: of two edits at once, neither may be lost."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _replace(target: Path, raw: bytes) -> None:
    descriptor, name = tempfile.mkstemp(prefix=".wirewatch-", dir=target.parent)
    try:
        with open(descriptor, "wb") as opened:  # noqa: PTH123  it is a descriptor
            _like(descriptor, target)
            opened.write(raw)
            opened.flush()
            os.fsync(descriptor)
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    _sync_directory(target.parent)


def _like(descriptor: int, target: Path) -> None:
    """Give a new file the mode and, where we may, the owner of the one it replaces."""
    if not target.exists():
        os.fchmod(descriptor, _NEW_FILE)
        return
    old = target.stat()
    with contextlib.suppress(PermissionError):
        os.fchown(descriptor, old.st_uid, old.st_gid)
    os.fchmod(descriptor, old.st_mode & 0o7777)


def _sync_directory(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
