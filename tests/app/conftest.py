"""What tests of the loops are given."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.app.life import Life
from tests.e2e.servers.hook import HookServer


@pytest.fixture
def hook() -> Iterator[HookServer]:
    """Return a webhook that takes everything."""
    server = HookServer()
    server.start()
    yield server
    server.stop()


@pytest.fixture
def a_life(tmp_path: Path, hook: HookServer) -> Any:
    """Return what makes a life with these settings."""

    def make(channel: str = "", more: str = "", **parts: Any) -> Life:
        return Life(tmp_path, hook, channel, more, **parts)

    return make
