"""Kill a process at every statement of the steps that matter most, and look what it left. Prints how many died."""

from __future__ import annotations

import os
import shutil
import signal
import sys
from pathlib import Path

from tests.contracts.steps import (
    Step,
    claim,
    commit_announcement,
    commit_polls,
    contents,
    made_ready,
    settle,
)
from wirewatch.store.open import open_sql_store


def do(url: str, step: Step, *, die_at: int) -> None:
    """Do a step, and die at this statement as kill -9 does."""
    left = die_at

    def count(*_args: object) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    store = open_sql_store(url, examine=False)
    store.database.listen("after_cursor_execute", count)
    store.database.listen("commit", count)
    step(store)
    os._exit(0)  # nothing is closed: the log is left to be replayed


def was_killed(url: str, step: Step, *, die_at: int) -> bool:
    """Do a step in a process of its own; say whether it was killed."""
    child = os.fork()
    if child == 0:
        do(url, step, die_at=die_at)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return True
    assert os.WEXITSTATUS(status) == 0, status
    return False


def main(folder: Path) -> int:
    """Try each step with every death."""
    full = folder / "full.db"
    made_ready(open_sql_store(f"sqlite:///{full}")).close()
    killed = 0
    for step in (commit_polls, commit_announcement, claim, settle):
        copy = folder / f"{step.__name__}.db"
        shutil.copy(full, copy)
        url = f"sqlite:///{copy}"
        die_at = 1
        store = open_sql_store(url)
        before = contents(store.database)
        store.close()
        while was_killed(url, step, die_at=die_at):
            store = open_sql_store(url)  # looks the file through
            assert contents(store.database) == before, (step.__name__, die_at)
            store.close()
            killed += 1
            die_at += 1
        store = open_sql_store(url)
        assert contents(store.database) != before, step.__name__
        assert list(store.check()) == []
        store.close()
    return killed


if __name__ == "__main__":
    print(main(Path(sys.argv[1])))
