"""A fuse in a database's line: the power fails at the n-th statement."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from wirewatch.store.engine import Database


class PowerCut(BaseException):
    """The lights go out: nothing may catch this."""


class Fuse:
    """Counts statements and commits on the connections that write, and cuts before one of them."""

    def __init__(self, database: Database) -> None:
        self._count = 0
        self._blows_at = 0
        database.listen("before_cursor_execute", self._pass)
        database.listen("commit", self._pass)

    def cuts(self, step: Callable[[], object], *, every: int = 1, most: int = 300) -> Iterator[int]:
        """Do a step again and again, cut some statements later each time, until it gets through.

        Yields after each cut, so that what is left can be looked at.
        """
        for at in range(1, most, every):
            self._count, self._blows_at = 0, at
            try:
                step()
            except PowerCut:
                yield at
            else:
                self._blows_at = 0
                return
        raise AssertionError(f"the step has more than {most} statements")

    def _pass(self, *_args: object) -> None:
        self._count += 1
        if self._count == self._blows_at:
            raise PowerCut
