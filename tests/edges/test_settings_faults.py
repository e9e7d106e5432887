"""Everything that is wrong, at once, with its line and its mend."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.edges.settings_home import Home, home
from wirewatch.errors import ConfigError
from wirewatch.settings.load import load

__all__ = ["home"]

ONE_FAULT = [
    pytest.param(
        "[poll]\nevery = true\n",
        'wirewatch.toml:2: poll.every: must be a duration in quotes (write it as "15 min")\n'
        "       2 | every = true",
        id="a switch for a duration",
    ),
    pytest.param(
        "[poll]\nmax_body = []\n",
        'wirewatch.toml:2: poll.max_body: must be a size in quotes (write it as "16 MiB")\n'
        "       2 | max_body = []",
        id="a list for a size",
    ),
    pytest.param(
        '[retention]\npolls = "1 h"\n',
        'wirewatch.toml:2: retention.polls: must be at least "1 d"\n       2 | polls = "1 h"',
        id="hardly any retention",
    ),
    pytest.param(
        "[poll]\nallow_networks = [5]\n",
        "wirewatch.toml:2: poll.allow_networks[1]: must be text, in quotes\n"
        "       2 | allow_networks = [5]",
        id="number for a network",
    ),
    pytest.param(
        '[poll]\nallow_networks = ["localhost"]\n',
        'wirewatch.toml:2: poll.allow_networks[1]: "localhost" is not a network '
        '(write it as "10.0.0.0/8" or "192.0.2.7")\n       2 | allow_networks = ["localhost"]',
        id="name for a network",
    ),
    pytest.param(
        '[[feed]]\nurl = ""\n',
        'wirewatch.toml:2: feed[1].url: must not be empty\n       2 | url = ""',
        id="empty address",
    ),
    pytest.param(
        '[[feed]]\nurl = "https://a.org/"\nname = " "\n',
        'wirewatch.toml:3: feed[1].name: must not be empty\n       3 | name = " "',
        id="empty name",
    ),
    pytest.param(
        '[[feed]]\nurl = "https://a.org/"\nname = "a\\nb"\n',
        "wirewatch.toml:3: feed[1].name: must be one line of printable signs\n"
        '       3 | name = "a\\nb"',
        id="name of two lines",
    ),
    pytest.param(
        '[[feed]]\nurl = "https://a.org/"\ntags = ["a, b"]\n',
        "wirewatch.toml:3: feed[1].tags[1]: must not contain a comma "
        '(write several tags as ["one", "two"])\n       3 | tags = ["a, b"]',
        id="two tags in one",
    ),
    pytest.param(
        '[[feed]]\nurl = "https://a.org/"\nheaders = { "a b" = "1" }\n',
        "wirewatch.toml:3: feed[1].headers.a b: is not a header name (use letters, digits and hyphens)\n"
        "       3 | headers = …",
        id="header name",
    ),
    pytest.param(
        '[general]\ncontact = "редакция"\n',
        "wirewatch.toml:2: general.contact: must be plain text "
        '(other alphabets cannot stand in a header)\n       2 | contact = "редакция"',
        id="header in another alphabet",
    ),
    pytest.param(
        '[[feed]]\nurl = "https://me:hunter2@a.org/"\nheaders = { authorization = "x" }\n',
        "wirewatch.toml:3: feed[1].headers: is set by the password already "
        "(keep one of header and password)\n       3 | headers = …",
        id="log-in twice",
    ),
    pytest.param(
        '[[feed]]\nurl = "https://a.org/"\nusername = "a:b"\n',
        "wirewatch.toml:3: feed[1].username: must not contain a colon\n       3 | username = …",
        id="user that cannot be told from the password",
    ),
    pytest.param(
        "[terms]\nofficials = 5\n",
        "wirewatch.toml:2: terms.officials: must be text, in quotes\n       2 | officials = 5",
        id="number for a term",
    ),
    pytest.param(
        '[terms]\n"a b" = "x"\n',
        'wirewatch.toml:2: terms.a b: "a b" cannot be the name of a term (use letters, digits, - and _)',
        id="term name",
    ),
    pytest.param(
        '[watchlist."a/b"]\n',
        'wirewatch.toml:1: watchlist.a/b: "a/b" cannot be the name of a watchlist '
        '(leave out slashes and signs that cannot be seen)\n       1 | [watchlist."a/b"]',
        id="watchlist name",
    ),
    pytest.param(
        '[Poll]\nevery = "1 h"\n',
        'wirewatch.toml:1: Poll: there is no such table (did you mean "poll"?)\n       1 | [Poll]',
        id="capital letter",
    ),
    pytest.param(
        "[general]\nwatchlists = [5]\n",
        "wirewatch.toml:2: general.watchlists[1]: must be text, in quotes\n       2 | watchlists = [5]",
        id="number for a file name",
    ),
    pytest.param(
        '[poll]\nevery = "15 minuts"\n',
        'wirewatch.toml:2: poll.every: "15 minuts" is not a duration (did you mean "15 minutes"?)\n'
        '       2 | every = "15 minuts"',
        id="duration",
    ),
    pytest.param(
        "[poll]\nevery = 15\n",
        'wirewatch.toml:2: poll.every: 15 lacks its unit (write "15 s" or "15 min")\n       2 | every = 15',
        id="duration without unit",
    ),
    pytest.param(
        '[poll]\nevery = "0 s"\n',
        'wirewatch.toml:2: poll.every: must be longer than nothing\n       2 | every = "0 s"',
        id="no duration at all",
    ),
    pytest.param(
        "[poll]\nmax_body = 16\n",
        'wirewatch.toml:2: poll.max_body: must be at least "1 KiB" (write "16 MiB" if that is meant)\n'
        "       2 | max_body = 16",
        id="size without unit",
    ),
    pytest.param(
        '[poll]\nmax_wire = "8 XB"\n',
        'wirewatch.toml:2: poll.max_wire: "8 XB" is not a size (write it as "16 MiB" or "500 KiB")\n'
        '       2 | max_wire = "8 XB"',
        id="size",
    ),
    pytest.param(
        "[poll]\nper_hst = 2  # my secret note\n",
        'wirewatch.toml:2: poll.per_hst: there is no such setting (did you mean "per_host"?)\n'
        "       2 | per_hst = …",
        id="unknown setting: its value may be anything and is not shown",
    ),
    pytest.param(
        '[pol]\nevery = "1 h"\n',
        'wirewatch.toml:1: pol: there is no such table (did you mean "poll"?)\n       1 | [pol]',
        id="unknown table",
    ),
    pytest.param(
        'timezone = "UTC"\n',
        'wirewatch.toml:1: timezone: there is no such setting\n       1 | timezone = "UTC"',
        id="setting above every table",
    ),
    pytest.param(
        "[poll]\nper_host = 0\n",
        "wirewatch.toml:2: poll.per_host: must be at least 1\n       2 | per_host = 0",
        id="too small",
    ),
    pytest.param(
        '[poll]\nper_host = "2"\n',
        'wirewatch.toml:2: poll.per_host: must be a whole number, without quotes\n       2 | per_host = "2"',
        id="number in quotes",
    ),
    pytest.param(
        '[article]\nmode = "allways"\n',
        'wirewatch.toml:2: article.mode: must be "auto", "always" or "never", not "allways" '
        '(did you mean "always"?)\n       2 | mode = "allways"',
        id="choice",
    ),
    pytest.param(
        '[general]\ntimezone = "Asia/Dubay"\n',
        'wirewatch.toml:2: general.timezone: "Asia/Dubay" is not a time zone (did you mean "Asia/Dubai"?)\n'
        '       2 | timezone = "Asia/Dubay"',
        id="time zone",
    ),
    pytest.param(
        '[general]\ntimezone = "../../etc/passwd"\n',
        'wirewatch.toml:2: general.timezone: "../../etc/passwd" is not a time zone (write it as "Europe/Paris")\n'
        '       2 | timezone = "../../etc/passwd"',
        id="time zone that is a path",
    ),
    pytest.param(
        '[poll]\nallow_networks = ["10.1.2.3/8"]\n',
        'wirewatch.toml:2: poll.allow_networks[1]: "10.1.2.3/8" is not a network (did you mean "10.0.0.0/8"?)\n'
        '       2 | allow_networks = ["10.1.2.3/8"]',
        id="network",
    ),
    pytest.param(
        '[poll]\nevery = "1 min"\nmin_every = "5 min"\n',
        'wirewatch.toml:3: poll.min_every: is longer than every (1 min)\n       3 | min_every = "5 min"',
        id="limits that contradict each other",
    ),
    pytest.param(
        '[delivery]\nlease = "10 s"\n',
        'wirewatch.toml:2: delivery.lease: must be longer than delivery.timeout (30 s)\n       2 | lease = "10 s"',
        id="a lease that would send twice",
    ),
    pytest.param(
        '[channel.a]\nurl = "json://example.org"\ntimeout = "3 min"\n',
        "wirewatch.toml:3: channel.a.timeout: must be shorter than delivery.lease (2 min)\n"
        '       3 | timeout = "3 min"',
        id="a channel that would send twice",
    ),
    pytest.param(
        '[[feed]]\nurl = "example.org/feed"\n',
        'wirewatch.toml:2: feed[1].url: "example.org/feed" lacks its beginning (write "https://example.org/feed")\n'
        '       2 | url = "example.org/feed"',
        id="address without scheme",
    ),
    pytest.param(
        '[[feed]]\nurl = "feed://example.org/x"\n',
        'wirewatch.toml:2: feed[1].url: "feed://example.org/x" is not a web address (write "https://example.org/x")\n'
        '       2 | url = "feed://example.org/x"',
        id="address of old readers",
    ),
    pytest.param(
        '[[feed]]\nurl = "ftp://me:hunter2@example.org/x?token=hunter2"\n',
        'wirewatch.toml:2: feed[1].url: "ftp://…@example.org/x?…" is not a web address '
        '(it begins with https:// or http://)\n       2 | url = "ftp://…@example.org/x?…"',
        id="address with secrets",
    ),
    pytest.param(
        '[[feed]]\nname = "BBC"\n',
        "wirewatch.toml:1: feed[1].url: is missing\n       1 | [[feed]]",
        id="missing",
    ),
    pytest.param(
        '[[feed]]\nulr = "https://example.org/"\n',
        'wirewatch.toml:2: feed[1].ulr: there is no such setting (did you mean "url"?)\n       2 | ulr = …',
        id="missing because misspelt is one fault",
    ),
    pytest.param(
        '[feed]\nurl = "https://example.org/"\n',
        "wirewatch.toml:1: feed: must be a list of tables (write [[feed]], with two brackets)\n       1 | [feed]",
        id="one bracket",
    ),
    pytest.param(
        '[[feeds]]\nurl = "https://example.org/"\n',
        "wirewatch.toml:1: feeds: there is no such setting (write [[feed]])\n       1 | [[feeds]]",
        id="plural",
    ),
    pytest.param(
        '[[feed]]\nurl = "https://example.org/"\n[[feed]]\nurl = "https://EXAMPLE.org:443/?utm_source=x"\n',
        "wirewatch.toml:4: feed[2].url: this feed is configured at wirewatch.toml:1 already\n"
        '       4 | url = "https://EXAMPLE.org:443/?…"',
        id="the same feed twice",
    ),
    pytest.param(
        '[[feed]]\nname = "A"\nurl = "https://a.org/"\n[[feed]]\nname = "A"\nurl = "https://b.org/"\n',
        'wirewatch.toml:5: feed[2].name: "A" is the name of the feed at wirewatch.toml:1 too\n'
        '       5 | name = "A"',
        id="the same name twice",
    ),
    pytest.param(
        '[[feed]]\nurl = "https://a.org/"\nname = "tag:x"\n',
        'wirewatch.toml:3: feed[1].name: must not begin with "tag:" (that is how lists name tags)\n'
        '       3 | name = "tag:x"',
        id="a name like a tag",
    ),
    pytest.param(
        '[[feed]]\nurl = "https://a.org/"\ntags = "gulf"\n',
        'wirewatch.toml:3: feed[1].tags: must be a list, as ["one", "two"]\n       3 | tags = "gulf"',
        id="text for a list",
    ),
    pytest.param(
        '[[feed]]\nurl = "https://a.org/"\npaused = "yes"\n',
        'wirewatch.toml:3: feed[1].paused: must be true or false, without quotes\n       3 | paused = "yes"',
        id="text for a switch",
    ),
    pytest.param(
        '[[feed]]\nurl = "https://a.org/"\nlanguage = "english please"\n',
        'wirewatch.toml:3: feed[1].language: "english please" is not a language (write it as "en" or "pt-BR")\n'
        '       3 | language = "english please"',
        id="language",
    ),
    pytest.param(
        '[[feed]]\nurl = "https://a.org/"\nevery = "10 s"\n',
        'wirewatch.toml:3: feed[1].every: is shorter than poll.min_every (2 min)\n       3 | every = "10 s"',
        id="impolite",
    ),
    pytest.param(
        '[[feed]]\nurl = "https://a.org/"\nheaders = { "Host" = "hunter2" }\n',
        "wirewatch.toml:3: feed[1].headers.Host: is set by Wirewatch itself (leave it out)\n       3 | headers = …",
        id="header of ours",
    ),
    pytest.param(
        '[[feed]]\nurl = "https://a.org/"\nheaders = { "X" = "hunter2\\r\\nY: 1" }\n',
        "wirewatch.toml:3: feed[1].headers.X: must be one line\n       3 | headers = …",
        id="header that smuggles another",
    ),
    pytest.param(
        '[[feed]]\nurl = "https://a.org/"\npassword = "hunter2"\n',
        "wirewatch.toml:3: feed[1].password: needs a username too\n       3 | password = …",
        id="password without user",
    ),
    pytest.param(
        '[[feed]]\nurl = "https://me:hunter2@a.org/"\nusername = "me"\n',
        "wirewatch.toml:3: feed[1].username: stands in the url already (keep one)\n       3 | username = …",
        id="user twice",
    ),
    pytest.param(
        '[channel.a]\ntimeout = "1 min"\n',
        'wirewatch.toml:1: channel.a: needs a url (url = "mailtos://…", or urls = ["…", "…"])\n'
        "       1 | [channel.a]",
        id="channel without address",
    ),
    pytest.param(
        '[channel.a]\nurl = "ntfy://{topik}"\ntopic = "hunter2"\n',
        'wirewatch.toml:2: channel.a.url: nothing fills {topik} (did you mean "topic"?)\n       2 | url = …',
        id="placeholder misspelt is one fault",
    ),
    pytest.param(
        '[channel.a]\nurl = "ntfy://x"\ntopic = "hunter2"\n',
        "wirewatch.toml:3: channel.a.topic: there is no such setting (no address contains {topic})\n"
        "       3 | topic = …",
        id="value that fills nothing",
    ),
    pytest.param(
        '[channel.a]\nurl = "ntfy://x"\ntimout = "1 min"\n',
        'wirewatch.toml:3: channel.a.timout: there is no such setting (did you mean "timeout"?)\n'
        "       3 | timout = …",
        id="unknown setting of a channel",
    ),
    pytest.param(
        '[channel."a,b"]\nurl = "ntfy://x"\n',
        'wirewatch.toml:1: channel.a,b: "a,b" cannot be the name of a channel '
        '(use letters, digits, spaces, . @ + - and _)\n       1 | [channel."a,b"]',
        id="channel name",
    ),
    pytest.param(
        '[general]\noperator = ["phoen"]\n[channel.phone]\nurl = "ntfy://x"\n',
        'wirewatch.toml:2: general.operator[1]: there is no channel "phoen" (did you mean "phone"?)\n'
        '       2 | operator = ["phoen"]',
        id="unknown channel",
    ),
    pytest.param(
        '[watchlist.x]\nfeeds = [\n  "BBC",\n  "tag:golf",\n]\n'
        '[[feed]]\nname = "BBC"\nurl = "https://a.org/"\ntags = ["gulf"]\n',
        'wirewatch.toml:4: watchlist.x.feeds[2]: there is no feed with "tag:golf" (did you mean "tag:gulf"?)',
        id="unknown tag, on the line of its own",
    ),
    pytest.param(
        '[[watch]]\nquery = "a"\nwatchlist = "gufl"\n[watchlist.gulf]\n',
        'wirewatch.toml:3: watch[1].watchlist: there is no watchlist "gufl" (did you mean "gulf"?)\n'
        '       3 | watchlist = "gufl"',
        id="unknown watchlist",
    ),
    pytest.param(
        '[[watch]]\nquery = "  "\n',
        'wirewatch.toml:2: watch[1].query: the query is empty\n       2 | query = "  "',
        id="empty query",
    ),
    pytest.param(
        f'[[watch]]\nquery = "{"x" * 20_000}"\n',
        "wirewatch.toml:2: watch[1].query: must not be longer than 10000 signs\n"
        f'       2 | query = "{"x" * 151}…',
        id="query of a whole book",
    ),
    pytest.param(
        "[[watch]]\nquery = 'talks \"abu dhabi'\n",
        'wirewatch.toml:2: watch[1].query: this quote is never closed, at character 7 (add a closing ")\n'
        "       2 | query = 'talks \"abu dhabi'\n"
        "         |                ^",
        id="malformed query, with a caret under its place",
    ),
    pytest.param(
        '[[watch]]\nquery = "talks"\n[[watch]]\nquery = " talks "\n',
        'wirewatch.toml:4: watch[2].query: "talks" is the query of the watch at wirewatch.toml:1 too '
        '(give it another name)\n       4 | query = " talks "',
        id="the same watch twice",
    ),
    pytest.param(
        "[terms]\nofficials = 'envoy \"minister'\n",
        'wirewatch.toml:2: terms.officials: this quote is never closed, at character 7 (add a closing ")\n'
        "       2 | officials = 'envoy \"minister'\n"
        "         |                    ^",
        id="malformed term",
    ),
    pytest.param(
        '[database]\nurl = "mysql://me:hunter2@db/x"\n',
        "wirewatch.toml:2: database.url: must begin with sqlite:/// or postgresql:// (leave it out for SQLite)\n"
        '       2 | url = "mysql://…@db/x"',
        id="database of another kind",
    ),
    pytest.param(
        '[database]\nurl = "sqlite://"\n',
        "wirewatch.toml:2: database.url: must name a file (write sqlite:////var/lib/wirewatch/wirewatch.db)\n"
        '       2 | url = "sqlite://"',
        id="database in memory, which forgets everything",
    ),
    pytest.param(
        '[general]\ncontact = { enviroment = "X" }\n',
        "wirewatch.toml:2: general.contact: must be text, in quotes "
        '(a secret is written { env = "NAME" }, { file = "path" } or { credential = "name" })\n'
        '       2 | contact = { enviroment = "X" }',
        id="secret of an unknown kind",
    ),
    pytest.param(
        '[general]\nopml = ["gone.opml"]\n',
        'wirewatch.toml:2: general.opml[1]: gone.opml: there is no such file\n       2 | opml = ["gone.opml"]',
        id="a file that is not there",
    ),
]


@pytest.mark.parametrize(("text", "message"), ONE_FAULT)
def test_a_mistake_is_told_with_its_line_and_its_mend(home: Home, text: str, message: str) -> None:
    """Whoever made the mistake can mend it without opening the manual."""
    assert home.refused(text) == message


SYNTAX = [
    pytest.param(
        '[poll]\nevery = "15 min\n',
        "wirewatch.toml:2: is not TOML: illegal character '\\n', at column 16\n       2 | every = \"15 min",
        id="quote left open",
    ),
    pytest.param(
        '[channel.a]\nurl = "ntfy://hunter2\n',
        "wirewatch.toml:2: is not TOML: illegal character '\\n', at column 22\n       2 | url = …",
        id="quote left open behind a secret",
    ),
    pytest.param(
        "[channel.a]\npassword = hunter2\n",
        "wirewatch.toml:2: is not TOML: invalid value, at column 12 (put a text in quotes)\n"
        "       2 | password = …",
        id="secret without quotes",
    ),
    pytest.param(
        '[[watch]]\nquery = ""abu dhabi" talks"\n',
        "wirewatch.toml:2: is not TOML: expected newline or end of document after a statement, at column 11 "
        "(put a text that contains double quotes between single quotes: '\"abu dhabi\" talks')\n"
        '       2 | query = ""abu dhabi" talks"',
        id="quotes inside quotes",
    ),
    pytest.param(
        "[[watch]]\nquery = “abu dhabi”\n",
        "wirewatch.toml:2: is not TOML: invalid value, at column 9 (TOML wants straight quotes: \" or ')\n"
        "       2 | query = “abu dhabi”",
        id="curly quotes",
    ),
    pytest.param(
        "[poll]\nper_host = 1\nper_host = 2\n",
        "wirewatch.toml:3: is not TOML: cannot overwrite a value, at column 13\n       3 | per_host = 2",
        id="set twice in one file",
    ),
    pytest.param(
        "[poll]\nper_host =\n\n\n",
        "wirewatch.toml:2: is not TOML: invalid value, at column 11\n       2 | per_host =",
        id="nothing behind the sign",
    ),
    pytest.param(
        "[general]\noperator = [\n\n",
        "wirewatch.toml:2: is not TOML: invalid value\n       2 | operator = [",
        id="bracket left open to the end",
    ),
]


@pytest.mark.parametrize(("text", "message"), SYNTAX)
def test_what_is_not_toml_is_told_with_its_line(home: Home, text: str, message: str) -> None:
    """Editing by hand goes wrong in a handful of ways; each has its mend, and none shows a secret."""
    assert home.refused(text) == message


def test_five_mistakes_are_told_at_once_in_the_order_of_the_lines(home: Home) -> None:
    """Nobody wants to start a daemon five times to hear five things."""
    shown = home.refused(
        "[[watch]]\nquery = '\"a'\n"
        '[poll]\nevery = "x"\nfoo = 1\n'
        '[[feed]]\nname = "A"\n'
        '[watchlist.main]\nchannels = ["gone"]\n'
    )

    lines = [line for line in shown.split("\n") if line.startswith("wirewatch.toml")]
    assert [line.split(": ")[:2] for line in lines] == [
        ["wirewatch.toml:2", "watch[1].query"],
        ["wirewatch.toml:4", "poll.every"],
        ["wirewatch.toml:5", "poll.foo"],
        ["wirewatch.toml:6", "feed[1].url"],
        ["wirewatch.toml:9", "watchlist.main.channels[1]"],
    ]


def test_faults_of_several_files_come_in_the_order_in_which_the_files_are_read(home: Home) -> None:
    """They are mended file by file."""
    home.write("wirewatch.d/20.toml", "[poll]\nb = 1\n")
    home.write("wirewatch.d/10.toml", "[poll]\na = 1\n")
    home.write("watchlists/x.txt", "priority = hihg\n")
    home.environ["WIREWATCH_POLL__EVERY"] = "soon"

    shown = home.refused("[poll]\nc = 1\n")

    places = [line.split(": ")[0] for line in shown.split("\n") if " | " not in line]
    assert places == [
        "wirewatch.toml:2",
        "wirewatch.d/10.toml:2",
        "wirewatch.d/20.toml:2",
        "watchlists/x.txt:1",
        "WIREWATCH_POLL__EVERY",
    ]


def test_a_setting_in_two_files_names_both_places(home: Home) -> None:
    """One of the two would have been ignored in silence."""
    home.write("wirewatch.d/more.toml", '\n[poll]\nevery = "1 h"\n[channel.a]\nurl = "ntfy://y"\n')

    shown = home.refused('[poll]\nevery = "30 min"\n[channel.a]\nurl = "ntfy://x"\n')

    assert shown == (
        "wirewatch.d/more.toml:3: poll.every: is set already at wirewatch.toml:2 (keep one of the two)\n"
        '       3 | every = "1 h"\n'
        "wirewatch.d/more.toml:4: channel.a: is set already at wirewatch.toml:3 (keep one of the two)\n"
        "       4 | [channel.a]"
    )


def test_a_file_that_cannot_be_read_does_not_make_others_wrong(home: Home) -> None:
    """The feeds it would have named are missing for no fault of the lists that use them."""
    home.write("wirewatch.d/feeds.toml", "[[feed\n")

    shown = home.refused('[watchlist.x]\nfeeds = ["BBC"]\n')

    assert shown.startswith("wirewatch.d/feeds.toml:1: is not TOML")
    assert "BBC" not in shown


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"\xff\xfe[\x00", "wirewatch.toml: is UTF-16, not UTF-8 (save it as UTF-8)"),
        (b"[poll]\n# caf\xe9\n", "wirewatch.toml:2: is not UTF-8 (save it as UTF-8)"),
        (b"a = " + b"[" * 100_000, "wirewatch.toml: is nested too deeply"),
    ],
)
def test_a_file_that_is_no_text_of_ours_is_one_fault(home: Home, raw: bytes, message: str) -> None:
    """One clear sentence, whatever the bytes."""
    assert home.refused(raw) == message


def test_a_file_of_a_hundred_megabytes_is_refused_unread(home: Home) -> None:
    """A log or an image named by mistake must not be parsed for minutes."""
    with home.config.open("wb") as file:
        file.truncate(100 * 1024 * 1024)

    assert home.refused() == "wirewatch.toml: is too large: 100 MiB, at most 16 MiB are read"


def test_a_directory_or_a_pipe_is_refused_and_waits_for_nobody(home: Home) -> None:
    """Opening a pipe would hang the start for ever."""
    os.mkfifo(home.root / "wirewatch.toml")

    assert home.refused() == "wirewatch.toml: is not a file"


def test_a_missing_file_is_one_fault(home: Home) -> None:
    """As is the commonest mistake of all."""
    assert home.refused() == "wirewatch.toml: there is no such file"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_says_so(home: Home) -> None:
    """The service runs as another user than the one who wrote the file."""
    home.write("wirewatch.toml", "").chmod(0)

    assert "may not be read" in home.refused()


def test_a_path_with_a_nul_is_one_fault() -> None:
    """No path a person can pass makes a traceback."""
    with pytest.raises(ConfigError, match="cannot be read"):
        load(Path("a\0b"), {})


@pytest.mark.parametrize(
    "text", ["poll = 1\n", "watch = [1]\n", "channel.a = 1\n", "watchlist = []\n", "terms = 2\n"]
)
def test_a_value_where_a_table_must_be_is_a_fault(home: Home, text: str) -> None:
    """Any shape TOML allows is answered with a sentence."""
    assert "must be a " in home.refused(text)
