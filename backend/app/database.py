"""The one way to PostgreSQL: engine, Base, sessions, and a unit of work that commits once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Final, TypeVar

import psycopg
from psycopg.errors import ReadOnlySqlTransaction
from sqlalchemy import Engine, Index, MetaData, create_engine, event, func, inspect, select
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import DeclarativeBase, InstrumentedAttribute, Session, aliased, sessionmaker

from app.config import get_settings
from app.core import failpoints
from app.core.errors import BankError

# For the set-based statements that money and events move by. The planner has no statistics of arrays, nor of a table that was
# empty a minute ago, and left alone it reads whole tables for them: measured 3x slower in settling, 10x in relaying.
PINS: Final = {
    "enable_seqscan": "off",
    "enable_hashjoin": "off",
    "enable_mergejoin": "off",
    "enable_material": "off",
    "plan_cache_mode": "force_generic_plan",
}
# As columns of a SELECT at the start of a transaction: every statement after it finds its rows by index.
PINNED_PLANS = ", ".join(f"set_config('{name}', '{value}', true)" for name, value in PINS.items())
# What holds on every connection of ours that does more than listen, whatever server and address say. Whoever waited for a lock
# must see what was committed meanwhile.
_ALWAYS: Final = {"timezone": "UTC", "default_transaction_isolation": "read committed"}

# How soon every connection notices that the other machine is gone, of which nothing would ever tell it: seconds until it gives up
# connecting, seconds of quiet until the kernel asks, and milliseconds that what was sent may be on its way. A server that is only
# busy answers all of that. (libpq's names and units; they have no meaning on a socket file.)
PATIENCE: Final[dict[str, Any]] = {
    "connect_timeout": 5,
    "keepalives_idle": 20,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}

# PostgreSQL is away from whoever must write: it can't be reached, or can only be read, as a standby that hasn't taken over yet or
# one whose disk is full. These are the driver's own errors; SQLAlchemy's, made by `engine`, is OperationalError for both.
DRIVER_AWAY: Final = (psycopg.OperationalError, ReadOnlySqlTransaction)


class Base(DeclarativeBase):
    """Every table's parent. Constraint names are fixed by convention, so that migrations can name them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


def parts_index(name: str, *columns: str) -> Index:
    """Return an index that finds parts of texts (pg_trgm).

    They change rarely and are looked for often: an entry goes into it at once, not onto a heap that every look reads.
    """
    return Index(
        name, *columns, postgresql_using="gin", postgresql_with={"fastupdate": "off"},
        postgresql_ops=dict.fromkeys(columns, "gin_trgm_ops"),
    )  # fmt: skip


Model = TypeVar("Model", bound=Base)


def shared_alias(model: type[Model]) -> type[Model]:
    """Return an alias of a table for many threads, with all its columns worked out by the one that makes it.

    SQLAlchemy (2.1.9) does that when the alias is first used. Two threads that are the first together can disturb each other, and
    what they then keep is wrong for good: every later query says that it can't tell which table to join.
    """
    alias = aliased(model)
    for name in inspect(model).columns.keys():  # noqa: SIM118  (not a dict: itself it would give the columns)
        getattr(alias, name).__clause_element__()
    return alias


def first_words(more: Mapping[str, str] | None = None) -> bytes:
    """Return the statement that is said first on a connection of ours: what holds on it as long as it lives.

    It must be said in autocommit, for a rollback would take it back. `options` of the connection would cost no statement, but
    PgBouncer refuses them, and they would take the place of those in DATABASE_URL.
    """
    settings = _ALWAYS | dict(more or {})
    said = ", ".join(f"set_config('{name}', '{value}', false)" for name, value in settings.items())
    return f"SELECT {said}".encode()


def new_engine(**options: Any) -> Engine:
    """Return an engine for DATABASE_URL as libpq reads it: SQLAlchemy's own parser doesn't know several hosts."""
    address = psycopg.conninfo.conninfo_to_dict(get_settings().libpq_url)
    made = create_engine(
        "postgresql+psycopg://", connect_args={**address, "application_name": "nyord", **PATIENCE}, **options
    )
    made.dialect.dbapi_exception_translation_map = {ReadOnlySqlTransaction.__name__: OperationalError.__name__}
    event.listen(made, "handle_error", _leave_the_read_only)
    # Before SQLAlchemy looks at a first connection: it remembers the isolation level, and sets that again after each autocommit.
    event.listen(made, "connect", _say_first_words, insert=True)
    return made


@lru_cache
def engine() -> Engine:
    """Return this process's engine. Times are UTC on every connection."""
    return new_engine(
        pool_size=get_settings().database_pool_size,
        max_overflow=10,
        pool_timeout=5,
        pool_pre_ping=False,
        hide_parameters=True,  # what a statement was given stays out of error messages, and so out of the logs
    )


def _leave_the_read_only(context: ExceptionContext) -> None:
    """Have all connections made anew: a session that began when the database could only be read may stay so for good."""
    if isinstance(context.original_exception, ReadOnlySqlTransaction):
        context.is_disconnect = True


def _say_first_words(connection: psycopg.Connection[Any], _record: object) -> None:
    connection.autocommit = True
    connection.execute(first_words())
    connection.autocommit = False


@lru_cache
def _session_factory() -> sessionmaker[Session]:
    return sessionmaker(engine(), expire_on_commit=False)


def new_session() -> Session:
    """Return a session; the caller closes it."""
    return _session_factory()()


@contextmanager
def unit_of_work() -> Iterator[Session]:
    """Give a session, commit it once at the end, roll back on any error (but one that `keeps_writes`)."""
    with new_session() as session:
        try:
            yield session
            failpoints.reach("unit.before-commit")
            session.commit()
            failpoints.reach("unit.committed")
        except psycopg.Error as error:
            # A statement that went to the driver directly (see below): everybody above catches one kind, SQLAlchemy's.
            if isinstance(error, ReadOnlySqlTransaction):
                session.invalidate()
                engine().dispose(close=False)  # the others of that time, too; whoever has one in hand keeps it
            else:
                session.rollback()
            raise DBAPIError.instance(None, None, error, psycopg.Error, dialect=engine().dialect) from error
        except BaseException as error:
            if isinstance(error, BankError) and error.keeps_writes:
                session.commit()
            else:
                session.rollback()
            raise


def driver_connection(session: Session) -> psycopg.Connection[tuple[object, ...]]:
    """Return the psycopg connection of the session's own transaction, for the set-based statements that money moves by."""
    session.flush()
    connection = session.connection().connection.driver_connection
    assert isinstance(connection, psycopg.Connection)
    return connection


# A row gets its id a moment before or after its time, and clocks differ: the ends of a period are looked for further out.
SLACK: Final = timedelta(minutes=1)
_IDS_NEAR_ENOUGH = 1_000  # reading so many rows costs less than looking for their middle


def ids_of_period(
    session: Session,
    number: InstrumentedAttribute[int],
    at: InstrumentedAttribute[datetime],
    since: datetime | None,
    until: datetime | None,
) -> tuple[int, int]:
    """Return the lowest and the highest id that rows of a period can have: a period without rows has ids all the same.

    For tables that only grow and whose ids are in order of time: they need no index on times, because they can be searched by
    halves. The ids are a little further apart than the period, so a query still has to say which times it wants. Where a clock
    was wrong by more than `SLACK` some rows may be missed: not for anything that must be complete.
    """
    first, last = session.execute(select(func.min(number), func.max(number))).one()
    if first is None:
        return 1, 0
    lowest = first if since is None else _first_id(session, number, at, since, SLACK, first, last)
    highest = last if until is None else _first_id(session, number, at, until, -SLACK, lowest, last)
    return lowest, highest


def _first_id(
    session: Session,
    number: InstrumentedAttribute[int],
    at: InstrumentedAttribute[datetime],
    instant: datetime,
    slack: timedelta,
    first: int,
    last: int,
) -> int:
    """Return about the first id whose row's time is the instant less the slack, or later; for a negative slack one above it."""
    while last - first > _IDS_NEAR_ENOUGH:
        middle = (first + last) // 2
        later = session.scalars(select(at).where(number >= middle).order_by(number).limit(1)).one()
        if later + slack < instant:  # the instant may be the calendar's first or last, and has nothing to give or take
            first = middle + 1
        else:
            last = middle
    return first if slack > timedelta() else last


def forget_engine() -> None:
    """Dispose of the engine, so that the next use makes a new one (after a fork, or for another database in tests)."""
    if engine.cache_info().currsize:
        engine().dispose()
    engine.cache_clear()
    _session_factory.cache_clear()
