"""The clock: it calls, and it stops without a word."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta

import pytest

from wirewatch.app.jobs import Clock


def test_a_stop_in_the_middle_of_a_call_is_no_failure(caplog: pytest.LogCaptureFixture) -> None:
    """A daemon that is stopped must not leave a traceback for somebody to worry about."""

    async def stopped_early() -> bool:
        begun, never = asyncio.Event(), asyncio.Event()
        cancelled = asyncio.Event()

        async def call() -> None:
            begun.set()
            try:
                await never.wait()
            finally:
                cancelled.set()

        clock = Clock()
        clock.every(timedelta(hours=1), "waits", call)
        clock.start()
        await begun.wait()
        clock.stop()
        await cancelled.wait()
        await asyncio.sleep(0)
        return cancelled.is_set()

    with caplog.at_level(logging.ERROR):
        assert asyncio.run(stopped_early())

    assert [record.message for record in caplog.records if record.levelno >= logging.ERROR] == []


def test_a_failing_call_is_logged_under_its_name(caplog: pytest.LogCaptureFixture) -> None:
    """The log says which of the clock's jobs broke."""

    async def broken() -> None:
        failed = asyncio.Event()

        async def call() -> None:
            failed.set()
            raise RuntimeError("broken on purpose")

        clock = Clock()
        clock.every(timedelta(hours=1), "breaks", call)
        clock.start()
        await failed.wait()
        for _ in range(5):
            await asyncio.sleep(0)
        clock.stop()

    with caplog.at_level(logging.ERROR):
        asyncio.run(broken())

    assert any("breaks" in record.getMessage() for record in caplog.records)
