"""The commands that work on the database itself: migrations, psql, dump and restore."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Sequence
from urllib.parse import unquote, urlsplit, urlunsplit

from app.cli_support import BACKEND
from app.embedded import schema


def upgrade() -> None:
    """Bring the database of this process's settings to the newest migration; all or none, but for what `autocommit_block` splits.

    Raises:
        PostgresError: a newer program has already changed its tables.
    """
    if schema.is_current(BACKEND / "migrations" / "versions", current_revision() or ""):
        return
    from alembic import command
    from alembic.config import Config

    command.upgrade(Config(str(BACKEND / "alembic.ini")), "head")


def current_revision() -> str | None:
    """Return the migration at which the database stands."""
    from alembic.migration import MigrationContext

    from app.database import engine, forget_engine

    try:
        with engine().connect() as connection:
            return MigrationContext.configure(connection).get_current_revision()
    finally:
        forget_engine()


def fill_with_demo() -> list[dict[str, str]]:
    """Make the demo bank in this process's database; return who may sign in, nobody if it has other users."""
    from app.database import forget_engine, unit_of_work
    from app.demo.service import seed_demo, settle_in

    upgrade()
    try:
        with unit_of_work() as session:
            logins = seed_demo(session)
        if logins:
            settle_in()
    finally:
        forget_engine()
    return [login._asdict() for login in logins]


def run_client(name: str, url: str, arguments: Sequence[str], *, embedded: bool) -> int:
    """Run one of PostgreSQL's own clients, such as psql, on a database and return its exit code.

    The password travels in the environment, where `ps` can't show it.

    Raises:
        PostgresError: neither this machine nor the bank has one.
    """
    from app.embedded.binaries import binary
    from app.embedded.errors import PostgresError

    parts = urlsplit(url)
    user, _, host = parts.netloc.rpartition("@")
    login, _, password = user.partition(":")
    address = urlunsplit(parts._replace(scheme="postgresql", netloc=f"{login}@{host}" if login else host))
    environment = {**os.environ, **({"PGPASSWORD": unquote(password)} if password else {})}
    # An embedded database speaks the wheel's version; another one may want TLS, which only the system's clients can.
    program = None if embedded else shutil.which(name)
    if program is None:
        try:
            program = binary(name)
        except PostgresError:
            raise PostgresError(
                f"There is no {name} here: install PostgreSQL's clients, or run this where they are."
            ) from None
    # Ctrl-C belongs to the client (psql cancels a query); we wait for its end.
    previous = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        return subprocess.run(
            [program, f"--dbname={address}", *arguments],
            env=environment,
            check=False,
            umask=0o077,  # what pg_dump writes is the whole bank: nobody else's to read
        ).returncode
    finally:
        signal.signal(signal.SIGINT, previous)
