"""SQLite in trouble while the daemon runs: nothing is half done, and it goes on when the trouble is over."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from tests.contracts.nouns import MINUTE, NOON, a_poll, an_entry, synced, told
from tests.contracts.steps import contents
from wirewatch.errors import StoreError
from wirewatch.store.open import open_sql_store
from wirewatch.store.sql import SqlStore

LONG = timedelta(minutes=2)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return where the database is."""
    return tmp_path / "wirewatch.db"


@pytest.fixture
def store(path: Path) -> Iterator[SqlStore]:
    """Return a store that tells of trouble at once."""
    opened = open_sql_store(f"sqlite:///{path}", patience=timedelta())
    synced(opened)
    yield opened
    opened.close()


def locked(path: Path) -> sqlite3.Connection:
    """Hold the database as another program does."""
    other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN EXCLUSIVE")
    return other


def test_a_database_another_program_holds_is_told_of(store: SqlStore, path: Path) -> None:
    """Somebody has it open in an editor; nothing is lost, nothing is half done."""
    with closing(locked(path)):
        with pytest.raises(StoreError, match="locked") as error:
            store.commit_polls([a_poll(an_entry())])
        readable = store.feeds()

    assert error.value.hint
    assert len(readable) == 2
    assert store.texts() == []
    store.commit_polls([a_poll(an_entry())])
    assert len(store.texts()) == 1


def test_a_database_that_is_free_again_is_written_without_a_word(
    store: SqlStore, path: Path
) -> None:
    """A backup program took a minute: the poll waits for it."""
    patient = open_sql_store(f"sqlite:///{path}", patience=LONG)
    asked = threading.Event()
    patient.database.listen("before_cursor_execute", lambda *_args: asked.set())
    with closing(locked(path)) as other:
        poll = threading.Thread(target=lambda: patient.commit_polls([a_poll(an_entry())]))
        poll.start()
        assert asked.wait(timeout=60)
        other.execute("ROLLBACK")
        poll.join(timeout=60)

    assert len(store.texts()) == 1
    patient.close()


def test_a_full_disk_is_told_of_and_leaves_nothing_half_done(store: SqlStore, path: Path) -> None:
    """Nothing is sent that is not recorded; when there is room, it goes on without a restart."""
    told(store)
    before = contents(store.database)
    many = [an_entry(str(number), at=NOON) for number in range(400)]

    def limit(pages: int) -> None:
        store.database.write(lambda tx: tx.exec_driver_sql(f"PRAGMA max_page_count={pages}"))

    limit(1)  # it cannot be smaller than the file is, so now there is no room left
    with pytest.raises(StoreError, match="disk that holds the database is full") as error:
        store.commit_polls([a_poll(*many, at=NOON + MINUTE)])

    assert error.value.hint
    assert contents(store.database) == before
    limit(1_000_000)
    store.commit_polls([a_poll(*many, at=NOON + MINUTE)])
    assert len(store.texts(limit=999)) == 401


def test_the_words_of_an_error_keep_secrets(store: SqlStore) -> None:
    """Statements and their values stay out of logs: there are passwords in addresses."""
    with pytest.raises(IntegrityError) as error:
        store.database.write(
            lambda tx: tx.execute(
                text("INSERT INTO notes (name, value) VALUES (:secret, NULL)"),
                {"secret": "correct-horse"},
            )
        )

    assert "correct-horse" not in str(error.value)


def test_a_bug_of_ours_is_not_told_as_the_databases_trouble(store: SqlStore) -> None:
    """A loop that waits for a database to get better would wait for ever."""
    with pytest.raises(Exception, match="no such table") as error:
        store.database.read(lambda tx: tx.exec_driver_sql("SELECT * FROM nonsense"))

    assert not isinstance(error.value, StoreError)


def test_a_reader_cannot_write(store: SqlStore) -> None:
    """What only looks must never take the turn of what writes."""
    with pytest.raises(StoreError, match="cannot be written"):
        store.database.read(lambda tx: tx.exec_driver_sql("DELETE FROM notes"))


def test_writers_in_many_threads_take_turns(store: SqlStore) -> None:
    """Four loops and a command write at once; no one is refused though nobody has patience."""
    start = threading.Barrier(6)
    troubles: list[BaseException] = []

    def write(number: int) -> None:
        start.wait()
        try:
            for turn in range(8):
                entry = an_entry(f"{number}-{turn}")
                store.commit_polls([a_poll(entry, at=NOON + (number * 8 + turn) * MINUTE)])
                store.texts(limit=3)
        except BaseException as exc:  # noqa: BLE001  whatever it is, the test wants to see it
            troubles.append(exc)

    writers = [threading.Thread(target=write, args=(number,)) for number in range(6)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()

    assert troubles == []
    assert len(store.texts(limit=99)) == 48


def test_a_long_look_holds_up_no_writer_and_sees_one_moment(store: SqlStore) -> None:
    """A page of the history is being read while polls come in."""
    store.commit_polls([a_poll(an_entry("before"))])

    def look(tx: object) -> tuple[int, int]:
        count = text("SELECT count(*) FROM entries")
        first = tx.execute(count).scalar_one()  # type: ignore[attr-defined]
        store.commit_polls([a_poll(an_entry("meanwhile"), at=NOON + MINUTE)])
        return first, tx.execute(count).scalar_one()  # type: ignore[attr-defined]

    assert store.database.read(look) == (1, 1)
    assert len(store.texts()) == 2


def test_a_damaged_database_is_told_of_while_it_runs(store: SqlStore, path: Path) -> None:
    """A disk that goes bad in the night."""
    many = [an_entry(str(number)) for number in range(300)]
    store.commit_polls([a_poll(*many)])
    store.close()
    with path.open("r+b") as file:
        for place in range(4096, path.stat().st_size, 4096):
            file.seek(place)
            file.write(b"\xff" * 100)

    with pytest.raises(StoreError, match="damaged") as error:
        store.texts()

    assert "backup" in str(error.value.hint)
    assert any("damaged" in line for line in store.check())
