"""Kill a process at every statement of what matters most, and look what it left. Prints how many died."""

from __future__ import annotations

import os
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path

from tests.contracts.imagined import one_step_more_in
from tests.contracts.steps import (
    claim,
    commit_announcement,
    commit_polls,
    contents,
    made_ready,
    settle,
)
from wirewatch.store.open import open_sql_store
from wirewatch.store.sql import SqlStore

Deed = Callable[[SqlStore], object]


def do(url: str, deed: Deed, *, die_at: int) -> None:
    """Do something, and die at this statement as kill -9 does."""
    left = die_at

    def count(*_args: object) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    store = open_sql_store(url, examine=False)
    store.database.listen("after_cursor_execute", count)
    store.database.listen("commit", count)
    deed(store)
    os._exit(0)  # nothing is closed: the log is left to be replayed


def was_killed(url: str, deed: Deed, *, die_at: int) -> bool:
    """Do something in a process of its own; say whether it was killed."""
    child = os.fork()
    if child == 0:
        do(url, deed, die_at=die_at)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return True
    assert os.WEXITSTATUS(status) == 0, status
    return False


def main(folder: Path) -> int:
    """Try each deed with every death."""
    full = folder / "full.db"
    made_ready(open_sql_store(f"sqlite:///{full}")).close()
    next_version = one_step_more_in(folder / "migrations")
    deeds: dict[str, Deed] = {
        "commit_polls": commit_polls,
        "commit_announcement": commit_announcement,
        "claim": claim,
        "settle": settle,
        "upgrade": lambda store: store.database.write(next_version.upgrade),
    }
    return sum(try_to_death(folder, full, name, deed) for name, deed in deeds.items())


def try_to_death(folder: Path, full: Path, name: str, deed: Deed) -> int:
    """Do something to a copy of a database with every death; return how many there were."""
    copy = folder / f"{name}.db"
    shutil.copy(full, copy)
    url = f"sqlite:///{copy}"
    store = open_sql_store(url)
    before = contents(store.database)
    store.close()
    deaths = 0
    while was_killed(url, deed, die_at=deaths + 1):
        deaths += 1
        store = open_sql_store(url)  # looks the file through; refuses what is half upgraded
        assert contents(store.database) == before, (name, deaths)
        store.close()
    assert deaths > 1, name
    return deaths


if __name__ == "__main__":
    print(main(Path(sys.argv[1])))
