"""Mutes, acknowledgements and marks by command, on the file of a daemon that is killed all the time."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.app.life import Life


def of_now(life: Life) -> Life:
    """Let the daemon's clock show what the commands' clock shows."""
    life.hand.now = datetime.now(UTC)
    return life


@pytest.mark.parametrize(
    ("kind", "name", "rings"),
    [
        ("watch", 'w/"river talks"', ["Harbour strike spreads"]),
        ("watch", "w", []),
        ("feed", "Gulf", []),
        ("channel", "hook", []),
    ],
)
def test_what_is_muted_is_told_together_afterwards(
    a_life: Any, kind: str, name: str, rings: list[str]
) -> None:
    """An hour of peace must not cost a story."""
    life = of_now(a_life())
    life.live()
    assert life.command("mute", kind, name, "--for", "1 h").exit_code == 0
    life.publish("River talks open", "Harbour strike spreads", "River talks go on")
    life.live(minutes=2)
    assert [title.partition("] ")[2] for title in life.rung()] == rings

    life.hand.turn(hours=1)
    life.live(poll=False)
    life.live(poll=False)

    assert len(life.rung()) == len(rings) + 1
    assert "River talks open" in life.messages()[-1]
    assert "River talks go on" in life.messages()[-1]
    assert life.ends() == {"gathered": 3 - len(rings), "sent": len(rings) + 1}


def test_unmute_tells_at_once_what_was_kept_back(a_life: Any) -> None:
    """Back at the desk earlier than thought."""
    life = of_now(a_life())
    life.live()
    life.command("mute", "channel", "hook", "--for", "3 d")
    life.publish("River talks open")
    life.live(minutes=1)
    assert life.rung() == []

    assert life.command("unmute", "channel", "hook").exit_code == 0
    life.live(poll=False)

    assert [title.partition("] ")[2] for title in life.rung()] == ["River talks open"]
    assert "Kept back by a mute." in life.messages()[0]
    assert life.command("unmute", "--all").return_value == 3


def test_a_story_is_muted_by_its_number(a_life: Any) -> None:
    """Enough of this one; another watch that finds it later must not ring either."""
    life = of_now(a_life())
    life.publish("River talks and harbour strike")
    life.watches = ('"river talks"',)
    life.live()
    (hit,) = json.loads(life.command("hits", "--json").output)
    assert life.command("mute", "story", str(hit["story"]), "--for", "1 h").exit_code == 0
    listed = json.loads(life.command("mutes", "--json").output)
    assert [(one["kind"], one["about"]) for one in listed] == [("story", str(hit["story"]))]
    assert "no story" in str(life.command("mute", "story", "12", "--for", "1 h").exception)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("watch", "w/river", "--for", "1 h"), "there is no watch"),
        (("feed", "Golf", "--for", "1 h"), "did you mean 'Gulf'"),
        (("feed", "Gulf"), "say how long"),
        (("feed", "Gulf", "--until", "tomorrow"), "is not a time"),
        (("feed", "Gulf", "--until", "2020-01-01 08:00"), "is over"),
    ],
)
def test_a_mute_that_cannot_be_meant_is_refused_with_the_mend(
    a_life: Any, words: tuple[str, ...], said: str
) -> None:
    """A mute of nothing lets the phone ring at night."""
    life = a_life()
    life.live()

    done = life.command("mute", *words)

    assert said in str(done.exception)
    assert life.command("mutes").return_value == 3


def test_alerts_are_acknowledged_and_hits_marked_once(a_life: Any) -> None:
    """By the numbers that are shown, and by the key of a delivery."""
    life = of_now(a_life())
    life.publish("River talks open", "Harbour strike spreads")
    life.live(minutes=2)
    hits = json.loads(life.command("hits", "--json").output)
    (first, second) = json.loads(life.command("deliveries", "list", "--json").output)

    assert life.command("ack", str(first["alert"])).output == "1 acknowledged.\n"
    assert life.command("ack", str(first["key"]), second["key"]).output == "1 acknowledged.\n"
    assert life.command("ack", second["key"]).return_value == 3
    assert "no alert" in str(life.command("ack", "77").exception)
    assert life.command("mark", str(hits[0]["id"]), "relevant").return_value == 0
    assert life.command("mark", str(hits[0]["id"]), "irrelevant").return_value == 0
    assert life.command("mark", "77", "relevant").return_value == 3
    store = life.open()
    assert [(one.hit_id, one.relevant) for one in store.marks()] == [(hits[0]["id"], False)]
    assert store.marks()[0].at - datetime.now(UTC) < timedelta(minutes=1)
    store.close()


def test_status_says_how_much_is_kept_back(a_life: Any) -> None:
    """Silence that is wanted looks like silence that is not."""
    life = of_now(a_life())
    life.live()
    life.command("mute", "watch", "w", "--for", "1 h")
    life.publish("River talks open")
    life.live(minutes=2)

    assert "1 kept back" in life.command("status").output
    assert "muted, looked at in" in life.command("deliveries", "list", "--state", "held").output
