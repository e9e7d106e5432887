"""Feeds that fail, die, come back and move, and what their owner hears of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from tests.core.make import MINUTE, NOON, a_document, a_feed, a_parsed, got, wanted
from wirewatch.core.backoff import HARD, SOFT, TEMPORARY, weight_of
from wirewatch.core.cadence import CadenceRules
from wirewatch.core.model.feed import Feed
from wirewatch.core.model.outcome import Failed, Fetched, Problem, Unchanged
from wirewatch.core.model.plan import PollPlan
from wirewatch.core.plan.article import ArticleRules
from wirewatch.core.plan.poll import plan_poll
from wirewatch.core.plan.trouble import ADOPTED_AFTER, Asked, adopted_url, whom_to_ask

NEW = "https://new.example/feed"
DAY = timedelta(days=1)


def poll(feed: Feed, fetched: Fetched, *, now: datetime, asked: Asked | None = None) -> PollPlan:
    return plan_poll(
        feed,
        fetched,
        (),
        None,
        known={},
        wanted=wanted('"river talks"'),
        cadence=CadenceRules(),
        articles=ArticleRules(),
        now=now,
        asked=asked or whom_to_ask(feed, now=now),
        operator=("ops", "phone"),
    )


def failed(problem: Problem) -> Failed:
    return Failed(problem=problem, detail=problem.value)


@pytest.mark.parametrize(
    ("problem", "weight"),
    [
        (Problem.HTTP_CLIENT, HARD),
        (Problem.NOT_A_FEED, HARD),
        (Problem.CONNECT, SOFT),
        (Problem.UNPARSABLE, SOFT),
        (Problem.TIMEOUT, TEMPORARY),
        (Problem.HTTP_SERVER, TEMPORARY),
        (Problem.RATE_LIMITED, TEMPORARY),
    ],
)
def test_failures_weigh_what_they_say_about_the_feed(problem: Problem, weight: float) -> None:
    """A server that is busy tonight is not a feed that was closed."""
    assert weight_of(problem) == weight


def live(feed: Feed, problem: Problem, *, until: timedelta) -> tuple[list[PollPlan], datetime]:
    """Poll a failing feed whenever it is due."""
    plans, now = [], NOON
    while now < NOON + until:
        plans.append(poll(feed, failed(problem), now=now))
        feed = replace(feed, state=plans[-1].state)
        now = feed.state.next_poll_at
    return plans, now


def test_what_weighs_less_is_asked_more_often() -> None:
    """Backing off from a passing trouble as from a lasting one delays the news."""
    polls = {
        problem: len(live(a_feed(), problem, until=DAY)[0])
        for problem in (Problem.TIMEOUT, Problem.CONNECT, Problem.HTTP_CLIENT)
    }

    assert polls[Problem.TIMEOUT] > polls[Problem.CONNECT] > polls[Problem.HTTP_CLIENT]


@pytest.mark.parametrize("problem", [Problem.HTTP_CLIENT, Problem.DNS, Problem.GONE])
def test_a_dead_feed_is_told_once_asked_daily_and_told_once_when_it_is_back(
    problem: Problem,
) -> None:
    """Its owner must learn of it, must not be nagged, and some feeds come back after years."""
    plans, now = live(a_feed(), problem, until=30 * DAY)
    feed = replace(a_feed(), state=plans[-1].state)
    alarms = [plan for plan in plans if plan.alerts]

    assert len(alarms) == 1
    assert "is dead" in alarms[0].alerts[0].message.headline
    assert [way.channel for way in alarms[0].deliveries] == ["ops", "phone"]
    assert 0.9 * DAY < plans[-1].state.interval < 1.1 * DAY
    for answer in (Unchanged(url="u"), got()):
        back = poll(feed, answer, now=now)
        again = poll(replace(feed, state=back.state), answer, now=now + DAY)
        assert [alert.message.headline for alert in back.alerts] == [
            "the feed Gulf Courier is back"
        ]
        assert (again.alerts, back.state.weight) == ((), 0)


def test_a_feed_gone_for_good_says_so_twice_before_it_is_believed() -> None:
    """One 410 may be a mistake of the moment; two are the publisher's word."""
    first = poll(a_feed(), failed(Problem.GONE), now=NOON)
    second = poll(replace(a_feed(), state=first.state), failed(Problem.GONE), now=NOON + MINUTE)

    assert (first.alerts, len(second.alerts)) == ((), 1)
    assert second.state.interval > 0.9 * DAY


def test_trouble_of_a_day_does_not_kill_a_feed() -> None:
    """Servers are moved over a weekend."""
    plans, _ = live(a_feed(), Problem.HTTP_SERVER, until=2 * DAY)

    assert not any(plan.alerts for plan in plans)
    assert plans[-1].state.interval < timedelta(hours=7)


def moved(feed: Feed, times: int, *, to: str | None = NEW, now: datetime = NOON) -> Feed:
    for _ in range(times):
        state = poll(feed, Unchanged(url=NEW, moved_to=to), now=now).state
        feed = replace(feed, state=state)
    return feed


def test_a_permanent_redirect_is_adopted_when_three_polls_saw_it() -> None:
    """A redirect set up by mistake for an hour must not take a feed away for ever."""
    assert adopted_url(moved(a_feed(), ADOPTED_AFTER - 1).state) is None
    assert adopted_url(moved(a_feed(), ADOPTED_AFTER).state) == NEW
    interrupted = moved(moved(moved(a_feed(), 2), 1, to=None), 2)
    assert adopted_url(interrupted.state) is None


def test_the_new_address_is_asked_and_stays_adopted() -> None:
    """It answers without a redirect: that is no reason to go back."""
    feed = moved(a_feed(), ADOPTED_AFTER)

    assert whom_to_ask(feed, now=NOON + MINUTE) is Asked.ADOPTED
    feed = replace(feed, state=poll(feed, got(), now=NOON + MINUTE).state)
    assert adopted_url(feed.state) == NEW


def test_the_old_address_is_asked_weekly_and_its_silence_is_no_failure() -> None:
    """Old addresses die; one that serves again takes its feed back."""
    feed = moved(a_feed(), ADOPTED_AFTER)
    old, now = 0, NOON
    for _ in range(28):
        now += DAY
        if whom_to_ask(feed, now=now) is Asked.CONFIGURED:
            old += 1
            plan = poll(feed, failed(Problem.DNS), now=now)
            assert (plan.state.failures, plan.state.problem) == (0, None)
            assert plan.state.next_poll_at == now
            back = poll(feed, got(), now=now)
            assert adopted_url(back.state) is None
        else:
            plan = poll(feed, got(), now=now)
        feed = replace(feed, state=plan.state)

    assert old == 4
    assert adopted_url(feed.state) == NEW


def test_when_the_new_address_fails_the_old_one_is_asked_next() -> None:
    """A move that was undone must not lose the feed."""
    feed = moved(a_feed(), ADOPTED_AFTER)
    feed = replace(feed, state=poll(feed, failed(Problem.HTTP_CLIENT), now=NOON + MINUTE).state)

    assert whom_to_ask(feed, now=NOON + 2 * MINUTE) is Asked.CONFIGURED
    feed = replace(feed, state=poll(feed, got(), now=NOON + 2 * MINUTE).state)
    assert (adopted_url(feed.state), feed.state.failures) == (None, 0)


@pytest.mark.parametrize("years", [-3000, -40, 900])
def test_no_date_keeps_an_entry_from_ringing(years: int) -> None:
    """Clocks at publishers are wrong by centuries; the news is news."""
    from wirewatch.core.identity import listed

    at = NOON.replace(year=max(1, NOON.year + years))
    parsed = a_document(
        a_parsed(1, title="River talks resume", published_at=at, updated_at=at), a_parsed(2)
    )
    plan = plan_poll(
        a_feed(),
        got(),
        listed(parsed),
        parsed,
        known={},
        wanted=wanted('"river talks"'),
        cadence=CadenceRules(),
        articles=ArticleRules(),
        now=NOON,
    )

    assert [hit.state.value for hit in plan.hits] == ["waiting"]
