"""The helper that runs the daemon, tried on small programs: it must notice what a daemon can do."""

from __future__ import annotations

import os
import select
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.e2e.daemon import Daemon, write_config

NOTIFY = """
import os, signal, socket, sys, threading
def tell(text):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
        sock.sendto(text.encode(), os.environ["NOTIFY_SOCKET"])
"""
GOOD = """
done = threading.Event()
signal.signal(signal.SIGTERM, lambda *_: done.set())
signal.signal(signal.SIGHUP, lambda *_: tell("RELOADING=1\\nREADY=1"))
print("hello", os.environ.get("WATCHDOG_USEC"), sys.argv[1:], flush=True)
tell("STATUS=watching\\nREADY=1")
done.wait()
sys.exit(7)
"""

Make = Callable[..., Daemon]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    def daemon(program: str, **options: object) -> Daemon:
        command = (sys.executable, "-c", NOTIFY + program)
        return Daemon(tmp_path / "wirewatch.toml", command=command, **options)  # type: ignore[arg-type]

    return daemon


def test_a_life_is_ready_reloads_and_ends(make: Make) -> None:
    """What systemd sees is what the tests wait for."""
    with make(GOOD, watchdog_s=10) as daemon:
        daemon.start()
        daemon.wait_ready(20)
        daemon.reload(20)
        told = daemon.life.lines
        code = daemon.terminate(20)

    assert told == ("STATUS=watching", "READY=1", "RELOADING=1", "READY=1")
    assert code == 7
    assert daemon.logs().startswith("hello 10000000 ['--config', ")
    assert daemon.logs().endswith("'run']\n")


def test_one_life_knows_nothing_of_the_last(make: Make) -> None:
    """A READY of a killed daemon must not be taken for one of the next."""
    with make(GOOD) as daemon:
        for _ in range(2):
            daemon.start()
            daemon.wait_ready(20)
            assert daemon.life.lines.count("READY=1") == 1
            daemon.kill9()

    assert daemon.lives == 2
    assert daemon.logs().count("hello") == 2


def test_a_daemon_that_ends_at_once_is_reported_with_its_last_words(make: Make) -> None:
    """Waiting a minute for what cannot come would hide the reason."""
    with make("sys.exit('no such table')") as daemon:
        daemon.start()
        with pytest.raises(AssertionError, match=r"EXITED=1(.|\n)*no such table"):
            daemon.wait_ready(20)


def test_a_daemon_that_dies_early_is_noticed(make: Make) -> None:
    """A kill of what was dead already would prove nothing."""
    with make("tell('READY=1')") as daemon:
        daemon.start()
        daemon.wait_ready(20)
        with pytest.raises(AssertionError, match="ended by itself with 0"):
            daemon.must_live(20)


def test_a_failing_test_leaves_no_process(make: Make) -> None:
    """A daemon left over would poll the servers of other tests."""
    with make(GOOD) as daemon:
        daemon.start()
        daemon.wait_ready(20)
        process = daemon.life.process

    assert process.returncode == -9


def test_workers_of_a_killed_daemon_are_ended(make: Make) -> None:
    """They hold the log open, and the machine's memory."""
    worker = "import time, sys; sys.stdout.write(''); time.sleep(600)"
    program = f"""
import subprocess
worker = subprocess.Popen([sys.executable, "-c", {worker!r}])
tell(f"READY=1\\nWORKER={{worker.pid}}")
signal.pause()
"""
    with make(program) as daemon:
        daemon.start()
        daemon.wait_ready(20)
        lines = daemon.life.socket.lines.wait_for(lambda rows: len(rows) == 2, 20)
        pid = int(lines[1].removeprefix("WORKER="))
        daemon.kill9()

    assert _is_gone(pid)


def _is_gone(pid: int) -> bool:
    """Wait until a process has ended; say whether it did."""
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([handle], [], [], 20)[0])
    finally:
        os.close(handle)


def test_commands_get_the_configuration_and_their_answer_is_read(make: Make) -> None:
    """The tests ask the daemon what its owner would ask."""
    program = "import json; print(json.dumps(sys.argv[3:])); sys.exit(max(0, len(sys.argv) - 5))"
    daemon = make(program)

    assert daemon.run_cli("status").json() == ["status"]
    assert daemon.ask("status") == ["status", "--json"]
    assert daemon.ask("feed", "list", codes=(0, 1)) == ["feed", "list", "--json"]
    with pytest.raises(AssertionError, match="exits with 1"):
        daemon.ask("feed", "list")


def test_the_surroundings_of_the_test_do_not_reach_the_daemon(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A developer's own settings must not decide whether tests pass."""
    monkeypatch.setenv("WIREWATCH_POLL__EVERY", "5 h")
    monkeypatch.setenv("NOTIFY_SOCKET", "/nowhere")
    program = "print([n for n in os.environ if n.startswith(('WIREWATCH', 'NOTIFY', 'EXTRA'))])"

    done = make(program, env={"EXTRA": "1"}).run_cli("status")

    assert done.stdout == "['EXTRA']\n"


def test_the_written_configuration_says_what_was_asked(tmp_path: Path) -> None:
    """Every end-to-end test stands on this file."""
    path = write_config(
        tmp_path,
        feeds=[
            {"name": "One", "url": "http://127.0.0.1/1"},
            {"name": "Two", "url": "http://127.0.0.1/2"},
        ],
        watches=[{"name": "Talks", "query": '"Abu Dhabi talks"'}],
        channels={"mail": "mailto://127.0.0.1:25", "chat": "json://127.0.0.1"},
        poll={"timeout": "3 s"},
        article={"mode": "never"},
    )
    written = tomllib.loads(path.read_text())

    assert written["database"]["url"] == f"sqlite:///{tmp_path}/wirewatch.db"
    assert (written["poll"]["timeout"], written["poll"]["first_poll"]) == ("3 s", "alert")
    assert written["article"] == {"mode": "never"}
    assert written["watchlist"]["main"]["channels"] == ["mail", "chat"]
    assert written["channel"]["chat"] == {"url": "json://127.0.0.1"}
    assert [feed["name"] for feed in written["feed"]] == ["One", "Two"]
    assert written["watch"] == [
        {"watchlist": "main", "name": "Talks", "query": '"Abu Dhabi talks"'}
    ]
