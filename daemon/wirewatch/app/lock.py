"""Only one daemon works on a database: a lock that ends with its process, however that ends."""

from __future__ import annotations

import fcntl
import os
import time
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from wirewatch.errors import AlreadyRunningError, StoreError

TRIES = 10
PAUSE_S = 0.02
"""Whoever asks for the holder touches the lock for an instant; that is not another daemon."""


class InstanceLock:
    """Holds a file, beside the database, as long as this process works on it.

    The kernel gives the lock back when the process ends, by ``kill -9`` too. The file stays: removing it
    would let two daemons lock two files of the same name.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._fd = -1

    def __enter__(self) -> Self:
        """Take the lock. Raise AlreadyRunningError when another process holds it."""
        fd = _open(self.path, os.O_RDWR | os.O_CREAT)
        try:
            self._take(fd)
            os.ftruncate(fd, 0)
            os.pwrite(fd, _card(os.getpid()).encode(), 0)
        except BaseException:
            os.close(fd)
            raise
        self._fd = fd
        # A forked child shares the lock and would keep it beyond our end.
        os.register_at_fork(after_in_child=self._let_go)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        exc: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Give the lock back."""
        with suppress(OSError):
            os.ftruncate(self._fd, 0)
        self._let_go()

    def _take(self, fd: int) -> None:
        for left in reversed(range(TRIES)):
            try:
                fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if not left:
                    raise self._already_running(fd) from None
                time.sleep(PAUSE_S)
            except OSError as exc:
                raise StoreError(
                    f"cannot lock {self.path}: {exc.strerror}",
                    hint="the database must lie on a file system with locks; a local disk has them",
                ) from exc
            else:
                return

    def _already_running(self, fd: int) -> AlreadyRunningError:
        pid, started_at = _read_card(fd)
        who = f" (process {pid}, since {started_at})" if pid else ""
        return AlreadyRunningError(
            f"another Wirewatch works on {self.path.parent}{who}",
            pid=pid,
            hint="stop it first, or give this one a database of its own",
        )

    def _let_go(self) -> None:
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1


def read_pid(path: Path) -> int | None:
    """Return the process that holds the lock right now; None when there is none, or it is not of this machine."""
    try:
        fd = _open(path, os.O_RDONLY)
    except StoreError:
        return None
    try:
        fcntl.flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        pid, _ = _read_card(fd)
        return pid
    except OSError:
        return None
    else:
        return None
    finally:
        os.close(fd)


def _open(path: Path, flags: int) -> int:
    try:
        return os.open(path, flags | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK, 0o600)
    except OSError as exc:
        raise StoreError(
            f"cannot open {path}: {exc.strerror}",
            hint=f"{path.parent} must be a directory that this user may write in",
        ) from exc


def _card(pid: int) -> str:
    """Return what the holder writes into the file: who it is, since when, and what tells it from a later one."""
    return f"{pid}\n{datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC\n{_birth(pid)}\n"


def _read_card(fd: int) -> tuple[int | None, str]:
    """Return process and start of the holder; no process when what is written there is not of one alive."""
    pid, started_at, birth, *_ = [
        *os.pread(fd, 200, 0).decode(errors="replace").split("\n"),
        *[""] * 3,
    ]
    if not (pid.isascii() and pid.isdecimal()):
        return None, ""
    # In another container, or left behind by a holder that was killed, the number may be anybody's.
    if birth and _birth(int(pid)) not in {birth, ""}:
        return None, ""
    return int(pid), started_at


def _birth(pid: int) -> str:
    """Return when the kernel started a process, in its own count; empty where that cannot be known."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    return stat.rpartition(")")[2].split()[19]  # field 22 of proc(5), counted from behind the name
