"""What runs in a worker process: reads one document after another within its limits, and dies with its parent."""

from __future__ import annotations

import ctypes
import json
import logging
import math
import os
import resource
import signal
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict
from typing import BinaryIO, Final

from wirewatch.parse.limits import ParseLimits
from wirewatch.parse.wire import (
    Answer,
    Bug,
    Job,
    Kind,
    Warm,
    pack_answer,
    read_job,
)

OUT_OF_MEMORY: Final = 71
"""How a worker ends that had too little memory for a document."""
_PART: Final = 5
"""A part of a document that killed its reader gets this part of its time."""
_PR_SET_PDEATHSIG: Final = 1
_IGNORED: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)


def command(limits: ParseLimits, parent: int) -> list[str]:
    """Return the command line of a worker."""
    return [
        sys.executable,
        "-P",
        "-m",
        "wirewatch.parse.worker",
        str(parent),
        json.dumps(asdict(limits)),
    ]


def environment() -> dict[str, str]:
    """Return all a worker gets of our environment: where the code is. No secrets."""
    return {
        "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONUTF8": "1",
        "TZ": "UTC",
    }


def main(arguments: Sequence[str]) -> int:
    """Serve jobs from standard input until it ends."""
    parent, limits = int(arguments[0]), ParseLimits(**json.loads(arguments[1]))
    _die_with(parent)
    # a Ctrl-C or a stop of the service is for the daemon, which ends us when it is done
    for number in _IGNORED:
        signal.signal(number, signal.SIG_IGN)
    logging.disable(logging.CRITICAL)
    jobs, answers = _private_pipes()
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_AS, limits.memory_bytes)
    try:
        while (job := read_job(jobs)) is not None:
            # the limit counts the whole life of the process
            cpu_s = limits.cpu_s if job.part is None else max(limits.cpu_s // _PART, 1)
            _limit(resource.RLIMIT_CPU, math.ceil(time.process_time()) + cpu_s)
            answers.write(pack_answer(_answer(job, limits)))
            answers.flush()
            _fall_silent()
            del job
    except MemoryError:
        return OUT_OF_MEMORY
    return 0


def _die_with(parent: int) -> None:
    """Ask the kernel to kill us when our parent dies; where it cannot, the end of our input tells us."""
    try:
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    except (OSError, AttributeError):
        return
    if os.getppid() != parent:
        sys.exit(0)


def _private_pipes() -> tuple[BinaryIO, BinaryIO]:
    """Return our two pipes, and leave a library that prints or reads nothing to disturb."""
    jobs, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(nothing, 1)
    os.close(nothing)
    return jobs, answers


def _limit(kind: int, value: int) -> None:
    """Set a limit of the kernel; a stricter one that we live under already holds."""
    hard = resource.getrlimit(kind)[1]
    resource.setrlimit(kind, (value if hard == resource.RLIM_INFINITY else min(value, hard), hard))


def _fall_silent() -> None:
    """Let nothing more reach the daemon's error output: what made the start fail was worth a look, no more is."""
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, 2)
    os.close(nothing)


def _answer(job: Job, limits: ParseLimits) -> Answer:
    try:
        return _read(job, limits)
    except MemoryError:
        raise  # nothing is certain in this process any more
    except RecursionError as exc:
        return Bug(f"RecursionError: {exc}")
    except Exception as exc:  # noqa: BLE001  bulkhead: reported as a bug of ours on this one document
        frame = exc.__traceback__
        while frame is not None and frame.tb_next is not None:
            frame = frame.tb_next
        place = f" in {frame.tb_frame.f_code.co_qualname}" if frame is not None else ""
        return Bug(f"{type(exc).__name__}: {exc}{place}")


def _read(job: Job, limits: ParseLimits) -> Answer:
    # each worker loads only what its lane needs: trafilatura alone takes 30 MB
    if job.kind is Kind.FEED or job.kind is Kind.WARM_FEED:
        from wirewatch.parse.partial import parse_feed_partial

        if job.kind is Kind.WARM_FEED:
            return Warm()
        return parse_feed_partial(
            job.body,
            url=job.url,
            content_type=job.content_type,
            known=job.known,
            part=job.part,
            killers=job.killers,
            limits=limits,
        )
    if job.kind is Kind.SITEMAP:
        from wirewatch.parse.sitemap import parse_sitemap

        return parse_sitemap(job.body, url=job.url, content_type=job.content_type, limits=limits)
    if job.kind is Kind.LINKS:
        from wirewatch.parse.feedlinks import find_feed_links

        return find_feed_links(job.body, url=job.url, content_type=job.content_type)
    from wirewatch.parse.page import parse_page, warm_up

    if job.kind is Kind.WARM_PAGE:
        warm_up()
        return Warm()
    return parse_page(job.body, url=job.url, content_type=job.content_type, limits=limits)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
