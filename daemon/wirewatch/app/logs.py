"""What the daemon says of itself: one line per event on standard error, in a form fit for who reads it.

Our own events and those of the libraries go through the same formatter. Writing a line never fails: a
full disk or a reader that went away costs lines, which are counted, and never the daemon.
"""

from __future__ import annotations

import logging
import os
import sys
import threading
import traceback
from collections.abc import Mapping, Sequence
from enum import StrEnum
from types import TracebackType
from typing import cast

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from wirewatch.app.logtext import one_line, safe_name, safe_value, without_secrets

STANDARD_ERROR = 2

LONGEST_TRACEBACK = 12_000

QUIET_LIBRARIES = (
    "alembic", "apprise", "apscheduler", "asyncio", "charset_normalizer", "courlan", "htmldate", "httpcore",
    "httpx", "requests", "requests_oauthlib", "trafilatura", "urllib3",
)  # fmt: skip
"""They tell every request, some with the tokens in it: of these, warnings only, at every level."""

SYSLOG_LEVELS = {"debug": 7, "info": 6, "warning": 4, "error": 3, "critical": 2}

ORDER = ["timestamp", "level", "event", "logger"]


class LogFormat(StrEnum):
    """In what form lines are written."""

    AUTO = "auto"
    CONSOLE = "console"
    JOURNALD = "journald"
    LOGFMT = "logfmt"
    JSON = "json"


def get_logger(name: str) -> structlog.stdlib.BoundLogger:
    """Return the logger of a module; until ``configure`` is called it behaves as any stdlib logger."""
    logger = structlog.wrap_logger(
        logging.getLogger(name),
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
    )
    return cast("structlog.stdlib.BoundLogger", logger)


def configure(
    level: str,
    form: str,
    *,
    fd: int = STANDARD_ERROR,
    environ: Mapping[str, str] = os.environ,
) -> None:
    """Write the log of this process to *fd* from now on, from *level* (debug, info, …) upwards."""
    _occupy_closed_standard_streams()
    chosen = chosen_format(LogFormat(form), fd=fd, environ=environ)
    coloured = os.isatty(fd) and not environ.get("NO_COLOR") and environ.get("TERM") != "dumb"
    lines = LineHandler(fd, _formatter(chosen, coloured=coloured))
    root = logging.getLogger()
    for handler in [handler for handler in root.handlers if isinstance(handler, LineHandler)]:
        root.removeHandler(handler)
    root.addHandler(lines)
    root.setLevel(level.upper())
    for library in QUIET_LIBRARIES:
        logging.getLogger(library).setLevel(max(logging.WARNING, root.level))
    logging.captureWarnings(True)


def log_uncaught() -> None:
    """Log what would otherwise end a thread or the process with a traceback of many lines."""
    log = get_logger(__name__)

    def of_process(
        kind: type[BaseException], exc: BaseException, trace: TracebackType | None
    ) -> None:
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, exc, trace)
        else:
            log.critical("the daemon fails", exc_info=(kind, exc, trace))

    def of_thread(args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None:
            thread = args.thread.name if args.thread else None
            exc_info = (args.exc_type, args.exc_value, args.exc_traceback)
            log.error("a thread fails", thread=thread, exc_info=exc_info)

    sys.excepthook = of_process
    threading.excepthook = of_thread


def chosen_format(wanted: LogFormat, *, fd: int, environ: Mapping[str, str]) -> LogFormat:
    """Return what *auto* stands for here: a person, the journal, or a file or pipe is reading."""
    if wanted is not LogFormat.AUTO:
        return wanted
    if _is_journal(fd, environ.get("JOURNAL_STREAM", "")):
        return LogFormat.JOURNALD
    return LogFormat.CONSOLE if os.isatty(fd) else LogFormat.LOGFMT


def _is_journal(fd: int, stream: str) -> bool:
    """Tell whether *fd* is the very stream that systemd connected: the variable is inherited by all children."""
    try:
        status = os.fstat(fd)
    except OSError:
        return False
    return stream == f"{status.st_dev}:{status.st_ino}"


def _occupy_closed_standard_streams() -> None:
    """Open the null device where a standard stream is closed.

    Else the next file that is opened gets its number, and log lines are written into the database.
    """
    for fd in (0, 1, 2):
        try:
            os.fstat(fd)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # the lowest free number, which is this one


class LineHandler(logging.Handler):
    """Writes each record as one line straight to a file descriptor. Never raises, never stops the caller."""

    def __init__(self, fd: int, formatter: logging.Formatter) -> None:
        super().__init__()
        self.setFormatter(formatter)
        self._fd = fd
        self._lost = 0
        self._torn = False

    def emit(self, record: logging.LogRecord) -> None:
        """Write one line, and before it how many could not be written."""
        if self._lost:
            gap = _note(f"{self._lost} lines of the log could not be written")
            if not self._write(self.format(gap)):
                self._lost += 1
                return
            self._lost = 0
        if not self._write(self._line(record)):
            self._lost += 1

    def _line(self, record: logging.LogRecord) -> str:
        try:
            return self.format(record)
        except Exception as exc:  # noqa: BLE001  a record that cannot be shown must not stop who logged it
            return self.format(
                _note(f"a line of {record.name} cannot be shown: {type(exc).__name__}: {exc}")
            )

    def _write(self, line: str) -> bool:
        """Write a whole line; False when it cannot be. A line that was torn is ended before the next."""
        left = memoryview(
            (("\n" if self._torn else "") + line + "\n").encode("utf-8", "backslashreplace")
        )
        try:
            while left:
                left = left[os.write(self._fd, left) :]
                self._torn = bool(left)
        except OSError:
            return False
        return True


def _note(text: str) -> logging.LogRecord:
    """Make a record about the log itself."""
    fields = {"name": __name__, "levelno": logging.ERROR, "levelname": "ERROR", "msg": text}
    return logging.makeLogRecord(fields)


def _formatter(form: LogFormat, *, coloured: bool) -> logging.Formatter:
    """Put together the steps from a record to a line."""
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[structlog.stdlib.ExtraAdder()],
        processors=[
            structlog.stdlib.add_log_level,
            structlog.stdlib.add_logger_name,
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            _plain_traceback,
            _safe_values,
            *_renderers(form, coloured=coloured),
        ],
    )


def _renderers(form: LogFormat, *, coloured: bool) -> Sequence[Processor]:
    utc = structlog.processors.TimeStamper(fmt="iso", utc=True)
    if form is LogFormat.CONSOLE:
        return (
            structlog.processors.TimeStamper(fmt="%H:%M:%S", utc=False),
            # Its own way to show exceptions prints the values of local variables, secrets among them.
            structlog.dev.ConsoleRenderer(
                colors=coloured, exception_formatter=structlog.dev.plain_traceback
            ),
        )
    if form is LogFormat.JSON:
        return (utc, structlog.processors.JSONRenderer(ensure_ascii=False))
    logfmt = structlog.processors.LogfmtRenderer(
        key_order=ORDER, drop_missing=True, bool_as_flag=False
    )
    if form is LogFormat.JOURNALD:
        return (_Prefixed(logfmt),)  # the journal keeps the time itself
    return (utc, logfmt)


class _Prefixed:
    """Tells the journal how grave a line is: ``journalctl -p warning`` then finds it."""

    def __init__(self, renderer: structlog.processors.LogfmtRenderer) -> None:
        self._renderer = renderer

    def __call__(self, logger: WrappedLogger, name: str, event_dict: EventDict) -> str:
        grave = SYSLOG_LEVELS.get(str(event_dict.get("level")), 6)
        return f"<{grave}>{self._renderer(logger, name, event_dict)}"


def _plain_traceback(_: WrappedLogger, __: str, event_dict: EventDict) -> EventDict:
    """Replace the exception by its traceback as Python prints it: without the values of variables."""
    exc_info = event_dict.pop("exc_info", None)
    if exc_info is True:
        exc_info = sys.exc_info()
    exc = exc_info[1] if isinstance(exc_info, tuple) else exc_info
    if isinstance(exc, BaseException):
        event_dict["exception"] = "".join(traceback.format_exception(exc)).rstrip()
    return event_dict


def _safe_values(_: WrappedLogger, __: str, event_dict: EventDict) -> EventDict:
    """Make every value fit for a line; a traceback keeps its lines, each made safe."""
    trace = event_dict.pop("exception", None)
    safe: EventDict = {
        safe_name(name): safe_value(name, value) for name, value in event_dict.items()
    }
    if isinstance(trace, str):
        # The end of a traceback says what happened.
        lines = without_secrets(trace[-LONGEST_TRACEBACK:]).split("\n")
        safe["exception"] = "\n".join(one_line(line) for line in lines)
    return safe
