"""Migrations: every database gets to the same schema, or stays what it was."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, column, inspect, table, update
from sqlalchemy.engine import make_url

from tests.contracts.fuse import Fuse
from tests.contracts.imagined import one_step_more_in
from tests.contracts.nouns import a_read_page, synced, told
from tests.contracts.steps import contents, made_ready
from wirewatch.core.model.plan import ArticlePlan
from wirewatch.errors import StoreError
from wirewatch.store.engine import Database
from wirewatch.store.migrate import VERSION_TABLE, Steps, differences
from wirewatch.store.open import OURS, open_sql_store, open_store
from wirewatch.store.tables import metadata

PUSH_TABLES = ("hubs", "subscriptions", "pushes")
VERSIONS = table(VERSION_TABLE, column("version_num"))


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def bare_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return the address of a database without any table."""
    if request.param == "postgres":
        return str(request.getfixturevalue("postgres_url"))
    return f"sqlite:///{tmp_path / 'bare.db'}"


def at(url: str, *, patience: timedelta = timedelta()) -> Database:
    """Return a database as it is, without opening a store."""
    address = make_url(url)
    if address.get_backend_name() == "postgresql":
        address = address.set(drivername="postgresql+psycopg")
    return Database(address, patience=patience)


def tables_in(database: Database) -> set[str]:
    """Return the names of the tables there are."""
    return database.read(lambda tx: set(inspect(tx).get_table_names()))


def pretend(database: Database, revision: str) -> None:
    """Write another revision into a database."""
    database.write(lambda tx: tx.execute(update(VERSIONS).values(version_num=revision)))


def test_the_steps_lead_to_the_tables_the_program_works_with(bare_url: str) -> None:
    """A column that is in one and not in the other is found by a user otherwise."""
    database = at(bare_url)
    database.write(OURS.upgrade)

    assert database.read(differences) == []
    others = {name for name in tables_in(database) if name.split("_")[:2] != ["search", "words"]}
    assert others == {*metadata.tables, VERSION_TABLE}
    database.close()


def test_a_difference_would_be_found(bare_url: str) -> None:
    """The check above can fail."""
    database = at(bare_url)
    database.write(OURS.upgrade)
    database.write(lambda tx: tx.exec_driver_sql("ALTER TABLE notes ADD COLUMN more TEXT"))
    database.write(lambda tx: tx.exec_driver_sql("DROP INDEX alerts_created_at_ix"))

    found = "\n".join(database.read(differences))

    assert "more" in found
    assert "alerts_created_at_ix" in found
    database.close()


def test_tables_of_others_beside_ours_are_not_our_business(bare_url: str) -> None:
    """A PostgreSQL database may serve several programs."""
    store = open_sql_store(bare_url)
    store.database.write(lambda tx: tx.exec_driver_sql("CREATE TABLE of_others (x TEXT)"))

    assert list(store.check()) == []
    store.close()


def test_indexes_and_keys_are_those_of_the_program_too(bare_url: str) -> None:
    """An index that is missing makes every poll slow; it has the same name on both databases."""
    database = at(bare_url)
    database.write(OURS.upgrade)

    def indexes(tx: Connection) -> set[tuple[str, tuple[str, ...]]]:
        looked = inspect(tx)
        return {
            (str(index["name"]), tuple(map(str, index["column_names"])))
            for name in metadata.tables
            for index in looked.get_indexes(name)
            if not index["unique"]
        }

    wanted = {
        (str(index.name), tuple(part.name for part in index.columns))
        for each in metadata.sorted_tables
        for index in each.indexes
    }
    assert database.read(indexes) == wanted
    assert database.read(lambda tx: inspect(tx).get_pk_constraint("seen"))[
        "constrained_columns"
    ] == ["feed_id", "key"]
    database.close()


def test_upgrading_what_is_up_to_date_does_nothing(bare_url: str) -> None:
    """Every start does so."""
    open_store(bare_url).close()
    database = at(bare_url)

    database.write(OURS.upgrade)

    assert database.read(OURS.revision) == OURS.newest()
    database.close()


def test_steps_cut_at_any_statement_leave_nothing_half_made(bare_url: str) -> None:
    """Half the tables would be a database that neither the old nor the new program can use."""
    database, victim = at(bare_url), at(bare_url)
    cuts = 0
    for cuts in Fuse(victim).cuts(lambda: victim.write(OURS.upgrade), every=6):
        assert tables_in(database) == set(), f"cut at statement {cuts}"

    assert cuts > len(metadata.tables)
    assert database.read(differences) == []
    database.close()
    victim.close()


def test_a_database_of_a_newer_program_is_refused(bare_url: str) -> None:
    """An old program would write what the new one does not understand."""
    told(synced(store := open_sql_store(bare_url)))
    pretend(store.database, "9999")
    before = contents(store.database)

    with pytest.raises(StoreError, match="newer Wirewatch") as refused:
        open_store(bare_url)

    assert "9999" in str(refused.value)
    assert refused.value.hint
    assert contents(store.database) == before
    store.close()


def test_a_database_of_another_program_is_refused(bare_url: str) -> None:
    """``feeds`` is a name that others like as well."""
    database = at(bare_url)
    database.write(lambda tx: tx.exec_driver_sql("CREATE TABLE feeds (x TEXT)"))

    with pytest.raises(StoreError, match="another program"):
        open_store(bare_url)

    assert tables_in(database) == {"feeds"}
    database.close()


def test_a_database_without_its_version_is_refused(bare_url: str) -> None:
    """Somebody emptied the table: guessing would be worse than asking."""
    store = open_sql_store(bare_url)
    store.database.write(lambda tx: tx.exec_driver_sql(f"DELETE FROM {VERSION_TABLE}"))
    store.close()

    with pytest.raises(StoreError, match="not whole"):
        open_store(bare_url)


def test_without_leave_to_migrate_an_empty_database_is_refused(bare_url: str) -> None:
    """A command that only looks must not create anything."""
    with pytest.raises(StoreError, match=r"there is no database|empty"):
        open_store(bare_url, migrate=False)

    if bare_url.startswith("sqlite"):
        assert not Path(bare_url.removeprefix("sqlite:///")).exists()


def test_without_leave_to_migrate_a_database_that_is_up_to_date_is_opened(bare_url: str) -> None:
    """That is what commands that only look work with."""
    made_ready(store := open_store(bare_url))
    before = store.hits()
    store.close()

    store = open_store(bare_url, migrate=False)

    assert store.hits() == before
    store.close()


@pytest.fixture
def one_step_more(tmp_path: Path) -> Steps:
    """Return the steps of an imagined next version."""
    return one_step_more_in(tmp_path / "migrations")


def moods(database: Database) -> set[str]:
    """Return what the step of the next version wrote."""
    return database.read(lambda tx: set(tx.exec_driver_sql("SELECT mood FROM feeds").scalars()))


def test_an_older_database_is_upgraded_when_it_is_opened(
    bare_url: str, one_step_more: Steps
) -> None:
    """Nobody should have to know that there is a schema."""
    made_ready(store := open_sql_store(bare_url))
    before = contents(store.database)
    store.close()

    store = open_sql_store(bare_url, steps=one_step_more)

    assert moods(store.database) == {"good"}
    assert contents(store.database) == before
    assert store.database.read(one_step_more.revision) == "9999"
    store.close()


def test_a_copy_of_the_older_file_is_kept(tmp_path: Path, one_step_more: Steps) -> None:
    """Who must go back to the old program needs the old file, with everything in it."""
    path = tmp_path / "news.db"
    made_ready(store := open_sql_store(f"sqlite:///{path}"))
    before = contents(store.database)
    store.close()
    newest = OURS.newest()
    occupied = tmp_path / f"news.db.schema-{newest}"
    occupied.write_text("an earlier copy")

    open_sql_store(f"sqlite:///{path}", steps=one_step_more).close()

    copy = open_sql_store(f"sqlite:///{tmp_path / f'news.db.schema-{newest}-2'}", migrate=False)
    assert contents(copy.database) == before
    assert occupied.read_text() == "an earlier copy"
    copy.close()


def test_without_leave_to_migrate_an_older_database_is_refused(
    bare_url: str, one_step_more: Steps
) -> None:
    """A command that looks in while the old daemon runs must not pull the schema from under it."""
    open_sql_store(bare_url).close()

    with pytest.raises(StoreError, match="older Wirewatch"):
        open_sql_store(bare_url, steps=one_step_more, migrate=False)


def test_an_upgrade_cut_at_any_statement_leaves_the_old_database(
    bare_url: str, one_step_more: Steps
) -> None:
    """The old program must still be able to work with it, and the new one to try again."""
    made_ready(store := open_sql_store(bare_url))
    before = contents(store.database)
    victim = at(bare_url)
    cuts = 0
    for cuts in Fuse(victim).cuts(lambda: victim.write(one_step_more.upgrade)):
        assert store.database.read(OURS.revision) == OURS.newest(), f"cut at statement {cuts}"
        assert store.database.read(differences) == []

    assert cuts > 4
    assert moods(store.database) == {"good"}
    assert contents(store.database) == before
    store.close()
    victim.close()


def test_two_programs_that_upgrade_at_once_do_it_once(bare_url: str, one_step_more: Steps) -> None:
    """A command and the daemon may be started in the same moment."""
    open_sql_store(bare_url).close()
    start = threading.Barrier(2)
    troubles: list[BaseException] = []

    def upgrade() -> None:
        database = at(bare_url, patience=timedelta(seconds=30))
        try:
            start.wait()
            database.write(one_step_more.upgrade)
        except BaseException as exc:  # noqa: BLE001  whatever it is, the test wants to see it
            troubles.append(exc)
        finally:
            database.close()

    threads = [threading.Thread(target=upgrade) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert troubles == []
    database = at(bare_url)
    assert database.read(one_step_more.revision) == "9999"
    database.close()


def _without(name: str) -> Callable[[Connection], object]:
    """Return what drops a table."""
    return lambda tx: tx.exec_driver_sql(f"DROP TABLE {name}")


def _forget_coverage(tx: Connection) -> None:
    """Undo the step that brought the tables of coverage, and let every feed have failed six times."""
    later = ("holds", "mutes", "acks", "marks", "escalations", *PUSH_TABLES)
    for name in (
        "entry_links",
        "gap_entries",
        "gaps",
        "feed_care",
        "feed_memory",
        "renamed",
        "revisions",
        *later,
    ):
        tx.exec_driver_sql(f"DROP TABLE {name}")
    tx.exec_driver_sql("UPDATE feed_schedule SET failures = 6")


def test_a_feed_in_trouble_before_there_were_weights_is_in_light_trouble(bare_url: str) -> None:
    """An upgrade must not declare feeds dead that only stumbled."""
    made_ready(store := open_sql_store(bare_url))
    store.close()
    database = at(bare_url)
    database.write(_forget_coverage)
    pretend(database, "0004")
    database.close()

    store = open_sql_store(bare_url)

    assert {feed.state.weight for feed in store.feeds()} == {1.5}
    assert store.check() == []
    store.close()


def test_entries_of_before_are_found_by_their_links(bare_url: str) -> None:
    """Who asks why about last week's news asks after the upgrade."""
    store = open_sql_store(bare_url)
    plan = told(synced(store))
    (hit,) = store.hits()
    store.commit_article(ArticlePlan(article=a_read_page(hit.entry)))
    store.close()
    database = at(bare_url)
    for name in ("entry_links", *PUSH_TABLES):
        database.write(_without(name))
    pretend(database, "0006")
    database.close()

    store = open_sql_store(bare_url)

    assert plan.opened
    assert store.entries_at("http://gulf.example/talks/?utm_source=x") == [hit.entry.id]
    assert store.entries_at("https://gulf.example/canonical") == [hit.entry.id]
    store.close()
