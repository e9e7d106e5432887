"""The service file, judged by systemd itself."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

UNIT = Path(__file__).resolve().parents[2] / "systemd" / "wirewatch.service"
MOST_EXPOSED = 15
"""In tenths, as systemd-analyze counts: Debian's own daemons of this kind reach 57 and 92."""


@pytest.fixture
def analyze() -> str:
    """Return the judge; where CI demands it, its absence is a failure and not a skip."""
    found = shutil.which("systemd-analyze")
    if found is None:
        assert os.environ.get("WIREWATCH_REQUIRE_SYSTEMD") != "1", "systemd-analyze is missing"
        pytest.skip("systemd-analyze is missing: THE SERVICE FILE IS NOT CHECKED")
    return found


def run(*command: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, check=False, capture_output=True, text=True)


def values(name: str) -> list[str]:
    """Return what the unit sets, without comments."""
    return re.findall(rf"^{name}=(.*)$", UNIT.read_text(encoding="utf-8"), flags=re.MULTILINE)


def test_systemd_understands_every_line(analyze: str, tmp_path: Path) -> None:
    """An unknown or misspelt setting is only a warning at run time: a wall that is not there."""
    unit = tmp_path / UNIT.name
    # The program is looked for where it will be installed; here another one stands in for it.
    text = UNIT.read_text(encoding="utf-8").replace("/opt/wirewatch/bin/wirewatch", sys.executable)
    unit.write_text(text, encoding="utf-8")

    done = run(analyze, "verify", "--man=no", unit)

    assert done.returncode == 0, done.stderr
    assert "wirewatch.service" not in done.stderr


def test_the_service_is_hardly_exposed(analyze: str) -> None:
    """It reads what strangers write, so whatever breaks in must find nothing to break."""
    done = run(
        analyze, "security", "--no-pager", "--offline=yes", f"--threshold={MOST_EXPOSED}", UNIT
    )

    assert done.returncode == 0, done.stdout[-300:]


def test_a_wrong_configuration_does_not_start_again_and_again() -> None:
    """What only a person can mend must not fill the journal; anything else must be tried again."""
    assert values("Restart") == ["always"]
    assert values("RestartPreventExitStatus") == ["2 78"]
    # The exit status of a check before the start would not count.
    assert values("ExecStartPre") == []


def test_the_watchdog_asks_for_a_traceback() -> None:
    """A daemon that hangs must tell where before it is started again."""
    assert values("WatchdogSignal") == ["SIGABRT"]
    assert "PYTHONFAULTHANDLER=1" in values("Environment")[0]
    assert values("Type") == ["notify"]


def test_the_service_reads_what_the_manual_tells_to_write() -> None:
    """The paths of the unit and of the manual are the same."""
    manual = (UNIT.parents[1] / "docs" / "operations.md").read_text(encoding="utf-8")
    program, *arguments = values("ExecStart")[0].split()

    assert arguments == ["--config", "/etc/wirewatch/wirewatch.toml", "run"]
    assert values("LoadCredential") == ["secrets:/etc/wirewatch/secrets"]
    prefix = program.removesuffix("/bin/wirewatch")
    assert f"PREFIX = {prefix}\n" in (UNIT.parents[1] / "Makefile").read_text(encoding="utf-8")
    for path in (
        prefix,
        arguments[1].rpartition("/")[0],
        "/etc/wirewatch/secrets",
        "/var/lib/wirewatch",
    ):
        assert f"`{path}`" in manual
