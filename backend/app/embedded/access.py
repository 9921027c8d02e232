"""The database for a command: that of the running bank, else its own PostgreSQL for as long as the command lasts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from app.embedded.errors import BankAlreadyRunning, HomeError
from app.embedded.home import Home
from app.embedded.postgres import EmbeddedPostgres


@contextmanager
def database(home: Home, *, create: bool = False) -> Iterator[str]:
    """Give the address of the bank's database; a new bank is made only when that is asked for.

    Raises:
        HomeError: there is no bank in the folder, or it can't be used.
        PostgresError: its PostgreSQL doesn't start.
    """
    if not create and not home.exists():
        raise HomeError(f"There is no bank in {home.path} yet: `./nyord up` makes one.")
    with ExitStack() as stack:
        try:
            url = stack.enter_context(EmbeddedPostgres(home)).url
        except BankAlreadyRunning:
            running = home.running()
            if running is None:
                raise
            url = running.database_url
        yield url
