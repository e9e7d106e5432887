"""``wirewatch add``: from the address of a site to a feed in the configuration."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from click.testing import Result

from tests.edges.fetch_server import Answer, Loopback, Talk, response, routes, serving
from tests.edges.runner import clean_runner
from wirewatch.app.discover import USUAL
from wirewatch.cli.main import cli
from wirewatch.settings.load import load

CONFIG = '[poll]\nallow_networks = ["127.0.0.0/8"]\nhost_gap = "0 s"\n# mine\n'


def a_feed(title: str) -> bytes:
    return response(
        f"<rss version='2.0'><channel><title>{title}</title><item><title>News</title>"
        "<pubDate>Sat, 14 Mar 2026 12:00:00 GMT</pubDate></item></channel></rss>".encode()
    )


def a_page(head: str = "", *, status: str = "200 OK") -> bytes:
    return response(
        f"<html><head><title>Site</title>{head}</head><body>Hello</body></html>".encode(),
        content_type="text/html",
        status=status,
    )


MISSING = a_page(status="404 Not Found")
TWO = a_page(
    "<link rel=alternate type=application/rss+xml href=/world.xml>"
    "<link rel=alternate type=application/rss+xml href=/gone.xml>"
    "<link rel=alternate type=application/rss+xml href=/sport.xml>"
)
SITE: dict[str, bytes | Answer] = {
    "/": TWO,
    "/world.xml": a_feed("World"),
    "/sport.xml": a_feed("Sport"),
    "/gone.xml": MISSING,
    "/one": a_page("<link rel=alternate type=application/rss+xml href=/world.xml>"),
}


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "wirewatch.toml"
    path.write_text(CONFIG)
    return path


async def add(config: Path, server: Loopback, path: str, *options: str) -> Result:
    words = ["-c", str(config), "add", server.url(path), *options]
    return await asyncio.to_thread(clean_runner().invoke, cli, words)


def feeds(config: Path) -> list[tuple[str, str]]:
    found = load(config, {"HOME": "/home/me"}).feeds
    return [(one.name, one.url.partition("127.0.0.1")[2].partition("/")[2]) for one in found]


@pytest.mark.parametrize("path", ["/world.xml", "/one"])
async def test_a_feed_and_a_page_with_one_feed_need_no_question(config: Path, path: str) -> None:
    """The address of the site is all most people know."""
    async with serving(routes(SITE)) as server:
        done = await add(config, server, path, "--tag", "gulf")

    assert done.exit_code == 0, done.output
    assert "Added 'World': rss20, 1 entries." in done.output
    assert feeds(config) == [("World", "world.xml")]
    assert config.read_text().startswith(CONFIG)


async def test_of_several_feeds_nobody_chooses_for_you(config: Path) -> None:
    """In a script there is nobody to ask: it must not guess."""
    async with serving(routes(SITE)) as server:
        done = await add(config, server, "/")

    assert done.exit_code == 2
    assert "1  World: 1 entries, newest 2026-03-14, rss20" in done.output
    assert "2  Sport" in done.output
    assert "say which with --pick N, --first or --all" in done.output
    assert feeds(config) == []


@pytest.mark.parametrize(
    ("options", "chosen"),
    [
        (("--first",), ["World"]),
        (("--pick", "2"), ["Sport"]),
        (("--all",), ["World", "Sport"]),
        (("--all", "--name", "Mine"), ["Mine", "Mine 2"]),
    ],
)
async def test_which_feeds_are_meant_can_be_said(
    config: Path, options: tuple[str, ...], chosen: list[str]
) -> None:
    """So scripts can add sites too."""
    async with serving(routes(SITE)) as server:
        done = await add(config, server, "/", *options)

    assert done.exit_code == 0, done.output
    assert [name for name, _ in feeds(config)] == chosen


async def test_a_number_that_no_feed_has_adds_nothing(config: Path) -> None:
    """The site may have fewer feeds than yesterday."""
    async with serving(routes(SITE)) as server:
        done = await add(config, server, "/", "--pick", "3")

    assert done.exit_code == 2
    assert "there are only 2 feeds" in done.output


async def test_a_feed_that_is_configured_is_not_added_again(config: Path) -> None:
    """A second look at the same site is harmless."""
    async with serving(routes(SITE)) as server:
        await add(config, server, "/one")
        again = await add(config, server, "/", "--all")

    assert "is configured already" in again.output
    assert [name for name, _ in feeds(config)] == ["World", "Sport"]


async def test_a_site_that_names_no_feed_is_asked_where_feeds_usually_are(config: Path) -> None:
    """Many have one and do not say so."""

    async def answer(talk: Talk) -> None:
        path = talk.asked.target
        found = {"/": a_page(), "/feed.xml": a_feed("Quiet")}.get(path, MISSING)
        await talk.send(found)

    async with serving(answer) as server:
        done = await add(config, server, "/")

    assert done.exit_code == 0, done.output
    assert feeds(config) == [("Quiet", "feed.xml")]


async def test_a_site_without_any_feed_is_told_of_with_the_reason(config: Path) -> None:
    """Nothing is written that will never work."""

    async def answer(talk: Talk) -> None:
        await talk.send(a_page())

    async with serving(answer) as server:
        done = await add(config, server, "/")

    assert done.exit_code == 1
    assert "an HTML page: “Site”; it names no feed" in done.output
    assert "Nothing was added." in done.output
    assert config.read_text() == CONFIG


async def test_a_declared_feed_at_a_forbidden_address_is_not_asked(config: Path) -> None:
    """A page could otherwise have us look around in our own network."""
    page = a_page("<link rel=alternate type=application/rss+xml href=http://10.0.0.1/feed.xml>")
    async with serving(routes({"/": page} | dict.fromkeys(USUAL, MISSING))) as server:
        done = await add(config, server, "/")

    assert done.exit_code == 1
