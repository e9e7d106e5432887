"""Exit codes: part of the interface, see docs/operations.md."""

from __future__ import annotations

from enum import IntEnum


class Exit(IntEnum):
    """What a command's end means. 75 and 78 are those of sysexits.h."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    NOTHING = 3
    PARTLY = 4
    BUSY = 75
    CONFIG = 78
