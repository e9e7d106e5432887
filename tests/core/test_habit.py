"""When a feed brings entries, and when to ask it: laws, and what a person would expect."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wirewatch.core.cadence import QUIET, CadenceRules, learnt_interval
from wirewatch.core.habit import observed, present_rate, usual_rate, wait_by_habit
from wirewatch.core.model.feed import FeedSpec
from wirewatch.core.model.habit import Habit

MONDAY = datetime(2026, 1, 5, tzinfo=UTC)
HOUR = timedelta(hours=1)
PACE = timedelta(minutes=15)
SPEC = FeedSpec(url="https://news.example/feed", name="News")

gaps = st.lists(st.floats(0.0, 400.0), max_size=30)


def lived(waits: list[float]) -> tuple[Habit, datetime]:
    """Return a habit after entries with these hours between them."""
    habit, now = Habit(MONDAY), MONDAY
    for wait in waits:
        now += wait * HOUR
        habit = observed(habit, [now], now=now)
    return habit, now


def steady(per_hour: float, *, days: int = 14) -> tuple[Habit, datetime]:
    """Return the habit of a feed that brings so many entries an hour, day and night."""
    return lived([1 / per_hour] * int(days * 24 * per_hour))


@settings(deadline=None)
@given(gaps, st.floats(0, 500))
def test_rates_are_above_nothing_and_waits_within_bounds(waits: list[float], later: float) -> None:
    """No history makes a feed be asked without end, or never."""
    habit, now = lived(waits)
    now += later * HOUR

    assert 0 < usual_rate(habit, now, now=now) < 10_000
    assert 0 < present_rate(habit, now=now) < 10_000
    wait = wait_by_habit(habit, now=now, pace=PACE, weight=1.0, most=HOUR)
    assert timedelta(0) < wait <= HOUR


@settings(deadline=None)
@given(gaps, st.floats(0.1, 4), st.floats(1, 16))
def test_more_weight_never_waits_longer(waits: list[float], weight: float, times: float) -> None:
    """An urgent list is told first."""
    habit, now = lived(waits)

    light = wait_by_habit(habit, now=now, pace=PACE, weight=weight, most=12 * HOUR)
    heavy = wait_by_habit(habit, now=now, pace=PACE, weight=weight * times, most=12 * HOUR)

    assert heavy <= light


@settings(deadline=None)
@given(gaps)
def test_another_entry_never_makes_the_present_rate_smaller(waits: list[float]) -> None:
    """News calls for a look."""
    habit, now = lived(waits)

    more = observed(habit, [now], now=now)

    assert present_rate(more, now=now) >= present_rate(observed(habit, [], now=now), now=now)


@settings(deadline=None)
@given(gaps)
def test_looking_without_news_changes_nothing_but_the_form(waits: list[float]) -> None:
    """So a quiet poll need not write anything down."""
    habit, now = lived(waits)
    later = now + 5 * HOUR

    written = observed(habit, [], now=now + 2 * HOUR)

    assert usual_rate(written, later, now=later) == pytest.approx(
        usual_rate(habit, later, now=later)
    )
    assert present_rate(written, now=later) == pytest.approx(present_rate(habit, now=later))


def test_the_wait_follows_the_root_of_the_rate() -> None:
    """Sixteen times the entries, a quarter of the wait: so the sum of all delays is least."""
    slow, then = steady(0.5)
    fast, now = steady(8)

    ratio = wait_by_habit(slow, now=then, pace=PACE, weight=1, most=9 * HOUR) / wait_by_habit(
        fast, now=now, pace=PACE, weight=1, most=9 * HOUR
    )

    assert ratio == pytest.approx(4, rel=0.25)


def test_a_feed_of_which_nothing_is_known_is_asked_at_the_pace() -> None:
    """The owner's setting holds until there is something to go by."""
    wait = wait_by_habit(Habit(MONDAY), now=MONDAY, pace=PACE, weight=1, most=9 * HOUR)

    assert wait == pytest.approx(PACE, rel=0.05)


def test_old_times_are_forgotten() -> None:
    """A feed that died is not asked as in its best days."""
    habit, now = steady(6)

    assert usual_rate(habit, now, now=now) == pytest.approx(6, rel=0.15)
    later = now + timedelta(days=120)
    assert usual_rate(habit, later, now=later) < 0.2


def test_a_feed_is_asked_more_at_its_hours() -> None:
    """Most newsrooms sleep."""
    habit = Habit(MONDAY)
    for day in range(14):
        morning = MONDAY + timedelta(days=day, hours=8)
        habit = observed(habit, [morning] * 10, now=morning + HOUR)
    night, day = (MONDAY + timedelta(days=14, hours=hour) for hour in (2, 8))

    assert usual_rate(habit, day, now=day) > 5 * usual_rate(habit, night, now=night)


def test_a_rush_makes_the_next_look_come_soon_and_fades() -> None:
    """One breaking story comes as ten entries."""
    habit, now = steady(0.5)
    rush = observed(habit, [now] * 6, now=now)
    calm = wait_by_habit(habit, now=now, pace=PACE, weight=1, most=9 * HOUR)

    assert wait_by_habit(rush, now=now, pace=PACE, weight=1, most=9 * HOUR) < calm * 0.6
    later = now + 12 * HOUR
    assert wait_by_habit(rush, now=later, pace=PACE, weight=1, most=9 * HOUR) > calm * 0.8


def test_entries_never_scroll_out_between_two_polls() -> None:
    """A feed that lists ten and brings forty an hour is asked every few minutes, whatever the pace."""
    habit, now = steady(40, days=3)
    short = observed(habit, [], now=now, window=10)
    rules = CadenceRules(every=6 * HOUR, min_every=timedelta(minutes=2), max_every=24 * HOUR)

    assert learnt_interval(SPEC, rules, short, weight=1, now=now) < timedelta(minutes=10)


def test_bounds_and_the_owners_word_hold() -> None:
    """What is set by hand is not learnt away."""
    busy, now = steady(60, days=2)
    dead = Habit(MONDAY)
    later = MONDAY + timedelta(days=300)
    rules = CadenceRules()
    own = FeedSpec(url=SPEC.url, name="Own", every=7 * HOUR)
    fixed = CadenceRules(learnt=False)

    assert learnt_interval(SPEC, rules, busy, weight=4, now=now) == rules.min_every
    assert learnt_interval(SPEC, rules, dead, weight=0.25, now=later) == QUIET * rules.every
    assert learnt_interval(own, rules, busy, weight=4, now=now) == 7 * HOUR
    assert learnt_interval(SPEC, fixed, busy, weight=4, now=now) == fixed.every
    assert learnt_interval(SPEC, rules, None, weight=4, now=now) == rules.every
