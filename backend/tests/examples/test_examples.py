"""Guarantee: the programs of docs/examples do what they say against a real gateway and a real broker."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from app.broker.connection import lengths
from app.broker.runner import BrokerRunner
from app.consumers import consumers
from app.web import node
from app.web.build import install_packages
from app.web.errors import BuildFailed
from tests.bank import Bank
from tests.conftest import BACKEND
from tests.events.conftest import count
from tests.events.test_runner import eventually
from tests.serving import serving

EXAMPLES = BACKEND.parent / "docs" / "examples"


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the examples with the packages of their lock."""
    folder = tmp_path_factory.mktemp("examples") / "examples"
    shutil.copytree(EXAMPLES, folder, ignore=shutil.ignore_patterns("node_modules"))
    try:
        install_packages(print, folder)
    except BuildFailed as error:
        if os.environ.get("CI", "").lower() in ("true", "1"):
            raise
        pytest.skip(str(error))
    return folder


@pytest.fixture
def worker(bank: Bank, rabbitmq_vhost: str) -> Iterator[str]:
    """The bank's worker on a broker; the value is the broker's address."""
    runner = BrokerRunner(rabbitmq_vhost, consumers())
    runner.start()
    admin = bank.admin()
    assert eventually(lambda: admin.get("/admin/audit").json()["items"] != [], 30), "every queue is bound by now"
    yield rabbitmq_vhost
    runner.stop()


@pytest.fixture
def publish(installed: Path, worker: str) -> Callable[..., None]:
    """Publish a transfer event as the example does."""

    def run(key: str = "transaction.initiated", **data: Any) -> None:
        done = subprocess.run(
            [node.node(), "publish-transfer.js", json.dumps(data)],
            cwd=installed,
            env={**os.environ, "RABBITMQ_URL": worker, "ROUTING_KEY": key},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert (done.returncode, done.stdout) == (0, f"published {key}\n"), done.stderr

    return run


class TestWebSocketClient:
    """C1, S72: the specification's JavaScript client."""

    def test_it_hears_of_a_transfer(
        self, bank: Bank, gateway: Any, worker: str, installed: Path, tmp_path: Path
    ) -> None:
        meera, arjun = bank.customer(500_00), bank.customer()
        console = tmp_path / "console.txt"
        with serving(bank, gateway) as address, console.open("wb") as output:
            client = subprocess.Popen(
                [node.node(), "ws-client.js"],
                cwd=installed,
                env={**os.environ, "NYORD": f"ws://{address}", "TOKEN": meera.token},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )
            try:
                assert eventually(lambda: "open" in console.read_text(), 30), console.read_text()
                assert meera.send(arjun, 150, key="abc-123").status_code == 201
                assert eventually(lambda: '"type":"transaction.success"' in console.read_text(), 30), (
                    console.read_text()
                )
                assert '"type":"notification"' in console.read_text()
                client.send_signal(signal.SIGINT)
                assert client.wait(20) == 0
                assert "closed 1005" in console.read_text()
            finally:
                client.kill()
                client.wait()

    def test_a_bad_token_is_told_why(self, bank: Bank, gateway: Any, installed: Path) -> None:
        with serving(bank, gateway) as address:
            done = subprocess.run(
                [node.node(), "ws-client.js"],
                cwd=installed,
                env={**os.environ, "NYORD": f"ws://{address}", "TOKEN": "nonsense"},
                capture_output=True,
                text=True,
                check=False,
                timeout=60,
            )
        assert "closed 4401" in done.stdout


class TestPublisher:
    """C1, C4: a foreign message moves no money, under whichever name it comes, and crashes nothing."""

    def test_what_repeats_an_accepted_transfer_is_acknowledged(
        self, bank: Bank, publish: Callable[..., None], worker: str
    ) -> None:
        meera, arjun = bank.customer(500_00), bank.customer()
        sent = meera.send(arjun, 150, key="abc-123").json()
        assert eventually(lambda: bank.status(sent["transaction_id"]) == "SUCCESS", 30)
        for name in ("transaction.initiated", "transfer.initiated", "transfer.requested"):
            publish(
                name, src_account=meera.account, dest_account=arjun.account, amount=150.0, idempotency_key="abc-123"
            )
        assert eventually(lambda: not any(lengths(worker, list(consumers())).values()), 30)
        assert (meera.balance(), arjun.balance(), count("dead_letters")) == (350.0, 150.0, 0)
        assert bank.findings() == []

    def test_what_the_api_never_saw_is_a_dead_letter_without_its_secrets(
        self, bank: Bank, publish: Callable[..., None]
    ) -> None:
        meera, arjun, admin = bank.customer(500_00), bank.customer(), bank.admin()
        publish(
            src_account=meera.account, dest_account=arjun.account, amount=150.0, idempotency_key="abc-123", pin="4711"
        )
        assert eventually(lambda: count("dead_letters") == 1, 30)
        [letter] = admin.get("/admin/dead-letters").json()["items"]
        assert (letter["queue"], letter["topic"]) == ("banking.transactions", "transaction.initiated")
        assert letter["event"]["data"]["pin"] == "•••"
        assert letter["event"]["data"]["idempotency_key"] == "abc-123"
        assert "4711" not in json.dumps(letter)
        assert (meera.balance(), arjun.balance()) == (500.0, 0.0)


class TestLock:
    def test_no_address_of_a_registry_is_written_down(self) -> None:
        lock = json.loads((EXAMPLES / "package-lock.json").read_text())
        assert all("resolved" not in package for package in lock["packages"].values())
