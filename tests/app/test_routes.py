"""Routes through the real loop, and what the command says about them beforehand."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.app.life import Life
from tests.e2e.servers.hook import HookServer

ROUTES = """
[[route]]
channels = ["other"]
watches = ["w"]
feeds = ["Gulf"]
min_mentions = 3
"""


@pytest.fixture
def other() -> Iterator[HookServer]:
    """Return a second webhook."""
    server = HookServer()
    server.start()
    yield server
    server.stop()


def routed(a_life: Any, other: HookServer, channel: str = "", routes: str = ROUTES) -> Life:
    second = f'[channel.other]\nurl = "{other.apprise_url}"\n'
    life: Life = a_life(f"{channel}\n{second}", routes)
    return life


def test_what_the_command_says_is_what_happens(a_life: Any, other: HookServer) -> None:
    """An explanation that differs from the deed is worse than none."""
    life = routed(a_life, other)
    titles = ("River talks open", "River talks: harbour strike, river talks and river talks")
    life.publish(*titles)
    life.live(minutes=2)
    told = {
        post.body["title"].partition("] ")[2]: name
        for name, server in (("hook", life.hook), ("other", other))
        for post in server.taken.rows()
    }
    assert told[titles[0]] == "hook"
    assert told[titles[1]] == "other"

    link = "https://gulf.example/2.html"
    explained = json.loads(life.command("channel", "route", link, "--json").output)
    assert {one["watch"]: one["channels"] for one in explained} == {
        'w/"river talks"': ["other"],
        'w/"harbour strike"': ["hook"],
    }
    said = life.command("channel", "route", "river talks", "--feed", "Gulf", "--explain").output
    assert 'w/"river talks": hook\n' in said
    assert "route 1 (other) does not fit: too few mentions: 1, not 3" in said
    assert life.command("channel", "route", "nothing of interest").return_value == 3


def test_the_command_says_what_would_be_kept_back_and_until_when(
    a_life: Any, other: HookServer
) -> None:
    """Silence has a reason before it begins, too."""
    life = routed(a_life, other, 'quiet_hours = ["00:00-24:00"]', "")
    life.live()
    (one,) = json.loads(life.command("channel", "route", "river talks", "--json").output)

    assert one["channels"] == ["hook"]
    assert one["holds"]["hook"]["why"] == "quiet-hours"
    assert life.command("channel", "route", "x", "--feed", "Golf").exception is not None


@pytest.mark.parametrize(
    ("route", "said"),
    [
        ('channels = ["phon"]', 'did you mean "other"|there is no channel "phon"'),
        ('channels = ["other"]\nwatches = ["v"]', 'there is no watch or watchlist "v"'),
        ('channels = ["other"]\nfeeds = ["tag:x"]', "there is no feed with"),
        ("feeds = []", "channels"),
        ('channels = ["other"]\nchanel = 1', "there is no such setting"),
    ],
)
def test_a_route_to_nowhere_is_refused_with_its_place(
    a_life: Any, other: HookServer, route: str, said: str
) -> None:
    """A name that is misspelt sends alerts nowhere."""
    with pytest.raises(Exception, match=said):
        routed(a_life, other, routes=f"[[route]]\n{route}").world()
