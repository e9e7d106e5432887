"""What all tests have in common."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import pytest


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Let captured output travel between processes: what strangers write may be no valid Unicode."""
    del item, call
    report = yield
    sections: list[tuple[str, Any]] = [
        (title, text.encode("utf-8", "backslashreplace").decode())
        for title, text in report.sections
    ]
    report.sections = sections
    return report
