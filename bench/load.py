"""HTTP to settled, closed loop: `wrk` asks, every consumer runs, and what counts is rows that are SUCCESS."""

from __future__ import annotations

import os
import re
import secrets
import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile

import psycopg

from bench.server import Customer

LUA = Path(__file__).with_name("load.lua")
CATCH_UP_SECONDS_MAX = 120


@dataclass(frozen=True)
class HttpResult:
    """`settled_per_second` counts until the last one was settled; the others may need `catch_up_seconds` more."""

    settled_per_second: float
    accepted_per_second: float
    settled: int
    settle_lag_seconds: float
    catch_up_seconds: float
    errors: int


def http_rate(
    url: str, port: int, customers: list[Customer], *, connections: int, seconds: int, hot: float = 0.0, bulk: int = 1
) -> HttpResult:
    """Send transfers over `connections` for `seconds` and wait until everything is settled and every consumer is done.

    Raises:
        RuntimeError: there is no `wrk`, or the bank doesn't catch up.
    """
    if shutil.which("wrk") is None:
        raise RuntimeError("wrk isn't installed: `apt-get install wrk` (or brew), then run this again.")
    with NamedTemporaryFile("w", suffix=".txt") as file, psycopg.connect(url, autocommit=True) as connection:
        file.writelines(f"{customer.account_id} {customer.token}\n" for customer in customers)
        file.flush()
        before = _count(connection, "SELECT count(*) FROM transactions WHERE status = 'SUCCESS'")
        environment = dict(
            os.environ,
            BENCH_CUSTOMERS=file.name,
            BENCH_BULK=str(bulk),
            BENCH_HOT=str(hot),
            BENCH_RUN=secrets.token_hex(6),
        )
        started = time.perf_counter()
        answer = subprocess.run(
            ["wrk", "-t", "1", "-c", str(connections), "-d", f"{seconds}s", "--timeout", "10s", "-s", str(LUA),
             f"http://127.0.0.1:{port}"],
            env=environment, capture_output=True, text=True, check=True,
        )  # fmt: skip
        ended = time.perf_counter()
        _wait(connection, "SELECT count(*) FROM transactions WHERE status = 'PENDING'")
        settled_at = time.perf_counter()
        settled = _count(connection, "SELECT count(*) FROM transactions WHERE status = 'SUCCESS'") - before
        _wait(connection, "SELECT (SELECT count(*) FROM deliveries) + (SELECT count(*) FROM outbox_unsent)")
        done_at = time.perf_counter()
    requests = re.search(r"(\d+) requests in", answer.stdout)
    bad = re.search(r"Non-2xx or 3xx responses: (\d+)", answer.stdout)
    assert requests, answer.stdout
    return HttpResult(
        settled_per_second=settled / (settled_at - started),
        accepted_per_second=int(requests[1]) * bulk / (ended - started),
        settled=settled,
        settle_lag_seconds=settled_at - ended,
        catch_up_seconds=done_at - ended,
        errors=int(bad[1]) if bad else 0,
    )


def _count(connection: psycopg.Connection[tuple[object, ...]], query: str) -> int:
    row = connection.execute(query.encode()).fetchone()
    assert row
    return int(str(row[0]))


def _wait(connection: psycopg.Connection[tuple[object, ...]], query: str) -> None:
    until = time.monotonic() + CATCH_UP_SECONDS_MAX
    while _count(connection, query) > 0:
        if time.monotonic() > until:
            raise RuntimeError(f"The bank didn't catch up within {CATCH_UP_SECONDS_MAX} seconds.")
        time.sleep(0.02)
