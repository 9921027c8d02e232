"""One embedded PostgreSQL for the whole run, one migrated template in it, and a fresh copy for every test that asks."""

from __future__ import annotations

import itertools
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from alembic import command
from alembic.config import Config
from fastapi.testclient import TestClient
from psycopg import sql
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from pwdlib.hashers.bcrypt import BcryptHasher
from sqlalchemy.orm import Session

from app import config
from app.database import forget_engine, new_session
from app.embedded.home import Home
from app.embedded.postgres import EmbeddedPostgres
from app.identity import passwords
from tests.bank import Bank

pytest_plugins = ["tests.engine_fixtures"]

BACKEND = Path(__file__).parents[1]
JWT_SECRET = "a test secret that is long enough for HS256"

# Whose tests take minutes begin: otherwise one process is still at them when the others have long nothing left to do.
LONGEST = ("torture", "killed", "test_worker_command", "test_state_machine", "test_million")
# Whose tests share a bank and a Chromium, which each process that gets some of them starts for itself.
TOGETHER = "browser"

_REAL_ARGON2, _REAL_HASHERS = passwords._argon2, passwords._hashers

_numbers = itertools.count(1)
# Every database has its own embedded index; they go when the process ends.
_indexes = tempfile.TemporaryDirectory(prefix="nyord-test-indexes-")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the longest first, and those that belong together where the second process begins; the rest stays in order.

    Each process gets a share of equal size from front to back, and who has finished takes from the end of another's.
    """
    longest: list[pytest.Item] = []
    together: list[pytest.Item] = []
    others: list[pytest.Item] = []
    for item in items:
        names = {item.path.parent.name, item.path.stem}
        (longest if names & set(LONGEST) else together if TOGETHER in names else others).append(item)
    share = len(items) // int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    room = max(0, share - len(longest))
    items[:] = [*longest, *others[:room], *together, *others[room:]]


def point_at(monkeypatch: pytest.MonkeyPatch, url: str, **settings: str) -> None:
    """Make the app in this process use the database at `url`, with these settings."""
    monkeypatch.setenv("DATABASE_URL", url)
    monkeypatch.setenv("JWT_SECRET", JWT_SECRET)
    monkeypatch.setenv("RATE_LIMIT_ENABLED", "false")
    monkeypatch.setenv("SEARCH_FOLDER", str(Path(_indexes.name) / url.partition("@/")[2].partition("?")[0]))
    for name, value in settings.items():
        monkeypatch.setenv(name.upper(), value)
    config.get_settings.cache_clear()
    forget_engine()


@pytest.fixture(scope="session", autouse=True)
def quick_passwords() -> Iterator[None]:
    """Hash with Argon2id at its smallest cost: hundreds of people sign up in this process, and nobody guesses at their hashes."""
    quick = Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_argon2", quick)
        patch.setattr(passwords, "_hashers", PasswordHash((quick, BcryptHasher())))
        yield


@pytest.fixture
def real_passwords(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let hashing cost what it costs outside of the tests, where it is the subject."""
    monkeypatch.setattr(passwords, "_argon2", _REAL_ARGON2)
    monkeypatch.setattr(passwords, "_hashers", _REAL_HASHERS)
    passwords._of_nobody.cache_clear()
    yield
    passwords._of_nobody.cache_clear()


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedPostgres]:
    """The run's PostgreSQL. It doesn't wait for the disk: what survives a crash is tested with servers of their own."""
    home = Home(tmp_path_factory.mktemp("bank"))
    with EmbeddedPostgres(home, {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}) as postgres:
        _connect_quickly(postgres.url)
        yield postgres


def _connect_quickly(url: str) -> None:
    """Let the password be compared once instead of 4,096 times: a test opens half a dozen connections."""
    password = psycopg.conninfo.conninfo_to_dict(url)["password"]
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SET scram_iterations = 1")
        connection.execute(sql.SQL("ALTER ROLE CURRENT_USER PASSWORD {}").format(password))


@pytest.fixture(scope="session")
def template(server: EmbeddedPostgres) -> str:
    """The name of a database that holds the schema and nothing else; copies of it are made in milliseconds."""
    with psycopg.connect(server.url, autocommit=True) as connection:
        connection.execute("CREATE DATABASE template_bank")
    migrate(database_at(server, "template_bank"))
    return "template_bank"


def migrate(url: str, **settings: str) -> None:
    """Bring an empty database to this program's tables."""
    with pytest.MonkeyPatch.context() as patch:
        point_at(patch, url, **settings)
        command.upgrade(Config(BACKEND / "alembic.ini"), "head")
        forget_engine()
    config.get_settings.cache_clear()


def database_at(server: EmbeddedPostgres, name: str) -> str:
    """Return the address of another database of the same server."""
    return server.url.replace("@/nyord", f"@/{name}", 1)


@contextmanager
def fresh_databases(server: EmbeddedPostgres, template: str) -> Iterator[Callable[[], str]]:
    """Make fresh, migrated databases; each call gives the address of a new one. They go at the end."""
    made: list[str] = []

    def make() -> str:
        name = f"bank_{next(_numbers)}"
        with psycopg.connect(server.url, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        made.append(name)
        return database_at(server, name)

    yield make
    with psycopg.connect(server.url, autocommit=True) as connection:
        for name in made:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def fresh_database(server: EmbeddedPostgres, template: str) -> Iterator[Callable[[], str]]:
    """Make fresh, migrated databases; each call gives the address of a new one."""
    with fresh_databases(server, template) as make:
        yield make


@pytest.fixture(scope="session")
def reused_database(server: EmbeddedPostgres, template: str) -> str:
    """The address of the database that `database` hands out again and again: emptying is ten times quicker than making."""
    with psycopg.connect(server.url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE bank_reused TEMPLATE {template}")
    return database_at(server, "bank_reused")


@pytest.fixture
def database(reused_database: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """An empty bank's database, with the app in this process pointed at it. The value is its address."""
    empty(reused_database)
    point_at(monkeypatch, reused_database)
    yield reused_database
    forget_engine()
    config.get_settings.cache_clear()


@contextmanager
def read_only(url: str) -> Iterator[None]:
    """Let new connections to this database only read, as providers do when its disk is full. Those stay so for good."""
    with psycopg.connect(url, autocommit=True) as connection:
        alter = sql.SQL("ALTER DATABASE {} SET default_transaction_read_only = {}")
        name = sql.Identifier(connection.info.dbname)
        connection.execute(alter.format(name, sql.Literal("on")))
        try:
            yield
        finally:
            connection.execute(alter.format(name, sql.Literal("off")))


def empty(url: str) -> None:
    """Delete every row but the migration's. As a replica: the append-only triggers would refuse, and rightly so."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        connection.execute("SET session_replication_role = replica")
        tables = connection.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'"
        )
        connection.execute(";".join(f"DELETE FROM {name}" for (name,) in tables))


@pytest.fixture
def session(database: str) -> Iterator[Session]:
    """A session on the fresh database. The test commits; nobody else does."""
    with new_session() as opened:
        yield opened


@pytest.fixture(scope="session")
def gateway() -> Any:
    """The gateway's app, made once; each test that uses it runs it on a database of its own."""
    with pytest.MonkeyPatch.context() as patch:
        point_at(patch, "postgresql://nobody@/nowhere")
        from app.main import create_app

        made = create_app()
    config.get_settings.cache_clear()
    return made


@pytest.fixture
def bank(database: str, gateway: Any) -> Iterator[Bank]:
    """A running gateway on a fresh database, and people for it."""
    with TestClient(gateway) as api:
        yield Bank(api)
