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


def default_config_text() -> str:
    """Return the commented configuration with every setting at its default."""
    return example_files()["wirewatch.toml"]


def example_files() -> Mapping[str, str]:
    """Return every example file by its name relative to the configuration's directory."""
    directory = _directory()
    return {name: (directory / name).read_text(encoding="utf-8") for name in FILES}


def _directory() -> Path:
    """Return where the examples are: inside the package once installed, beside it in a checkout."""
    package = Path(__file__).resolve().parents[1]
    installed = package / "_config"
    return installed if installed.is_dir() else package.parents[1] / "config"
