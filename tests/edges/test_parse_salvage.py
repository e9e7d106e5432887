"""One entry that kills its reader: the others come through, and it is named."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from wirewatch.core.model.outcome import ParsedFeed, Problem, Unreadable
from wirewatch.parse.limits import ParseLimits
from wirewatch.parse.salvage import MOST_DEATHS, find_killers
from wirewatch.parse.wire import Answer, Job, Kind
from wirewatch.parse.workers import ParserPool

KILLER = b"<item><guid>evil</guid><title>x</title>" + b"<y/>" * 600_000 + b"</item>"
"""Takes feedparser many seconds."""

FAILURE = Unreadable(problem=Problem.TOO_COSTLY, detail="took more than 10 s to read")


def a_feed(*entries: bytes) -> bytes:
    return b'<rss version="2.0"><channel><title>X</title>' + b"".join(entries) + b"</channel></rss>"


def an_entry(number: int) -> bytes:
    return b"<item><guid>g%d</guid><title>T%d</title></item>" % (number, number)


@pytest.fixture
async def pool() -> AsyncIterator[ParserPool]:
    pool = ParserPool(limits=ParseLimits(cpu_s=1))
    yield pool
    await pool.aclose()


async def test_an_entry_that_kills_its_reader_hides_no_other(pool: ParserPool) -> None:
    """O-30, O-31: whoever can put one entry into a feed could otherwise silence all of it."""
    entries = [an_entry(number) for number in range(6)]
    body = a_feed(*entries[:2], KILLER, *entries[2:])

    found = await pool.feed(body, url="https://e.org/feed", content_type="text/xml")

    assert isinstance(found, ParsedFeed), found
    assert [entry.title for entry in found.entries] == [f"T{number}" for number in range(6)]
    assert found.flaw is Problem.TOO_COSTLY
    assert found.flaw_detail == "entry 3 of 7 is left out: it kills its reader; the others are read"
    assert found.items is not None
    assert len(found.items) == 6  # as many as were read: bytes and entries can be told apart


async def test_a_killer_that_is_known_is_not_read_again(pool: ParserPool) -> None:
    """It costs its dozen readers once, not at every poll."""
    body = a_feed(an_entry(0), KILLER)
    first = await pool.feed(body, url="https://e.org/feed", content_type="text/xml")
    assert isinstance(first, ParsedFeed), first
    known = frozenset(first.items or ())
    assert len(known) == 1
    readers = pool.processes()

    again = await pool.feed(
        a_feed(an_entry(1), an_entry(0), KILLER),
        url="https://e.org/feed",
        content_type="text/xml",
        known=known,
    )

    assert isinstance(again, ParsedFeed), again
    assert [entry.title for entry in again.entries] == ["T1"]
    assert again.left_out == 1
    assert str(again.flaw_detail).startswith("entry 3 of 3 is left out")
    assert pool.processes() == readers


def a_reader(
    size: int, killers: frozenset[int]
) -> tuple[list[Job], Callable[[Job], Awaitable[Answer]]]:
    """Return a stand-in for the workers that dies of these entries, and what it was asked."""
    asked: list[Job] = []

    async def read(job: Job) -> Answer:
        asked.append(job)
        start, end = job.part or (0, size)
        if killers & set(range(start, end)):
            return FAILURE
        return ParsedFeed(
            entries=(), format="rss20", items=tuple(bytes([n // 256, n % 256]) for n in range(size))
        )

    return asked, read


@pytest.mark.parametrize("size", [1, 2, 3, 30, 2000])
async def test_the_search_is_short_and_finds_the_place(size: int) -> None:
    """Each wrong turn costs a process and its time."""
    for place in {0, size // 2, size - 1}:
        asked, read = a_reader(size, frozenset({place}))

        found = await find_killers(read, Job(Kind.FEED, b"", "", ""))

        assert found == {bytes([place // 256, place % 256])}
        assert len(asked) <= 2 + 2 * size.bit_length()


@pytest.mark.parametrize(
    ("size", "killers"), [(100, frozenset(range(100))), (2001, frozenset({7}))]
)
async def test_a_document_that_is_costly_all_over_is_given_up(
    size: int, killers: frozenset[int]
) -> None:
    """Then the document is to blame, and its long wait begins."""
    asked, read = a_reader(size, killers)

    found = await find_killers(read, Job(Kind.FEED, b"", "", ""))

    assert found == frozenset()
    assert len(asked) <= 2 * MOST_DEATHS
