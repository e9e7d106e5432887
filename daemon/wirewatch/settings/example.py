"""The example configuration that comes with Wirewatch: what ``wirewatch init`` writes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

FILES: Final = (
    "wirewatch.toml",
    "watchlists/example.txt",
    "watchlists/example.toml",
    "feeds.opml",
)

FIRST_LIST: Final = """\
# What to watch for: one query a line. Lines that begin with # are ignored.
#
#   "territorial issue"                 these words, side by side, in this form
#   Abu Dhabi talks                     all these words, in any order and inflection, close together
#   "Abu Dhabi" AND (talks OR summit)   as in a search engine; -football leaves out
#   Trilateral :: "three-way talks"     with a name of your own in front
#
# Which feeds it reads and where it is told may be said before the first query:
#
#   channels = desk, phone
#   feeds = tag:gulf, BBC World
"""


def default_config_text() -> str:
    """Return the commented configuration with every setting at its default."""
    return example_files()["wirewatch.toml"]


def example_files() -> Mapping[str, str]:
    """Return every example file by its name relative to the configuration's directory."""
    directory = _directory()
    return {name: (directory / name).read_text(encoding="utf-8") for name in FILES}


def first_files() -> Mapping[str, str]:
    """Return what a new owner starts from: the configuration, and a watchlist that explains itself and is empty."""
    return {"wirewatch.toml": default_config_text(), "watchlists/main.txt": FIRST_LIST}


def _directory() -> Path:
    """Return where the examples are: inside the package once installed, beside it in a checkout."""
    package = Path(__file__).resolve().parents[1]
    installed = package / "_config"
    return installed if installed.is_dir() else package.parents[1] / "config"
