"""Pull the plug in the middle of a step: what is stored is as it was before, and the step can be done again."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.contracts.fuse import Fuse
from tests.contracts.steps import STEPS, Step, contents, made_ready
from wirewatch.store.open import open_sql_store


@pytest.fixture
def anew(request: pytest.FixtureRequest, database_url: str, tmp_path: Path) -> Callable[[], str]:
    """Return what gives the address of a database with something of everything, a new one each time."""
    if database_url.startswith("sqlite"):
        full = Path(database_url.removeprefix("sqlite:///"))
        made_ready(open_sql_store(database_url)).close()

        def copy() -> str:
            shutil.copy(full, tmp_path / "copy.db")
            return f"sqlite:///{tmp_path / 'copy.db'}"

        return copy
    schemas = request.getfixturevalue("postgres_urls")

    def fill() -> str:
        url = schemas()
        made_ready(open_sql_store(url)).close()
        return str(url)

    return fill


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.__name__)
def test_a_step_cut_at_any_statement_leaves_everything_as_it_was(
    anew: Callable[[], str], step: Step
) -> None:
    """Half a step would be a hit without an alert, or an alert that rings again."""
    store = open_sql_store(anew())
    before = contents(store.database)
    step(store)
    wanted = contents(store.database)
    store.close()
    assert before != wanted
    url = anew()
    store, victim = open_sql_store(url), open_sql_store(url)
    cuts = 0
    for cuts in Fuse(victim.database).cuts(lambda: step(victim)):
        assert contents(store.database) == before, f"cut at statement {cuts}"

    assert cuts > 1
    assert contents(store.database) == wanted
    store.close()
    victim.close()


def test_a_process_killed_at_any_statement_leaves_a_sound_file(tmp_path: Path) -> None:
    """No rollback runs, no file is closed: only what is on the disk counts."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.contracts.killer", str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
        env={"PYTHONPATH": ":".join(sys.path)},
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert int(done.stdout) > 20
