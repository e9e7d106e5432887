"""The command line and its page say the same, and ``--help`` is quick to load."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from wirewatch.cli.exits import Exit
from wirewatch.cli.main import SECTIONS, cli
from wirewatch.cli.reference import reference

ROOT = Path(__file__).parents[2]
COMMANDS = [name for commands in SECTIONS.values() for name in commands]


def test_the_page_is_what_the_commands_say() -> None:
    """Run ``python -m wirewatch.cli.reference > docs/cli.md`` when this fails."""
    assert (ROOT / "docs/cli.md").read_text(encoding="utf-8") == reference()


def test_every_exit_code_is_documented() -> None:
    """Scripts depend on them."""
    page = (ROOT / "docs/cli.md").read_text(encoding="utf-8")

    for code in Exit:
        assert f"| {code.value} |" in page


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(command: str) -> None:
    """Nobody should need the page to use a command."""
    done = CliRunner().invoke(cli, [command, "--help"])

    assert done.exit_code == 0, done.output
    assert "Usage:" in done.output


def test_help_imports_nothing_heavy() -> None:
    """``wirewatch --help`` must answer at once: no library of the daemon is needed for it."""
    code = (
        "import sys\n"
        "from wirewatch.cli.main import cli\n"
        "try:\n    cli(['--help'])\nexcept SystemExit:\n    pass\n"
        "heavy = {'sqlalchemy', 'apprise', 'httpx', 'feedparser', 'pydantic', 'rich', 'trafilatura', 'lxml'}\n"
        "print('HEAVY', sorted(heavy & set(sys.modules)))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
        env={"PYTHONPATH": str(ROOT / "daemon"), "PATH": "/usr/bin:/bin"},
    )

    assert "HEAVY []" in done.stdout


def test_a_misspelt_command_is_suggested() -> None:
    """Everybody types `stauts` one day."""
    done = CliRunner().invoke(cli, ["stauts"])

    assert done.exit_code == 2
    assert "Did you mean 'status'?" in done.output
