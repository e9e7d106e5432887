"""PostgreSQL in trouble: whole steps are done again, and nothing is lost or doubled."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.engine import make_url

from tests.contracts.nouns import MINUTE, NOON, a_poll, an_entry, synced, told
from tests.contracts.steps import STEPS, Step, contents, made_ready
from wirewatch.errors import StoreError
from wirewatch.store.open import open_sql_store, open_store
from wirewatch.store.sql import SqlStore

pytestmark = pytest.mark.postgres

PATIENCE = timedelta(seconds=30)


@pytest.fixture
def store(postgres_url: str) -> Iterator[SqlStore]:
    """Return a store that waits until trouble passes."""
    opened = open_sql_store(postgres_url, patience=PATIENCE)
    yield opened
    opened.close()


def with_options(url: str, options: str) -> str:
    """Return an address with more options for the session."""
    address = make_url(url)
    more = f"{address.query['options']} {options}"
    return address.update_query_dict({"options": more}).render_as_string(hide_password=False)


class Executioner:
    """Ends the connection of a store from outside, at its n-th statement, once."""

    def __init__(self, url: str) -> None:
        self._engine = create_engine(make_url(url).set(drivername="postgresql+psycopg"))
        self._count = 0
        self._at = 0

    def wait_for(self, statement: int) -> None:
        """Strike at this statement from now on."""
        self._count, self._at = 0, statement

    def pass_by(self, connection: Connection, *_args: object) -> None:
        """Count a statement; end its connection when its time has come."""
        self._count += 1
        if self._count == self._at:
            assert connection.connection.dbapi_connection is not None
            pid = connection.connection.dbapi_connection.info.backend_pid
            with self._engine.begin() as other:
                other.execute(text("SELECT pg_terminate_backend(:pid, 10000)"), {"pid": pid})

    def close(self) -> None:
        """Go home."""
        self._engine.dispose()


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.__name__)
def test_a_step_whose_connection_is_cut_is_done_again_whole(
    postgres_urls: object, step: Step
) -> None:
    """The server was restarted in the middle; the caller hears nothing of it."""
    first, second = postgres_urls(), postgres_urls()  # type: ignore[operator]
    calm = open_sql_store(first)
    step(made_ready(calm))
    wanted = contents(calm.database)
    calm.close()
    store = open_sql_store(second, patience=PATIENCE)
    made_ready(store)
    executioner = Executioner(second)
    store.database.listen("before_cursor_execute", executioner.pass_by)
    store.database.listen("commit", executioner.pass_by)

    executioner.wait_for(2)
    step(store)

    assert contents(store.database) == wanted
    store.close()
    executioner.close()


def test_connections_that_died_while_nobody_looked_are_replaced(
    store: SqlStore, postgres_url: str
) -> None:
    """A quiet night, a restarted server: the first poll of the morning works."""
    synced(store)
    pids: set[int] = set()

    def learn(connection: Connection, *_args: object) -> None:
        assert connection.connection.dbapi_connection is not None
        pids.add(connection.connection.dbapi_connection.info.backend_pid)

    store.database.listen("before_cursor_execute", learn)
    store.feeds()
    engine = create_engine(make_url(postgres_url).set(drivername="postgresql+psycopg"))
    with engine.begin() as other:
        for pid in pids:
            other.execute(text("SELECT pg_terminate_backend(:pid, 10000)"), {"pid": pid})
    engine.dispose()

    assert len(store.feeds()) == 2
    assert pids


def test_two_steps_that_block_each_other_are_both_done(store: SqlStore) -> None:
    """PostgreSQL ends a deadlock by refusing one: that one is done again."""
    for name in ("a", "b"):
        store.note(name, {"count": 0})
    both_hold_one = threading.Barrier(2)
    tries: list[str] = []

    def rename(first: str, second: str) -> None:
        def step(tx: Connection) -> None:
            tries.append(first)
            touch = text("UPDATE notes SET value = value || ' ' WHERE name = :name")
            tx.execute(touch, {"name": first})
            if len(tries) <= 2:
                both_hold_one.wait(timeout=30)
            tx.execute(touch, {"name": second})

        store.database.write(step)

    threads = [
        threading.Thread(target=rename, args=("a", "b")),
        threading.Thread(target=rename, args=("b", "a")),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)

    assert len(tries) == 3
    assert store.notes() == {"a": {"count": 0}, "b": {"count": 0}}


def test_a_serialization_failure_is_tried_again(store: SqlStore, postgres_url: str) -> None:
    """Where the server's default is stricter than we ask for, steps are refused now and then."""
    store.note("n", {"count": 0})
    tries = 0

    def step(tx: Connection) -> None:
        nonlocal tries
        tries += 1
        tx.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
        tx.execute(text("SELECT * FROM notes")).all()
        if tries == 1:
            store.note("n", {"count": 1})
        tx.execute(text("UPDATE notes SET value = :value"), {"value": '{"count":2}'})

    store.database.write(step)

    assert tries == 2
    assert store.notes() == {"n": {"count": 2}}


def test_a_server_that_only_lets_us_read_is_told_of(postgres_url: str) -> None:
    """After a failover the address may lead to a standby."""
    open_store(postgres_url).close()
    standby = open_store(
        with_options(postgres_url, "-cdefault_transaction_read_only=on"), patience=timedelta()
    )

    with pytest.raises(StoreError, match="only lets us read") as error:
        standby.note("x", {})

    assert "primary" in str(error.value.hint)
    assert standby.feeds() == []
    standby.close()


def test_a_server_that_is_not_there_is_told_of(postgres_url: str) -> None:
    """The daemon must say so, not hang."""
    away = make_url(postgres_url).update_query_dict({"host": "/nonexistent"})

    with pytest.raises(StoreError, match="does not answer") as error:
        open_store(away.render_as_string(), patience=timedelta())

    assert error.value.hint


def test_a_database_that_is_not_there_is_told_of(postgres_url: str) -> None:
    """Somebody forgot createdb."""
    missing = make_url(postgres_url).set(database="nonexistent")

    with pytest.raises(StoreError, match="nonexistent"):
        open_store(missing.render_as_string(), patience=timedelta())


def test_the_password_is_not_in_what_is_told(postgres_url: str) -> None:
    """Errors go to logs and bug reports."""
    away = make_url(postgres_url).set(password="correct-horse")
    away = away.update_query_dict({"host": "/nonexistent"})

    with pytest.raises(StoreError) as error:
        open_store(away.render_as_string(hide_password=False), patience=timedelta())

    assert "correct-horse" not in f"{error.value} {error.value.hint}"


def test_a_table_somebody_keeps_locked_is_told_of(store: SqlStore, postgres_url: str) -> None:
    """An administrator's forgotten session must not make the daemon stand still in silence."""
    hasty = open_sql_store(with_options(postgres_url, "-clock_timeout=1"), patience=timedelta())
    engine = create_engine(make_url(postgres_url).set(drivername="postgresql+psycopg"))
    with engine.begin() as administrator:
        administrator.execute(text("LOCK TABLE notes"))

        with pytest.raises(StoreError, match="locked"):
            hasty.note("x", {})

    hasty.note("x", {})
    assert store.notes() == {"x": {}}
    hasty.close()
    engine.dispose()


def test_a_user_without_rights_is_told_so(store: SqlStore, postgres_url: str) -> None:
    """GRANT is easily forgotten after a restore."""
    role = f"r_{make_url(postgres_url).query['options'][-12:]}"  # type: ignore[index]
    engine = create_engine(make_url(postgres_url).set(drivername="postgresql+psycopg"))
    with engine.begin() as administrator:
        schema = administrator.execute(text("SELECT current_schema()")).scalar_one()
        administrator.execute(text(f"CREATE ROLE {role} LOGIN"))
        administrator.execute(text(f"GRANT USAGE ON SCHEMA {schema} TO {role}"))
    try:
        stranger = make_url(postgres_url).set(username=role).render_as_string()
        with pytest.raises(StoreError, match="rights") as error:
            open_store(stranger, patience=timedelta())
        assert error.value.hint
    finally:
        with engine.begin() as administrator:
            administrator.execute(text(f"REVOKE ALL ON SCHEMA {schema} FROM {role}"))
            administrator.execute(text(f"DROP ROLE {role}"))
        engine.dispose()


def test_a_copy_is_left_to_the_tools_of_postgres(store: SqlStore) -> None:
    """We cannot write it from here, so we say who can."""
    with pytest.raises(StoreError) as error:
        store.backup("copy.db")

    assert "pg_dump" in str(error.value.hint)


def test_two_processes_never_get_the_same_message(store: SqlStore, postgres_url: str) -> None:
    """While one is about to commit its claim, another takes the rest and does not wait."""
    for number in range(4):
        told(synced(store), str(number), at=NOON + number * MINUTE)
    other = open_sql_store(postgres_url, patience=timedelta())
    late = NOON + 9 * MINUTE
    taken_by_other: list[str] = []

    def claim_in_the_middle(_connection: Connection) -> None:
        if not taken_by_other:
            found = other.claim("desk", now=late, lease=MINUTE, limit=9)
            taken_by_other.extend(parcel.delivery.key for parcel in found)

    store.database.listen("commit", claim_in_the_middle)

    mine = store.claim("desk", now=late, lease=MINUTE, limit=2)

    keys = [parcel.delivery.key for parcel in mine]
    assert len(keys) == len(taken_by_other) == 2
    assert not set(keys) & set(taken_by_other)
    other.close()


def test_the_same_entries_committed_by_two_processes_are_there_once(
    store: SqlStore, postgres_url: str
) -> None:
    """A command polls a feed while the daemon does."""
    synced(store)
    other = open_sql_store(postgres_url, patience=PATIENCE)
    entries = [an_entry(str(number)) for number in range(50)]
    start = threading.Barrier(2)
    troubles: list[BaseException] = []

    def poll(mine: SqlStore, order: int) -> None:
        start.wait()
        try:
            mine.commit_polls([a_poll(*entries[::order])])
        except BaseException as exc:  # noqa: BLE001  whatever it is, the test wants to see it
            troubles.append(exc)

    threads = [
        threading.Thread(target=poll, args=(store, 1)),
        threading.Thread(target=poll, args=(other, -1)),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert troubles == []
    assert len(store.texts()) == 50
    other.close()
