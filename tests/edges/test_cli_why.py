"""``why``: for whatever came of a piece of news, the reason."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import click
import pytest

from tests.contracts.nouns import a_page, after
from tests.edges.looking_home import Home, an_entry, utc_now
from wirewatch.core.model.alert import DeliveryState
from wirewatch.core.model.article import ArticleStatus
from wirewatch.core.model.hit import HitState, Why
from wirewatch.core.model.outcome import Problem
from wirewatch.core.model.plan import AnnouncementPlan, ArticlePlan, HitVerdict
from wirewatch.core.plan.announce import fingerprints, plan_announcement
from wirewatch.core.policy.instant import instant
from wirewatch.core.policy.verdict import AlertRules

WATCHES = """
[[watch]]
name = "Abu Dhabi talks"
query = '"abu dhabi" NEAR/6 talks'
[[watch]]
query = '"territorial issue"'
[[watch]]
query = "envoys"
watchlist = "quiet"
[watchlist.quiet]
paused = true
"""
TEXT = (
    "Envoys met in Abu Dhabi. "
    + "The mood was good and nobody spoke of anything else. " * 5
    + "The talks go on."
)


@pytest.fixture
def now() -> datetime:
    """Return a moment for everything to be found at."""
    return utc_now() - timedelta(hours=1)


@pytest.fixture
def home(tmp_path: Path, now: datetime) -> Home:
    """Return a configuration with two watches."""
    return Home(tmp_path, now, WATCHES)


def tell(home: Home, now: datetime) -> None:
    """Announce what waits, as the daemon does."""
    with home.open() as store:
        waiting = store.waiting(limit=99)
        prints = fingerprints(waiting)
        keys = [number for one in prints.values() for number in one.numbers()]
        store.commit_announcement(
            plan_announcement(
                waiting,
                store.stories_sharing(keys, since=now - timedelta(days=3)),
                prints=prints,
                policy=instant,
                rules=AlertRules(),
                started_at=now,
                now=now + timedelta(minutes=1),
            )
        )


def test_a_miss_says_how_near_it_came_and_where(home: Home, now: datetime) -> None:
    """Why was I not told: that is mostly answered by two words that stand too far apart."""
    home.bring(an_entry("1", "Envoys arrive", TEXT, at=now))

    said = home.run("why", "https://www.gulf.example/1/?utm_source=x", "--watch", "Abu Dhabi talks")

    assert said.return_value == 0
    assert "no hit: the words are not there" in said.stdout
    assert '"abu dhabi": found 1x in sentence 1 of the summary' in said.stdout
    assert "come as near as" in said.stdout
    (watch,) = home.ask("why", "https://gulf.example/1", "--watch", "Abu Dhabi talks")["entries"][
        0
    ]["watches"]
    assert watch["outcome"] == "no-match"
    near = watch["terms"][-1]
    assert near["apart"] > 6
    assert near["place"] == {"field": "summary", "sentence": 1}


def test_an_alert_shows_every_attempt_in_the_words_of_the_provider(
    home: Home, now: datetime
) -> None:
    """Who answers for the channel needs what it said."""
    home.bring(an_entry("1", "A territorial issue", TEXT, at=now))
    tell(home, now)
    with home.open() as store:
        lease = timedelta(minutes=2)
        (parcel,) = store.claim("desk", now=utc_now(), lease=lease, limit=1)
        store.settle(after(parcel.delivery, DeliveryState.DEAD, at=utc_now()))

    said = home.run("why", "A territorial issue").stdout

    assert "NOT told: a message is dead" in said
    assert "451 try later" in said
    assert "verdict  alerted: first-of-story" in said
    assert "3 min after its publication" in said
    watch = home.ask("why", "A territorial issue")["entries"][0]["watches"][0]
    assert watch["outcome"] == "dead"
    assert watch["messages"][0]["attempts"][0]["detail"] == "451 try later"


def test_a_copy_names_the_story_it_joined(home: Home, now: datetime) -> None:
    """A second outlet's headline that did not ring is no lost alert."""
    first = an_entry("1", "A territorial issue remains", TEXT, at=now)
    home.bring(first)
    tell(home, now)
    copy = an_entry(
        "9", "Another: territorial issue", TEXT, at=now + timedelta(minutes=5), feed="river"
    )
    home.bring(copy, feed="River Desk")
    tell(home, now + timedelta(minutes=6))

    said = home.run("why", "https://river.example/9").stdout

    assert "not told again: its story was told before" in said
    assert "a copy of Gulf Courier's" in said
    assert "(the same body)" in said


def test_an_entry_of_the_first_poll_says_so(home: Home, now: datetime) -> None:
    """The day a feed is added, everything in it is old news."""
    entry = replace(an_entry("1", "A territorial issue", TEXT, at=now), baseline=True)
    (hit,) = home.bring(entry, silent=Why.BASELINE)

    said = home.run("why", str(hit.id)).stdout

    assert "it stood in the feed at the first poll" in said
    assert "verdict  baseline: baseline" in said


def test_a_page_that_was_not_read_says_why(home: Home, now: datetime) -> None:
    """The words may have stood in a text that nobody let us read."""
    entry = an_entry("1", "Envoys arrive", "In short.", at=now)
    home.bring(entry)
    with home.open() as store:
        page = replace(
            a_page(entry),
            status=ArticleStatus.FAILED,
            problem=Problem.PAYWALL,
            problem_detail="402",
        )
        store.commit_article(ArticlePlan(article=page))

    assert "the page was NOT read: paywall: 402" in home.run("why", str(entry.id)).stdout


def test_a_paused_list_and_other_feeds_are_named_as_the_reason(home: Home, now: datetime) -> None:
    """A switch somebody turned weeks ago."""
    home.bring(an_entry("1", "Envoys arrive", TEXT, at=now))

    assert "its watchlist is paused" in home.run("why", "Envoys arrive", "--watch", "envoys").stdout


def test_a_page_nobody_listed_is_answered_with_its_feeds(home: Home, now: datetime) -> None:
    """Was the feed polled at all, and did it work: that is what the reader wants to know."""
    home.bring(an_entry("1", "Envoys arrive", TEXT, at=now))

    said = home.run("why", "https://gulf.example/never")

    assert said.return_value == 3
    assert "Nothing is stored" in said.stdout
    assert "Gulf Courier: polled 3 times, last 1 h ago; it never listed this link" in said.stdout
    assert "No configured feed is of this site" in home.run("why", "https://x.example/1").stdout


def test_a_pruned_entry_is_remembered_as_seen(home: Home, now: datetime) -> None:
    """Seen, and too old to be kept, is not the same as never seen."""
    home.bring(an_entry("1", "Nothing", "Nothing.", at=now))
    with home.open() as store:
        store.prune(entries_before=utc_now(), hits_before=utc_now(), polls_before=utc_now())

    said = home.run("why", "https://gulf.example/1")

    assert said.return_value == 0
    assert "Gulf Courier listed it; its text is past keeping" in said.stdout


def test_other_words_are_tried_on_the_watches(home: Home) -> None:
    """A sentence from the paper is asked about as well: whether it would have rung."""
    said = home.run("why", "Nobody mentioned the territorial issue at all.")

    assert "tried as a text on the watches" in said.stdout
    assert "would match" in said.stdout
    assert home.run("why", "!!!").return_value == 3


def test_some_words_of_a_headline_are_enough(home: Home, now: datetime) -> None:
    """Nobody remembers a headline whole."""
    home.bring(an_entry("1", "Envoys arrive in the capital for talks", TEXT, at=now))

    assert "https://gulf.example/1" in home.run("why", "capital envoys").stdout
    assert "tried as a text" in home.run("why", "capital gains").stdout


def test_a_database_whose_hits_lost_their_messages_is_not_sound(home: Home, now: datetime) -> None:
    """The one state that must never be is looked for, not assumed."""
    home.bring(an_entry("1", "A territorial issue", TEXT, at=now))
    assert home.run("db", "check").return_value == 0
    with home.open() as store:
        (waiter,) = store.waiting(limit=9)
        verdict = HitVerdict(
            hit_id=waiter.hit.id,
            state=HitState.ALERTED,
            why=Why.FIRST_OF_STORY,
            story_id=None,
            alert_id=None,
        )
        store.commit_announcement(AnnouncementPlan(verdicts=(verdict,)))

    done = home.run("db", "check")

    assert done.return_value == 1
    assert "1 hits count as told and no message carries them" in done.stdout


def test_a_watch_that_is_not_there_is_a_mistake(home: Home) -> None:
    """A misspelt name must not look like "no match"."""
    with pytest.raises(click.UsageError, match="no watch or watchlist 'oil'"):
        home.run("why", "x", "--watch", "oil")


def test_what_a_feed_says_cannot_write_on_the_terminal(home: Home, now: datetime) -> None:
    """A headline with escape codes could show another answer than ours."""
    home.bring(an_entry("1", "Envoys \x1b[2J\u202earrive", TEXT, at=now))

    assert "\x1b[2J" not in home.run("why", "https://gulf.example/1").stdout
