"""``why --live``: the page and its feed as they are now, over real HTTP on loopback."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.e2e.servers.news import NewsServer
from wirewatch.app.config import load_settings
from wirewatch.app.why import Answer, Live, LiveFeed, Source, look_live
from wirewatch.core.identity import feed_id
from wirewatch.core.model.feed import Feed, FeedState
from wirewatch.core.plan.why import NoHit
from wirewatch.settings.settings import Settings

NOON = datetime(2026, 1, 23, 12, 0, tzinfo=UTC)
ARTICLE = "".join(
    f"<p>Paragraph {n}: envoys met for the {n}th time and spoke of the river, of ports and of prisoners.</p>"
    for n in range(1, 9)
)
PAGE = f"""<html><head><title>Envoys meet</title></head><body>
<nav><ul><li><a href="/">Home</a></li><li><a href="/oil">Oil futures briefing</a></li></ul></nav>
<article><h1>Envoys meet</h1>{ARTICLE}<p>The territorial issue remains.</p></article>
<footer>All rights reserved.</footer></body></html>"""
FEED = """<?xml version="1.0"?><rss version="2.0"><channel><title>Gulf</title><link>{base}</link>
<item><guid>1</guid><title>Envoys meet</title><link>{base}/news/1.html?utm_source=rss</link></item></channel></rss>"""


def settings(folder: Path, feed: str) -> Settings:
    """Return the settings of a configuration with this feed and three watches."""
    path = folder / "wirewatch.toml"
    path.write_text(
        f'[poll]\nallow_networks = ["127.0.0.0/8"]\n[[feed]]\nname = "Gulf"\nurl = "{feed}"\n'
        "[[watch]]\nquery = '\"territorial issue\"'\n[[watch]]\nquery = '\"oil futures briefing\"'\n"
        "[channel.desk]\nurl = 'json://127.0.0.1:9/'\n"
    )
    return load_settings(path, {"HOME": str(folder)})


def ask(folder: Path, path: str) -> Live | None:
    """Serve the feed and the page, and look at a path of that server."""
    with NewsServer() as news:
        base = news.base_url.rstrip("/")
        news.add_static("/feed.xml", FEED.format(base=base).encode(), "application/rss+xml")
        news.add_static("/news/1.html", PAGE.encode(), "text/html")
        known = settings(folder, f"{base}/feed.xml")
        (spec,) = known.feeds
        state = FeedState(next_poll_at=NOON, interval=timedelta(minutes=15))
        feed = Feed(id=feed_id(spec.url), shard=0, spec=spec, state=state)
        answer = Answer(
            asked=f"{base}{path}", sources=(Source(feed=feed, coverage=None, seen=False),)
        )
        return asyncio.run(look_live(answer, known, only=None))


def test_the_feed_lists_the_page_and_the_page_would_ring(tmp_path: Path) -> None:
    """Not stored and yet there: the next poll will bring it."""
    live = ask(tmp_path, "/news/1.html")

    assert live is not None
    assert live.feeds == (LiveFeed(name="Gulf", lists_it=True, entries=1),)
    assert live.page is not None
    outcomes = {one.watch.query: one.outcome for one in live.page.watches}
    assert outcomes['"territorial issue"'] is NoHit.MATCHES_NOW
    assert live.boilerplate_words > 0


def test_words_that_stand_only_in_the_menu_are_named(tmp_path: Path) -> None:
    """The reader sees them on the page and wonders why it did not ring."""
    live = ask(tmp_path, "/news/1.html")

    assert live is not None
    assert live.in_boilerplate == ('"oil futures briefing"',)


def test_a_page_that_is_gone_says_so(tmp_path: Path) -> None:
    """The server's answer is the reason."""
    live = ask(tmp_path, "/news/2.html")

    assert live is not None
    assert live.error is not None
    assert "404" in live.error
    assert not live.feeds[0].lists_it
