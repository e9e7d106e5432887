"""Every policy through the real loop: a real SQLite file, a real webhook, a clock turned by hand, kills in between."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from tests.app.rig import NOON


def test_a_digest_tells_everything_at_its_time_once(a_life: Any) -> None:
    """The desk that wants one mail a day gets one, whatever was killed in between."""
    life = a_life('digest = ["13:00"]')
    life.publish("River talks open", "Harbour strike spreads")
    life.live(minutes=2)
    life.publish("River talks go on")
    life.live(minutes=10)
    assert life.rung() == []

    life.hand.now = datetime(2026, 1, 23, 13, 0, 1, tzinfo=UTC)
    life.live(poll=False)
    life.live(poll=False)

    assert len(life.rung()) == 1
    assert "Digest: 3 alerts" in life.rung()[0]
    assert all(title in life.messages()[0] for _, title, _ in life.items)
    assert life.ends() == {"gathered": 3, "sent": 1}


def test_quiet_hours_hold_and_release_one_summary_and_urgent_breaks_through(a_life: Any) -> None:
    """Nobody is woken for what can wait, and somebody is for what cannot."""
    urgent = '[[watch]]\nquery = \'"dam break"\'\nwatchlist = "w"\npriority = "urgent"'
    life = a_life('quiet_hours = ["11:30-12:30"]', urgent)
    life.publish("River talks open", "Harbour strike spreads", "Dam break upstream")
    life.live(minutes=2)
    assert [title.partition("] ")[2] for title in life.rung()] == ["Dam break upstream"]

    life.hand.now = datetime(2026, 1, 23, 12, 30, tzinfo=UTC)
    life.live(poll=False)

    assert len(life.rung()) == 2
    assert "River talks open" in life.messages()[1]
    assert "Harbour strike spreads" in life.messages()[1]
    assert life.ends() == {"gathered": 2, "sent": 2}


def test_above_the_budget_alerts_are_told_together_as_soon_as_there_is_room(a_life: Any) -> None:
    """A phone that rings forty times an hour is switched off."""
    life = a_life("max_per_hour = 2")
    life.publish(*(f"River talks, day {number}" for number in range(6)))
    life.live(minutes=3)
    assert len(life.rung()) == 2

    life.live(minutes=55, poll=False)
    assert len(life.rung()) == 2
    life.live(minutes=5, poll=False)

    assert len(life.rung()) == 3
    assert all(title in "".join(life.messages()) for _, title, _ in life.items)
    assert life.ends() == {"gathered": 4, "sent": 3}


def test_the_first_hit_of_a_quiet_watch_rings_and_the_noise_is_gathered(a_life: Any) -> None:
    """Nobody waits for a first alert, and nobody is called for every one of twenty."""
    life = a_life('rolling = "5 min"')
    life.publish("River talks open")
    life.live(minutes=1)
    assert len(life.rung()) == 1

    for number in range(6):
        life.publish(f"River talks, hour {number}")
        life.live(minutes=3)
    life.live(minutes=60, poll=False)

    told = life.messages()
    assert 2 < len(told) < 6
    assert all("".join(told).count(title) >= 1 for _, title, _ in life.items)


def test_a_cooldown_silences_one_watch_and_not_the_other(a_life: Any) -> None:
    """The other watch has nothing to do with it."""
    life = a_life(more='cooldown = "10 min"')
    life.publish("River talks open")
    life.live(minutes=1)
    life.publish("River talks go on", "Harbour strike spreads", "River talks end")
    life.live(minutes=3)
    assert sorted(title.partition("] ")[2] for title in life.rung()) == [
        "Harbour strike spreads",
        "River talks open",
    ]

    life.live(minutes=10, poll=False)

    assert len(life.rung()) == 3
    assert "River talks go on" in life.messages()[2]
    assert "River talks end" in life.messages()[2]
    assert life.ends() == {"gathered": 2, "sent": 3}


def test_a_burst_is_told_once_as_something_that_is_happening(a_life: Any) -> None:
    """Twenty hits in ten minutes on a watch that has one a month are one piece of news."""
    life = a_life(more="burst = 4")
    life.publish("River talks open")
    life.live(minutes=12)
    life.publish(*(f"River talks, hour {number}" for number in range(8)))
    life.live(minutes=2)
    assert len(life.rung()) == 2
    assert "Something is happening" in life.rung()[1]

    life.publish("River talks close")
    life.live(minutes=3)
    assert len(life.rung()) == 2
    life.live(minutes=40, poll=False)

    assert len(life.rung()) == 3
    assert "River talks close" in life.messages()[2]


def test_what_is_held_goes_out_when_the_configuration_no_longer_asks_for_it(a_life: Any) -> None:
    """Who takes the digest away does not want to wait for it."""
    life = a_life('digest = ["13:00"]')
    life.publish("River talks open", "Harbour strike spreads")
    life.live(minutes=2)
    life.channel = ""
    life.live(poll=False)

    assert len(life.rung()) == 1
    assert life.ends() == {"gathered": 2, "sent": 1}
    assert life.hand.now < NOON.replace(hour=13)
