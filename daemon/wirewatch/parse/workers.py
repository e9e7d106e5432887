"""The pool of reading processes: warm, killable, and with lanes of their own for feeds and pages."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from asyncio.subprocess import PIPE, Process
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

from wirewatch.core.model.outcome import (
    PageResult,
    Parsed,
    ParsedFeed,
    ParsedPage,
    Problem,
    Unreadable,
)
from wirewatch.errors import WirewatchError
from wirewatch.parse.limits import DEFAULT, MIB, ParseLimits
from wirewatch.parse.salvage import find_killers
from wirewatch.parse.wire import (
    HEADER_BYTES,
    Answer,
    Bug,
    Job,
    Kind,
    pack_job_head,
    unpack_answer,
)
from wirewatch.parse.worker import OUT_OF_MEMORY, command, environment

_SMALLEST_ANSWER_LIMIT: Final = 16 * MIB
_MOST_KILLERS: Final = 500
_START_S: Final = 60.0
"""To start a worker may take this long: an overloaded machine is no fault of a document's."""
_LAST_WORDS_S: Final = 5.0


@dataclass(frozen=True, slots=True)
class _Died:
    """The worker ended, or was ended, before it answered; *out_of_time* by us."""

    returncode: int | None
    out_of_time: bool = False


_Outcome: TypeAlias = Answer | _Died


class ReadersError(WirewatchError):
    """The processes that read documents cannot be started."""


class ParserPool:
    """Reads feeds and pages in processes that can be killed. Implements ``ports.Parser``.

    A document that takes too long, needs too much memory or crashes its reader is ``Unreadable``, and nothing else
    is: the next document gets a new process. Slow pages do not delay feeds.
    """

    def __init__(self, *, workers: int = 1, limits: ParseLimits = DEFAULT) -> None:
        self._feeds = _Lane(workers, limits, warm_up=Kind.WARM_FEED)
        self._pages = _Lane(workers, limits, warm_up=Kind.WARM_PAGE)
        self._killers: dict[bytes, None] = {}
        """Entries that killed a reader. Forgotten at the end: then they are found once more."""

    async def start(self) -> None:
        """Start the processes that read feeds; those for pages start with the first page.

        Raises ReadersError where no process can be started.
        """
        await self._feeds.start()

    async def feed(
        self, body: bytes, *, url: str, content_type: str, known: frozenset[bytes] = frozenset()
    ) -> Parsed:
        """Read a feed, without the raw entries whose hashes are known. Never raises for anything a document can be."""
        job = Job(Kind.FEED, body, url, content_type, known, killers=frozenset(self._killers))
        answer = await self._feeds.read(job)
        if isinstance(answer, Unreadable) and answer.problem is Problem.TOO_COSTLY:
            found = await find_killers(self._feeds.read, job)
            if found:
                self._remember(found)
                answer = await self._feeds.read(replace(job, killers=job.killers | found))
        return answer if isinstance(answer, ParsedFeed | Unreadable) else _confused(answer)

    def _remember(self, killers: frozenset[bytes]) -> None:
        self._killers |= dict.fromkeys(killers)
        for oldest in tuple(self._killers)[:-_MOST_KILLERS]:
            del self._killers[oldest]

    async def sitemap(self, body: bytes, *, url: str, content_type: str) -> Parsed:
        """Read a news sitemap as a feed. Never raises for anything a document can be."""
        answer = await self._feeds.read(Job(Kind.SITEMAP, body, url, content_type))
        return answer if isinstance(answer, ParsedFeed | Unreadable) else _confused(answer)

    async def page(self, body: bytes, *, url: str, content_type: str) -> PageResult:
        """Extract the article of a page. Never raises for anything a document can be."""
        answer = await self._pages.read(Job(Kind.PAGE, body, url, content_type))
        return answer if isinstance(answer, ParsedPage | Unreadable) else _confused(answer)

    async def feed_links(self, body: bytes, *, url: str, content_type: str) -> tuple[str, ...]:
        """Return the feeds a page names, best first. Never raises for anything a document can be."""
        answer = await self._feeds.read(Job(Kind.LINKS, body, url, content_type))
        return answer.more if isinstance(answer, ParsedFeed) else ()

    async def aclose(self) -> None:
        """End every process; jobs under way are given up."""
        await asyncio.gather(self._feeds.aclose(), self._pages.aclose())

    def processes(self) -> tuple[int, ...]:
        """Return the ids of the living processes, for the status."""
        return (*self._feeds.processes(), *self._pages.processes())


def _confused(answer: Answer) -> Unreadable:
    return Unreadable(problem=Problem.BUG, detail=f"a reader answered {type(answer).__name__}")


class _Lane:
    """Some workers of one kind, and a queue for them: first come, first served."""

    def __init__(self, workers: int, limits: ParseLimits, *, warm_up: Kind) -> None:
        self._limits = limits
        self._warm_up = warm_up
        self._size = workers
        self._idle: list[_Worker] = []
        self._all: set[_Worker] = set()
        self._free = asyncio.Semaphore(workers)
        self._closed = False

    async def start(self) -> None:
        await asyncio.gather(*(self._warm_one() for _ in range(self._size)))

    async def _warm_one(self) -> None:
        async with self._free:
            worker = await self._take()
            await self._give_back(worker)

    async def read(self, job: Job) -> Answer:
        async with self._free:
            used, outcome = await self._attempt(job)
            if used and isinstance(outcome, _Died) and not _by_limit(outcome):
                # perhaps the fault of the documents before it: a worker wears out
                _, outcome = await self._attempt(job)
            if isinstance(outcome, _Died | Bug):
                return _failure(outcome, self._limits)
            return outcome

    async def _attempt(self, job: Job) -> tuple[bool, _Outcome]:
        """Let a worker read; say as well whether it had been waiting before."""
        waiting = bool(self._idle)
        try:
            worker = await self._take()
        except ReadersError as exc:
            return False, Unreadable(problem=Problem.BUG, detail=str(exc))
        try:
            outcome = await worker.read(job, self._limits.wall_s)
        except BaseException:  # we are cancelled: what the worker is at belongs to nobody
            await self._end(worker)
            raise
        if isinstance(outcome, _Died | Bug) or worker.jobs >= self._limits.jobs_per_worker:
            await self._end(worker)
        else:
            await self._give_back(worker)
        return waiting, outcome

    async def _take(self) -> _Worker:
        while self._idle:
            worker = self._idle.pop()
            if worker.alive():
                return worker
            await self._end(worker)  # killed from outside while it waited
        self._refuse_if_closed()
        worker = await _Worker.started(self._limits)
        self._all.add(worker)
        try:
            self._refuse_if_closed()
            outcome = await worker.read(Job(self._warm_up, b"", "", ""), _START_S)
        except BaseException:
            await self._end(worker)
            raise
        worker.jobs = 0
        if isinstance(outcome, _Died | Bug):
            await self._end(worker)
            raise ReadersError(f"a reader did not start: {_failure(outcome, self._limits).detail}")
        return worker

    def _refuse_if_closed(self) -> None:
        if self._closed:
            raise ReadersError("the readers are closed")

    async def _give_back(self, worker: _Worker) -> None:
        if self._closed:
            await self._end(worker)
        else:
            self._idle.append(worker)

    async def _end(self, worker: _Worker) -> None:
        await worker.end()
        self._all.discard(worker)

    async def aclose(self) -> None:
        self._closed = True
        self._idle.clear()
        await asyncio.gather(*(self._end(worker) for worker in self._all))
        # whoever was reading or starting a worker notices now; wait until they all have
        async with asyncio.TaskGroup() as everybody:
            for _ in range(self._size):
                everybody.create_task(self._free.acquire())
        for _ in range(self._size):
            self._free.release()

    def processes(self) -> tuple[int, ...]:
        return tuple(sorted(worker.pid for worker in self._all))


class _Worker:
    """One process and the pipes to it."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self.jobs = 0

    @classmethod
    async def started(cls, limits: ParseLimits) -> _Worker:
        """Start a process in a session of its own, so that a Ctrl-C in a terminal does not reach it."""
        try:
            process = await asyncio.create_subprocess_exec(
                *command(limits, os.getpid()),
                stdin=PIPE,
                stdout=PIPE,
                env=environment(),
                start_new_session=True,
            )
        except OSError as exc:
            raise ReadersError(f"a reader could not be started: {exc}") from exc
        return cls(process)

    @property
    def pid(self) -> int:
        return self._process.pid

    def alive(self) -> bool:
        return self._process.returncode is None

    async def read(self, job: Job, wall_s: float) -> _Outcome:
        """Hand over a document and wait for the answer, at most so long."""
        self.jobs += 1
        try:
            async with asyncio.timeout(wall_s):
                return await self._exchange(job)
        except TimeoutError:
            return _Died(None, out_of_time=True)
        except (ConnectionError, asyncio.IncompleteReadError):
            return await self._ended()
        except ValueError as exc:
            return Bug(str(exc))

    async def _exchange(self, job: Job) -> Answer:
        stdin, stdout = self._process.stdin, self._process.stdout
        if stdin is None or stdout is None:
            raise ConnectionError("no pipes")
        stdin.write(pack_job_head(job))
        stdin.write(job.body)
        await stdin.drain()
        size = int.from_bytes(await stdout.readexactly(HEADER_BYTES), "big")
        if size > max(_SMALLEST_ANSWER_LIMIT, 8 * len(job.body)):
            raise ValueError(f"an answer of {size} bytes")
        return unpack_answer(await stdout.readexactly(size))

    async def end(self) -> None:
        """Kill the process unless it is gone, and wait until it is."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        if self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()
        await self._process.wait()

    async def _ended(self) -> _Died:
        """Wait for a process that broke its pipe, so that its own reason to end is known."""
        try:
            async with asyncio.timeout(_LAST_WORDS_S):
                await self._process.wait()
        except TimeoutError:
            await self.end()
        return _Died(self._process.returncode)


def _by_limit(outcome: _Outcome) -> bool:
    """Say whether a worker ended because this very document took too long."""
    return isinstance(outcome, _Died) and (
        outcome.out_of_time or outcome.returncode == -signal.SIGXCPU
    )


def _failure(outcome: _Died | Bug, limits: ParseLimits) -> Unreadable:
    """Say in words for people why a document was not read."""
    if isinstance(outcome, Bug):
        return Unreadable(problem=Problem.BUG, detail=outcome.detail)
    if outcome.out_of_time:
        detail = f"took more than {limits.wall_s:g} s to read"
    elif outcome.returncode == OUT_OF_MEMORY:
        detail = f"needed more than {limits.memory_bytes // MIB} MB of memory to read"
    elif outcome.returncode == -signal.SIGXCPU:
        detail = f"took more than {limits.cpu_s} s of processor time to read"
    else:
        detail = f"crashed its reader ({_ending(outcome.returncode)})"
    return Unreadable(problem=Problem.TOO_COSTLY, detail=detail)


def _ending(code: int | None) -> str:
    if code is not None and code < 0:
        return signal.Signals(-code).name
    return f"exit {code}"
