"""One transfer, one trace, through every process that has a part in it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from fastapi.testclient import TestClient

from app import config
from app.embedded.network import answers
from app.telemetry import spans
from app.telemetry.context import context_of
from tests.bank import Bank
from tests.conftest import BACKEND, JWT_SECRET
from tests.embedded.bank import eventually, free_port
from tests.telemetry.collector import Collector, Span, collecting

pytestmark = pytest.mark.slow

TRACE, CALLER = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
HEADERS = {"traceparent": f"00-{TRACE}-{CALLER}-01"}


@pytest.fixture
def collector() -> Iterator[Collector]:
    with collecting() as made:
        yield made


@pytest.fixture
def traced(database: str, gateway: Any, collector: Collector, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    """A gateway that exports; what it has to say has arrived once the block is left."""
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url)
    config.get_settings.cache_clear()
    with TestClient(gateway) as api:
        assert spans.is_on()
        yield api


def named(trace: list[Span], name: str) -> list[Span]:
    return [span for span in trace if span.name == name]


WHOLE = {"accept", "relay", "settle", "notify", "push"}


def arrived(collector: Collector, trace_id: str, names: set[str]) -> list[Span]:
    """Return a trace once it has spans of all these names (the socket hears of a push a moment before its span is made)."""
    until = time.monotonic() + 20
    while True:
        exporter = spans._Switch.exporter
        assert exporter is not None
        exporter._processor.force_flush()
        trace = collector.traces().get(trace_id, [])
        if names <= {span.name for span in trace}:
            return trace
        assert time.monotonic() < until, sorted({span.name for span in trace})
        time.sleep(0.05)


def send(bank: Bank, **headers: str) -> str:
    """Make one transfer between two connected people, have it settled and pushed; return its request id."""
    ravi, asha = bank.customer(balance=100_00), bank.customer()
    bank.settle()  # so that nobody has other news
    with bank.api.websocket_connect(f"/ws?token={asha.token}") as socket:
        answer = ravi.post(
            "/transactions/initiate",
            {"src_account": ravi.account, "dest_account": asha.account, "amount": 12.5},
            **headers,
        )
        assert answer.status_code == 201
        bank.settle()
        assert socket.receive_json()["type"] == "notification"
        assert socket.receive_json()["type"] == "transaction.success"
    return str(answer.headers["x-request-id"])


class TestOneTransfer:
    """HTTP, outbox, bus, consumers, socket: the spans of a transfer are one trace."""

    def test_with_the_callers_traceparent(self, traced: TestClient, collector: Collector) -> None:
        request_id = send(Bank(traced), **HEADERS)
        trace = arrived(collector, TRACE, WHOLE)
        [accept] = named(trace, "accept")
        assert accept.parent_id == CALLER
        assert accept.span_id == f"{context_of(request_id).span_id:016x}"
        assert accept.attributes["http.response.status_code"] == "201"
        assert {span.parent_id for span in trace if span is not accept} == {accept.span_id}
        topics = {span.attributes["messaging.topic"] for span in named(trace, "relay")}
        assert topics >= {"transfer.initiated", "transfer.completed"}
        assert len({span.span_id for span in trace}) == len(trace)
        assert all(span.began <= span.ended for span in trace)

    def test_without_one_the_request_id_is_the_trace(self, traced: TestClient, collector: Collector) -> None:
        request_id = send(Bank(traced))
        trace = arrived(collector, f"{context_of(request_id).trace_id:032x}", WHOLE)
        assert [span.parent_id for span in named(trace, "accept")] == [""]

    def test_a_caller_who_doesnt_record_isnt_recorded(self, traced: TestClient, collector: Collector) -> None:
        bank = Bank(traced)
        send(bank, traceparent=f"00-{TRACE}-{CALLER}-00")
        recorded = send(bank)
        arrived(collector, f"{context_of(recorded).trace_id:032x}", WHOLE)
        assert TRACE not in collector.traces()

    def test_the_ordinary_way_is_traced_too(self, traced: TestClient, collector: Collector) -> None:
        bank = Bank(traced)
        person = bank.customer()
        traced.get("/accounts/me", headers=person.headers | HEADERS)
        [span] = arrived(collector, TRACE, {"GET /accounts/me"})
        assert (span.name, span.parent_id, span.service) == ("GET /accounts/me", CALLER, "nyord-gateway")


class TestNothingIsPaidWhenUnset:
    """Without an endpoint nothing is loaded."""

    def test_the_libraries_stay_on_the_disk(self) -> None:
        large = "('opentelemetry.sdk', 'opentelemetry.exporter', 'requests')"
        code = f"import sys, app.main, app.celery_app; print([m for m in sys.modules if m.startswith({large})])"
        environment = {"DATABASE_URL": "postgresql://nobody@/nowhere", "JWT_SECRET": "x" * 40, "PATH": "/usr/bin:/bin"}
        command = [sys.executable, "-c", code]
        done = subprocess.run(command, check=False, cwd=BACKEND, env=environment, capture_output=True, text=True)
        assert (done.stdout.strip(), done.stderr) == ("[]", "")

    def test_off_is_the_default(self, bank: Bank) -> None:
        assert not spans.is_on()


@pytest.mark.slow
class TestProcesses:
    """A gateway and a worker of their own: one trace still."""

    def test_one_transfer_through_both(self, database: str, collector: Collector, tmp_path: Path) -> None:
        port = free_port()
        environment = {
            **os.environ, "DATABASE_URL": database, "JWT_SECRET": JWT_SECRET, "OTEL_BSP_SCHEDULE_DELAY": "200",
            "OTEL_EXPORTER_OTLP_ENDPOINT": collector.url, "SEARCH_FOLDER": str(tmp_path),
        }  # fmt: skip
        commands = [
            ["uvicorn", "app.main:app", "--port", str(port), "--log-level", "warning"],
            ["celery", "-A", "app.celery_app", "worker", "--pool", "threads"],
        ]
        bank = Bank(httpx2.Client(base_url=f"http://127.0.0.1:{port}"))  # type: ignore[arg-type]
        ravi, asha = bank.customer(balance=100_00), bank.customer()
        processes = [
            subprocess.Popen(
                [sys.executable, "-m", *command], cwd=BACKEND, env=environment, stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            )
            for command in commands
        ]  # fmt: skip
        try:
            assert eventually(lambda: answers("127.0.0.1", port, "/health/ready"), seconds=90)
            assert ravi.send(asha, 1, key="k").status_code == 201
            request = {"src_account": ravi.account, "dest_account": asha.account, "amount": 2}
            assert ravi.post("/transactions/initiate", request, **HEADERS).status_code == 201
            wanted = {("accept", "nyord-gateway"), ("relay", "nyord-worker"), ("settle", "nyord-worker")}
            wanted.add(("notify", "nyord-worker"))

            def found() -> bool:
                return wanted <= {(one.name, one.service) for one in collector.traces().get(TRACE, [])}

            assert eventually(found, seconds=90), collector.traces().get(TRACE)
        finally:
            for process in processes:
                process.terminate()
            for process in processes:
                process.wait(30)
