"""Guarantee: what money and events move by finds its rows by index, in a bank that is a minute old and in one that is not."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import psycopg
import pytest
from sqlalchemy import Select
from sqlalchemy.dialects import postgresql

from app import config
from app.broker import relay as broker_relay
from app.database import PINNED_PLANS, forget_engine, unit_of_work
from app.embedded.postgres import EmbeddedPostgres
from app.events import inbox, relay
from app.ledger import engine
from app.ledger.accounts import bank_account, open_customer_account
from app.ledger.decide import Group
from app.ledger.models import LedgerKind
from app.transactions import queries, settlement
from tests.conftest import fresh_databases, point_at
from tests.events import conftest as events
from tests.ledger.helpers import deposit, explain, settle_now


def _written(query: Select[Any]) -> str:
    """Return a query as the driver gets it."""
    written = query.compile(dialect=postgresql.psycopg.dialect(), compile_kwargs={"render_postcompile": True})
    return re.sub(r"%\(\w+\)s(::\w+)?", "%s", str(written))


STATEMENTS = {
    "lock": engine._LOCK,
    "posted": engine._POSTED,
    "holds": engine._HOLDS,
    "update": engine._UPDATE_ACCOUNTS,
    "resolve": engine._RESOLVE_HOLDS,
    "relay": relay._TAKE,
    "publish": broker_relay._UNSENT,
    "take": inbox._TAKE,
    "arrived": inbox._ARRIVED,
    "remember": inbox._REMEMBER,
    "pending": settlement._PENDING,
    "open reviews": _written(queries.open_reviews_of([1, 2])),
}
# The one small table that is read whole: who splits events into how many shards.
_READ_WHOLE = "shard_plans"


def plan(database: str, statement: str, pins: str = PINNED_PLANS) -> str:
    """Return the plan of a statement after a SELECT of `pins`."""
    numbered = statement
    for number in range(1, statement.count("%s") + 1):
        numbered = numbered.replace("%s", f"${number}", 1)
    nulls = ", ".join(["NULL"] * statement.count("%s"))
    return explain(database, [f"SELECT {pins}", f"PREPARE pinned AS {numbered}"], f"EXECUTE pinned({nulls})")


@pytest.fixture(scope="module")
def banks(server: EmbeddedPostgres, template: str) -> Iterator[Mapping[str, str]]:
    """The databases of two banks, one without statistics and one with them.

    Of their own: the one that others emptied before it has larger tables, and perhaps statistics.
    """
    with fresh_databases(server, template) as make:
        young, old = make(), make()
        _move(young)
        _move(old)
        with psycopg.connect(old, autocommit=True) as connection:
            connection.execute("ANALYZE")
        yield {"no statistics": young, "analyzed": old}


def _move(database: str) -> None:
    """Have money and events go through a bank, and leave some on their way."""
    with pytest.MonkeyPatch.context() as patch:
        point_at(patch, database)
        with unit_of_work() as session:
            cash, asha = bank_account(session, LedgerKind.CASH), open_customer_account(session)
        settle_now(*[Group(number, (deposit(cash, asha, 1),)) for number in range(10, 400)])
        for number in range(100):
            events.commit(number)
        events.relay()
        events.commit(100)
        forget_engine()
    config.get_settings.cache_clear()


class TestPlans:
    """S164: every statement finds its rows by index, with statistics or without."""

    @pytest.mark.parametrize("statement", STATEMENTS.values(), ids=STATEMENTS)
    @pytest.mark.parametrize("bank", ["no statistics", "analyzed"])
    def test_no_table_is_read_whole(self, banks: Mapping[str, str], statement: str, bank: str) -> None:
        found = plan(banks[bank], statement)
        assert set(re.findall(r"Seq Scan on (\w+)", found)) <= {_READ_WHOLE}, found
        assert "Index" in found, found
        assert "Hash Join" not in found, found

    def test_open_reviews_are_found_among_the_pending_holds(self, banks: Mapping[str, str]) -> None:
        """A plan that doesn't see which status is asked for would go through all of a customer's payments."""
        assert "ix_holds_expires_at_pending" in plan(banks["no statistics"], STATEMENTS["open reviews"])

    def test_left_alone_the_planner_reads_some_whole(self, banks: Mapping[str, str]) -> None:
        """So the test above can fail."""
        plans = [plan(banks["analyzed"], statement, "1") for statement in STATEMENTS.values()]
        assert any(re.search(r"Seq Scan on (?!shard_plans)", found) for found in plans), plans
