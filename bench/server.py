"""A fresh bank for one run: its own PostgreSQL with the bank's own settings, people with money, gateway and worker."""

from __future__ import annotations

import os
import re
import secrets
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

import psycopg
from alembic import command
from alembic.config import Config
from app import config
from app.database import forget_engine, unit_of_work
from app.embedded import commands as processes
from app.embedded import network
from app.embedded.binaries import binary, ends_with_parent
from app.embedded.home import Home
from app.embedded.postgres import EmbeddedPostgres

BACKEND = Path(__file__).parents[1] / "backend"
PGBENCH_SCALE = 10
PGBENCH_CLIENTS = 8
READY_SECONDS = 90  # on a busy machine; an idle one takes two

CUSTOMERS = 1_000

# The bank as it is delivered, but for the two limits that exist to stop exactly this kind of load, and for tokens that
# outlive the run.
LOAD_SETTINGS = {
    "RATE_LIMIT_ENABLED": "false",
    "TRANSACTIONS_PER_MINUTE_MAX": "0",
    "ACCESS_TOKEN_SECONDS": "86400",
}


@dataclass
class Server:
    """The run's PostgreSQL: `url` is the bank's database, `pgbench_url` another one beside it."""

    url: str
    pgbench_url: str

    def pgbench(self, seconds: int) -> float:
        """Return pgbench's TPC-B transactions a second: 8 clients, prepared statements."""
        answer = subprocess.run(
            [binary("pgbench"), "-n", "-c", str(PGBENCH_CLIENTS), "-j", "2", "-M", "prepared", "-T", str(seconds),
             self.pgbench_url],
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        found = re.search(r"tps = ([0-9.]+)", answer.stdout)
        assert found, answer.stdout
        return float(found[1])


@contextmanager
def fresh_server() -> Iterator[Server]:
    """Start an empty, migrated bank's PostgreSQL with pgbench's tables beside it; point this process's app at it."""
    with (
        TemporaryDirectory(prefix="nyord-bench-") as folder,
        EmbeddedPostgres(Home(Path(folder) / "bank")) as postgres,
        prepared(postgres.url, {"NYORD_DATA": folder, "JWT_SECRET": secrets.token_hex(32)}) as server,
    ):
        yield server


@contextmanager
def prepared(url: str, settings: Mapping[str, str]) -> Iterator[Server]:
    """Migrate an empty database, put pgbench's tables beside it, and point this process's app at it for the block."""
    server = Server(url, urlsplit(url)._replace(path="/pgbench").geturl())
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE DATABASE pgbench")
    subprocess.run(
        [binary("pgbench"), "-i", "-q", "-s", str(PGBENCH_SCALE), server.pgbench_url], capture_output=True, check=True
    )
    before = dict(os.environ)
    os.environ.update({**LOAD_SETTINGS, **settings, "DATABASE_URL": url})
    config.get_settings.cache_clear()
    forget_engine()
    try:
        command.upgrade(Config(BACKEND / "alembic.ini"), "head")
        yield server
    finally:
        forget_engine()
        os.environ.clear()
        os.environ.update(before)
        config.get_settings.cache_clear()


@dataclass
class Customer:
    """Somebody who can send money: the token they ask with and the account they pay from."""

    user_id: int
    account_id: int
    ledger_account_id: int
    token: str


def open_customers(count: int, balance_minor: int = 10**12) -> list[Customer]:
    """Open customers with an account and money each, through the services but for the passwords nobody needs."""
    from app.accounts import service as accounts
    from app.accounts.models import AccountType
    from app.identity.models import User
    from app.identity.sessions import Device, open_session
    from app.ledger.models import LedgerKind
    from app.transactions import requests

    made: list[Customer] = []
    with unit_of_work() as session:
        for number in range(count):
            name = f"load{number}"
            user = User(username=name, email=f"{name}@example.com", hashed_password="!", kyc_approved=True)
            session.add(user)
            session.flush()
            grant = open_session(session, user=user, device=Device(ip="127.0.0.1", user_agent="bench"))
            account = accounts.request_account(
                session, user_id=user.id, account_type=AccountType.CURRENT, kyc_approved=True
            )
            accounts.decide(session, account_id=account.id, admin_id=None, action="approve")
            requests.adjust_balance(
                session, admin_id=None, account_id=account.id, amount_minor=balance_minor, credit=True,
                reason="for the load", counterpart=LedgerKind.OPENING,
            )  # fmt: skip
            made.append(Customer(user.id, account.id, account.ledger_account_id, grant.access_token))
    return made


@contextmanager
def running_bank(*, beat: bool = False) -> Iterator[int]:
    """Run gateway and worker as `nyord up` does, on RabbitMQ with the schedule beside them; give the gateway's port."""
    environment = dict(os.environ, PYTHONPATH=str(BACKEND))
    with network.listen("127.0.0.1", 0) as listener:
        port = int(listener.getsockname()[1])
        gateway, others = processes.gateway(listener.fileno()), [processes.worker("worker")]
        others += [processes.beat()] if beat else []
        children = [
            subprocess.Popen(
                ends_with_parent(line, "TERM"), cwd=BACKEND, env=environment,
                pass_fds=[listener.fileno()] if line is gateway else [],
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            )
            for line in (gateway, *others)
        ]  # fmt: skip
    try:
        wait_until_alive(port)
        yield port
    finally:
        for child in children:
            child.send_signal(signal.SIGTERM)
        for child in children:
            with suppress(subprocess.TimeoutExpired):
                child.wait(20)
            child.kill()


def wait_until_alive(port: int) -> None:
    """Return when the gateway answers.

    Raises:
        TimeoutError: it didn't within `READY_SECONDS`.
    """
    until = time.monotonic() + READY_SECONDS
    while time.monotonic() < until:
        with suppress(OSError):
            urllib.request.urlopen(f"http://127.0.0.1:{port}/health/live", timeout=1)
            return
        time.sleep(0.02)
    raise TimeoutError(f"The gateway didn't answer on port {port} within {READY_SECONDS} seconds.")


def free_port() -> int:
    """Return a loopback port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def findings() -> list[str]:
    """Return what `verify` finds wrong with the books."""
    from app.checks import verify

    with unit_of_work() as session:
        return [finding.text for finding in verify(session).findings]
