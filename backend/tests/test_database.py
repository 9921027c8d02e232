from __future__ import annotations

import ast
import asyncio
import os
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Barrier
from urllib.parse import quote

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import text
from sqlalchemy.dialects import postgresql

from app.accounts.models import Account
from app.cli_database import upgrade
from app.cli_support import BACKEND
from app.config import get_settings
from app.database import (
    PATIENCE,
    driver_connection,
    first_words,
    forget_engine,
    new_session,
    shared_alias,
    unit_of_work,
)
from app.identity.models import User
from app.ledger.seal import seal
from app.search.engine import index_folder
from app.transactions import queries
from app.transactions.accept import Acceptor
from app.transactions.models import Transaction
from tests.bank import Bank
from tests.conftest import point_at
from tests.engine_fixtures import own_database

THREADS = 6
ALIASES = {"_src": Account, "_dest": Account, "_payer": User, "_payee": User, "_refund": Transaction}


@pytest.fixture
def threads_take_turns_often() -> Iterator[None]:
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


class TestOptions:
    """What DATABASE_URL says of every connection holds on ours, too."""

    def test_the_address_s_own_hold_and_ours_go_before_them(
        self, reused_database: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        own = quote("-c timezone=Asia/Kolkata -c search_path=bank")
        point_at(monkeypatch, f"{reused_database}&options={own}")
        try:
            with new_session() as session:
                shown = session.execute(
                    text("SELECT current_setting('search_path'), current_setting('timezone')")
                ).one()
        finally:
            forget_engine()
            get_settings.cache_clear()
        assert tuple(shown) == ("bank", "UTC")

    @pytest.mark.parametrize("level", ["repeatable read", "serializable"])
    def test_every_transaction_is_read_committed(self, bank: Bank, database: str, level: str) -> None:
        """Whoever waited for a lock must see what was committed meanwhile, whatever the database's own default is."""
        alter = sql.SQL("ALTER DATABASE {} SET default_transaction_isolation = {}")
        with psycopg.connect(database, autocommit=True) as connection:
            name = sql.Identifier(connection.info.dbname)
            connection.execute(alter.format(name, sql.Literal(level)))
            forget_engine()
            try:
                alice, bob = bank.customer(100_00), bank.customer()
                for _ in range(3):  # who is signed in is looked up in autocommit, on the same connections
                    assert alice.get("/accounts/me").status_code == 200
                    with new_session() as session:
                        assert session.scalar(text("SHOW transaction_isolation")) == "read committed"
                with psycopg.connect(database, autocommit=True) as own:
                    own.execute(first_words())
                    assert own.execute("SHOW transaction_isolation").fetchone() == ("read committed",)
                assert alice.send(bob, 40).status_code == 201
                bank.settle()
                with unit_of_work() as session:
                    assert seal(session) is not None
            finally:
                connection.execute(alter.format(name, sql.SQL("DEFAULT")))

    def test_whoever_begins_transactions_on_a_connection_of_its_own_has_them(self) -> None:
        """The others only listen, or say single statements that nothing is remembered from."""
        without = {
            where
            for where, _, values in calls_of_connect()
            if "PATIENCE" in values and "first_words(" not in (BACKEND / where).read_text()
        }
        assert without == {"app/beat.py", "app/events/runner.py", "app/realtime/hub.py"}

    def test_ours_are_said_after_connecting_and_outlive_a_rollback(
        self, reused_database: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """PgBouncer refuses `options` at the start of a connection, or swallows them."""
        point_at(monkeypatch, f"{reused_database}&options={quote('-c timezone=Asia/Kolkata')}")
        try:
            with new_session() as session:
                session.execute(text("SELECT 1"))
                session.rollback()
                shown = session.scalar(text("SELECT current_setting('timezone')"))
                given = driver_connection(session).info.get_parameters()["options"]
        finally:
            forget_engine()
            get_settings.cache_clear()
        assert (shown, given) == ("UTC", "-c timezone=Asia/Kolkata")

    def test_what_the_acceptor_s_connection_needs_holds_for_good(
        self, reused_database: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async def shown() -> tuple[object, ...] | None:
            async with await Acceptor(get_settings())._connect() as connection:
                with suppress(psycopg.errors.DivisionByZero):
                    await connection.execute("SELECT 1 / 0")
                names = ", ".join(f"current_setting('{name}')" for name in wanted)
                return await (await connection.execute(f"SELECT {names}".encode())).fetchone()

        wanted = {"timezone": "UTC", "nyord.wakes_relay": "on", "enable_seqscan": "off", "enable_hashjoin": "off"}
        point_at(monkeypatch, reused_database)
        try:
            assert asyncio.run(shown()) == tuple(wanted.values())
        finally:
            get_settings.cache_clear()

    def test_no_connection_is_given_any_at_its_start(self) -> None:
        assert [where for where, names, _ in calls_of_connect() if "options" in names] == []


class TestSeveralHosts:
    """libpq's own form for failing over is understood by all who read the address, SQLAlchemy and Alembic among them."""

    @pytest.mark.slow
    def test_a_bank_on_the_one_that_answers(self, monkeypatch: pytest.MonkeyPatch) -> None:
        with own_database(f"several_hosts_{os.getpid()}") as url:
            point_at(monkeypatch, url.replace("@", "@127.0.0.1:1,") + "?target_session_attrs=read-write")
            try:
                upgrade()
                with new_session() as session:
                    assert session.scalar(text("SELECT count(*) FROM users")) == 0
                without_a_folder = get_settings().model_copy(update={"search_folder": "", "nyord_data": ""})
                assert index_folder(without_a_folder).name.startswith("search-")
            finally:
                forget_engine()
                get_settings.cache_clear()


def calls_of_connect() -> Iterator[tuple[str, set[str | None], list[str]]]:
    """Yield each place where the bank connects to PostgreSQL: its file, the names it gives, and what it unpacks."""
    for path in sorted((BACKEND / "app").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in (
                "psycopg.connect",
                "psycopg.AsyncConnection.connect",
            ):
                given = [(keyword.arg, ast.unparse(keyword.value)) for keyword in node.keywords]
                yield str(path.relative_to(BACKEND)), {name for name, _ in given}, [text for _, text in given]


class TestPatience:
    """S140: a machine that is gone says nothing. Whoever waits for it must notice by themselves."""

    def test_the_engine_s_connections_have_it(self, reused_database: str, monkeypatch: pytest.MonkeyPatch) -> None:
        point_at(monkeypatch, reused_database)
        try:
            with new_session() as session:
                parameters = driver_connection(session).info.get_parameters()
        finally:
            forget_engine()
            get_settings.cache_clear()
        assert {name: parameters.get(name) for name in PATIENCE} == {
            name: str(value) for name, value in PATIENCE.items()
        }

    def test_every_connection_of_its_own_has_it_or_is_over_at_once(self) -> None:
        calls = list(calls_of_connect())
        assert len(calls) > 8
        assert [
            where for where, names, values in calls if "PATIENCE" not in values and "connect_timeout" not in names
        ] == []
        lasting = {where for where, _, values in calls if "PATIENCE" in values}
        assert lasting == {
            "app/beat.py",
            "app/broker/relay.py",
            "app/events/runner.py",
            "app/events/waker.py",
            "app/realtime/hub.py",
            "app/transactions/accept.py",
        }


class TestSharedAlias:
    """A gateway's first requests come at once: what one of them is the first to need must not be spoilt by another."""

    @pytest.mark.usefixtures("threads_take_turns_often")
    def test_its_first_users_come_together(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def sql() -> str:
            return str(queries.listing().compile(dialect=postgresql.dialect()))  # type: ignore[no-untyped-call]

        def together(_: int) -> str:
            barrier.wait()
            return sql()

        wanted = sql()
        barrier = Barrier(THREADS)
        with ThreadPoolExecutor(THREADS) as pool:
            for _ in range(30):
                for name, model in ALIASES.items():
                    monkeypatch.setattr(queries, name, shared_alias(model))
                assert set(pool.map(together, range(THREADS))) == {wanted}
