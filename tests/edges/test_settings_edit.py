"""Edits: what was asked for is done, and every other byte stays as it was."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Callable
from datetime import timedelta
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.edges.settings_home import Home, home
from wirewatch.core.model.feed import ArticleMode, FeedSpec, FirstPoll
from wirewatch.errors import ConfigError
from wirewatch.settings.edit import Editor, NewFeed
from wirewatch.settings.textedit import spell, spell_key, with_setting, with_table, without_table
from wirewatch.settings.write import replace_text

__all__ = ["home"]

CONFIG = """\
# Our configuration; keep it tidy.
[general]
channels = ["phone"]   # everybody

# --- feeds ---
# The Post, since 2019
[[feed]]
name = "Post"
url = "https://post.org/feed"   # do not use http
tags = [
  "gulf",  # first
]

# The BBC: slow on Sundays
[[feed]]
url = "https://bbc.org/rss"

  [feed.headers]
  X-Key = "1"   # from Anna

# --- channels ---
[channel.phone]
url = "ntfy://x"

# --- watches ---
[[watch]]
query = "oil"   # Tom's

# gas
[[watch]]
name = "Gas"
query = "gas"
"""


def diff(old: str, new: str) -> tuple[list[str], list[str]]:
    """Return the lines that went and those that came."""
    before, after = old.split("\n"), new.split("\n")
    while before and after and before[0] == after[0]:
        before, after = before[1:], after[1:]
    while before and after and before[-1] == after[-1]:
        before, after = before[:-1], after[:-1]
    return before, after


def changed(home: Home, text: str, edit: Callable[[Editor], Any]) -> tuple[list[str], list[str]]:
    home.write("wirewatch.toml", text)
    edit(home.editor())
    return diff(text, home.config.read_bytes().decode())


def test_a_new_feed_is_written_below_the_last_one(home: Home) -> None:
    """Feeds stay with feeds."""
    went, came = changed(
        home, CONFIG, lambda editor: editor.add_feed(NewFeed(url="https://c.org/"))
    )

    assert went == []
    assert came == ["[[feed]]", 'url = "https://c.org/"', ""]
    assert [feed.name for feed in home.load().feeds] == ["Post", "bbc.org", "c.org"]


def test_everything_a_feed_can_say_is_written(home: Home) -> None:
    """What was asked for is what is read at the next start."""
    home.write("wirewatch.toml", "")
    feed = NewFeed(
        url="https://a.org/?q='\"",
        name='The "A" \\ paper',
        tags=("x", "y"),
        every=timedelta(minutes=90),
        language="ar",
        article=ArticleMode.ALWAYS,
        first_poll=FirstPoll.ALERT,
        paused=True,
        headers=(("X", "1"),),
    )

    written = home.editor().add_feed(feed)

    assert written == home.config
    assert home.load().feeds == (
        FeedSpec(
            url=feed.url,
            name='The "A" \\ paper',
            tags=("x", "y"),
            every=timedelta(minutes=90),
            language="ar",
            article=ArticleMode.ALWAYS,
            first_poll=FirstPoll.ALERT,
            paused=True,
            headers=(("X", "1"),),
        ),
    )


@pytest.mark.parametrize(
    ("edit", "went", "came"),
    [
        pytest.param(
            lambda editor: editor.remove_feed("Post"),
            [
                "[[feed]]",
                'name = "Post"',
                'url = "https://post.org/feed"   # do not use http',
                "tags = [",
                '  "gulf",  # first',
                "]",
            ],
            [],
            id="a feed, and not its neighbour's comment",
        ),
        pytest.param(
            lambda editor: editor.remove_feed("https://BBC.org:443/rss?utm_source=x"),
            [
                "[[feed]]",
                'url = "https://bbc.org/rss"',
                "",
                "  [feed.headers]",
                '  X-Key = "1"   # from Anna',
                "",
            ],
            [],
            id="a feed with a table of its own, by its address",
        ),
        pytest.param(
            lambda editor: editor.remove_watch("main/oil"),
            ["[[watch]]", 'query = "oil"   # Tom\'s'],
            [],
            id="a watch by its full name",
        ),
        pytest.param(
            lambda editor: editor.remove_watch("Gas"),
            ["[[watch]]", 'name = "Gas"', 'query = "gas"'],
            [],
            id="a watch by its name",
        ),
        pytest.param(
            lambda editor: editor.set_feed_paused("Post", True),
            [],
            ["paused = true"],
            id="pause",
        ),
        pytest.param(
            lambda editor: editor.set_feed_paused("bbc.org", True),
            [],
            ["paused = true"],
            id="pause a feed with a table of its own",
        ),
        pytest.param(
            lambda editor: editor.set_feed_paused("Post", False), [], [], id="resume what runs"
        ),
        pytest.param(
            lambda editor: editor.set_watchlist_paused("main", True),
            [],
            ["", "[watchlist.main]", "paused = true"],
            id="pause the list without a table",
        ),
        pytest.param(
            lambda editor: editor.add_watch('"abu dhabi" talks', name="Talks"),
            [],
            ["", "[[watch]]", 'name = "Talks"', "query = '\"abu dhabi\" talks'"],
            id="a watch",
        ),
        pytest.param(
            lambda editor: editor.add_channel(
                "desk", ["mailto://h/{p}"], values={"p": {"env": "HOME"}}
            ),
            [],
            ["", "[channel.desk]", 'url = "mailto://h/{p}"', 'p = { env = "HOME" }'],
            id="a channel with a secret",
        ),
        pytest.param(
            lambda editor: editor.add_channel("all of us", ["ntfy://1", "ntfy://2"]),
            [],
            ["", '[channel."all of us"]', 'urls = ["ntfy://1", "ntfy://2"]'],
            id="a channel with two addresses",
        ),
    ],
)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_an_edit_touches_only_what_it_is_about(
    home: Home, edit: Callable[[Editor], Any], went: list[str], came: list[str], newline: str
) -> None:
    """The comments are the memory of a newsroom."""
    text = CONFIG.replace("\n", newline)

    changes = changed(home, text, edit)

    assert tuple(
        [line.removesuffix("\r") for line in lines if line.strip()] for lines in changes
    ) == (
        [line for line in went if line],
        [line for line in came if line],
    )
    assert not (newline == "\r\n" and "\n" in home.config.read_bytes().decode().replace("\r\n", ""))


def test_pausing_and_resuming_turns_one_word(home: Home) -> None:
    """The comment beside it stays."""
    text = CONFIG.replace('name = "Post"', 'name = "Post"\npaused = false  # until May')

    went, came = changed(home, text, lambda editor: editor.set_feed_paused("Post", True))

    assert (went, came) == (["paused = false  # until May"], ["paused = true  # until May"])
    home.editor().set_feed_paused("Post", False)
    assert home.config.read_text() == text


def test_a_feed_that_stands_in_a_file_of_its_own_is_edited_there(home: Home) -> None:
    """People sort their feeds into wirewatch.d."""
    home.write("wirewatch.toml", CONFIG)
    other = home.write(
        "wirewatch.d/more.toml", '# more\n[[feed]]\nname = "More"\nurl = "https://m.org/"\n'
    )
    editor = home.editor()

    assert editor.set_feed_paused("More", True) == other
    assert other.read_text().endswith('url = "https://m.org/"\npaused = true\n')
    assert editor.add_feed(NewFeed(url="https://n.org/")) == other
    assert editor.remove_feed("More") == other
    assert other.read_text() == '# more\n\n[[feed]]\nurl = "https://n.org/"\n'
    assert home.config.read_text() == CONFIG


def test_a_plain_text_list_is_edited_line_by_line(home: Home) -> None:
    """It stays the file its owner knows."""
    home.write("wirewatch.toml", CONFIG)
    path = home.write("watchlists/gulf.txt", "# mine\r\npriority = high\r\n\r\n# two\r\noil\r\ngas")
    editor = home.editor()

    assert editor.add_watch("talks", watchlist="gulf") == path
    assert editor.add_watch("a OR b", name="Both", watchlist="gulf") == path
    assert editor.remove_watch("gulf/oil") == path
    assert editor.set_watchlist_paused("gulf", True) == path
    assert path.read_bytes().decode() == (
        "# mine\r\npriority = high\r\npaused = yes\r\n\r\n# two\r\ngas\r\ntalks\r\nBoth :: a OR b\r\n"
    )
    assert editor.set_watchlist_paused("gulf", False) == path
    assert "\r\npaused = no\r\n" in path.read_bytes().decode()


def test_a_toml_list_is_edited_in_its_file(home: Home) -> None:
    """The queries stay together."""
    home.write("wirewatch.toml", CONFIG)
    path = home.write(
        "watchlists/gulf.toml",
        '# mine\npriority = "low"  # for now\n\n# one\n[[watch]]\nquery = "a"\n',
    )
    editor = home.editor()

    assert editor.add_watch("b", watchlist="gulf") == path
    assert editor.set_watchlist_paused("gulf", True) == path
    assert editor.remove_watch("gulf/a") == path
    assert path.read_text() == (
        '# mine\npriority = "low"  # for now\npaused = true\n\n# one\n\n[[watch]]\nquery = "b"\n'
    )


def test_a_list_of_the_configuration_takes_new_watches_there(home: Home) -> None:
    """With the name of the list."""
    home.write("wirewatch.toml", CONFIG + "[watchlist.gulf]\n")

    home.editor().add_watch("talks", watchlist="gulf")
    home.editor().set_watchlist_paused("gulf", True)

    assert tomllib.loads(home.config.read_text())["watch"][-1] == {
        "query": "talks",
        "watchlist": "gulf",
    }
    assert home.config.read_text().endswith("[watchlist.gulf]\npaused = true\n")


def test_feeds_of_another_reader_are_imported_once(home: Home) -> None:
    """Importing twice, or what is there already, changes nothing."""
    home.write("wirewatch.toml", CONFIG)
    feeds = [
        FeedSpec(url="https://post.org/feed/", name="Known"),
        FeedSpec(url="https://new.org/", name="Post", tags=("x",)),
        FeedSpec(url="https://newer.org/", name="Post"),
    ]

    assert home.editor().import_feeds(feeds) == ("Post (2)", "Post (3)")
    once = home.config.read_text()
    assert home.editor().import_feeds(feeds) == ()
    assert home.config.read_text() == once
    assert [feed.name for feed in home.load().feeds] == ["Post", "bbc.org", "Post (2)", "Post (3)"]


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        pytest.param(
            lambda editor: editor.add_feed(NewFeed(url="c.org")),
            'wirewatch.toml:22: feed[3].url: "c.org" lacks its beginning (write "https://c.org")\n'
            '      22 | url = "c.org"',
        ),
        pytest.param(
            lambda editor: editor.add_feed(NewFeed(url="https://post.org/feed/", name="Again")),
            "wirewatch.toml:23: feed[3].url: this feed is configured at wirewatch.toml:7 already\n"
            '      23 | url = "https://post.org/feed/"',
        ),
        pytest.param(
            lambda editor: editor.add_watch('"open'),
            'wirewatch.toml:35: watch[3].query: this quote is never closed, at character 1 (add a closing ")\n'
            "      35 | query = '\"open'\n         |          ^",
        ),
        pytest.param(
            lambda editor: editor.add_watch("oil"),
            'wirewatch.toml:35: watch[3].query: "oil" is the query of the watch at wirewatch.toml:26 too '
            '(give it another name)\n      35 | query = "oil"',
        ),
        pytest.param(
            lambda editor: editor.add_watch("a", watchlist="mian"),
            'wirewatch.toml: there is no watchlist "mian"',
        ),
        pytest.param(
            lambda editor: editor.remove_channel("phone"),
            'wirewatch.toml:3: general.channels[1]: there is no channel "phone" (no channel is configured)\n'
            '       3 | channels = ["phone"]',
        ),
        pytest.param(
            lambda editor: editor.add_channel("phone", ["ntfy://y"]),
            'wirewatch.toml: there is a channel "phone" at wirewatch.toml:22 already',
        ),
        pytest.param(
            lambda editor: editor.remove_feed("Pots"),
            'wirewatch.toml: there is no feed "Pots" (did you mean "Post"?)',
        ),
        pytest.param(
            lambda editor: editor.remove_watch("Gaz"),
            'wirewatch.toml: there is no watch "Gaz" (did you mean "Gas"?)',
        ),
        pytest.param(
            lambda editor: editor.remove_channel("fone"),
            'wirewatch.toml: there is no channel "fone" (did you mean "phone"?)',
        ),
        pytest.param(
            lambda editor: editor.set_watchlist_paused("mian", True),
            'wirewatch.toml: there is no watchlist "mian" (did you mean "main"?)',
        ),
        pytest.param(
            lambda editor: editor.set_feed_paused("Pots", True),
            'wirewatch.toml: there is no feed "Pots" (did you mean "Post"?)',
        ),
    ],
)
def test_what_would_be_wrong_is_refused_and_nothing_is_written(
    home: Home, edit: Callable[[Editor], Any], message: str
) -> None:
    """A bad edit must not be found out at the next start."""
    home.write("wirewatch.toml", CONFIG)

    assert home.cannot(lambda: edit(home.editor())) == message
    assert home.config.read_text() == CONFIG
    assert sorted(path.name for path in home.root.iterdir()) == ["wirewatch.toml"]


def test_a_channel_the_notifier_refuses_is_not_written(home: Home) -> None:
    """And its address is not shown."""
    home.write("wirewatch.toml", CONFIG)
    editor = home.editor(
        check_channel=lambda url: None if url == "ntfy://x" else f"no such service: {url}"
    )

    assert home.cannot(lambda: editor.add_channel("desk", ["foo://hunter2"])) == (
        "wirewatch.toml:26: channel.desk.url: no such service: …\n      26 | url = …"
    )


@pytest.mark.parametrize("query", ["# talks", "a\nb", "priority = high", " a"])
def test_what_cannot_stand_on_a_line_is_not_written_there(home: Home, query: str) -> None:
    """It would be read as something else, in silence."""
    home.write("wirewatch.toml", CONFIG)
    path = home.write("watchlists/gulf.txt", "oil\n")

    assert home.cannot(lambda: home.editor().add_watch(query, watchlist="gulf")) == (
        "watchlists/gulf.txt: this watch cannot stand in a plain-text list (put it into a TOML watchlist)"
    )
    assert path.read_text() == "oil\n"


def test_faults_that_were_there_before_stand_in_nobodys_way(home: Home) -> None:
    """The administrator's shell has no credentials, and the broken feed is what is to be removed."""
    text = (
        CONFIG
        + '[channel.desk]\nurl = { credential = "gone" }\n[[feed]]\nname = "Bad"\nurl = "bad"\n'
    )
    home.write("wirewatch.toml", text)

    home.editor().add_feed(NewFeed(url="https://c.org/"))
    home.editor().remove_feed("Bad")

    assert "Bad" not in home.config.read_text()
    assert "https://c.org/" in home.config.read_text()


def test_a_feed_from_an_opml_file_says_where_it_comes_from(home: Home) -> None:
    """We do not write into another program's file."""
    home.write("wirewatch.toml", '[general]\nopml = ["a.opml"]\n')
    home.write("a.opml", '<opml><body><outline text="A" xmlUrl="https://a.org/"/></body></opml>')

    assert home.cannot(lambda: home.editor().remove_feed("A")) == (
        'wirewatch.toml: "A" comes from a.opml (give it a [[feed]] of its own to change it)'
    )


def test_what_is_written_inline_is_left_to_its_writer(home: Home) -> None:
    """Cutting inside a list might cut a neighbour."""
    text = 'feed = [{ url = "https://a.org/", name = "A" }]\n'
    home.write("wirewatch.toml", text)

    assert home.cannot(lambda: home.editor().remove_feed("A")) == (
        "wirewatch.toml: it is written inline, not as a table of its own (edit the file by hand)"
    )
    assert "is not TOML" in home.cannot(
        lambda: home.editor().add_feed(NewFeed(url="https://b.org/"))
    )
    assert home.config.read_text() == text


def test_a_name_several_watches_have_must_be_said_in_full(home: Home) -> None:
    """Removing the wrong one would go unnoticed."""
    home.write("wirewatch.toml", CONFIG)
    home.write("watchlists/x.txt", "oil\n")

    assert home.cannot(lambda: home.editor().remove_watch("oil")) == (
        'wirewatch.toml: "oil" is the name of several watches (say which: "main/oil", "x/oil")'
    )


def test_mode_and_link_of_a_file_stay_as_they_are(home: Home) -> None:
    """It may hold a password, and /etc may be a link into a repository."""
    real = home.write("repository/real.toml", CONFIG)
    real.chmod(0o604)
    home.config.symlink_to(real)

    home.editor().remove_feed("Post")

    assert home.config.is_symlink()
    assert real.stat().st_mode & 0o777 == 0o604
    assert 'name = "Post"' not in real.read_text()


def test_a_byte_order_mark_stays(home: Home) -> None:
    """The editor that wrote it wants it."""
    home.write("wirewatch.toml", b"\xef\xbb\xbf[poll]\r\n")

    home.editor().add_feed(NewFeed(url="https://a.org/"))

    assert (
        home.config.read_bytes()
        == b'\xef\xbb\xbf[poll]\r\n\r\n[[feed]]\r\nurl = "https://a.org/"\r\n'
    )


def test_a_configuration_that_is_not_there_cannot_be_edited(home: Home) -> None:
    """A typing error in --config must not begin a new one."""
    assert home.cannot(lambda: home.editor().add_feed(NewFeed(url="https://a.org/"))) == (
        "wirewatch.toml: there is no such file"
    )


def test_a_directory_that_is_not_there_says_so(home: Home) -> None:
    """A typing error is answered with a sentence."""
    editor = Editor(home.root / "gone/wirewatch.toml", home.environ)

    assert home.cannot(lambda: editor.add_feed(NewFeed(url="https://a.org/"))) == (
        "gone/wirewatch.toml: cannot be edited: No such file or directory"
    )


def test_a_file_that_cannot_be_replaced_says_so_and_leaves_nothing_behind(tmp_path: Path) -> None:
    """A file in use by a mount, a directory in its place: the old state stays."""
    (tmp_path / "x.toml").mkdir()

    with pytest.raises(ConfigError, match=r"x\.toml: cannot be written: "):
        replace_text(tmp_path / "x.toml", "new")

    assert [path.name for path in tmp_path.iterdir()] == ["x.toml"]


def test_a_new_file_is_for_its_owner_and_group_only(tmp_path: Path) -> None:
    """What init writes will hold passwords."""
    replace_text(tmp_path / "x.toml", "new")

    assert (tmp_path / "x.toml").read_text() == "new"
    assert (tmp_path / "x.toml").stat().st_mode & 0o777 == 0o640


def test_an_edit_that_changes_nothing_writes_nothing(home: Home) -> None:
    """A file that did not change needs no reload."""
    home.write("wirewatch.toml", CONFIG.replace('name = "Post"', 'name = "Post"\npaused = true'))

    assert home.editor().set_feed_paused("Post", True) is None
    assert home.editor().set_watchlist_paused("main", False) is None


def test_a_toml_list_without_settings_is_paused_at_its_top(home: Home) -> None:
    """Above the first watch is the only place for it."""
    home.write("wirewatch.toml", CONFIG)
    path = home.write("watchlists/gulf.toml", '[[watch]]\nquery = "a"')

    home.editor().set_watchlist_paused("gulf", True)
    home.editor().add_watch("b", watchlist="gulf")

    assert path.read_text() == 'paused = true\n[[watch]]\nquery = "a"\n\n[[watch]]\nquery = "b"'


def test_an_inline_feed_is_paused_where_it_says_so_already(home: Home) -> None:
    """Turning one word is safe anywhere; adding one is not."""
    text = 'feed = [{ url = "https://a.org/", paused = false }, { url = "https://b.org/" }]\n'
    home.write("wirewatch.toml", text)

    home.editor().set_feed_paused("a.org", True)

    assert home.config.read_text() == text.replace("false", "true")
    assert "inline" in home.cannot(lambda: home.editor().set_feed_paused("b.org", True))


def _add(config: Path, number: int) -> None:
    Editor(config, dict(os.environ)).add_feed(NewFeed(url=f"https://h{number}.org/"))


def test_two_edits_at_once_are_both_kept(home: Home) -> None:
    """The command line and a script know nothing of each other."""
    home.write("wirewatch.toml", CONFIG)
    context = get_context("spawn")
    others = [context.Process(target=_add, args=(home.config, number)) for number in range(3)]
    for one in others:
        one.start()
    for one in others:
        one.join()

    assert {feed.name for feed in home.load().feeds} >= {"h0.org", "h1.org", "h2.org"}


TEXTS = st.text(max_size=12).filter(
    lambda text: not any("\ud800" <= sign <= "\udfff" for sign in text)
)


@given(
    st.one_of(
        TEXTS,
        st.booleans(),
        st.integers(-9, 9),
        st.lists(TEXTS, max_size=3),
        st.dictionaries(TEXTS, TEXTS, max_size=3),
    )
)
def test_what_is_written_is_read_back(value: Any) -> None:
    """Any name, query or secret may come from a person's keyboard."""
    assert tomllib.loads(f"v = {spell(value)}")["v"] == value


@given(TEXTS)
def test_any_name_can_be_the_key_of_a_table(key: str) -> None:
    """Channels are called as people like."""
    assert tomllib.loads(f"[{spell_key(key)}]") == {key: {}}


BLOCKS = st.lists(
    st.sampled_from(
        [
            '[[feed]]\nurl = "a"',
            "[[feed]]\n# within\nlist = [\n 1, # [[feed]]\n]",
            "[[feed]]\n[feed.headers]\nx = 1",
            "[[feed]]",
            '[[watch]]\nquery = """\n[[feed]]\n"""',
            "[poll]\na = 1  # end",
            "[watchlist.x]",
        ]
    ),
    max_size=6,
).filter(lambda blocks: sum(block.startswith(("[poll", "[watchl")) for block in blocks) < 2)
GAPS = st.lists(st.sampled_from(["", "\n", "# c", "# [[feed]]", "  # d\n"]), min_size=7, max_size=7)


def assembled(blocks: list[str], gaps: list[str]) -> str:
    parts = [part for pair in zip(gaps, blocks, strict=False) for part in pair]
    return "\n".join([*parts, gaps[-1]])


@settings(suppress_health_check=[HealthCheck.filter_too_much])
@given(BLOCKS, GAPS, st.data())
def test_removing_a_table_removes_that_table_and_no_comment(
    blocks: list[str], gaps: list[str], data: st.DataObject
) -> None:
    """Whatever stands around it."""
    text = assembled(blocks, gaps)
    tree = tomllib.loads(text)
    feeds = tree.get("feed", [])
    if not feeds:
        return
    index = data.draw(st.integers(0, len(feeds) - 1))

    after = without_table(text, ("feed", index))

    del feeds[index]
    assert tomllib.loads(after).get("feed", []) == feeds
    assert {**tomllib.loads(after), "feed": []} == {**tree, "feed": []}
    outside = [
        line for gap in (*gaps[: len(blocks)], gaps[-1]) for line in gap.split("\n") if line.strip()
    ]
    kept = [
        line.strip() for line in after.split("\n") if line.strip() in {"# c", "# [[feed]]", "# d"}
    ]
    assert kept == [line.strip() for line in outside]


@given(BLOCKS, GAPS)
def test_adding_a_table_changes_nothing_else(blocks: list[str], gaps: list[str]) -> None:
    """Wherever it lands."""
    text = assembled(blocks, gaps)
    tree = tomllib.loads(text)

    after = with_table(text, "feed", '[[feed]]\nurl = "new"')

    assert tomllib.loads(after) == {**tree, "feed": [*tree.get("feed", []), {"url": "new"}]}
    assert [line for line in text.split("\n") if line.strip()] == [
        line for line in _without_new(after.split("\n")) if line.strip()
    ]


def _without_new(lines: list[str]) -> list[str]:
    at = lines.index('url = "new"')
    return lines[: at - 1] + lines[at + 1 :]


@given(BLOCKS, GAPS, st.data())
def test_setting_a_value_changes_nothing_else(
    blocks: list[str], gaps: list[str], data: st.DataObject
) -> None:
    """Set, and set back, and set again."""
    text = assembled(blocks, gaps)
    tree = tomllib.loads(text)
    feeds = tree.get("feed", [])
    if not feeds:
        return
    path = ("feed", data.draw(st.integers(0, len(feeds) - 1)), "paused")

    on = with_setting(text, path, True)
    off = with_setting(on, path, False)

    feeds[path[1]]["paused"] = True
    assert tomllib.loads(on) == tree
    assert with_setting(off, path, True) == on
