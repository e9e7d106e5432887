"""What goes wrong with which message: a plan, or chance with a seed."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from itertools import chain, repeat
from typing import TypeVar

F = TypeVar("F")


def none() -> Iterator[None]:
    """Let nothing go wrong."""
    return repeat(None)


def in_order(*faults: F | None) -> Iterator[F | None]:
    """Let these happen to the first messages (None: nothing happens to it) and nothing to those after."""
    return chain(faults, repeat(None))


def at_random(seed: int, rate: float, faults: Sequence[F]) -> Iterator[F | None]:
    """Let one of *faults* happen to each message with probability *rate*; one seed, one sequence."""
    chance = random.Random(seed)
    while True:
        yield chance.choice(faults) if chance.random() < rate else None


def delays(seed: int, shortest: float, longest: float) -> Iterator[float]:
    """Return how many seconds each answer takes."""
    chance = random.Random(seed)
    while True:
        yield chance.uniform(shortest, longest)
