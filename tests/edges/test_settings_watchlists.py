"""Watchlists in files of their own."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.edges.settings_home import Home, home
from wirewatch.core.model.watch import Priority, Scattered
from wirewatch.settings.watchlists import read_watchlist, split_names

__all__ = ["home"]

CONFIG = (
    '[channel.desk]\nurl = "ntfy://x"\n[channel.phone]\nurl = "ntfy://y"\n'
    '[[feed]]\nname = "BBC World"\nurl = "https://bbc.org/"\n'
    '[[feed]]\nname = "Paris, Texas"\nurl = "https://paris.org/"\ntags = ["gulf"]\n'
)


def test_a_list_in_plain_text_is_what_a_layperson_expects(home: Home) -> None:
    """No brackets, no quotes, one query on each line."""
    home.write(
        "watchlists/Gulf news.txt",
        "\ufeff# my list\r\nchannels = desk, phone\r\nFeeds = tag:gulf, BBC World, “Paris, Texas”\r\n"
        "Priority = High\r\nnear-words = 0\r\nscattered = alert\r\npaused = no\r\n\r\n"
        "Abu Dhabi talks\r\n  # not this\r\n“territorial issue”\r\nSwap :: prisoner NEAR/6 (swap OR exchange)\r\n"
        "talks =Abu\r\n",
    )

    (found,) = home.load(CONFIG).watchlists

    assert found.name == "Gulf news"
    assert found.channels == ("desk", "phone")
    assert found.feeds == ("tag:gulf", "BBC World", "Paris, Texas")
    assert (found.priority, found.paused) == (Priority.HIGH, False)
    assert [(watch.name, watch.query) for watch in found.watches] == [
        ("Abu Dhabi talks", "Abu Dhabi talks"),
        ("“territorial issue”", "“territorial issue”"),
        ("Swap", "prisoner NEAR/6 (swap OR exchange)"),
        ("talks =Abu", "talks =Abu"),
    ]
    assert {(watch.near_words, watch.scattered) for watch in found.watches} == {
        (0, Scattered.ALERT)
    }
    assert found.watches[2].id == "Gulf news/Swap"


def test_every_mistake_in_plain_text_is_told_with_its_line(home: Home) -> None:
    """A typing error must never become a query that finds nothing."""
    home.write(
        "watchlists/x.txt",
        "chanels = desk\nemail = desk\npriority = pressing\nchannels = desk, phoen\nfeeds = BBC Wrold\n"
        'feeds = tag:gulf\npaused = perhaps\nnear_words = many\n\n"open\nNamed :: "open\noil\noil\nchannels = desk\n',
    )

    assert home.refused(CONFIG) == (
        'watchlists/x.txt:1: chanels: there is no such setting (did you mean "channels"?)\n'
        "       1 | chanels = desk\n"
        "watchlists/x.txt:2: email: there is no such setting "
        "(there are channels, feeds, priority, paused, near_words, scattered, "
        "max_per_hour, cooldown, rolling, burst, escalate, escalate_after)\n"
        "       2 | email = desk\n"
        'watchlists/x.txt:3: priority: must be "low", "normal", "high" or "urgent", not "pressing"\n'
        "       3 | priority = pressing\n"
        'watchlists/x.txt:4: channels[2]: there is no channel "phoen" (did you mean "phone"?)\n'
        "       4 | channels = desk, phoen\n"
        'watchlists/x.txt:5: feeds[1]: there is no feed "BBC Wrold" (did you mean "BBC World"?)\n'
        "       5 | feeds = BBC Wrold\n"
        "watchlists/x.txt:6: feeds: is set already in line 5 (keep one of the two)\n"
        "       6 | feeds = tag:gulf\n"
        "watchlists/x.txt:7: paused: must be true or false, without quotes\n"
        "       7 | paused = perhaps\n"
        "watchlists/x.txt:8: near_words: must be a whole number, without quotes\n"
        "       8 | near_words = many\n"
        'watchlists/x.txt:10: watch[1].query: this quote is never closed, at character 1 (add a closing ")\n'
        '      10 | "open\n'
        "         | ^\n"
        'watchlists/x.txt:11: watch[2].query: this quote is never closed, at character 1 (add a closing ")\n'
        '      11 | Named :: "open\n'
        "         |          ^\n"
        'watchlists/x.txt:13: watch[4].query: "oil" is the query of the watch at watchlists/x.txt:12 too '
        "(give it another name)\n"
        "      13 | oil\n"
        "watchlists/x.txt:14: channels: stands below a query (move it above the first one)\n"
        "      14 | channels = desk"
    )


def test_a_list_in_toml_says_the_same_with_more_words(home: Home) -> None:
    """For those who want a setting per watch."""
    home.write(
        "watchlists/gulf.toml",
        'channels = ["desk"]\npriority = "low"\n[[watch]]\nquery = "a"\n'
        '[[watch]]\nname = "B"\nquery = "b"\nnear_words = 0\n',
    )

    (found,) = home.load(CONFIG).watchlists

    assert (found.name, found.channels, found.priority) == ("gulf", ("desk",), Priority.LOW)
    assert [(watch.id, watch.near_words) for watch in found.watches] == [
        ("gulf/a", 50),
        ("gulf/B", 0),
    ]


def test_every_mistake_in_a_toml_list_is_told_with_its_line(home: Home) -> None:
    """As in the configuration itself."""
    home.write(
        "watchlists/x.toml",
        'chanels = ["desk"]\n[watchlist.y]\n[[watch]]\nquery = "a"\nwatchlist = "y"\n[[watch]]\nqery = "b"\n',
    )

    assert home.refused(CONFIG) == (
        'watchlists/x.toml:1: chanels: there is no such setting (did you mean "channels"?)\n'
        "       1 | chanels = …\n"
        'watchlists/x.toml:2: watchlist: there is no such table (did you mean "watch"?)\n'
        "       2 | [watchlist.y]\n"
        "watchlists/x.toml:5: watch[1].watchlist: is not needed here: the list is the file (leave it out)\n"
        '       5 | watchlist = "y"\n'
        'watchlists/x.toml:7: watch[2].qery: there is no such setting (did you mean "query"?)\n'
        "       7 | qery = …"
    )


def test_a_list_may_stand_in_several_places_but_each_setting_in_one(home: Home) -> None:
    """The file holds the queries, wirewatch.toml where they ring."""
    home.write("watchlists/gulf.txt", "priority = high\noil\n")

    config = f'{CONFIG}[watchlist.gulf]\nchannels = ["desk"]\n[[watch]]\nquery = "gas"\nwatchlist = "gulf"\n'
    (found,) = home.load(config).watchlists

    assert (found.channels, found.priority) == (("desk",), Priority.HIGH)
    assert [watch.query for watch in found.watches] == ["gas", "oil"]
    assert "watchlists/gulf.txt:1: priority: is set already at wirewatch.toml:" in home.refused(
        f'{CONFIG}[watchlist.gulf]\npriority = "low"\n'
    )


def test_other_files_among_the_lists_are_left_alone(home: Home) -> None:
    """Editors leave copies; only .txt and .toml are lists."""
    for name in ("a.txt~", ".b.txt", "c.bak", "d.md"):
        home.write(f"watchlists/{name}", "priority = wrong\n")

    assert home.load('[general]\nwatchlists = ["watchlists/*"]\n').watchlists == ()


def test_lists_can_stand_elsewhere(home: Home) -> None:
    """The newsroom shares them on another disk."""
    home.write("shared/one.txt", "oil\n")
    home.write("two.list", "gas\n")
    absolute = home.root / "shared/*.txt"

    settings = home.load(f'[general]\nwatchlists = ["{absolute}", "two.list"]\n')

    assert [one.name for one in settings.watchlists] == ["one", "two"]
    assert home.refused('[general]\nwatchlists = ["*.txt", "gone.txt"]\n') == (
        "wirewatch.toml:2: general.watchlists[2]: gone.txt: there is no such file\n"
        '       2 | watchlists = ["*.txt", "gone.txt"]'
    )


def test_a_list_that_is_not_utf8_is_told_with_its_line(home: Home) -> None:
    """Old editors write what their language wrote in 1995."""
    home.write("watchlists/x.txt", b"oil\ncaf\xe9\n")

    assert home.refused("") == "watchlists/x.txt:2: is not UTF-8 (save it as UTF-8)"


@given(st.text())
def test_any_text_is_a_list_or_has_problems(text: str) -> None:
    """Reading never fails: it reports."""
    read = read_watchlist(text)

    assert all(1 <= line <= text.count("\n") + 1 for line in read.lines.values())


@given(st.text(alphabet='ab,"\r\n ', max_size=20))
def test_any_line_can_be_split_into_names(text: str) -> None:
    """Quotes may be left open."""
    assert all(name == name.strip() != "" for name in split_names(text))
