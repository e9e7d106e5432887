"""``backtest``: a watch is tried on what is stored before it rings for anybody."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import click
import pytest

from tests.edges.looking_home import Home, an_entry, utc_now
from wirewatch.app.backtest import backtest

WATCHES = """
[[watch]]
name = "All of the river"
query = "river"
[[watch]]
name = "Oil"
query = "oil"
"""
DAY = timedelta(days=1)
LEADS = (
    "The governor opened a bridge in the old town and spoke of more to come this year for its people.",
    "Engineers measured the highest tide in forty years and closed three schools until the weekend comes.",
    "A painter found the lost map of the delta in a drawer of the museum where nobody had looked before.",
    "Farmers asked for water rights along the lower canal while the ministry counted its own wells again.",
)
STORIES = tuple(f"{lead} {' '.join(reversed(lead.split()))}" for lead in LEADS)
"""Long enough to be known again: each lead, and the same words the other way round."""


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """Return a store with five hits for "river" on three days: four stories, one of them told by two outlets."""
    now = utc_now()
    made = Home(tmp_path, now, WATCHES)
    for number, text in enumerate(STORIES):
        at = now - (number // 2 + 1) * DAY - number * timedelta(minutes=1)
        made.bring(
            an_entry(str(number), f"River news of part {number}", f"The river. {text}", at=at)
        )
    copy = f"By the river. {STORIES[0]}"
    at = now - DAY + timedelta(minutes=7)
    made.bring(an_entry("c", "A bridge for all", copy, at=at, feed="river"), feed="River Desk")
    made.bring(an_entry("o", "Oil falls", "Traders blame the weather.", at=now - DAY))
    return made


def test_it_says_what_would_have_been_sent(home: Home) -> None:
    """Hits, stories and alerts a day decide whether a watch is worth having."""
    done = home.ask("backtest", "river")

    assert (done["hits"], done["stories"], done["alerts"]) == (5, 4, 4)
    assert [day["alerts"] for day in done["days"]] == [2, 2]
    assert sum(day["hits"] for day in done["days"]) == 5
    assert done["feeds"] == [{"name": "Gulf Courier", "hits": 4}, {"name": "River Desk", "hits": 1}]
    said = home.run("backtest", "river").stdout
    assert "river: 5 hits in 30 days, 4 stories" in said
    assert "It would have sent 4 alerts, 0.1 a day, 2 on the busiest" in said


def test_time_and_feeds_narrow_it(home: Home) -> None:
    """Last week, or this outlet: what is asked for and nothing else."""
    assert home.ask("backtest", "river", "--since", "36 h")["hits"] == 3
    assert home.ask("backtest", "river", "--feed", "River Desk")["hits"] == 1


def test_nothing_found_is_said_and_ends_with_its_own_code(home: Home) -> None:
    """Scripts tell "no news" from "wrong query"."""
    done = home.run("backtest", '"no such words"')

    assert done.return_value == 3
    assert "advice: it found nothing" in done.stdout
    with pytest.raises(click.UsageError):
        home.run("backtest", '"unfinished')


def test_exclusions_and_alternatives_are_weighed(home: Home) -> None:
    """A NOT that keeps nothing out, an alternative that finds nothing: words that only look useful."""
    advice = home.ask("backtest", "river NOT painter NOT camels")["advice"]
    assert "NOT painter kept 1 out" in advice
    assert "NOT camels kept nothing out: it stands in no text that has the rest" in advice
    assert "never found: camels" in home.ask("backtest", "painter OR camels OR bridge")["advice"]


def test_another_watch_that_has_it_all_is_named(home: Home) -> None:
    """Two watches for the same thing are two alerts' worth of reading."""
    advice = home.ask("backtest", "river news")["advice"]

    assert "every hit is a hit of the watch main/All of the river too" in advice


def test_a_sentence_of_every_page_is_called_boilerplate(home: Home) -> None:
    """A menu that holds the word rings with every article."""
    now = utc_now()
    foot = "Subscribe to our energy letter."
    for number in range(4):
        text = f"{STORIES[number]}\n\n{foot}"
        home.bring(
            an_entry(f"b{number}", f"Part {number}", text, at=now - number * timedelta(hours=1))
        )

    advice = home.ask("backtest", "energy")["advice"]

    assert any(
        line.startswith(f'"{foot}" stands in 4 of the 4 hits of Gulf Courier') for line in advice
    )


def test_a_query_is_compared_with_a_watch(home: Home) -> None:
    """A change of words is judged by what it gains and what it loses."""
    done = home.ask("backtest", "river OR oil", "--compare", "All of the river")["comparison"]

    assert done["both"] == 5
    assert [one["title"] for one in done["only_query"]] == ["Oil falls"]
    assert done["only_watch"] == []
    narrower = home.run("backtest", "painter", "--compare", "All of the river").stdout
    assert "1 in both, 0 only by this query, 4 only by the watch" in narrower
    with pytest.raises(click.UsageError, match="no watch 'gas'"):
        home.run("backtest", "river", "--compare", "gas")


def test_old_news_of_a_first_poll_counts_on_its_own_day(home: Home) -> None:
    """A feed added today brings last month's entries: they would have rung last month."""
    now: datetime = utc_now()
    entry = an_entry("old", "Ferry sails again", "The ferry is back.", at=now)
    home.bring(replace(entry, baseline=True, published_at=now - 9 * DAY))

    (day,) = home.ask("backtest", "ferry")["days"]

    assert day["day"] == (now - 9 * DAY).date().isoformat()
    assert day["alerts"] == 1


def test_of_very_many_hits_the_newest_are_told_again(home: Home) -> None:
    """A query that finds everything must not need the memory for everything."""
    now = utc_now()
    with home.open() as store:
        done = backtest(store, "river", home.settings(), since=now - 30 * DAY, until=now, most=2)

    assert [one.entry.title for one in done.found] == ["A bridge for all", "River news of part 0"]
    assert done.advice[0] == "only the newest 2 hits were looked at"
    assert done.since == done.found[-1].entry.found_at


def test_a_new_watch_says_what_it_would_have_found(home: Home) -> None:
    """The first question about a new watch is how much it will say."""
    assert "5 hits in 30 days, 4 stories" in home.run("watch", "add", "river", "--name", "R").stdout
