"""Each policy by itself: a table of cases, each with the sentence it stands for."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.make import MINUTE, NOON
from wirewatch.core.model.alert import AlertKind
from wirewatch.core.model.hit import StoryId, Why
from wirewatch.core.model.hold import Asked, HoldBack, Rate, Subject, Told, WatchAsked
from wirewatch.core.model.mute import Mute, MuteId, MuteKind
from wirewatch.core.model.policy import ChannelPolicy, DayTime, QuietSpan, WatchPolicy
from wirewatch.core.policy.budget import budget
from wirewatch.core.policy.burst import burst, is_first_of_burst
from wirewatch.core.policy.cooldown import cooldown
from wirewatch.core.policy.digest import digest
from wirewatch.core.policy.gate import ask, muted
from wirewatch.core.policy.quiet_hours import quiet_hours
from wirewatch.core.policy.rolling import rolling
from wirewatch.core.policy.wall_clock import next_of, quiet_until

HOUR = timedelta(hours=1)
BERLIN = "Europe/Berlin"


def told(
    minutes_ago: float,
    *watches: str,
    kind: AlertKind = AlertKind.STORY,
    open_: bool = False,
) -> Told:
    at = NOON - minutes_ago * MINUTE
    return Told(
        at=at, done_at=None if open_ else at, kind=kind, watches=frozenset(watches or {"w"})
    )


def asked(
    *lately: Told,
    channel: ChannelPolicy | None = None,
    watch: WatchPolicy | None = None,
    others: tuple[WatchAsked, ...] = (),
    rate: Rate | None = None,
    since: datetime = NOON,
    now: datetime = NOON,
) -> Asked:
    one = WatchAsked(id="w", policy=watch or WatchPolicy(), rate=rate)
    return Asked(
        channel=channel or ChannelPolicy(),
        watches=(one, *others),
        told=lately,
        since=since,
        now=now,
    )


def until(answer: HoldBack | None) -> float | None:
    """Return for how many minutes it holds."""
    return None if answer is None else (answer.until - NOON) / MINUTE


def test_without_policies_everything_goes_at_once() -> None:
    """Who configures nothing is told of every story within seconds."""
    assert ask(asked(*(told(n / 10) for n in range(50)))) is None


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        pytest.param("2026-03-28T02:30+01:00", "2026-03-29T03:30+02:00", id="skipped: later"),
        pytest.param("2026-03-29T03:30+02:00", "2026-03-30T02:30+02:00", id="the day after"),
        pytest.param("2026-10-24T12:00+02:00", "2026-10-25T02:30+02:00", id="twice: the first"),
        pytest.param("2026-10-25T02:30+02:00", "2026-10-26T02:30+01:00", id="twice: not again"),
        pytest.param("2026-10-25T02:45+02:00", "2026-10-26T02:30+01:00", id="in between"),
    ],
)
def test_a_digest_comes_once_a_day_when_clocks_change(after: str, expected: str) -> None:
    """Twice a year the naive sum sends none or two."""
    found = next_of([DayTime(at=time(2, 30))], after=datetime.fromisoformat(after), timezone=BERLIN)

    assert found == datetime.fromisoformat(expected)


@given(
    start=st.integers(0, 2 * 365 * 24 * 60).map(lambda minutes: NOON + minutes * MINUTE),
    zone=st.sampled_from([BERLIN, "America/New_York", "Australia/Lord_Howe", "Asia/Dubai"]),
    at=st.times().map(lambda one: one.replace(microsecond=0)),
)
def test_a_daily_time_comes_once_on_every_local_date(start: datetime, zone: str, at: time) -> None:
    """Whatever the zone does to its clocks."""
    moments = [next_of([DayTime(at=at)], after=start, timezone=zone)]
    for _ in range(5):
        moments.append(next_of([DayTime(at=at)], after=moments[-1], timezone=zone))
    days = [moment.astimezone(ZoneInfo(zone)).date() for moment in moments]

    assert days == [days[0] + n * timedelta(days=1) for n in range(6)]


def test_a_digest_of_some_days_skips_the_others() -> None:
    """NOON is a Friday."""
    monday = DayTime(at=time(8), days=frozenset({0}))

    assert next_of([monday], after=NOON, timezone="UTC") == datetime(2026, 1, 26, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("lately", "since", "expected"),
    [
        pytest.param([], -1, None, id="it is time"),
        pytest.param([], 0, 30, id="found at the time itself: the next one"),
        pytest.param([told(0, kind=AlertKind.DIGEST)], -1, 30, id="told already at this time"),
        pytest.param([told(0)], -1, None, id="other messages are no digest"),
    ],
)
def test_a_digest_waits_for_its_time(
    lately: list[Told], since: int, expected: float | None
) -> None:
    """A clock that is set back must not send a second one."""
    channel = ChannelPolicy(digest=(DayTime(at=time(12, 30)), DayTime(at=time(12, 0))))

    assert until(digest(asked(*lately, channel=channel, since=NOON + since * MINUTE))) == expected


NIGHT = QuietSpan(begins=time(22), ends=time(7))


@pytest.mark.parametrize(
    ("now", "ends"),
    [
        ("2026-01-23T21:59+01:00", None),
        ("2026-01-23T22:00+01:00", "2026-01-24T07:00+01:00"),
        ("2026-01-24T06:59+01:00", "2026-01-24T07:00+01:00"),
        ("2026-01-24T07:00+01:00", None),
        ("2026-03-28T23:00+01:00", "2026-03-29T07:00+02:00"),
        ("2026-10-25T02:30+01:00", "2026-10-25T07:00+01:00"),
    ],
)
def test_quiet_hours_end_by_the_clock_on_the_wall(now: str, ends: str | None) -> None:
    """Over midnight, and in the nights when clocks change."""
    found = quiet_until([NIGHT], now=datetime.fromisoformat(now), timezone=BERLIN)

    assert found == (None if ends is None else datetime.fromisoformat(ends))


def test_quiet_hours_that_follow_each_other_are_one() -> None:
    """No alert slips out at the seam between Friday's night and Saturday."""
    weekend = QuietSpan(begins=time(0), ends=time(0), days=frozenset({5, 6}))
    friday = datetime(2026, 1, 23, 22, 0, tzinfo=UTC)

    assert quiet_until([NIGHT, weekend], now=friday, timezone="UTC") == datetime(
        2026, 1, 26, 7, tzinfo=UTC
    )


def test_what_is_urgent_waits_for_no_digest_quiet_hours_cooldown_or_noise() -> None:
    """That is what the word is for."""
    channel = ChannelPolicy(
        digest=(DayTime(at=time(8)),),
        quiet=(QuietSpan(begins=time(0), ends=time(0)),),
        cooldown=HOUR,
        rolling=HOUR,
    )

    assert ask(asked(told(1), channel=channel)) is not None
    assert ask(asked(told(1), channel=channel, watch=WatchPolicy(urgent=True))) is None


@pytest.mark.parametrize(
    ("limit", "lately", "expected"),
    [
        pytest.param(2, [told(10)], None, id="room"),
        pytest.param(2, [told(50), told(10)], 10, id="until the oldest is an hour old"),
        pytest.param(2, [told(60), told(10)], None, id="the oldest is an hour old"),
        pytest.param(1, [told(50), told(10)], 50, id="until the youngest is, if one may"),
        pytest.param(2, [told(500, open_=True), told(10)], 50, id="what is on its way counts"),
        pytest.param(1, [told(500, open_=True)], 1, id="nobody knows when that arrives"),
    ],
)
def test_a_budget_holds_until_there_is_room(
    limit: int, lately: list[Told], expected: float | None
) -> None:
    """At most so many messages in any hour."""
    channel = ChannelPolicy(max_per_hour=limit)

    assert until(budget(asked(*lately, channel=channel))) == expected


def test_the_budget_of_a_watch_counts_its_own_messages_only() -> None:
    """A noisy watch must not silence a quiet one."""
    watch = WatchPolicy(max_per_hour=1)

    assert until(budget(asked(told(10, "other"), watch=watch))) is None
    assert until(budget(asked(told(10, "w"), watch=watch))) == 50


def test_a_watch_that_did_not_ring_lately_rings_for_both() -> None:
    """The news of the quiet watch must not wait for the noisy one."""
    other = WatchAsked(id="quiet", policy=WatchPolicy(cooldown=HOUR, rolling=HOUR))
    noisy = WatchPolicy(cooldown=HOUR, rolling=HOUR)

    assert until(cooldown(asked(told(10), watch=noisy))) == 50
    assert cooldown(asked(told(10), watch=noisy, others=(other,))) is None
    assert rolling(asked(told(10), watch=noisy, others=(other,))) is None


@pytest.mark.parametrize(
    ("lately", "expected"),
    [
        pytest.param([], None, id="the first of a quiet watch rings"),
        pytest.param([1], 4, id="what follows is gathered for five minutes"),
        pytest.param([6, 1], 9, id="then for ten"),
        pytest.param([17, 11, 1], 19, id="then for twenty"),
        pytest.param([60, 1], 4, id="armed again after the quiet"),
        pytest.param([120, 80, 60, 45, 30, 1], 4, id="however noisy it was before"),
    ],
)
def test_noise_is_gathered_for_longer_while_it_lasts(
    lately: list[float], expected: float | None
) -> None:
    """Forty messages become six, and the first one never waits."""
    channel = ChannelPolicy(rolling=5 * MINUTE)

    assert until(rolling(asked(*map(told, lately), channel=channel))) == expected


def test_noise_is_never_gathered_for_longer_than_the_owner_wants() -> None:
    """An interval that doubles for ever is silence."""
    channel = ChannelPolicy(rolling=5 * MINUTE, rolling_max=12 * MINUTE)

    assert until(rolling(asked(*map(told, range(300, 0, -10)), channel=channel))) == 2


def test_a_burst_is_unusual_for_the_watch_itself() -> None:
    """Ten hits in ten minutes are news for one watch and a quiet day for another."""
    watch = WatchPolicy(burst=4)

    assert is_first_of_burst(asked(watch=watch, rate=Rate(recent=10, usual=0.01)))
    assert not is_first_of_burst(asked(watch=watch, rate=Rate(recent=10, usual=8.0)))
    assert not is_first_of_burst(asked(watch=watch, rate=Rate(recent=3, usual=0.0)))
    assert not is_first_of_burst(asked(rate=Rate(recent=50, usual=0.0)))


def test_a_burst_is_told_once_and_the_rest_gathered() -> None:
    """The one alert says it all; the rest is for reading later."""
    question = asked(
        told(5, kind=AlertKind.BURST), watch=WatchPolicy(burst=4), rate=Rate(recent=9, usual=0)
    )

    assert not is_first_of_burst(question)
    assert until(burst(question)) == 25


def test_after_a_burst_the_watch_rings_singly_again() -> None:
    """Half an hour later one more hit is one more story."""
    question = asked(
        told(31, kind=AlertKind.BURST), watch=WatchPolicy(burst=4), rate=Rate(recent=1, usual=0)
    )

    assert burst(question) is None


def a_mute(kind: MuteKind, about: str, *, minutes: float = 30) -> Mute:
    return Mute(id=MuteId(1), kind=kind, about=about, made_at=NOON, until=NOON + minutes * MINUTE)


@pytest.mark.parametrize(
    ("mutes", "expected"),
    [
        ([a_mute(MuteKind.CHANNEL, "desk")], 30),
        ([a_mute(MuteKind.CHANNEL, "phone")], None),
        ([a_mute(MuteKind.STORY, "7")], 30),
        ([a_mute(MuteKind.WATCH, "gulf/talks")], None),
        ([a_mute(MuteKind.WATCH, "gulf/talks"), a_mute(MuteKind.FEED, "Two", minutes=9)], 9),
        ([a_mute(MuteKind.WATCH, "gulf")], 30),
        ([a_mute(MuteKind.WATCH, "gulf", minutes=-1)], None),
    ],
    ids=["channel", "other channel", "story", "one of two", "each by its own", "list", "over"],
)
def test_a_mute_holds_what_is_wholly_about_it(mutes: list[Mute], expected: float | None) -> None:
    """An alert that also rings for something that is not muted rings."""
    subjects = [Subject(watch="gulf/talks", feed="One"), Subject(watch="gulf/strike", feed="Two")]

    found = muted(mutes, channel="desk", story=StoryId(7), subjects=subjects, now=NOON)

    assert until(found) == expected


def test_the_policy_that_holds_longest_gives_the_reason() -> None:
    """`why` names what is in the way, not what would have been."""
    channel = ChannelPolicy(cooldown=20 * MINUTE, max_per_hour=1)

    found = ask(asked(told(10), channel=channel))

    assert (until(found), found and found.why) == (50, Why.BUDGET)
    assert quiet_hours(asked(channel=channel)) is None
