"""Opening a SQLite database: every way in which it cannot be done is told with its mend."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from sqlalchemy import Connection

from wirewatch.core.model.feed import FeedSpec
from wirewatch.errors import StoreError
from wirewatch.store.open import open_sql_store, open_store

NOON = datetime(2026, 3, 14, 12, tzinfo=UTC)
SECRET = "correct-horse"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return where the database is to be."""
    return tmp_path / "wirewatch.db"


def filled(path: Path, feeds: int = 1) -> Path:
    """Make a database with some feeds, closed."""
    store = open_store(f"sqlite:///{path}")
    specs = [FeedSpec(url=f"https://n{i}.example/feed", name=f"n{i}") for i in range(feeds)]
    store.sync_feeds(specs, now=NOON, spread=timedelta())
    store.close()
    return path


def refused(path: Path) -> StoreError:
    """Open what cannot be opened; return the error, which must say how to mend it."""
    with pytest.raises(StoreError) as error:
        open_store(f"sqlite:///{path}")
    assert error.value.hint
    return error.value


@pytest.mark.parametrize(
    "url",
    [
        "",
        "wirewatch.db",
        "sqlite://",
        "sqlite:///:memory:",
        "sqlite:////srv/news.db?mode=ro",
        "mysql://user@host/news",
        "sqlite+nonsense",
    ],
)
def test_an_address_that_is_none_is_refused_with_an_example(url: str) -> None:
    """Somebody forgot the slashes, or wants another database."""
    with pytest.raises(StoreError, match=r"database\.url") as error:
        open_store(url)

    assert error.value.hint


def test_a_folder_that_is_missing_is_not_made(tmp_path: Path) -> None:
    """A disk that is not mounted would be an empty database, and a silent first poll of everything."""
    error = refused(tmp_path / "not" / "mounted" / "wirewatch.db")

    assert "there is no folder" in error.message
    assert "mkdir -p" in str(error.hint)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_in_the_place_of_the_file_is_told(path: Path) -> None:
    """One level too few."""
    path.mkdir()

    assert "is not a file" in refused(path).message


def test_an_empty_file_is_not_taken_for_a_new_database(path: Path) -> None:
    """A file cut to nothing was a database once: beginning anew must be somebody's decision."""
    path.touch()

    assert "is empty" in refused(path).message
    assert path.stat().st_size == 0


def test_a_file_of_another_kind_is_left_alone(path: Path) -> None:
    """The address points to the notes of last summer."""
    path.write_text("Dear diary, " * 500)
    before = path.read_bytes()

    assert "not a SQLite database" in refused(path).message
    assert path.read_bytes() == before


def test_a_sqlite_database_of_another_program_is_left_alone(path: Path) -> None:
    """A browser's history is a SQLite database, too."""
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE moz_places (id INTEGER)")
        other.commit()

    assert "moz_places" in refused(path).message


def _cut(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def _overwrite(path: Path) -> None:
    with path.open("r+b") as file:
        for place in range(4096 + 8, path.stat().st_size, 4096):
            file.seek(place)
            file.write(bytes(range(64)))


def _header(path: Path) -> None:
    with path.open("r+b") as file:
        file.write(b"\x00" * 64)


@pytest.mark.parametrize("harm", [_cut, _overwrite, _header])
def test_a_damaged_file_is_told_and_left_as_it_is(path: Path, harm: Callable[[Path], None]) -> None:
    """Never silently replaced by an empty one: what is left of it can be recovered."""
    filled(path, feeds=500)
    harm(path)
    before = path.read_bytes()

    error = refused(path)

    assert "backup" in str(error.hint)
    assert str(path) in error.message
    assert path.read_bytes() == before


def test_a_database_that_is_gone_while_its_log_is_there_is_told(path: Path) -> None:
    """A new database beside an old log would be damaged by it."""
    path.with_name("wirewatch.db-wal").write_bytes(b"what was written last")

    assert "is missing" in refused(path).message


@contextmanager
def as_somebody_else() -> Iterator[None]:
    """Be a user without rights for a moment: root may do everything."""
    if os.getuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture
def public() -> Iterator[Path]:
    """Return a folder that everybody may enter, though pytest's own are closed."""
    with TemporaryDirectory() as name:
        Path(name).chmod(0o777)
        yield Path(name)


def test_a_file_that_may_not_be_written_is_told(public: Path) -> None:
    """Somebody ran a command as root once."""
    path = filled(public / "wirewatch.db")
    path.chmod(0o444)

    with as_somebody_else():
        error = refused(path)

    assert error.message == f"{path} cannot be written"


def test_a_folder_that_may_not_be_written_is_told(public: Path) -> None:
    """SQLite needs it for its log."""
    path = filled(public / "wirewatch.db")
    path.chmod(0o666)
    public.chmod(0o555)

    with as_somebody_else():
        error = refused(path)

    assert error.message == f"{public} cannot be written"


def test_a_new_database_is_for_its_owner_only(path: Path) -> None:
    """It holds what somebody watches for."""
    filled(path)

    assert path.stat().st_mode & 0o077 == 0


def test_making_a_database_leaves_nothing_beside_it(path: Path) -> None:
    """It is made under another name until it is whole."""
    filled(path)

    assert [file.name for file in path.parent.iterdir()] == ["wirewatch.db"]


def test_a_database_half_made_by_a_process_that_died_is_in_nobodys_way(path: Path) -> None:
    """The name of the database is given to a whole one only."""
    path.with_name("wirewatch.db.new-1").write_bytes(b"half")
    path.with_name(f"wirewatch.db.new-{os.getpid()}").write_bytes(b"half")

    store = open_store(f"sqlite:///{path}")

    assert list(store.check()) == []
    store.close()


def test_a_relative_path_is_understood_from_here(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """``sqlite:///wirewatch.db`` with three slashes; a later change of folder must not matter."""
    monkeypatch.chdir(path.parent)
    store = open_store("sqlite:///wirewatch.db")
    monkeypatch.chdir("/")

    store.note("where", {})

    store.close()
    assert path.exists()


def test_passwords_are_not_written_down(path: Path) -> None:
    """The file is copied, sent to helpers, left on old disks."""
    spec = FeedSpec(
        url=f"https://me:{SECRET}@news.example/feed",
        name="News",
        headers=(("Authorization", f"Bearer {SECRET}"),),
        user_agent=f"agent {SECRET}",
    )
    store = open_store(f"sqlite:///{path}")
    store.sync_feeds([spec], now=NOON, spread=timedelta())

    seen_here = store.feeds()[0].spec
    store.close()
    store = open_store(f"sqlite:///{path}")
    seen_elsewhere = store.feeds()[0].spec
    store.close()

    assert seen_here == spec
    assert seen_elsewhere == FeedSpec(url="https://news.example/feed", name="News")
    assert SECRET.encode() not in path.read_bytes()


def test_what_was_written_is_on_the_disk_when_the_write_returns(path: Path) -> None:
    """WAL with full sync: anything less loses acknowledged commits when the power fails."""
    filled(path)
    store = open_sql_store(f"sqlite:///{path}")
    database = store.database

    def pragma(name: str) -> object:
        return database.write(lambda tx: tx.exec_driver_sql(f"PRAGMA {name}").scalar_one())

    assert [pragma("journal_mode"), pragma("synchronous"), pragma("foreign_keys")] == [
        "wal",
        2,
        1,
    ]
    store.close()


def test_a_copy_is_whole_and_can_be_opened(path: Path, tmp_path: Path) -> None:
    """The backup that cannot be restored is none."""
    store = open_store(f"sqlite:///{filled(path, feeds=3)}")
    copy = tmp_path / "copy.db"

    store.backup(str(copy))

    restored = open_store(f"sqlite:///{copy}")
    assert restored.feeds() == store.feeds()
    assert list(restored.check()) == []
    assert copy.stat().st_mode & 0o077 == 0
    assert sorted(file.name for file in tmp_path.iterdir() if "part" in file.name) == []
    restored.close()
    store.close()


def test_a_copy_is_made_while_somebody_writes(path: Path, tmp_path: Path) -> None:
    """The daemon does not stop for it; what is not committed is not in it."""
    store = open_sql_store(f"sqlite:///{filled(path)}")
    copy = tmp_path / "copy.db"

    def write_and_copy(tx: Connection) -> None:
        tx.exec_driver_sql("DELETE FROM feed_schedule")
        store.backup(str(copy))

    store.database.write(write_and_copy)

    restored = open_store(f"sqlite:///{copy}")
    assert len(restored.feeds()) == 1
    restored.close()
    store.close()


@pytest.mark.parametrize("place", ["there.db", "no/folder/copy.db"])
def test_a_copy_that_cannot_be_written_is_told(path: Path, tmp_path: Path, place: str) -> None:
    """An earlier copy is never overwritten."""
    (tmp_path / "there.db").write_text("an earlier copy")
    store = open_store(f"sqlite:///{filled(path)}")

    with pytest.raises(StoreError) as error:
        store.backup(str(tmp_path / place))

    store.close()
    assert error.value.hint
    assert (tmp_path / "there.db").read_text() == "an earlier copy"


def test_damage_behind_the_quick_look_is_found_by_the_thorough_one(path: Path) -> None:
    """``db check`` reads the indexes as well."""
    filled(path, feeds=50)
    with closing(sqlite3.connect(path)) as file:
        file.execute("PRAGMA writable_schema=ON")
        file.execute(
            "UPDATE sqlite_master SET sql = replace(sql, '(found_at, id)', '(id, found_at)') "
            "WHERE name = 'hits_found_at_id_ix'"
        )
        file.execute("DELETE FROM feed_schedule WHERE feed_id IN (SELECT id FROM feeds LIMIT 2)")
        file.commit()
    store = open_store(f"sqlite:///{path}", examine=False)

    problems = "\n".join(store.check())

    store.close()
    assert "2 feeds are in no schedule" in problems
    assert "hits_found_at_id_ix" in problems
