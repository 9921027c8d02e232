"""S179: every command of the specification works as printed, on real engines, and shows what the runbook says it shows."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import amqp
import psycopg
import pytest

from app.broker.connection import connected, declare
from app.broker.topology import topology
from app.consumers import consumers
from app.engines.folder import Room
from app.engines.rabbitmq import RabbitEngine
from tests.conftest import BACKEND, JWT_SECRET
from tests.embedded.bank import command, environment, eventually
from tests.engine_fixtures import vhost

PAGE = (BACKEND.parent / "docs" / "operations" / "debugging.md").read_text()

ACTIVE = """SELECT pid, now() - pg_stat_activity.query_start AS duration, query
FROM pg_stat_activity
WHERE state = 'active' AND query NOT ILIKE '%pg_stat_activity%';"""
LOCKS = "SELECT * FROM pg_locks pl JOIN pg_stat_activity pa ON pa.pid = pl.pid;"


@pytest.fixture
def rabbitmqctl(rabbitmq_url: str, engines_folder: Path) -> Iterator[Callable[[str], str]]:
    """Run a command as printed on a broker whose bank lives where RabbitMQ's tools look: in the virtual host `/`."""
    engine = RabbitEngine(Room(engines_folder, "rabbitmq"), print)
    with vhost(engines_folder, "/"):
        url = rabbitmq_url.rpartition("/")[0] + "/%2F"
        with connected(url, "test") as connection:
            declare(connection, topology(consumers().values()))
            connection.channel().basic_publish_confirm(_message(), exchange="", routing_key="banking.audit")

        def run(printed: str) -> str:
            assert printed in PAGE
            variables = engine.environment(engine.room.state())
            path = "/usr/lib/rabbitmq/bin:" + variables.get("PATH", os.defpath)
            done = subprocess.run(
                printed, shell=True, env={**variables, "PATH": path}, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                check=False,
            )  # fmt: skip
            assert done.returncode == 0, done.stdout + done.stderr
            return done.stdout

        yield run


def _message() -> object:
    return amqp.Message("{}", delivery_mode=2)


class TestRabbitMQ:
    """S179.1, S179.2. One test, because there is one virtual host `/`, and tests run beside each other."""

    def test_as_printed(self, rabbitmqctl: Callable[[str], str]) -> None:
        def rows() -> dict[str, list[str]]:
            said = rabbitmqctl("rabbitmqctl list_queues name messages_ready messages_unacknowledged")
            return {line.split("\t")[0]: line.split("\t")[1:] for line in said.splitlines() if line.count("\t") == 2}

        assert {"banking.transactions", "banking.transactions.dlq", "banking.notifications"} <= rows().keys()
        assert "banking.events\ttopic" in rabbitmqctl("rabbitmqctl list_exchanges")
        said = rabbitmqctl("rabbitmqctl list_bindings")
        assert re.search(r"banking\.events\texchange\tbanking\.transactions\tqueue\ttransaction\.initiated", said)
        # A quorum queue tells its numbers every few seconds.
        assert eventually(lambda: rows()["banking.audit"] == ["1", "0"], 30)


@pytest.fixture
def celery(fresh_database: Callable[[], str], rabbitmq_vhost: str, tmp_path: Path) -> Iterator[Callable[[str], str]]:
    """Run a command as printed, from the project's folder, beside one worker."""
    settings = environment(
        DATABASE_URL=fresh_database(),
        RABBITMQ_URL=rabbitmq_vhost,
        JWT_SECRET=JWT_SECRET,
        SEARCH_FOLDER=str(tmp_path / "search"),
        PATH=f"{Path(sys.executable).parent}:{os.environ['PATH']}",
    )
    with (tmp_path / "worker.txt").open("wb") as output:
        worker = subprocess.Popen(
            command("worker"),
            env=settings,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )

    def run(printed: str) -> str:
        assert printed in PAGE
        done = subprocess.run(
            printed, shell=True, cwd=BACKEND, env=settings, stdin=subprocess.DEVNULL, capture_output=True, text=True,
            check=False,
        )  # fmt: skip
        return done.stdout + done.stderr if done.returncode else done.stdout

    assert eventually(lambda: "1 node online" in run("celery -A app.celery_app status"), 90), (
        tmp_path / "worker.txt"
    ).read_text()
    yield run
    worker.terminate()
    worker.wait(60)


@pytest.mark.slow
class TestCelery:
    """S179.3, S179.4, S179.5."""

    def test_as_printed(self, celery: Callable[[str], str]) -> None:
        assert re.search(r"->  worker-1\.\d+@\S+: OK|worker-1\.\d+@\S+: OK", celery("celery -A app.celery_app status"))
        for question in ("active", "reserved"):
            said = celery(f"celery -A app.celery_app inspect {question}")
            assert "- empty -" in said
            assert "1 node online." in said


class TestPostgreSQL:
    """S179.6, S179.7."""

    def test_what_runs_and_who_waits_for_whom(self, database: str) -> None:
        assert ACTIVE in PAGE
        assert LOCKS in PAGE
        with (
            psycopg.connect(database) as holding,
            psycopg.connect(database) as waiting,
            psycopg.connect(database, autocommit=True) as looking,
        ):
            holding.execute("LOCK TABLE accounts")
            waiting_pid = waiting.info.backend_pid

            stuck = threading.Thread(target=lambda: waiting.execute("SELECT count(*) FROM accounts"))
            stuck.start()
            try:
                assert eventually(lambda: waiting_pid in {row[0] for row in looking.execute(ACTIVE).fetchall()})
                cursor = looking.execute(LOCKS)
                assert cursor.description is not None
                names = [column.name for column in cursor.description]
                pid, granted = names.index("pid"), names.index("granted")
                assert any(row[pid] == waiting_pid and row[granted] is False for row in cursor)
            finally:
                holding.rollback()
                stuck.join()
                waiting.rollback()


class TestOurs:
    """What the runbook says beside."""

    def test_without_engines_it_says_what_to_do(self, tmp_path: Path) -> None:
        done = subprocess.run(
            command("rabbitmqctl", "list_queues"), env=environment(XDG_DATA_HOME=str(tmp_path)), capture_output=True,
            text=True, check=False,
        )  # fmt: skip
        assert (done.returncode, len(done.stderr.strip().splitlines())) == (1, 1)
        assert "start it with `nyord engines up`" in done.stderr

    def test_rabbitmqctl_in_the_bank_s_own_virtual_host(
        self, rabbitmq_url: str, engines_folder: Path, tmp_path: Path
    ) -> None:
        (tmp_path / "nyord-engines").symlink_to(engines_folder)
        with connected(rabbitmq_url, "test") as connection:
            declare(connection, topology(consumers().values()))
        done = subprocess.run(
            command("rabbitmqctl", "list_queues", "name"), env=environment(XDG_DATA_HOME=str(tmp_path)),
            stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert "banking.transactions" in done.stdout.split()

    def test_rabbitmqctl_of_engines_in_a_folder_of_yours(self, rabbitmq_url: str, engines_folder: Path) -> None:
        done = subprocess.run(
            command("rabbitmqctl", "--data", engines_folder, "list_vhosts", "--silent"), env=environment(),
            stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert rabbitmq_url.rpartition("/")[2] in done.stdout.split()
