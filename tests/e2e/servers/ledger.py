"""What a server has seen: written by its thread, read and waited for by the test's."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Ledger(Generic[T]):
    """Rows in the order they came. Every method may be called from any thread."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._rows: list[T] = []
        self._changed = threading.Condition()

    def add(self, row: T) -> int:
        """Append a row; return its number."""
        with self._changed:
            self._rows.append(row)
            self._changed.notify_all()
            return len(self._rows) - 1

    def amend(self, number: int, row: T) -> None:
        """Put another row in the place of one."""
        with self._changed:
            self._rows[number] = row
            self._changed.notify_all()

    def rows(self) -> tuple[T, ...]:
        """Return all rows."""
        with self._changed:
            return tuple(self._rows)

    def __len__(self) -> int:
        with self._changed:
            return len(self._rows)

    def wait_for(self, predicate: Callable[[tuple[T, ...]], bool], timeout: float) -> tuple[T, ...]:
        """Return the rows as soon as they satisfy *predicate*. Raise AssertionError after *timeout* seconds."""
        with self._changed:
            satisfied = self._changed.wait_for(lambda: predicate(tuple(self._rows)), timeout)
            rows = tuple(self._rows)
        if not satisfied:
            last = "\n".join(f"  {row!r:.200}" for row in rows[-5:])
            raise AssertionError(
                f"{self.name}: not within {timeout} s; {len(rows)} rows, the last:\n{last}"
            )
        return rows
