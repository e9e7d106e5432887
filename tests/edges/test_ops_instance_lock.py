"""Two daemons on one database would send everything twice; a lock left behind would let none start."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from wirewatch.app.lock import InstanceLock, read_pid
from wirewatch.errors import AlreadyRunningError, StoreError

HOLD = """
import sys
from pathlib import Path
from wirewatch.app.lock import InstanceLock
with InstanceLock(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""

FORK = """
import os, sys
from pathlib import Path
from wirewatch.app.lock import InstanceLock
InstanceLock(Path(sys.argv[1])).__enter__()
if os.fork() == 0:
    print("the worker works", flush=True)
    sys.stdin.read()
os._exit(0)
"""


@contextmanager
def another_daemon(path: Path) -> Iterator[subprocess.Popen[str]]:
    """Hold the lock in another process until its standard input ends."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={"PYTHONPATH": os.pathsep.join(sys.path)},
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        try:
            yield process
        finally:
            process.kill()


def test_a_second_daemon_is_told_who_the_first_is(tmp_path: Path) -> None:
    """The message must be enough to find the other one."""
    path = tmp_path / "wirewatch.db.lock"
    with another_daemon(path) as first:
        with pytest.raises(AlreadyRunningError, match=f"process {first.pid}, since 2") as caught:
            InstanceLock(path).__enter__()

        assert caught.value.pid == first.pid
        assert read_pid(path) == first.pid


def test_a_killed_daemon_leaves_no_lock(tmp_path: Path) -> None:
    """After kill -9 or a power cut the next start must just work."""
    path = tmp_path / "lock"
    with another_daemon(path) as first:
        first.send_signal(signal.SIGKILL)
        first.wait(timeout=10)

        assert read_pid(path) is None
        with InstanceLock(path):
            assert read_pid(path) == os.getpid()


def test_a_daemon_that_ended_leaves_no_lock_and_no_name(tmp_path: Path) -> None:
    """A signal to a process number read later would hit somebody else."""
    path = tmp_path / "lock"
    with InstanceLock(path):
        pass

    assert read_pid(path) is None
    assert path.read_bytes() == b""


def test_a_worker_does_not_keep_the_lock_of_a_dead_daemon(tmp_path: Path) -> None:
    """A forked worker shares the open file; the lock must end with the daemon all the same."""
    path = tmp_path / "lock"
    with subprocess.Popen(
        [sys.executable, "-c", FORK, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={"PYTHONPATH": os.pathsep.join(sys.path)},
    ) as daemon:
        assert daemon.stdout is not None
        assert daemon.stdout.readline() == "the worker works\n"
        daemon.wait(timeout=10)

        assert read_pid(path) is None
        with InstanceLock(path):
            assert read_pid(path) == os.getpid()


def test_asking_for_the_holder_does_not_stop_a_start(tmp_path: Path) -> None:
    """`status` looks just as the daemon starts: the daemon must not take that for another daemon."""
    path = tmp_path / "lock"
    path.touch()
    script = (
        "import sys\n"
        "from pathlib import Path\n"
        "from wirewatch.app.lock import read_pid\n"
        "print('asking', flush=True)\n"
        "while True: read_pid(Path(sys.argv[1]))\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, str(path)],
        stdout=subprocess.PIPE,
        env={"PYTHONPATH": os.pathsep.join(sys.path)},
    ) as asker:
        assert asker.stdout is not None
        asker.stdout.readline()
        try:
            for _ in range(50):
                with InstanceLock(path):
                    pass
        finally:
            asker.kill()


def test_a_number_that_is_not_of_the_holder_is_not_given(tmp_path: Path) -> None:
    """From another container the number means another process, which must not be signalled."""
    path = tmp_path / "lock"
    with InstanceLock(path):
        path.write_text(f"{os.getpid()}\n2026-01-01 00:00:00 UTC\n1\n", encoding="utf-8")
        assert read_pid(path) is None
        path.write_text("-1\n", encoding="utf-8")
        assert read_pid(path) is None
        path.write_bytes(b"\xff\0nonsense")
        assert read_pid(path) is None


def test_no_file_means_no_daemon(tmp_path: Path) -> None:
    """`status` before the first start must say so and not fail."""
    assert read_pid(tmp_path / "lock") is None
    assert read_pid(tmp_path / "no" / "folder") is None


def test_a_place_that_cannot_hold_a_lock_is_named(tmp_path: Path) -> None:
    """The person needs the path and what is wrong with it."""
    (tmp_path / "a-folder").mkdir()
    (tmp_path / "a-link").symlink_to(tmp_path / "elsewhere")

    for wrong in ("no/folder/lock", "a-folder", "a-link"):
        with pytest.raises(StoreError, match=f"cannot open .*{wrong}") as caught:
            InstanceLock(tmp_path / wrong).__enter__()
        assert caught.value.hint is not None
    assert not (tmp_path / "elsewhere").exists()


def test_only_the_owner_may_read_the_lock(tmp_path: Path) -> None:
    """Nobody else may hold it either: whoever can open it can lock it."""
    path = tmp_path / "lock"
    with InstanceLock(path):
        assert path.stat().st_mode & 0o077 == 0
