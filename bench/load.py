"""HTTP to settled, closed loop: `wrk` asks, every consumer runs, and what counts is rows that are SUCCESS."""

from __future__ import annotations

import os
import re
import secrets
import shutil
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Final

from app.engines import install

from bench import rest
from bench.server import Customer

LUA: Final = Path(__file__).with_name("load.lua")
CATCH_UP_SECONDS_MAX: Final = 120


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
    port: int, customers: Sequence[Customer], *, connections: int, seconds: int, hot: float = 0.0, bulk: int = 1
) -> HttpResult:
    """Send transfers over `connections` for `seconds` and wait until everything is settled and every consumer is done.

    Raises:
        NotHere: there is no `wrk`, and it can't be installed here.
        TimeoutError: the bank doesn't catch up.
    """
    require_wrk()
    before = rest.mark()
    started = time.perf_counter()
    requests, errors = _wrk(port, customers, connections=connections, seconds=seconds, hot=hot, bulk=bulk)
    ended = time.perf_counter()
    rest.wait_until(lambda: rest.pending(before) == 0, CATCH_UP_SECONDS_MAX)
    settled_at = time.perf_counter()
    settled = rest.succeeded(before)
    rest.wait_until_at_rest(before, CATCH_UP_SECONDS_MAX)
    return HttpResult(
        settled_per_second=settled / (settled_at - started),
        accepted_per_second=requests * bulk / (ended - started),
        settled=settled,
        settle_lag_seconds=settled_at - ended,
        catch_up_seconds=time.perf_counter() - ended,
        errors=errors,
    )


def require_wrk() -> None:
    """Install `wrk` if it isn't here.

    Raises:
        NotHere: that isn't ours to do on this machine; the sentence says what is.
    """
    if shutil.which("wrk") is None:
        install.packages(["wrk"], print)


def _wrk(
    port: int, customers: Sequence[Customer], *, connections: int, seconds: int, hot: float, bulk: int
) -> tuple[int, int]:
    """Return how many requests were answered, and how many of them or of their connections went wrong."""
    with NamedTemporaryFile("w", suffix=".txt") as file:
        file.writelines(f"{customer.account_id} {customer.token}\n" for customer in customers)
        file.flush()
        environment = dict(
            os.environ,
            BENCH_CUSTOMERS=file.name,
            BENCH_BULK=str(bulk),
            BENCH_HOT=str(hot),
            BENCH_RUN=secrets.token_hex(6),
        )
        answer = subprocess.run(
            ["wrk", "-t", "1", "-c", str(connections), "-d", f"{seconds}s", "--timeout", "10s", "-s", str(LUA),
             f"http://127.0.0.1:{port}"],
            env=environment, capture_output=True, text=True, check=True,
        )  # fmt: skip
    return read_wrk(answer.stdout)


def read_wrk(output: str) -> tuple[int, int]:
    """Return how many requests wrk says were answered, and how many went wrong: other statuses, broken connections.

    Raises:
        ValueError: it doesn't say.
    """
    requests = re.search(r"(\d+) requests in", output)
    if requests is None:
        raise ValueError(f"wrk said: {output}")
    bad = re.search(r"Non-2xx or 3xx responses: (\d+)", output)
    sockets = re.search(r"Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)", output)
    broken = sum(map(int, sockets.groups())) if sockets else 0
    return int(requests[1]), (int(bad[1]) if bad else 0) + broken
