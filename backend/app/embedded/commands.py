"""The short commands that prepare a bank, each in its own process, so that the supervisor stays small."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from app.embedded import schema
from app.embedded.binaries import ends_with_parent
from app.embedded.errors import StartRefused
from app.embedded.home import Home, write_private
from app.embedded.postgres import EmbeddedPostgres
from app.embedded.signals import StopSignals

BACKEND: Final = Path(__file__).resolve().parents[2]

_POLL_SECONDS = 0.2
_CELERY: Final = (sys.executable, "-P", "-m", "celery", "-A", "app.celery_app")


def needs_migration(postgres: EmbeddedPostgres) -> bool:
    """Return whether the embedded database lacks tables of this program.

    Raises:
        PostgresError: a newer program has already changed them.
    """
    known = postgres.scalar("SELECT to_regclass('alembic_version') IS NOT NULL") == "t"
    installed = postgres.scalar("SELECT version_num FROM alembic_version") if known else ""
    return not schema.is_current(BACKEND / "migrations" / "versions", installed)


def migrate(environment: Mapping[str, str], signals: StopSignals) -> None:
    """Bring the database to this program's tables.

    Raises:
        StartRefused: it didn't work; the sentence has the reason.
    """
    _run("migrate", environment, signals)


def offer_demo(home: Home, environment: Mapping[str, str], signals: StopSignals) -> None:
    """Fill an empty bank with the demo people, and remember in the data folder who may sign in.

    Raises:
        StartRefused: it didn't work; the sentence has the reason.
    """
    answer = _run("seed", environment, signals)
    if not signals.stopping():
        try:
            write_private(home.demo_file, json.loads(answer))
        except ValueError:
            raise StartRefused(f"`nyord seed` gave no answer that can be read: {answer[:100]!r}") from None


def _run(command: str, environment: Mapping[str, str], signals: StopSignals) -> str:
    process = subprocess.Popen(
        ends_with_parent([sys.executable, "-P", "-m", "app.cli", command, "--json"], "KILL"),
        env=dict(environment),
        cwd=BACKEND,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        text=True,
    )
    while True:
        try:
            output, complaint = process.communicate(timeout=_POLL_SECONDS)
            break
        except subprocess.TimeoutExpired:
            if signals.stopping():
                process.terminate()
    if process.returncode != 0 and not signals.stopping():
        lines = complaint.strip().splitlines() or ["it said nothing"]
        raise StartRefused(f"`nyord {command}` didn't work: {lines[-1].removeprefix('nyord: ')}")
    return output


def demo_logins(home: Home) -> list[dict[str, str]]:
    """Return who may sign in to the demo bank on this folder; nobody, if it has none."""
    try:
        logins = json.loads(home.demo_file.read_text())["logins"]
        return [{key: str(login[key]) for key in ("username", "password", "role")} for login in logins]
    except (OSError, ValueError, KeyError, TypeError):
        return []


def gateway(listener: int) -> list[str]:
    """Return how a gateway is started: the specified `uvicorn app.main:app`, with its quickest parts.

    `listener` is the socket that it inherits and takes connections from.
    """
    server = [sys.executable, "-P", "-m", "uvicorn", "app.main:app", "--fd", str(listener)]
    # The bank writes its own access log, without query strings: they may carry a socket's token.
    return [
        *server,
        "--http",
        "app.edge.one_write:Protocol",
        "--lifespan",
        "on",  # an error at start is the end, not a gateway without its acceptor
        "--loop",
        "uvloop",
        "--no-access-log",
        "--log-level",
        "warning",
        "--timeout-graceful-shutdown",
        "5",
        "--no-server-header",
        "--no-proxy-headers",  # nobody stands between: a header that says who is asking would be believed otherwise
        "--ws-max-size",
        "65536",  # what a client may say on a socket is a ping
        "--ws-per-message-deflate",
        "false",  # small messages; compressing each costs more than it saves
    ]


def worker(name: str) -> list[str]:
    """Return how a worker is started: the specified `celery -A app.celery_app worker`, which minds its own business."""
    options = ["--hostname", f"{name}@%h", "--pool", "threads", "--concurrency", "2"]
    return [*_CELERY, "worker", *options, "--without-gossip", "--without-mingle", "--without-heartbeat"]


def beat() -> list[str]:
    """Return how the scheduler is started: the specified `celery -A app.celery_app beat`, which leaves no file behind."""
    return [*_CELERY, "beat", "--pidfile="]
