"""The log is read by people, by journald and by programs; it must stay readable whatever the world sends."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import threading
import warnings
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from wirewatch.app.logs import (
    QUIET_LIBRARIES,
    LineHandler,
    LogFormat,
    chosen_format,
    configure,
    get_logger,
    log_uncaught,
)
from wirewatch.app.logtext import LONGEST, safe_value

HOSTILE = (
    'Talks\n<2>level=critical event="all is lost"\r\n\x1b[2J\x1b[31mred\x85\u2028\u202egnp end'
)
ONE_LINE_FORMATS = [LogFormat.JOURNALD, LogFormat.LOGFMT, LogFormat.JSON]

Configure = Callable[..., "Log"]


class Log:
    """A log file under test."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND)

    def text(self) -> str:
        return self.path.read_text(encoding="utf-8")

    def lines(self) -> list[str]:
        return self.text().split("\n")[:-1]


@pytest.fixture
def log_to(tmp_path: Path) -> Iterator[Configure]:
    """Configure the log of this process to a file, and put everything back afterwards."""
    log = Log(tmp_path / "log")
    root, names = logging.getLogger(), [None, *QUIET_LIBRARIES]
    levels = {name: logging.getLogger(name).level for name in names}
    hooks = sys.excepthook, threading.excepthook

    def to_file(
        form: LogFormat, level: str = "info", environ: Mapping[str, str] | None = None
    ) -> Log:
        configure(level, form, fd=log.fd, environ=environ or {})
        return log

    yield to_file
    sys.excepthook, threading.excepthook = hooks
    logging.captureWarnings(False)
    for handler in [handler for handler in root.handlers if isinstance(handler, LineHandler)]:
        root.removeHandler(handler)
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)
    os.close(log.fd)


@pytest.mark.parametrize("form", list(LogFormat))
def test_an_event_is_one_line_whatever_is_in_it(log_to: Configure, form: LogFormat) -> None:
    """A title with line breaks must not forge events, nor one with escapes paint the terminal."""
    log = log_to(form)

    get_logger("t").info("polled", title=HOSTILE, nested={"k\n": [HOSTILE]}, by={HOSTILE})
    logging.getLogger("library").warning("said %s", HOSTILE, extra={"a b\n=": HOSTILE})

    assert len(log.lines()) == 2
    assert all(line.isprintable() for line in log.lines())
    assert all(r"\x1b[31mred" in line for line in log.lines())


@pytest.mark.parametrize("form", ONE_LINE_FORMATS)
def test_a_traceback_is_one_line_for_programs(log_to: Configure, form: LogFormat) -> None:
    """A failure spread over forty lines is forty events to whoever collects them."""
    log = log_to(form)

    fail_and_log()

    (line,) = log.lines()
    assert "RuntimeError: no talks" in line
    assert "fail_and_log" in line


@pytest.mark.parametrize("form", list(LogFormat))
def test_a_traceback_shows_no_values_of_variables(log_to: Configure, form: LogFormat) -> None:
    """The variables around a failure hold passwords; with rich installed structlog prints them."""
    log = log_to(form)

    fail_and_log()

    assert "RuntimeError" in log.text()
    assert "opensesame" not in log.text()


def fail(password: str) -> None:
    raise RuntimeError(f"no talks\x1b[2J\nat https://me:{password}@host/")


def fail_and_log() -> None:
    try:
        fail("".join(["open", "sesame"]))
    except RuntimeError:
        get_logger("t").exception("cannot poll")


def test_the_console_shows_a_traceback_in_lines_without_escapes_of_others(
    log_to: Configure,
) -> None:
    """A person at the terminal wants to read it, and not to be painted over."""
    log = log_to(LogFormat.CONSOLE)

    fail_and_log()

    assert len(log.lines()) > 4
    assert "\x1b" not in log.text()
    assert r"no talks\x1b[2J" in log.text()


def test_each_line_of_json_is_an_object_with_the_values(log_to: Configure) -> None:
    """Programs get numbers as numbers."""
    log = log_to(LogFormat.JSON)

    get_logger("wirewatch.app.poll").info("polled", feed="Gulf", new=3, ok=True, none=None)

    said = json.loads(log.lines()[0])
    assert said.pop("timestamp").endswith("Z")
    assert said == {
        "event": "polled", "level": "info", "logger": "wirewatch.app.poll", "feed": "Gulf",
        "new": 3, "ok": True, "none": None,
    }  # fmt: skip


def test_logfmt_begins_with_time_level_and_event(log_to: Configure) -> None:
    """The eye runs down a column."""
    log = log_to(LogFormat.LOGFMT)

    get_logger("t").warning("slow feed", took_s=1.5, at="a=b")

    stamp, _, rest = log.lines()[0].partition(" ")
    assert stamp.startswith("timestamp=2")
    assert rest == 'level=warning event="slow feed" logger=t took_s=1.5 at="a=b"'


@pytest.mark.parametrize(
    ("method", "prefix"), [("debug", 7), ("info", 6), ("warning", 4), ("error", 3), ("critical", 2)]
)
def test_the_journal_is_told_how_grave_a_line_is(
    log_to: Configure, method: str, prefix: int
) -> None:
    """`journalctl -p warning` must find warnings; the journal keeps the time itself."""
    log = log_to(LogFormat.JOURNALD, level="debug")

    getattr(get_logger("t"), method)("polled")

    assert log.lines() == [f"<{prefix}>level={method} event=polled logger=t"]


def test_auto_means_logfmt_in_a_file_and_journald_for_the_journal(log_to: Configure) -> None:
    """The manager names the stream it connected; a shell below inherits the name but not the stream."""
    log = log_to(LogFormat.AUTO)
    status = os.fstat(log.fd)
    stream = f"{status.st_dev}:{status.st_ino}"

    def auto(environ: dict[str, str]) -> LogFormat:
        return chosen_format(LogFormat.AUTO, fd=log.fd, environ=environ)

    assert auto({}) is LogFormat.LOGFMT
    assert auto({"JOURNAL_STREAM": "8:999"}) is LogFormat.LOGFMT
    assert auto({"JOURNAL_STREAM": stream}) is LogFormat.JOURNALD


def test_auto_means_console_on_a_terminal_and_a_setting_overrides_it() -> None:
    """Whoever starts it by hand reads it by eye."""
    ours, theirs = os.openpty()
    try:
        assert chosen_format(LogFormat.AUTO, fd=theirs, environ={}) is LogFormat.CONSOLE
        assert chosen_format(LogFormat.JSON, fd=theirs, environ={}) is LogFormat.JSON
    finally:
        os.close(ours)
        os.close(theirs)


def test_an_unknown_format_or_level_is_refused(log_to: Configure) -> None:
    """A misspelt setting must not pass for another."""
    with pytest.raises(ValueError, match="xml"):
        configure("info", "xml")
    with pytest.raises(ValueError, match="LOUD"):
        configure("loud", "json")


def test_levels_below_the_wanted_one_are_left_out(log_to: Configure) -> None:
    """Asked for warnings, a person gets warnings."""
    log = log_to(LogFormat.LOGFMT, level="warning")

    get_logger("t").info("polled")
    get_logger("t").warning("slow")

    assert [line.split()[2] for line in log.lines()] == ["event=slow"]


@pytest.mark.parametrize("library", ["httpx", "httpcore.connection", "urllib3.connectionpool"])
def test_libraries_never_tell_their_requests(log_to: Configure, library: str) -> None:
    """At debug level they print webhook addresses, which are secrets."""
    log = log_to(LogFormat.LOGFMT, level="debug")

    logging.getLogger(library).debug("POST /services/T0/B0/x")
    logging.getLogger(library).info("HTTP Request: POST")
    logging.getLogger(library).warning("pool is full")

    assert len(log.lines()) == 1
    assert "pool is full" in log.text()


def test_warnings_of_python_are_lines_too(log_to: Configure) -> None:
    """A deprecation in a library must not tear the log."""
    log = log_to(LogFormat.LOGFMT)

    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(True)
        warnings.warn("old\nways", stacklevel=1)

    assert len(log.lines()) == 1
    assert r"old\\nways" in log.text()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("https://me:open@news.example/feed", "https://***@news.example/feed"),
        ("mailtos://me:p@ss@mail.example?to=x", "mailtos://***@mail.example?to=x"),
        ("postgresql://w:pw@db/wirewatch", "postgresql://***@db/wirewatch"),
        ("https://x.example/f?a=1&api_key=s3&b=2", "https://x.example/f?a=1&api_key=***&b=2"),
        ("https://x.example/f?key=s3#top", "https://x.example/f?key=***#top"),
        ("GET /bot123:AA-bb_9/sendMessage", "GET /bot***/sendMessage"),
        ("https://hooks.slack.com/services/T0/B0/x7", "https://hooks.slack.com/services/***"),
        ("https://discord.com/api/webhooks/42/t0k-en", "https://discord.com/api/webhooks/42/***"),
        ("Authorization: Bearer abc.def", "Authorization: Bearer ***"),
        ("{'authorization': 'Basic dTpw'}", "{'authorization': 'Basic ***'}"),
        ("https://news.example/a@b?page=2", "https://news.example/a@b?page=2"),
        ("mail desk@news.example about keys=3", "mail desk@news.example about keys=3"),
    ],
)
def test_secrets_in_addresses_are_hidden(text: str, shown: str) -> None:
    """An error text quotes the address it failed at, with the password or token in it."""
    assert safe_value("detail", text) == shown


@pytest.mark.parametrize(
    "name", ["password", "smtp_password", "token", "apiKey", "api-key", "Authorization", "cookie"]
)
def test_a_value_whose_name_says_secret_is_hidden(name: str) -> None:
    """Whoever logs a whole setting must not print what it guards."""
    assert safe_value(name, "s3") == "***"
    assert safe_value("channel", {name: {"deep": "s3"}}) == {name: "***"}


@pytest.mark.parametrize(
    ("name", "value"),
    [("tokens", 12), ("entry_key", "abc"), ("author", "N. N."), ("key", "poll:7"), ("passed", "x")],
)
def test_what_only_looks_like_a_secret_is_shown(name: str, value: object) -> None:
    """Keys of entries and jobs are what the log is about."""
    assert safe_value(name, value) == value


def test_a_long_value_is_cut_and_says_so() -> None:
    """The journal cuts lines at 48 KiB: one event would become two."""
    shown = safe_value("title", "a" * 1_000_000)

    assert isinstance(shown, str)
    assert shown == "a" * LONGEST + "… (1000000 characters)"


def test_half_a_character_is_shown_and_stops_nothing(log_to: Configure) -> None:
    """Broken feeds hold halves of surrogate pairs, which no encoding can write."""
    log = log_to(LogFormat.LOGFMT)
    fields = {"name": "library", "levelname": "INFO", "msg": "half \ud800 of one"}
    for handler in logging.getLogger().handlers:
        if isinstance(handler, LineHandler):  # the report of pytest-xdist cannot carry it
            handler.handle(logging.makeLogRecord(fields))

    (line,) = log.lines()
    assert r"half \\ud800 of one" in line


def test_an_endless_value_is_cut() -> None:
    """A list that contains itself, and one without end in sight."""
    inner: list[object] = []
    inner.append(inner)

    assert safe_value("x", inner) == [[["…"]]]
    assert len(str(safe_value("x", [["y" * 5000] * 1000] * 1000))) < 1_000_000


def test_values_that_cannot_be_shown_cost_no_line(log_to: Configure) -> None:
    """A bug in a __str__, or in the arguments of a library's message, is no reason to fall silent."""

    class Broken:
        def __str__(self) -> str:
            raise ZeroDivisionError

    log = log_to(LogFormat.LOGFMT)

    get_logger("t").info("polled", what=Broken(), raw=b"\xff", error=KeyError("k"))
    wrong = {"name": "library", "msg": "%d feeds", "args": ("many",)}
    for handler in logging.getLogger().handlers:
        if isinstance(handler, LineHandler):  # those of pytest raise on purpose
            handler.handle(logging.makeLogRecord(wrong))

    first, second = log.lines()
    assert "<Broken that cannot be shown: ZeroDivisionError>" in first
    assert "KeyError: 'k'" in first
    assert "a line of library cannot be shown: TypeError" in second


def test_a_full_disk_costs_lines_and_says_how_many(log_to: Configure) -> None:
    """/dev/full refuses every write, as a full disk does; afterwards the gap must be seen."""
    log = log_to(LogFormat.LOGFMT)
    kept = os.dup(log.fd)
    full = os.open("/dev/full", os.O_WRONLY)
    try:
        os.dup2(full, log.fd)
        get_logger("t").info("one")
        get_logger("t").info("two")
        os.dup2(kept, log.fd)
        get_logger("t").info("three")
    finally:
        os.close(full)
        os.close(kept)

    gap, line = log.lines()
    assert "2 lines of the log could not be written" in gap
    assert "event=three" in line


def test_a_reader_that_went_away_stops_nothing(log_to: Configure) -> None:
    """`wirewatch run 2>&1 | head` must not end the daemon."""
    log = log_to(LogFormat.JSON)
    reader, writer = os.pipe()
    os.close(reader)
    os.dup2(writer, log.fd)
    os.close(writer)

    get_logger("t").info("polled")
    fail_and_log()


def test_a_closed_standard_error_is_not_taken_for_a_file_opened_later(tmp_path: Path) -> None:
    """With the stream closed, the next file opened gets its number: the database, for instance."""
    database = tmp_path / "database"
    script = (
        "import os, sys\n"
        "from wirewatch.app.logs import configure, get_logger\n"
        "configure('info', 'auto')\n"
        "fds = [os.open(sys.argv[1], os.O_CREAT | os.O_RDWR) for _ in range(3)]\n"
        "get_logger('t').error('lost')\n"
        "sys.exit(0 if min(fds) > 2 else 1)\n"
    )
    command = ["sh", "-c", 'exec "$0" "$@" 0<&- 1>&- 2>&-', sys.executable, "-c", script, database]

    done = subprocess.run(command, check=False, env={"PYTHONPATH": os.pathsep.join(sys.path)})

    assert done.returncode == 0
    assert database.read_bytes() == b""


def test_a_thread_that_fails_is_one_line(log_to: Configure) -> None:
    """Python would print a traceback past the log, without a level."""
    log = log_to(LogFormat.JOURNALD)
    log_uncaught()

    thread = threading.Thread(target=lambda: 1 // 0, name="dns-3")
    thread.start()
    thread.join()

    (line,) = log.lines()
    assert line.startswith('<3>level=error event="a thread fails"')
    assert "thread=dns-3" in line
    assert "ZeroDivisionError" in line


def test_a_crash_of_the_process_is_one_grave_line(tmp_path: Path) -> None:
    """The last words of the daemon are those that are looked for."""
    script = (
        "from wirewatch.app.logs import configure, log_uncaught\n"
        "configure('info', 'journald')\n"
        "log_uncaught()\n"
        "{}['poll']\n"
    )

    done = subprocess.run(
        [sys.executable, "-c", script],
        check=False,
        capture_output=True,
        text=True,
        env={"PYTHONPATH": os.pathsep.join(sys.path)},
    )

    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert line.startswith('<2>level=critical event="the daemon fails"')
    assert "KeyError: 'poll'" in line


def test_configuring_again_replaces_what_was(log_to: Configure) -> None:
    """A reload that changes the format must not double every line."""
    log_to(LogFormat.JSON)
    log = log_to(LogFormat.LOGFMT)

    get_logger("t").info("polled")

    (line,) = log.lines()
    assert "event=polled" in line
