"""Runs commands in this process as on a machine where nothing of Wirewatch is set in the environment."""

from __future__ import annotations

import os

from click.testing import CliRunner


def clean_runner() -> CliRunner:
    """Return a runner whose commands see no setting of the test run itself."""
    return CliRunner(env={name: None for name in os.environ if name.startswith("WIREWATCH_")})
