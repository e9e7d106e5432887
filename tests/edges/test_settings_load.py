"""From files and environment to settings."""

from __future__ import annotations

import time
from dataclasses import FrozenInstanceError
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path

import pytest

from tests.edges.settings_home import Home, home
from wirewatch.core.model.feed import ArticleMode, FeedSpec, FirstPoll
from wirewatch.core.model.watch import Priority, Scattered, Watchlist, WatchSpec
from wirewatch.errors import Fault
from wirewatch.settings.checks import warnings
from wirewatch.settings.places import find_config, no_config, state_directory
from wirewatch.settings.settings import Settings

__all__ = ["home"]


def test_an_empty_file_means_all_defaults(home: Home) -> None:
    """The shortest configuration that works is none at all."""
    settings = home.load("")

    assert settings.poll == Settings().poll
    assert settings.delivery == Settings().delivery
    assert (
        settings.database.url == f"sqlite:///{home.root}/home/.local/state/wirewatch/wirewatch.db"
    )
    assert settings.files == (home.config,)


def test_settings_cannot_be_changed(home: Home) -> None:
    """Whoever holds them may rely on them until the next reload."""
    settings = home.load("")

    with pytest.raises(FrozenInstanceError):
        settings.poll.per_host = 5  # type: ignore[misc]


def test_every_kind_of_value_is_read(home: Home) -> None:
    """One of each."""
    settings = home.load(
        '[general]\ntimezone = "Asia/Dubai"\n'
        '[poll]\nevery = "1 h 30 min"\nmax_body = "1 MiB"\nper_host = 2\nfirst_poll = "alert"\n'
        'allow_networks = ["127.0.0.0/8", "::1"]\n'
        '[log]\nlevel = "debug"\n'
    )

    assert settings.general.timezone == "Asia/Dubai"
    assert settings.poll.every == timedelta(minutes=90)
    assert settings.poll.max_body == 2**20
    assert settings.poll.per_host == 2
    assert settings.poll.first_poll is FirstPoll.ALERT
    assert settings.poll.allow_networks == (ip_network("127.0.0.0/8"), ip_network("::1"))
    assert settings.log.level == "debug"


def test_a_feed_takes_what_it_does_not_say_from_the_sections(home: Home) -> None:
    """A default for all feeds is written once."""
    settings = home.load(
        '[article]\nmode = "never"\n[poll]\nfirst_poll = "alert"\n'
        '[[feed]]\nurl = " https://a.org/feed "\n'
        '[[feed]]\nurl = "https://b.org/feed"\nname = " B "\ntags = ["x", "y", "x"]\nevery = "5 min"\n'
        'language = "ar"\narticle = "always"\nfirst_poll = "silent"\npaused = true\nuser_agent = "M/5"\n'
    )

    assert settings.feeds == (
        FeedSpec(
            url="https://a.org/feed",
            name="a.org",
            article=ArticleMode.NEVER,
            first_poll=FirstPoll.ALERT,
        ),
        FeedSpec(
            url="https://b.org/feed",
            name="B",
            tags=("x", "y"),
            every=timedelta(minutes=5),
            language="ar",
            article=ArticleMode.ALWAYS,
            first_poll=FirstPoll.SILENT,
            paused=True,
            user_agent="M/5",
        ),
    )


def test_feeds_without_a_name_are_called_after_their_host_and_told_apart(home: Home) -> None:
    """Names are what logs show, so no two feeds may share one; the path may hold a token and is left out."""
    settings = home.load(
        '[[feed]]\nurl = "https://a.org/1"\n[[feed]]\nurl = "https://a.org/2"\n'
        '[[feed]]\nurl = "https://b.org/"\nname = "a.org (2)"\n[[feed]]\nurl = "https://a.org/3"\n'
    )

    names = [feed.name for feed in settings.feeds]
    assert names == ["a.org", "a.org (3)", "a.org (2)", "a.org (4)"]


def test_user_and_password_of_an_address_become_a_header(home: Home) -> None:
    """Addresses are shown in logs, alerts and exports; headers are not."""
    settings = home.load(
        '[[feed]]\nurl = "https://me:p%40ss@a.org:8443/x"\n'
        '[[feed]]\nurl = "https://b.org/"\nusername = "me"\npassword = "p@ss"\nheaders = { X = "1" }\n'
    )

    first, second = settings.feeds
    assert first.url == "https://a.org:8443/x"
    assert first.headers == (("Authorization", "Basic bWU6cEBzcw=="),)
    assert second.headers == (("X", "1"), ("Authorization", "Basic bWU6cEBzcw=="))
    assert "cEBzcw" not in repr(settings)


def test_a_watch_is_named_after_its_list_and_query(home: Home) -> None:
    """The name of a watch is what its hits are filed under for ever."""
    settings = home.load(
        '[match]\nnear_words = 40\n[watchlist.gulf]\npriority = "high"\nnear_words = 30\n'
        '[[watch]]\nquery = """\n  Abu  Dhabi\n  talks"""\n'
        '[[watch]]\nname = "Oil"\nquery = "oil"\nwatchlist = "gulf"\nnear_words = 0\nscattered = "alert"\n'
        '[[watch]]\nquery = "gas"\nwatchlist = "gulf"\n'
    )

    gulf, main = settings.watchlists
    assert gulf == Watchlist(
        name="gulf",
        priority=Priority.HIGH,
        watches=(
            WatchSpec(
                id="gulf/Oil",  # type: ignore[arg-type]
                name="Oil",
                query="oil",
                near_words=0,
                scattered=Scattered.ALERT,
            ),
            WatchSpec(id="gulf/gas", name="gas", query="gas", near_words=30),  # type: ignore[arg-type]
        ),
    )
    assert [(watch.id, watch.near_words) for watch in main.watches] == [
        ("main/Abu Dhabi talks", 40)
    ]


def test_a_list_without_channels_takes_the_general_ones_and_an_empty_one_takes_none(
    home: Home,
) -> None:
    """A list that shall ring nowhere must be able to say so."""
    settings = home.load(
        '[general]\nchannels = ["a"]\n[channel.a]\nurl = "ntfy://x"\n'
        "[watchlist.loud]\n[watchlist.quiet]\nchannels = []\n"
    )

    assert {one.name: one.channels for one in settings.watchlists} == {"loud": ("a",), "quiet": ()}


def test_files_beside_the_configuration_add_to_it(home: Home) -> None:
    """Packages and teams drop files in; nobody edits one big one."""
    home.write("wirewatch.d/10-feeds.toml", '[[feed]]\nurl = "https://b.org/"\n')
    home.write(
        "wirewatch.d/20-more.toml", '[poll]\nper_host = 3\n[[feed]]\nurl = "https://c.org/"\n'
    )
    home.write("wirewatch.d/.hidden.toml", "not toml")
    home.write("wirewatch.d/notes.txt", "not toml")

    settings = home.load('[poll]\nevery = "1 h"\n[[feed]]\nurl = "https://a.org/"\n')

    assert [feed.name for feed in settings.feeds] == ["a.org", "b.org", "c.org"]
    assert (settings.poll.per_host, settings.poll.every) == (3, timedelta(hours=1))
    assert [path.name for path in settings.files] == [
        "wirewatch.toml",
        "10-feeds.toml",
        "20-more.toml",
    ]


def test_windows_line_ends_and_a_byte_order_mark_are_fine(home: Home) -> None:
    """Notepad writes both."""
    home.write("wirewatch.toml", b'\xef\xbb\xbf[poll]\r\nper_host = 2\r\nevery = "x"\r\n')

    assert home.refused() == (
        'wirewatch.toml:3: poll.every: "x" is not a duration (write it as "15 min", "2 h" or "90 d")\n'
        '       3 | every = "x"'
    )


def test_ten_thousand_feeds_load_in_about_a_second(home: Home) -> None:
    """A reload must not stop the watch."""
    feeds = "".join(
        f'[[feed]]\nname = "F{n}"\nurl = "https://h{n % 3000}.org/{n}"\ntags = ["t{n % 9}"]\n'
        for n in range(10_000)
    )
    home.write("wirewatch.toml", feeds)
    started = time.process_time()

    settings = home.load()

    assert len(settings.feeds) == 10_000
    assert time.process_time() - started < 5  # about 0.7 s on one quiet core


def test_ten_thousand_mistakes_are_told_in_seconds(home: Home) -> None:
    """A bad search-and-replace is answered as well as a bad letter."""
    home.write(
        "wirewatch.toml", "".join(f'[[feed]]\nur = "https://a.org/{n}"\n' for n in range(10_000))
    )
    started = time.process_time()

    shown = home.refused()

    assert shown.count("did you mean") == 10_000
    assert time.process_time() - started < 15  # about 2 s on one quiet core


class TestChannels:
    """Addresses with the secrets in their places."""

    def test_what_stands_beside_an_address_is_put_into_it_percent_encoded(self, home: Home) -> None:
        """A password may contain every sign an address gives a meaning to."""
        home.environ["PW"] = "a/b@c?d#e&é"
        settings = home.load(
            '[channel.desk]\nurls = ["mailto://me:{password}@h:{port}?x={{y}}", "ntfy://{password}"]\n'
            'password = { env = "PW" }\nport = 587\ntimeout = "10 s"\n'
        )

        encoded = "a%2Fb%40c%3Fd%23e%26%C3%A9"
        (desk,) = settings.channels
        assert desk.urls == (f"mailto://me:{encoded}@h:587?x={{y}}", f"ntfy://{encoded}")
        assert desk.timeout_s == 10
        assert encoded not in repr(settings)

    def test_an_address_that_is_a_secret_is_taken_as_it_is(self, home: Home) -> None:
        """A token may contain braces."""
        home.environ["URL"] = "json://h/{token}"

        settings = home.load('[channel.a]\nurl = { env = "URL" }\n')

        assert settings.channels[0].urls == ("json://h/{token}",)

    def test_a_channel_takes_its_timeout_from_delivery(self, home: Home) -> None:
        """A default for all channels is written once."""
        settings = home.load('[delivery]\ntimeout = "7 s"\n[channel.a]\nurl = "ntfy://x"\n')

        assert settings.channels[0].timeout_s == 7

    def test_what_the_notifier_says_of_an_address_is_told_without_its_secrets(
        self, home: Home
    ) -> None:
        """Libraries quote the address in their complaints."""
        home.environ["PW"] = "hunter2"

        shown = home.refused(
            '[channel.a]\nurl = "foo://me:{password}@host/longtoken99"\npassword = { env = "PW" }\n',
            check_channel=lambda url: f"cannot use {url}: bad hunter2, bad longtoken99",
        )

        assert shown == (
            "wirewatch.toml:2: channel.a.url: cannot use …: bad …, bad …\n       2 | url = …"
        )


class TestTerms:
    """Reusable queries."""

    def test_terms_are_handed_to_the_check_of_every_query(self, home: Home) -> None:
        """@name is known wherever it is used."""
        settings = home.load(
            '[terms]\nofficials = " envoy OR minister "\n[[watch]]\nquery = "@officials"\n'
        )

        assert settings.terms == {"officials": "envoy OR minister"}
        assert home.refused('[[watch]]\nquery = "@officials"\n').startswith(
            "wirewatch.toml:2: watch[1].query: there is no term @officials, at character 1"
        )


class TestEnvironment:
    """WIREWATCH_SECTION__KEY."""

    def test_a_variable_takes_precedence_over_the_file(self, home: Home) -> None:
        """A container is configured without touching the file."""
        home.environ |= {
            "WIREWATCH_POLL__EVERY": "5 min",
            "WIREWATCH_POLL__PER_HOST": "4",
            "WIREWATCH_POLL__ALLOW_NETWORKS": "10.0.0.0/8, 127.0.0.1",
            "WIREWATCH_GENERAL__CONTACT": "5",
            "WIREWATCH_CONFIG": "elsewhere",
        }

        settings = home.load('[poll]\nevery = "1 h"\nper_host = 2\n')

        assert settings.poll.every == timedelta(minutes=5)
        assert settings.poll.per_host == 4
        assert settings.poll.allow_networks == (ip_network("10.0.0.0/8"), ip_network("127.0.0.1"))
        assert settings.general.contact == "5"

    @pytest.mark.parametrize(
        ("variable", "message"),
        [
            (
                "WIREWATCH_POLL__EVRY",
                'WIREWATCH_POLL__EVRY: there is no such setting (did you mean "WIREWATCH_POLL__EVERY"?)',
            ),
            (
                "WIREWATCH_POLL_EVERY",
                'WIREWATCH_POLL_EVERY: there is no such setting (did you mean "WIREWATCH_POLL__EVERY"?)',
            ),
            (
                "WIREWATCH_FEED__0__URL",
                "WIREWATCH_FEED__0__URL: a feed cannot be set from the environment (write it in wirewatch.toml)",
            ),
            (
                "WIREWATCH_POLL__PER_HOST",
                "WIREWATCH_POLL__PER_HOST: must be a whole number, without quotes",
            ),
        ],
    )
    def test_a_variable_that_sets_nothing_is_a_fault_and_its_value_is_not_shown(
        self, home: Home, variable: str, message: str
    ) -> None:
        """A setting nobody heard is worse than a start that fails."""
        home.environ[variable] = "hunter2"

        assert home.refused("") == message

    def test_variables_that_are_not_ours_are_left_alone(self, home: Home) -> None:
        """Kubernetes sets some in our name, and secrets may be called as people like."""
        home.environ |= {
            "WIREWATCH_SERVICE_HOST": "10.0.0.1",
            "WIREWATCH_PORT": "tcp://10.0.0.1:80",
            "WIREWATCH_PORT_80_TCP_ADDR": "10.0.0.1",
            "WIREWATCH_TOPIC": "secret",
        }

        settings = home.load('[channel.a]\nurl = "ntfy://{t}"\nt = { env = "WIREWATCH_TOPIC" }\n')

        assert settings.channels[0].urls == ("ntfy://secret",)


class TestOpml:
    """Feeds of another program."""

    OPML = """<opml><body><outline text="Gulf">
    <outline text="A" xmlUrl="https://a.org/"/>
    <outline text="B" xmlUrl="https://b.org/"/>
    <outline text="bad" xmlUrl="file:///etc/passwd"/>
    </outline></body></opml>"""

    def test_feeds_of_opml_files_are_added_and_give_way(self, home: Home) -> None:
        """A [[feed]] with the same address says more than the export of a reader."""
        home.write("my.opml", self.OPML)

        settings = home.load(
            '[general]\nopml = ["*.opml"]\n[article]\nmode = "always"\n'
            '[[feed]]\nurl = "https://a.org/"\nname = "B"\n[watchlist.x]\nfeeds = ["tag:Gulf"]\n'
        )

        assert [(feed.name, feed.tags, feed.article) for feed in settings.feeds] == [
            ("B", (), ArticleMode.ALWAYS),
            ("B (2)", ("Gulf",), ArticleMode.ALWAYS),
        ]
        assert [str(note).replace(f"{home.root}/", "") for note in settings.notes] == [
            'my.opml:4: "file:///etc/passwd" is not a web address: left out'
        ]

    def test_an_opml_file_that_is_broken_stops_the_start(self, home: Home) -> None:
        """Half of the feeds would be missing."""
        home.write("my.opml", self.OPML.replace("</outline>", "</oops>"))

        assert home.refused('[general]\nopml = ["my.opml"]\n') == (
            "my.opml:5: is not well-formed XML: mismatched tag; 2 feeds stand before it"
        )


class TestPlaces:
    """Where the configuration and the state are."""

    def test_the_configuration_is_looked_for_in_order(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The nearest one counts."""
        monkeypatch.chdir(tmp_path)
        environ = {"HOME": str(tmp_path / "home")}
        own = tmp_path / "home/.config/wirewatch/wirewatch.toml"
        own.parent.mkdir(parents=True)
        own.touch()

        assert find_config(None, environ) == own
        (tmp_path / "wirewatch.toml").touch()
        assert find_config(None, environ) == Path("wirewatch.toml")
        assert find_config(None, environ | {"WIREWATCH_CONFIG": "/x/y.toml"}) == Path("/x/y.toml")
        assert find_config(Path("z.toml"), environ | {"WIREWATCH_CONFIG": "/x"}) == Path("z.toml")

    def test_where_no_configuration_is_the_error_says_where_it_was_looked_for(self) -> None:
        """And what to do."""
        shown = str(no_config({"HOME": "/home/me"}))

        assert shown == (
            "wirewatch.toml: there is no configuration; looked for wirewatch.toml, "
            "/home/me/.config/wirewatch/wirewatch.toml, /etc/wirewatch/wirewatch.toml "
            "(wirewatch init writes one)"
        )

    @pytest.mark.parametrize(
        ("environ", "path"),
        [
            ({"STATE_DIRECTORY": "/var/lib/wirewatch:/var/lib/other"}, "/var/lib/wirewatch"),
            ({"XDG_STATE_HOME": "/s", "HOME": "/h"}, "/s/wirewatch"),
            ({"HOME": "/h"}, "/h/.local/state/wirewatch"),
        ],
    )
    def test_the_state_is_where_systemd_or_the_person_keeps_it(
        self, environ: dict[str, str], path: str
    ) -> None:
        """A service and a person each have their own place."""
        assert state_directory(environ) == Path(path)

    @pytest.mark.parametrize(
        ("url", "expected"),
        [
            ("sqlite:////var/lib/w.db", "sqlite:////var/lib/w.db"),
            ("sqlite:///w.db", "sqlite:///{root}/w.db"),
            ("postgresql://me@db/w", "postgresql+psycopg://me@db/w"),
            ("postgres://me@db/w", "postgresql+psycopg://me@db/w"),
        ],
    )
    def test_the_address_of_the_database_is_completed(
        self, home: Home, url: str, expected: str
    ) -> None:
        """A relative file is meant from the configuration: a daemon's own directory is /."""
        settings = home.load(f'[database]\nurl = "{url}"\n')

        assert settings.database.url == expected.replace("{root}", str(home.root))
        assert settings.database.url not in repr(settings)


class TestWarnings:
    """What is legal and surely not meant."""

    def test_an_empty_configuration_is_warned_of(self, home: Home) -> None:
        """It runs, and does nothing."""
        found = [(one.path, one.message) for one in warnings(home.load(""))]

        assert found == [
            ("feed", "no feed is configured"),
            ("watch", "no watch is configured"),
            ("channel", "no channel is configured"),
        ]

    def test_a_sound_configuration_is_not(self, home: Home) -> None:
        """A warning that always comes is read by nobody."""
        settings = home.load(
            '[general]\nchannels = ["a"]\noperator = ["a"]\n[channel.a]\nurl = "ntfy://x"\n'
            '[[feed]]\nurl = "https://a.org/"\n[[watch]]\nquery = "a"\n'
        )

        assert warnings(settings) == ()

    def test_whoever_names_no_channel_is_told_on_all(self, home: Home) -> None:
        """A first channel and a first watch must be enough for a first alert."""
        settings = home.load(
            '[channel.a]\nurl = "ntfy://x"\n[channel.b]\nurl = "ntfy://y"\n'
            '[[watch]]\nquery = "x1"\n[watchlist.quiet]\nchannels = []\n'
        )

        lists = {one.name: one.channels for one in settings.watchlists}
        assert lists == {"main": ("a", "b"), "quiet": ()}
        assert settings.general.operator == ("a", "b")

    def test_lists_and_feeds_that_cannot_ring_are_named(self, home: Home) -> None:
        """The commonest reason why no alert comes."""
        home.write("watchlists/text.txt", "feeds = tag:t\nchannels = a\noil\n")
        settings = home.load(
            '[channel.a]\nurl = "ntfy://x"\n'
            '[[feed]]\nurl = "https://a.org/"\ntags = ["t"]\npaused = true\n[[feed]]\nurl = "https://b.org/"\n'
            '[watchlist.empty]\nfeeds = ["a.org"]\npaused = true\nchannels = ["a"]\n'
            '[watchlist.mute]\nfeeds = ["tag:t"]\nchannels = []\n[[watch]]\nquery = "a"\nwatchlist = "mute"\n'
        )

        shown = [str(one).replace(f"{home.root}/", "").split(" (")[0] for one in warnings(settings)]
        assert shown == [
            'wirewatch.toml: feed "b.org": no watchlist reads this feed',
            "wirewatch.toml: watchlist.empty: holds no watch",
            "wirewatch.toml: watchlist.mute: names no channel: its hits are stored and nobody is told",
            "wirewatch.toml: watchlist.mute: reads no feed that is not paused",
            "watchlists/text.txt: watchlist.text: reads no feed that is not paused",
        ]

    def test_what_reading_found_comes_first(self) -> None:
        """It has a line."""
        note = Fault(file="a", line=1, path="", message="m")

        assert warnings(Settings(notes=(note,)))[0] is note
