"""A worker whose broker stays away."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import BACKEND, JWT_SECRET
from tests.embedded.bank import environment, eventually

# Celery's worker, for whom the seconds between two tries are over at once.
_IMPATIENT = """
import kombu.utils.functional
kombu.utils.functional.sleep = lambda seconds: None
from app.celery_app import celery
celery.worker_main(["worker"])
"""


@pytest.mark.slow
class TestAwayForLong:
    """Relay and consumers live in the worker, so it may not end because Celery has tried often enough."""

    def test_more_often_than_celery_would_try(self, database: str, tmp_path: Path) -> None:
        log = tmp_path / "log"
        with (
            log.open("w") as output,
            subprocess.Popen(
                [sys.executable, "-c", _IMPATIENT],
                cwd=BACKEND,
                env=environment(DATABASE_URL=database, JWT_SECRET=JWT_SECRET, RABBITMQ_URL="amqp://127.0.0.1:1/"),
                stdout=output,
                stderr=subprocess.STDOUT,
            ) as worker,
        ):
            try:
                assert eventually(lambda: log.read_text().count("Cannot connect to amqp://") > 150, 30)
                assert worker.poll() is None
            finally:
                worker.kill()
