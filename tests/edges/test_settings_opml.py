"""OPML, in and out."""

from __future__ import annotations

import time
from pathlib import Path
from xml.parsers import expat

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wirewatch.core.model.feed import FeedSpec
from wirewatch.settings.opml import MAX_BYTES, OpmlReport, read_opml, write_opml

READER = b"""\

<?xml version="1.0" encoding="UTF-8"?>
<opml version="1.1">
  <head><title>My feeds</title></head>
  <body>
    <outline text="News &amp; more" title="News &amp; more">
      <outline text="BBC" type="rss" xmlUrl="https://bbc.org/rss?a=1&amp;b=2" htmlUrl="https://bbc.org/"/>
      <outline text="Gulf">
        <outline title=" Two
 lines " text="x" XMLURL="https://gulf.org/feed" category="/oil/opec,Gulf"/>
      </outline>
    </outline>
    <outline xmlUrl="feed://me:pw@plain.org/rss"/>
    <outline text="secure" xmlUrl="feed:https://secure.org/rss"/>
  </body>
</opml>
"""


def problems(report: OpmlReport) -> list[str]:
    return [str(one) for one in report.problems]


def test_folders_and_categories_become_tags() -> None:
    """What people sorted once, lists can choose by."""
    report = read_opml(READER)

    assert report.whole
    assert report.problems == ()
    assert [(feed.name, feed.url, feed.tags) for feed in report.feeds] == [
        ("BBC", "https://bbc.org/rss?a=1&b=2", ("News & more",)),
        ("Two lines", "https://gulf.org/feed", ("News & more", "Gulf", "oil/opec")),
        ("plain.org", "http://plain.org/rss", ()),
        ("secure", "https://secure.org/rss", ()),
    ]
    assert report.lines == (7, 9, 13, 14)
    assert report.feeds[2].headers == (("Authorization", "Basic bWU6cHc="),)


def test_every_line_that_is_left_out_is_reported() -> None:
    """Somebody counted on that feed."""
    report = read_opml(
        b"""<opml><body>
<outline text="local" xmlUrl="file:///etc/passwd"/>
<outline text="a" xmlUrl="https://a.org/"/>
<outline text="again" xmlUrl="https://A.org:443"/><outline text="same line" xmlUrl="https://a.org/"/>
<outline text="none" type="rss"/>
<outline text="js" xmlUrl="javascript:alert(1)"/>
<outline text="empty" xmlUrl=""/>
</body></opml>"""
    )

    assert [feed.name for feed in report.feeds] == ["a"]
    assert problems(report) == [
        'line 2: "file:///etc/passwd" is not a web address',
        'line 4: "https://A.org:443" stands in line 3 already',
        'line 4: "https://a.org/" stands in line 3 already',
        'line 5: "none" has no xmlUrl',
        'line 6: "javascript:alert(1)" is not a web address',
        'line 7: "" is not a web address',
    ]


BOMB = (
    b'<!DOCTYPE opml [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]><opml><body>&b;</body></opml>'
)
EXTERNAL = b'<!DOCTYPE opml [<!ENTITY x SYSTEM "file:///etc/passwd">]><opml><body>&x;</body></opml>'


@pytest.mark.parametrize(
    ("raw", "problem"),
    [
        (b"", "line 1: is not well-formed XML: no element found"),
        (
            b"<!doctype html><html><body>Log in</body></html>",
            "is not OPML but a web page; perhaps it asks for a log-in",
        ),
        (b"<html><body/></html>", "line 1: is not OPML: it begins with <html>"),
        (b"<rss><channel/></rss>", "line 1: is not OPML: it begins with <rss>"),
        (BOMB, "line 1: declares entities of its own: not read"),
        (EXTERNAL, "line 1: declares entities of its own: not read"),
        (
            b"<opml><body>" + b"<outline>" * 100_000,
            "line 1: folders stand more than 1000 deep in each other: not read",
        ),
        (
            b"<opml>" + b"<outline/>" * 100_001 + b"</opml>",
            "line 1: holds more than 100000 outlines: the rest is not read",
        ),
        (
            b"<opml>" + b'<outline xmlUrl="x"/>\n' * 2000 + b"</opml>",
            "line 1002: more than 1000 problems: the rest is not read",
        ),
        (b" " * (MAX_BYTES + 1), "larger than 16 MiB: not read"),
        (
            b'<opml><outline text="a" xmlUrl="https://a.org/"/>\n<outline text="b&c"/></opml>',
            "line 2: is not well-formed XML: not well-formed (invalid token); 1 feeds stand before it",
        ),
        (
            b'<?xml version="1.0" encoding="klingon"?><opml/>',
            "is not well-formed XML: unknown encoding: klingon",
        ),
        (b"\x00\x01\x02", "line 1: is not well-formed XML: not well-formed (invalid token)"),
    ],
    ids=lambda value: None if isinstance(value, bytes) else value[:40],
)
def test_a_file_that_cannot_be_read_to_its_end_says_why(raw: bytes, problem: str) -> None:
    """Whatever it is: entities, bombs, a log-in page, a hundred thousand folders."""
    started = time.process_time()

    report = read_opml(raw)

    assert not report.whole
    assert problems(report)[-1] == problem
    assert time.process_time() - started < 5


@given(st.binary(max_size=200) | st.text().map(str.encode))
def test_any_bytes_are_read_or_reported(raw: bytes) -> None:
    """Never an error: the file comes from a stranger's program."""
    report = read_opml(raw)

    assert report.whole or report.problems


@given(st.binary(max_size=20), st.integers(min_value=0, max_value=len(READER)))
def test_any_damage_is_read_or_reported(damage: bytes, at: int) -> None:
    """Half a download, a disk error, an editor's accident."""
    report = read_opml(READER[:at] + damage + READER[at:])

    assert report.whole or report.problems


def test_old_encodings_are_read() -> None:
    """Readers of twenty years ago wrote Latin-1."""
    raw = '<?xml version="1.0" encoding="ISO-8859-1"?><opml><outline text="café" xmlUrl="http://a.org/"/></opml>'

    assert [feed.name for feed in read_opml(raw.encode("latin-1")).feeds] == ["café"]


NAMES = (
    st.text(min_size=1, max_size=20)
    .map(lambda text: " ".join(text.split()))
    .filter(lambda text: bool(text) and text.isprintable())
)
TAGS = NAMES.filter(lambda tag: "," not in tag and tag.strip("/ ") == tag)
FEEDS = st.lists(st.tuples(NAMES, st.lists(TAGS, max_size=4, unique=True)), max_size=6).map(
    lambda members: [
        FeedSpec(url=f"https://h{at}.org/?a=1&b=%22<'", name=name, tags=tuple(tags))
        for at, (name, tags) in enumerate(members)
    ]
)


@given(FEEDS)
def test_what_was_written_is_read_back(feeds: list[FeedSpec]) -> None:
    """An export that cannot be imported is no export."""
    report = read_opml(write_opml(feeds).encode())

    assert report.problems == ()
    assert sorted(report.feeds, key=lambda feed: feed.url) == feeds


@given(st.text(), st.text(), st.text())
def test_any_name_makes_sound_xml(name: str, tag: str, title: str) -> None:
    """Names come from everywhere, and XML has signs it cannot hold."""
    written = write_opml([FeedSpec(url="https://a.org/", name=name, tags=(tag,))], title=title)

    expat.ParserCreate().Parse(written.encode(), True)


def test_an_export_is_grouped_by_folder_and_holds_no_password() -> None:
    """Other readers show folders; and exports are mailed around."""
    feeds = [
        FeedSpec(
            url="https://a.org/", name="A", tags=("x", "y"), headers=(("Authorization", "s3cret"),)
        ),
        FeedSpec(url="https://b.org/", name='B "<&>"'),
        FeedSpec(url="https://c.org/", name="C", tags=("x",)),
    ]

    assert write_opml(feeds) == (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<opml version="2.0">\n'
        "  <head><title>Wirewatch</title></head>\n"
        "  <body>\n"
        '    <outline text="x">\n'
        '      <outline type="rss" text="A" title="A" category="y" xmlUrl="https://a.org/"/>\n'
        '      <outline type="rss" text="C" title="C" xmlUrl="https://c.org/"/>\n'
        "    </outline>\n"
        '    <outline type="rss" text="B &quot;&lt;&amp;&gt;&quot;" title="B &quot;&lt;&amp;&gt;&quot;"'
        ' xmlUrl="https://b.org/"/>\n'
        "  </body>\n"
        "</opml>\n"
    )


def test_the_example_is_sound() -> None:
    """It is what people copy."""
    report = read_opml((Path(__file__).parents[2] / "config/feeds.opml").read_bytes())

    assert (report.whole, report.problems, len(report.feeds)) == (True, (), 2)
