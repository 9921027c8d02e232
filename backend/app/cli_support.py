"""What every command shares: where the bank is, how it answers, and how it fails in one sentence."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, NoReturn

import typer

from app.core.errors import BankError
from app.embedded.errors import EmbeddedError

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from app.embedded.home import Home

ROOT: Final = Path(__file__).resolve().parents[2]
BACKEND: Final = ROOT / "backend"

EXIT_NO: Final = 1  # the answer is no, or it didn't work; 2 is for wrong usage

Data = Annotated[
    Path | None,
    typer.Option(
        "--data",
        metavar="DIR",
        help="The bank's data folder. Default: your user's, or the database that DATABASE_URL names.",
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Answer in JSON.")]


def home_at(data: Path | None) -> Home:
    """Return the data folder that a command means."""
    from app.embedded.home import Home, default_path

    return Home(data or default_path())


def external_url(data: Path | None) -> str:
    """Return DATABASE_URL when the command means that database: `--data` names an embedded one and goes before it."""
    if data is not None or not {"DATABASE_URL", "DATABASE_URL_FILE"} & os.environ.keys():
        return ""
    from app.config import environment_value

    return environment_value("DATABASE_URL")


def children_environment(home: Home, port: int, *, embedded: bool) -> dict[str, str]:
    """Return what gateway and worker are told: our own environment, and what an embedded bank settles by itself.

    The database's address is added once its PostgreSQL is up, and the secrets once the folder is ours.
    """
    here = f"http://localhost:{port},http://127.0.0.1:{port}"
    profile = {"NYORD_DATA": str(home.path)} if embedded else {}
    return {
        "FRONTEND_URL": here,
        "JWT_ALGORITHM": "HS256",
        **os.environ,
        **profile,
        "LOG_FORMAT": "json",
        "PYTHONPATH": str(BACKEND),
        "PYTHONUNBUFFERED": "1",
        "MALLOC_ARENA_MAX": "2",  # glibc keeps an arena per thread; two save a third of a Python process's memory
    }


@contextmanager
def bank_url(data: Path | None, *, create: bool = False) -> Iterator[str]:
    """Give the address of the database that a command means, running while the block lasts."""
    if url := external_url(data):
        yield url
        return
    from app.embedded.access import database

    with database(home_at(data), create=create) as url:
        yield url


@contextmanager
def bank_settings(data: Path | None, *, create: bool = False) -> Iterator[None]:
    """Make the settings of this process those of the bank that a command means.

    Raises:
        ConfigurationError: DATABASE_URL is none that PostgreSQL can read.
    """
    from app.config import get_settings

    external = external_url(data)
    with bank_url(data, create=create) as url:
        os.environ["DATABASE_URL"] = url
        if not external:
            os.environ["JWT_SECRET"] = home_at(data).secrets().jwt_secret
        get_settings.cache_clear()
        if external:
            from app.engines.check import require_database_address

            require_database_address(get_settings())
        _quiet_logs()
        yield


def _quiet_logs() -> None:
    """Keep standard output for answers: what goes wrong is logged to standard error, the rest isn't."""
    import structlog

    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.KeyValueRenderer(key_order=["level", "event"]),
        ],
        wrapper_class=structlog.make_filtering_bound_logger("warning"),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


@contextmanager
def bank_session(data: Path | None) -> Iterator[Session]:
    """Give a session on the bank that a command means, committed at the end of the block."""
    with bank_settings(data):
        from app import models  # noqa: F401  (a relation names its other table's class)
        from app.database import forget_engine, unit_of_work

        try:
            with unit_of_work() as session:
                yield session
        finally:
            forget_engine()  # PostgreSQL stops sooner without our connections


def answer(as_json: bool, facts: Any, sentence: str) -> None:
    """Print the answer of a command: the facts for a program, or the sentence for a person."""
    print(json.dumps(facts, default=str) if as_json else sentence, flush=True)


def fail(sentence: str) -> NoReturn:
    """End the command with one sentence on standard error and exit code 1."""
    print(f"nyord: {sentence}", file=sys.stderr, flush=True)
    raise SystemExit(EXIT_NO)


def in_one_sentence(command: Callable[[], object]) -> None:
    """Run the command line; whatever can be expected to go wrong becomes one sentence, never a traceback."""
    try:
        command()
    except BankError as error:
        fail(error.detail)
    except EmbeddedError as error:
        fail(str(error))
    except KeyboardInterrupt:
        fail("Stopped.")
    except Exception as error:
        if sentence := _configuration_sentence(error) or _database_sentence(error):
            fail(sentence)
        raise


# The next two ask for a module's errors only if it was loaded: `nyord --help` shouldn't wait for a database driver.


def _configuration_sentence(error: Exception) -> str:
    if "app.config" not in sys.modules:
        return ""
    from app.config import ConfigurationError

    return str(error) if isinstance(error, ConfigurationError) else ""


def _database_sentence(error: Exception) -> str:
    """Return what a database error means to an operator; empty for any other error."""
    if "sqlalchemy" in sys.modules:
        from sqlalchemy.exc import DBAPIError

        if isinstance(error, DBAPIError) and error.orig is not None:
            error = error.orig
    if "psycopg" not in sys.modules:
        return ""
    import psycopg

    reason = str(error).strip().splitlines()[0].rstrip(".") if str(error).strip() else type(error).__name__
    if isinstance(error, psycopg.errors.UndefinedTable | psycopg.errors.UndefinedColumn):
        return f"The database lacks what this version needs ({reason}): run `./nyord migrate` first."
    if isinstance(error, psycopg.errors.InsufficientPrivilege | psycopg.errors.InvalidSchemaName):
        remedy = "let the role in DATABASE_URL own the bank's tables and their schema"
        if "create extension" in reason:
            remedy = "have its owner say `CREATE EXTENSION pg_trgm` in it once, then run this again"
        return f"The database refuses ({reason}): {remedy}."
    if isinstance(error, psycopg.errors.ReadOnlySqlTransaction):
        return f"The database can only be read ({reason}): let DATABASE_URL name one that can be written to."
    if isinstance(error, psycopg.OperationalError):
        return f"The database can't be reached ({reason}): check DATABASE_URL, or start the bank with `./nyord up`."
    return ""
