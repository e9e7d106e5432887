"""How a feed is reached, as configured: secrets by reference, files looked at, contradictions named."""

from __future__ import annotations

import pytest

from tests.edges.settings_home import Home, home
from wirewatch.core.model.access import OWN_HEADERS, Access

__all__ = ("home",)

FEED = '[[feed]]\nurl = "https://a.org/"\n'


def test_the_way_to_a_feed_is_read_whole_and_shows_no_secret(home: Home) -> None:
    """A proxy's password and a session's cookie in a log would be anybody's."""
    for name in ("ca.pem", "me.pem", "me.key"):
        home.write(name, "")
    home.environ |= {"PROXY": "http://me:hush@10.0.0.1:3128", "COOKIE": "id=hush"}

    (feed,) = home.load(
        FEED
        + 'proxy = { env = "PROXY" }\ncookie = { env = "COOKIE" }\ntls_minimum = "1.3"\n'
        + 'ca_file = "ca.pem"\nclient_cert = "me.pem"\nclient_key = "me.key"\nclient_key_password = "hush"\n'
    ).feeds

    assert feed.headers == (("Cookie", "id=hush"),)
    assert feed.access == Access(
        proxy="http://me:hush@10.0.0.1:3128",
        ca_file=str(home.root / "ca.pem"),
        client_cert=str(home.root / "me.pem"),
        client_key=str(home.root / "me.key"),
        client_key_password="hush",
        tls_minimum="1.3",
    )
    assert "hush" not in repr(feed)


def test_a_pin_is_read_as_openssl_prints_it(home: Home) -> None:
    """It is pasted from a terminal."""
    printed = ":".join(["AB"] * 32)

    (feed,) = home.load(FEED + f'tls_pin = "{printed}"\n').feeds

    assert feed.access.tls_pin == "ab" * 32


@pytest.mark.parametrize(
    ("written", "said"),
    [
        (
            'ca_file = "none.pem"',
            "wirewatch.toml:3: feed[1].ca_file: none.pem: there is no such file",
        ),
        ('client_key = "x"', "wirewatch.toml:3: feed[1].client_key: needs client_cert too"),
        ('tls_pin = "beef"', "wirewatch.toml:3: feed[1].tls_pin: is not a SHA-256 of 64 figures"),
        ('proxy = "socks5://x"', "feed[1].proxy: is not the address of an HTTP proxy"),
        ('proxy = "https://u:hush@x"', "feed[1].proxy: is not the address of an HTTP proxy"),
        ('tls_minimum = "1.0"', "wirewatch.toml:3: feed[1].tls_minimum"),
        ('cookie = "a=b"\nheaders = { COOKIE = "c=d" }', "cookie: stands in the headers already"),
        (
            f'tls_insecure = true\ntls_pin = "{"0" * 64}"',
            "tls_insecure: makes no sense with tls_pin",
        ),
    ],
)
def test_what_cannot_work_is_refused_where_it_stands(home: Home, written: str, said: str) -> None:
    """At the first poll it would be a riddle."""
    complaint = home.refused(FEED + written + "\n")

    assert said in complaint
    assert "hush" not in complaint


@pytest.mark.parametrize("name", sorted(OWN_HEADERS))
def test_a_header_of_the_fetcher_is_refused_with_its_line(home: Home, name: str) -> None:
    """Every poll would fail otherwise, and say so only in the health of the feed."""
    complaint = home.refused(FEED + f'headers = {{ {name.title()} = "x" }}\n')

    assert "wirewatch.toml:3: feed[1].headers" in complaint
    assert "is set by Wirewatch itself (leave it out)" in complaint


def test_believing_anybody_is_legal_and_warned_of(home: Home) -> None:
    """It is the owner's network; but it must never be forgotten."""
    settings = home.load(FEED + "tls_insecure = true\n")

    assert settings.feeds[0].access.tls_insecure
    assert ["any certificate is believed" in str(note) for note in settings.notes] == [True]
