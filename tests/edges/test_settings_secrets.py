"""Secrets are read from where they were put, and shown nowhere."""

from __future__ import annotations

import os

import pytest

from tests.edges.settings_home import Home, home
from wirewatch.settings.redact import printable, redact_url, shown_line

__all__ = ["home"]

CHANNEL = '[channel.a]\nurl = "ntfy://h/{{t}}"\nt = {reference}\n'.replace("{{t}}", "{t}")


def channel(reference: str) -> str:
    return CHANNEL.replace("{reference}", reference)


def topic(home: Home, reference: str) -> str:
    (found,) = home.load(channel(reference)).channels
    return found.urls[0].removeprefix("ntfy://h/")


def test_a_secret_is_read_from_the_environment(home: Home) -> None:
    """As containers have it."""
    home.environ["TOPIC"] = "hunter2"

    assert topic(home, '{ env = "TOPIC" }') == "hunter2"


def test_a_secret_is_read_from_a_file_without_its_line_end(home: Home) -> None:
    """Every editor ends the line."""
    home.write("topic", "hunter2\r\n").chmod(0o600)

    assert topic(home, '{ file = "topic" }') == "hunter2"
    assert home.load().notes == ()


@pytest.mark.parametrize("name", ["topic", "secrets_topic"])
def test_a_secret_is_read_from_the_credentials_of_systemd(home: Home, name: str) -> None:
    """LoadCredential names them as they are, or after the directory they were loaded from."""
    home.environ["CREDENTIALS_DIRECTORY"] = str(home.root / "run")
    home.write(f"run/{name}", "hunter2")

    assert topic(home, '{ credential = "topic" }') == "hunter2"


def test_any_text_can_be_a_secret(home: Home) -> None:
    """Which of them are secret is for the owner to say."""
    home.environ["X"] = "https://a.org/?k=hunter2"
    home.environ["N"] = "name"
    settings = home.load(
        '[[feed]]\nurl = { env = "X" }\nname = { env = "N" }\nheaders = { K = { env = "N" } }\n'
        '[[watch]]\nquery = { env = "N" }\n[general]\ncontact = { env = "N" }\n[terms]\nt = { env = "N" }\n'
    )

    assert settings.feeds[0].url == "https://a.org/?k=hunter2"
    assert settings.feeds[0].headers == (("K", "name"),)
    assert settings.general.contact == settings.feeds[0].name == settings.terms["t"] == "name"


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644])
def test_a_secret_file_others_can_read_is_warned_of(home: Home, mode: int) -> None:
    """It works, and is no secret."""
    home.write("topic", "hunter2").chmod(mode)

    settings = home.load(channel('{ file = "topic" }'))

    (note,) = settings.notes
    message = f"the secret file topic can be read by others (mode {mode:04o}) (chmod 600)"
    assert str(note).replace(f"{home.root}/", "") == (
        f"wirewatch.toml:3: channel.a.t: {message}\n       3 | t = …"
    )


@pytest.mark.parametrize(
    ("reference", "message"),
    [
        ('{ env = "GONE" }', "the environment variable GONE is not set"),
        ('{ env = "EMPTY" }', "the environment variable EMPTY is empty"),
        ('{ file = "gone" }', "the secret file gone: there is no such file"),
        ('{ file = "empty" }', "the secret file empty: is empty"),
        ('{ file = "run" }', "the secret file run: is not a file"),
        ('{ file = "pipe" }', "the secret file pipe: is not a file"),
        ('{ file = "binary" }', "the secret file binary: is not UTF-8"),
        ('{ file = "large" }', "the secret file large: is too large for a secret"),
        (
            '{ credential = "gone" }',
            'the credential "gone" is not there: looked for run/gone and run/secrets_gone',
        ),
        (
            '{ credential = "../topic" }',
            '"../topic" is not the name of a credential (leave out the path)',
        ),
        ("{ env = 5 }", "the env of a secret must be a name, in quotes"),
        ('{ env = "" }', "the env of a secret must be a name, in quotes"),
    ],
)
def test_a_secret_that_is_not_there_is_one_fault_that_says_where_it_was_looked_for(
    home: Home, reference: str, message: str
) -> None:
    """A password that is silently empty locks accounts."""
    home.environ |= {"EMPTY": "", "CREDENTIALS_DIRECTORY": str(home.root / "run")}
    home.write("empty", "\n")
    home.write("binary", b"\xff\xfe")
    home.write("large", "x" * 100_000)
    home.write("run/other", "x")
    os.mkfifo(home.root / "pipe")

    shown = home.refused(channel(reference))

    assert shown == f"wirewatch.toml:3: channel.a.t: {message}\n       3 | t = …"


def test_a_credential_outside_systemd_says_how_it_comes_in(home: Home) -> None:
    """The daemon started by hand is the usual case."""
    assert home.refused(channel('{ credential = "t" }')) == (
        'wirewatch.toml:3: channel.a.t: the credential "t" is not there: systemd set no $CREDENTIALS_DIRECTORY '
        "(add LoadCredential=t:/path/to/file to the service)\n       3 | t = …"
    )


def test_a_command_that_looks_things_up_needs_no_secrets(home: Home) -> None:
    """An administrator in a shell has no credentials, and wants to see the hits."""
    settings = home.load(
        '[database]\nurl = "sqlite:////x/y.db"\n'
        '[channel.whole]\nurl = { credential = "url" }\n'
        '[channel.part]\nurl = "ntfy://h/{t}"\nt = { credential = "t" }\n'
        '[[feed]]\nurl = { env = "GONE" }\n[[feed]]\nurl = "https://a.org/"\n'
        '[watchlist.x]\nchannels = ["part"]\n',
        need_secrets=False,
    )

    assert [(one.name, one.urls) for one in settings.channels] == [("whole", ()), ("part", ())]
    assert [feed.name for feed in settings.feeds] == ["a.org"]
    assert [note.path for note in settings.notes] == [
        "feed[1].url",
        "channel.whole.url",
        "channel.part.t",
    ]


def test_the_database_is_needed_by_every_command(home: Home) -> None:
    """To look things up in a new and empty one would be a lie."""
    shown = home.refused('[database]\nurl = { env = "GONE" }\n', need_secrets=False)

    assert shown.startswith(
        "wirewatch.toml:2: database.url: the environment variable GONE is not set"
    )


EVERYWHERE = """
[database]
url = "postgresql://me:hunter2@db/x"
[channel.a]
url = "ntfy://hunter2@h/hunter2?x=hunter2"
[channel.b]
urls = ["ntfy://{p}"]
p = "hunter2"
[[feed]]
url = "https://me:hunter2@a.org/"
headers = { A = "hunter2" }
[[feed]]
url = "https://b.org/"
username = "me"
password = "hunter2"
"""
BROKEN = [
    EVERYWHERE.replace("me:hunter2@db/x", "me:hunter2@/x").replace("postgresql", "postgre"),
    EVERYWHERE.replace("[channel.a]", "[chanel.a]"),
    EVERYWHERE.replace("https://me", "htps://me"),
    EVERYWHERE.replace('headers = { A = "hunter2" }', 'headers = "A hunter2"'),
    EVERYWHERE.replace("password", "pasword"),
    EVERYWHERE.replace('password = "hunter2"', 'password = ["hunter2"]'),
    EVERYWHERE.replace('p = "hunter2"', 'q = "hunter2"'),
    EVERYWHERE.replace('p = "hunter2"', 'p = ["hunter2"]'),
    EVERYWHERE.replace('"ntfy://{p}"', '"ntfy://{p}", 5'),
    EVERYWHERE.replace('"hunter2" }', '"hunter2" '),
    EVERYWHERE.replace('"hunter2"\n[[feed]]', '"hunter2\n[[feed]]'),
    EVERYWHERE.replace('password = "hunter2"', "password = hunter2"),
    EVERYWHERE.replace('hunter2"\n[channel.b]', "hunter2\n[channel.b]"),
    EVERYWHERE.replace("urls = [", "urls = [\n"),
    EVERYWHERE.replace('"]\np', '",\n"json://hunter2\n]\np'),
    EVERYWHERE + 'username = "hunter2"\n',
]


@pytest.mark.parametrize("text", BROKEN)
def test_no_message_shows_a_secret_whatever_is_wrong_with_the_file(home: Home, text: str) -> None:
    """Messages end up in journals, tickets and chat."""
    if text.count("urls = [\n"):
        text = text.replace("hunter2?", "{gone}?")

    assert "hunter2" not in home.refused(text)


@pytest.mark.parametrize(
    "text",
    [
        '[general]\ntimezone = { env = "S" }\n',
        '[poll]\nevery = { env = "S" }\n',
        '[poll]\nmax_body = { env = "S" }\n',
        '[poll]\nallow_networks = [{ env = "S" }]\n',
        '[log]\nlevel = { env = "S" }\n',
        '[[feed]]\nurl = { env = "S" }\n',
        '[[feed]]\nurl = "https://a.org/"\nlanguage = { env = "S" }\n',
        '[[feed]]\nurl = "https://a.org/"\nheaders = { X = { env = "S" } }\n',
        '[[watch]]\nquery = { env = "S" }\n[[watch]]\nquery = { env = "S" }\n',
        '[[watch]]\nquery = "a"\nwatchlist = { env = "S" }\n',
    ],
)
def test_no_message_shows_what_a_secret_was_put_in_the_wrong_place_for(
    home: Home, text: str
) -> None:
    """Where a secret is used is for its owner to say; that it is not shown is for us."""
    home.environ["S"] = "hunter2\n"

    assert "hunter2" not in home.refused(text)


def test_no_settings_show_a_secret(home: Home) -> None:
    """Whoever logs them must not have to think."""
    settings = home.load(EVERYWHERE)

    assert "hunter2" not in repr(settings)
    assert "hunter2" in settings.channels[0].urls[0]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("https://me:pw@a.org/x", "https://…@a.org/x"),
        ("https://me:p/w@a.org/x?k=v#f", "https://…@a.org/x?…#f"),
        ("me:pw@a.org", "…@a.org"),
        ("https://a.org/x", "https://a.org/x"),
    ],
)
def test_an_address_is_shown_without_user_and_values(text: str, shown: str) -> None:
    """A feed behind a token has it in one of the two."""
    assert redact_url(text) == shown


def test_a_line_is_shown_fit_for_a_terminal() -> None:
    """A file may hold anything, and a terminal obeys it."""
    assert printable("a\x1b[2Jb\tc\u202e") == "a\ufffd[2Jb c\ufffd"
    assert len(printable("x" * 1000)) == 161


def test_a_line_that_is_not_there_is_not_shown() -> None:
    """An error at the end of the file may point behind it."""
    assert shown_line(["a = 1"], 2, frozenset("a")) is None
    assert shown_line(["  5,"], 1, frozenset("a")) is None
