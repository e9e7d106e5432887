"""The real daemon as a process: started, killed, asked, as its owner would."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import tomlkit

from tests.e2e.notify_socket import NotifySocket

DAEMON_ROOT: Final = Path(__file__).parents[2] / "daemon"
COMMAND: Final = (sys.executable, "-m", "wirewatch.cli.main")
START_S = 60.0
STOP_S = 45.0
CLI_S = 60.0
EXITED = "EXITED="
"""Begins the line that tells a waiting test that the process has ended."""

DEFAULTS: Final[Mapping[str, Mapping[str, object]]] = {
    "poll": {
        "every": "1 s",
        "min_every": "1 s",
        "max_every": "2 s",
        "host_gap": "0 s",
        "first_poll": "alert",
        "allow_networks": ["127.0.0.0/8"],
    },
    "alerts": {"settle": "1 s"},
    "delivery": {"max_retry": "1 s"},
    "http": {"listen": ""},
}


def write_config(
    directory: Path,
    *,
    feeds: Sequence[Mapping[str, object]],
    watches: Sequence[Mapping[str, object]],
    channels: Mapping[str, str],
    **sections: Mapping[str, object],
) -> Path:
    """Write a configuration for a fast test; *sections* override the defaults setting by setting.

    All watches are in the list ``main``, which tells every channel.
    """
    names = {**DEFAULTS, **sections}
    document: dict[str, object] = {
        "database": {"url": f"sqlite:///{directory / 'wirewatch.db'}"},
        **{name: {**DEFAULTS.get(name, {}), **sections.get(name, {})} for name in names},
        "watchlist": {"main": {"channels": list(channels)}},
        "channel": {name: {"url": url} for name, url in channels.items()},
        "feed": [dict(feed) for feed in feeds],
        "watch": [{"watchlist": "main", **watch} for watch in watches],
    }
    path = directory / "wirewatch.toml"
    path.write_text(tomlkit.dumps(document), encoding="utf-8")
    return path


class Life:
    """One run of the process, with a notify socket of its own."""

    def __init__(self, command: Sequence[str], *, env: Mapping[str, str], log: Path) -> None:
        self.socket = NotifySocket()
        with log.open("ab") as output:
            self.process = subprocess.Popen(
                command,
                env={**env, "NOTIFY_SOCKET": str(self.socket.path)},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._watcher = threading.Thread(target=self._watch, name="daemon-watcher", daemon=True)
        self._watcher.start()

    @property
    def lines(self) -> tuple[str, ...]:
        """Return what it told systemd so far."""
        return self.socket.lines.rows()

    def wait_ready(self, timeout: float, *, times: int = 1) -> None:
        """Wait until it has said READY=1 so often, or ended."""

        def over(lines: tuple[str, ...]) -> bool:
            return lines.count("READY=1") >= times or any(one.startswith(EXITED) for one in lines)

        lines = self.socket.lines.wait_for(over, timeout)
        assert lines.count("READY=1") >= times, lines[-1]

    def end(self, number: signal.Signals, timeout: float) -> int:
        """Send a signal and wait for the end; return the exit code. An ended process stays ended."""
        self.process.send_signal(number)
        try:
            return self.process.wait(timeout)
        finally:
            self.close()

    def close(self) -> None:
        """End whatever is left of it: the process, and workers that outlived it."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self._watcher.join()
        self.socket.close()

    def _watch(self) -> None:
        self.socket.lines.add(f"{EXITED}{self.process.wait()}")


class Ended(subprocess.CompletedProcess[str]):
    """How a command ended."""

    def json(self) -> Any:
        """Return what it printed, read as JSON."""
        return json.loads(self.stdout)


class Daemon:
    """Runs ``wirewatch run`` with one configuration, one life after another. Use as a context manager.

    *watchdog_s* is what systemd's WatchdogSec would be. *command* replaces the program, for tests of this class.
    """

    def __init__(
        self,
        config: Path,
        *,
        env: Mapping[str, str] | None = None,
        watchdog_s: float | None = None,
        command: Sequence[str] = COMMAND,
    ) -> None:
        self.config = config
        self.log_path = config.with_name("daemon.log")
        self.lives = 0
        self._life: Life | None = None
        self._command = (*command, "--config", str(config))
        self._env = _environment(env or {})
        self._watchdog = {"WATCHDOG_USEC": str(int(watchdog_s * 1e6))} if watchdog_s else {}

    @property
    def life(self) -> Life:
        """Return the present life."""
        assert self._life is not None, "the daemon has not been started"
        return self._life

    def start(self) -> None:
        """Begin another life."""
        assert self._life is None, "the daemon runs already"
        env = {**self._env, **self._watchdog}
        self._life = Life((*self._command, "run"), env=env, log=self.log_path)
        self.lives += 1

    def wait_ready(self, timeout: float = START_S) -> None:
        """Wait for READY=1. Raise AssertionError with the log's end if it does not come."""
        try:
            self.life.wait_ready(timeout)
        except AssertionError as exc:
            raise AssertionError(f"not ready: {exc}\n{self.log_tail()}") from exc

    def must_live(self, seconds: float) -> None:
        """Let it live for so long. Raise AssertionError if it ends by itself."""
        try:
            code = self.life.process.wait(seconds)
        except subprocess.TimeoutExpired:
            return
        raise AssertionError(f"the daemon ended by itself with {code}\n{self.log_tail()}")

    def kill9(self) -> None:
        """Kill it with SIGKILL."""
        self._end(signal.SIGKILL, STOP_S)

    def terminate(self, timeout: float = STOP_S) -> int:
        """Ask it to stop; return its exit code."""
        return self._end(signal.SIGTERM, timeout)

    def reload(self, timeout: float = START_S) -> None:
        """Have it read its configuration again, and wait until it has."""
        before = self.life.lines.count("READY=1")
        self.life.process.send_signal(signal.SIGHUP)
        self.life.wait_ready(timeout, times=before + 1)

    def poll_now(self) -> None:
        """Have it poll every feed now."""
        self.life.process.send_signal(signal.SIGUSR1)

    def logs(self) -> str:
        """Return what all lives wrote to stdout and stderr."""
        return self.log_path.read_text(encoding="utf-8") if self.log_path.exists() else ""

    def log_tail(self, lines: int = 40) -> str:
        """Return the end of the log, for messages."""
        return "\n".join(self.logs().splitlines()[-lines:])

    def run_cli(self, *args: str, timeout: float = CLI_S) -> Ended:
        """Run another command with the same configuration; return how it ended."""
        done = subprocess.run(
            (*self._command, *args),
            env=self._env,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )
        return Ended(done.args, done.returncode, done.stdout, done.stderr)

    def ask(self, *args: str, codes: Sequence[int] = (0,)) -> Any:
        """Run a command with ``--json``; return what it printed. Raise AssertionError on another exit code."""
        done = self.run_cli(*args, "--json")
        assert done.returncode in codes, f"{args} exits with {done.returncode}:\n{done.stderr}"
        return done.json()

    def wait_quiet(self, timeout: float) -> None:
        """Wait until no hit, page or message waits. Raise AssertionError after *timeout* seconds."""
        deadline = time.monotonic() + timeout
        while True:
            counts = self.ask("status", codes=(0, 1))["counts"]
            deliveries = counts["deliveries"]
            open_ = sum(deliveries.get(state, 0) for state in ("pending", "sending"))
            if not (counts["hits_waiting"] or counts["articles_pending"] or open_):
                return
            assert time.monotonic() < deadline, f"still busy: {counts}\n{self.log_tail()}"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        exc: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._life is not None:
            self._end(signal.SIGKILL, STOP_S)

    def _end(self, number: signal.Signals, timeout: float) -> int:
        life, self._life = self.life, None
        return life.end(number, timeout)


def _environment(extra: Mapping[str, str]) -> dict[str, str]:
    """Return the environment without what the test's own surroundings would tell the daemon."""
    ours = ("WIREWATCH_", "NOTIFY_", "WATCHDOG_", "JOURNAL_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return {**kept, "PYTHONPATH": str(DAEMON_ROOT), "PYTHONUNBUFFERED": "1", **extra}
