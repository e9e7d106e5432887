"""The stores the contract is tried on: each test gets an empty one of each kind."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from wirewatch.ports import Store
from wirewatch.store.memory import MemoryStore
from wirewatch.store.open import open_sql_store

POSTGRES = "WIREWATCH_TEST_POSTGRES"
REQUIRED = "WIREWATCH_REQUIRE_POSTGRES"

NO_PATIENCE = timedelta()
"""A test that meets a locked database is told at once."""


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a new SQLite database, to be copied: making one takes longer than most tests."""
    path = tmp_path_factory.mktemp("empty") / "wirewatch.db"
    open_sql_store(f"sqlite:///{path}").close()
    return path


@pytest.fixture
def postgres_urls() -> Iterator[Callable[[], str]]:
    """Return what gives the address of an empty schema, a new one each time."""
    base = os.environ.get(POSTGRES)
    if not base:
        missing = f"{POSTGRES} is not set: eval $(.ci/postgres start)"
        if os.environ.get(REQUIRED) == "1":
            pytest.fail(missing)
        pytest.skip(missing)
    engine = create_engine(make_url(base).set(drivername="postgresql+psycopg"))
    schemas: list[str] = []

    def another() -> str:
        schema = f"t_{uuid4().hex}"
        with engine.begin() as connection:
            connection.execute(text(f"CREATE SCHEMA {schema}"))
        schemas.append(schema)
        url = make_url(base).update_query_dict({"options": f"-csearch_path={schema}"})
        return url.render_as_string(hide_password=False)

    try:
        yield another
        for schema in schemas:
            with engine.begin() as connection:
                connection.execute(text(f"DROP SCHEMA {schema} CASCADE"))
    finally:
        engine.dispose()


@pytest.fixture
def postgres_url(postgres_urls: Callable[[], str]) -> str:
    """Return the address of an empty schema of its own."""
    return postgres_urls()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path, empty_database: Path) -> str:
    """Return the address of a database of each kind, empty but for its tables in SQLite's case."""
    if request.param == "postgres":
        return str(request.getfixturevalue("postgres_url"))
    path = tmp_path / "wirewatch.db"
    shutil.copy(empty_database, path)
    return f"sqlite:///{path}"


Backend = Callable[[pytest.FixtureRequest], Store]


def _memory(_request: pytest.FixtureRequest) -> Store:
    return MemoryStore()


def _sqlite(request: pytest.FixtureRequest) -> Store:
    path = request.getfixturevalue("tmp_path") / "wirewatch.db"
    shutil.copy(request.getfixturevalue("empty_database"), path)
    return open_sql_store(f"sqlite:///{path}", patience=NO_PATIENCE)


def _postgres(request: pytest.FixtureRequest) -> Store:
    return open_sql_store(request.getfixturevalue("postgres_url"), patience=NO_PATIENCE)


BACKENDS = [
    pytest.param(_memory, id="memory"),
    pytest.param(_sqlite, id="sqlite"),
    pytest.param(_postgres, id="postgres", marks=pytest.mark.postgres),
]
"""A new backend is one line here."""


@pytest.fixture(params=BACKENDS)
def store(request: pytest.FixtureRequest) -> Iterator[Store]:
    """Return an empty store of each kind."""
    opened = request.param(request)
    yield opened
    opened.close()
