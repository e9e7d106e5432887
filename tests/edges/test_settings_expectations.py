"""Example texts beside a watch: a query that no longer does what its owner expects is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from wirewatch.app.config import load_settings
from wirewatch.errors import ConfigError

SOUND = """
[[watch]]
name = "Dispute"
query = '"territorial issue" OR "territorial dispute"'
expect_match = ["The territorial dispute goes on.", "A Territorial Issue"]
expect_no_match = ["Territorial waters are no issue."]
"""


def written(folder: Path, text: str) -> Path:
    """Write a configuration and return where."""
    path = folder / "wirewatch.toml"
    path.write_text(text, encoding="utf-8")
    return path


def refused(folder: Path, text: str) -> str:
    """Return why a configuration is refused."""
    with pytest.raises(ConfigError) as wrong:
        load_settings(written(folder, text), {"HOME": str(folder)})
    return str(wrong.value)


def test_a_watch_that_does_what_is_expected_is_taken(tmp_path: Path) -> None:
    """The texts cost nothing afterwards."""
    settings = load_settings(written(tmp_path, SOUND), {"HOME": str(tmp_path)})

    assert [watch.name for watch in settings.watchlists[0].watches] == ["Dispute"]


def test_a_text_that_no_longer_rings_is_named_with_its_line_and_why(tmp_path: Path) -> None:
    """Who tightens a query sees at once what it will miss."""
    said = refused(
        tmp_path, SOUND.replace('OR "territorial dispute"', "").replace("issue\"'", "issue\"'")
    )

    assert "wirewatch.toml:5" in said
    assert "would not ring for this text: The territorial dispute goes on." in said
    assert "territorial" in said.split("goes on.")[1]


def test_a_text_that_rings_against_expectation_is_named(tmp_path: Path) -> None:
    """Who widens a query sees at once what noise it brings."""
    said = refused(tmp_path, SOUND.replace("are no issue", "are a territorial issue"))

    assert "wirewatch.toml:6" in said
    assert "would ring for this text" in said


def test_words_far_apart_do_not_ring(tmp_path: Path) -> None:
    """What counts is whether the phone would ring, not whether something is stored."""
    far = "oil " + "x " * 80 + "talks"
    said = refused(tmp_path, f'[[watch]]\nquery = "oil talks"\nexpect_match = ["{far}"]\n')
    near = f'[[watch]]\nquery = "oil talks"\nnear_words = 0\nexpect_match = ["{far}"]\n'

    assert "would not ring" in said
    assert load_settings(written(tmp_path, near), {"HOME": str(tmp_path)}).watchlists


def test_a_malformed_query_is_one_fault_not_two(tmp_path: Path) -> None:
    """Its texts cannot be tried."""
    said = refused(tmp_path, '[[watch]]\nquery = "oil AND"\nexpect_match = ["oil"]\n')

    assert "would" not in said


def test_terms_may_be_used(tmp_path: Path) -> None:
    """A change of a shared term can break many watches."""
    text = '[terms]\ngulf = "UAE OR Qatar"\n[[watch]]\nquery = "@gulf"\nexpect_match = ["{}"]\n'

    assert load_settings(written(tmp_path, text.format("in Qatar")), {"HOME": str(tmp_path)})
    assert "would not ring" in refused(tmp_path, text.format("in Oman"))
