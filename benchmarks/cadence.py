"""When to poll: how long news waits to be found, by rule, at the same number of polls.

    python benchmarks/cadence.py               all traces
    python benchmarks/cadence.py --feeds 40    fewer feeds, quicker

Traces: steady (Poisson, rates of the feeds log-normal), daily (the same with a day and a week), bursty (stories that
break and fade, after long silence), mixed (a quarter each, and a quarter dead feeds). Each rule has one knob, turned
until all rules poll equally often. The first week is for learning and not counted. The rule of Wirewatch is the
daemon's own function.
"""

from __future__ import annotations

import argparse
import random
import sys
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from math import exp, pi, sin
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[1] / "daemon")]

from wirewatch.core.habit import observed, wait_by_habit  # noqa: E402
from wirewatch.core.model.habit import Habit  # noqa: E402

START = datetime(2026, 1, 5, tzinfo=UTC)
DAYS, LEARN = 21, 7
BUDGET = timedelta(minutes=30)
LEAST, MOST = timedelta(minutes=1), timedelta(hours=6)
WINDOW = 30

Trace = list[list[datetime]]
Rule = Callable[[datetime, Sequence[datetime]], timedelta]
"""Given the time and what a poll brought, how long to wait. Keeps what it knows of one feed."""


def steady(draw: random.Random, feeds: int) -> Trace:
    rates = [_rate(draw) for _ in range(feeds)]
    return [_poisson(draw, lambda at, r=rate: r) for rate in rates]


def daily(draw: random.Random, feeds: int) -> Trace:
    trace = []
    for _ in range(feeds):
        rate, zone = _rate(draw), draw.choice((0, 3, 8, 19))
        trace.append(_poisson(draw, lambda at, r=rate, z=zone: r * _rhythm(at, z)))
    return trace


def bursty(draw: random.Random, feeds: int) -> Trace:
    """Stories break now and then; each brings a dozen entries that come ever more slowly."""
    trace = []
    for _ in range(feeds):
        rate, zone = _rate(draw), draw.choice((0, 3, 8, 19))
        breaks = _poisson(draw, lambda at, r=rate / 12, z=zone: r * _rhythm(at, z))
        found = [
            at + timedelta(hours=draw.expovariate(1 / 0.8))
            for at in breaks
            for _ in range(1 + int(draw.expovariate(1 / 12)))
        ]
        trace.append(sorted(at for at in found if at < START + timedelta(days=DAYS)))
    return trace


def mixed(draw: random.Random, feeds: int) -> Trace:
    third = max(feeds // 4, 1)
    return [
        *steady(draw, third),
        *daily(draw, third),
        *bursty(draw, third),
        *([] for _ in range(third)),
    ]


def _rate(draw: random.Random) -> float:
    return min(exp(draw.gauss(-1.2, 1.7)), 30.0)


def _rhythm(at: datetime, zone: int) -> float:
    """Return how much busier than on average an hour is: quiet nights and Sundays."""
    hour = (at.hour + zone) % 24
    day = max(0.05, 1 + 1.3 * sin((hour - 8) / 24 * 2 * pi))
    return day * (0.4 if at.weekday() >= 5 else 1.2)


def _poisson(draw: random.Random, rate: Callable[[datetime], float]) -> list[datetime]:
    found = []
    for hour in range(DAYS * 24):
        at = START + timedelta(hours=hour)
        expected = rate(at)
        wait = draw.expovariate(expected) if expected > 0 else 2.0
        while wait < 1:
            found.append(at + timedelta(hours=wait))
            wait += draw.expovariate(expected)
    return found


def fixed(knob: float) -> Rule:
    return lambda now, new: timedelta(minutes=knob)


@dataclass
class EntryFrequency:
    """miniflux: the week divided by the entries of the last week."""

    knob: float
    times: list[datetime] = field(default_factory=list)

    def __call__(self, now: datetime, new: Sequence[datetime]) -> timedelta:  # noqa: D102  the class says it
        self.times += new
        count = len(self.times) - bisect_left(self.times, now - timedelta(days=7))
        return timedelta(days=7) / max(count, 1) * self.knob


@dataclass
class Aimd:
    """Half the interval when there is news, a step more when there is none."""

    knob: float
    wait: float = 30.0

    def __call__(self, now: datetime, new: Sequence[datetime]) -> timedelta:  # noqa: D102  the class says it
        self.wait = max(self.wait / 2, self.knob / 8) if new else self.wait + self.knob / 8
        return timedelta(minutes=self.wait)


@dataclass
class Overlap:
    """Media Cloud: sooner when much of the window is new, later when nearly nothing is."""

    knob: float
    wait: float = 30.0

    def __call__(self, now: datetime, new: Sequence[datetime]) -> timedelta:  # noqa: D102  the class says it
        share = len(new) / WINDOW
        self.wait *= 0.5 if share > 0.5 else 0.9 if share > 0.1 else 1.1 if not new else 1.0
        self.wait = min(max(self.wait, self.knob / 4), self.knob * 4)
        return timedelta(minutes=self.wait)


@dataclass
class Learnt:
    """Wirewatch."""

    knob: float
    habit: Habit = field(default_factory=lambda: Habit(START))

    def __call__(self, now: datetime, new: Sequence[datetime]) -> timedelta:  # noqa: D102  the class says it
        if new:
            self.habit = observed(self.habit, new, now=now)
        return wait_by_habit(
            self.habit, now=now, pace=timedelta(minutes=self.knob), weight=1.0, most=MOST
        )


RULES: dict[str, Callable[[float], Rule]] = {
    "fixed interval": fixed,
    "miniflux entry frequency": EntryFrequency,
    "AIMD": Aimd,
    "Media Cloud overlap": Overlap,
    "Wirewatch": Learnt,
}


def run(trace: Trace, make: Callable[[float], Rule], knob: float) -> tuple[int, list[float]]:
    """Return the polls that were made and the minutes each entry waited."""
    polls, waits = 0, []
    end, counted = START + timedelta(days=DAYS), START + timedelta(days=LEARN)
    for number, times in enumerate(trace):
        rule, at, last = make(knob), START + timedelta(seconds=37 * number % 1800), START
        while at < end:
            new = times[bisect_right(times, last) : bisect_right(times, at)]
            if at >= counted:
                polls += 1
                waits += [(at - one).total_seconds() / 60 for one in new if one >= counted]
            last = at
            at += min(max(rule(at, new), LEAST), MOST)
    return polls, waits


def balanced(trace: Trace, make: Callable[[float], Rule]) -> tuple[int, list[float]]:
    """Turn the knob until the budget is met within a hundredth."""
    budget = len(trace) * (timedelta(days=DAYS - LEARN) / BUDGET)
    low, high = 0.001, 5_000.0
    for _ in range(22):
        knob = (low * high) ** 0.5
        polls, waits = run(trace, make, knob)
        if abs(polls - budget) <= budget / 100:
            break
        low, high = (knob, high) if polls > budget else (low, knob)
    return polls, waits


def main() -> None:
    parser = argparse.ArgumentParser(description="Compare rules for when to poll.")
    parser.add_argument("--feeds", type=int, default=80)
    feeds = parser.parse_args().feeds
    print(
        f"{'trace':9} {'rule':26} {'polls':>8} {'mean min':>9} {'median':>7} {'p95':>7} {'x fixed':>8}"
    )
    for make_trace in (steady, daily, bursty, mixed):
        trace = make_trace(random.Random(11), feeds)
        base = 0.0
        for name, make in RULES.items():
            polls, waits = balanced(trace, make)
            waits.sort()
            mean = sum(waits) / len(waits)
            base = base or mean
            middle, late = waits[len(waits) // 2], waits[len(waits) * 95 // 100]
            print(
                f"{make_trace.__name__:9} {name:26} {polls:8,} {mean:9.1f} {middle:7.1f} {late:7.1f}"
                f" {mean / base:8.2f}",
                flush=True,
            )


if __name__ == "__main__":
    main()
