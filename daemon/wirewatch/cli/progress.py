"""A progress bar on long work, when somebody watches."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def steps(what: str, total: int) -> Iterator[Callable[[int, int], None]]:
    """Show a bar on stderr that goes away when all is done; give a function that is told how many of how many are."""
    from rich.console import Console
    from rich.progress import Progress

    bar = Progress(console=Console(stderr=True), transient=True)
    task = bar.add_task(what, total=total)
    bar.start()

    def tell(done: int, of: int) -> None:
        bar.update(task, completed=done, total=of)
        if done == of:
            bar.stop()

    try:
        yield tell
    finally:
        bar.stop()


@contextmanager
def progress(what: str, total: int) -> Iterator[Callable[[], None]]:
    """Show a bar on stderr if it is a terminal; give a function that advances it by one."""
    if not sys.stderr.isatty() or total < 2:
        yield lambda: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=total)
        yield lambda: bar.advance(task)
