"""What one document may cost, and how much of it is kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class ParseLimits:
    """The price of one document. What costs more is that document's failure, not the daemon's."""

    cpu_s: int = 10
    wall_s: float = 25
    memory_bytes: int = 512 * MIB
    """Address space of a worker (RLIMIT_AS)."""
    entries: int = 2000
    """A feed with more is read in part: the newest."""
    title_chars: int = 1000
    text_chars: int = 1_000_000
    """Of a summary, a body or an article."""
    jobs_per_worker: int = 500
    """A worker that has read so many documents makes room for a fresh one."""


DEFAULT: Final = ParseLimits()
