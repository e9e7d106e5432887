"""``wirewatch feed import``: thousands of feeds from another reader, and what became of each."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from click.testing import Result

from tests.edges.runner import clean_runner
from wirewatch.cli.main import cli
from wirewatch.settings.load import load


def import_(folder: Path, opml: str) -> Result:
    (folder / "feeds.opml").write_text(opml)
    config = folder / "wirewatch.toml"
    config.touch()
    words = ["-c", str(config), "feed", "import", str(folder / "feeds.opml")]
    return clean_runner().invoke(cli, words, standalone_mode=False)


def test_five_thousand_feeds_are_imported_in_seconds(tmp_path: Path) -> None:
    """Whoever moves here brings all of them at once."""
    rows = "".join(
        f'<outline text="F{n}" xmlUrl="https://h{n % 900}.example/{n}"/>\n' for n in range(5000)
    )
    begun = time.process_time()

    done = import_(tmp_path, f'<opml><body><outline text="Gulf">{rows}</outline></body></opml>')

    assert time.process_time() - begun < 15
    assert done.return_value == 0, done.output
    assert "5000 feeds added, 0 were known." in done.output
    feeds = load(tmp_path / "wirewatch.toml", {"HOME": "/home/me"}).feeds
    assert len(feeds) == 5000
    assert {feed.tags for feed in feeds} == {("Gulf",)}


def test_what_is_left_out_is_told_of_with_its_line(tmp_path: Path) -> None:
    """Somebody counted on that feed."""
    done = import_(
        tmp_path,
        '<opml><body>\n<outline xmlUrl="https://a.org/"/>\n<outline xmlUrl="ftp://b.org/"/>\n</body></opml>',
    )

    assert done.return_value == 4
    assert "1 feeds added" in done.output
    assert 'line 3: "ftp://b.org/" is not a web address' in done.output


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("<html><body>Log in</body></html>", "is not OPML"),
        ("no xml", "is not well-formed XML"),
        ('<!DOCTYPE a [<!ENTITY b "b">]><opml/>', "declares entities of its own"),
    ],
)
def test_a_file_that_is_no_opml_fails_and_changes_nothing(
    tmp_path: Path, text: str, said: str
) -> None:
    """A script must notice that it fetched a log-in page."""
    done = import_(tmp_path, text)

    assert done.return_value == 1
    assert said in done.output
    assert (tmp_path / "wirewatch.toml").read_text() == ""
