"""The same bank on PostgreSQL 15, RabbitMQ, Redis and Elasticsearch: nothing differs but URLs, and who wakes the worker."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from sqlalchemy import text

from app.broker.runner import BrokerRunner
from app.config import get_settings
from app.consumers import consumers
from app.database import unit_of_work
from app.enquiries import rebuild
from app.torture.audit import on_its_way
from tests.bank import Bank, without_index
from tests.conftest import migrate
from tests.embedded.bank import eventually
from tests.engine_fixtures import own_database, own_vhost, url_of

SETTLED_WITHIN_SECONDS: Final = 60


class BankOnEngines(Bank):
    """A bank whose worker runs beside the test, as it does in production."""

    def settle(self) -> None:
        """Wait until the worker has nothing left to do."""
        assert eventually(lambda: waiting() == 0, SETTLED_WITHIN_SECONDS), f"{waiting()} bundles still wait"


def waiting() -> int:
    """How many bundles aren't published, or not handled by a queue that wants them."""
    with unit_of_work() as session:
        return on_its_way(session, after=0)


@contextmanager
def working() -> Iterator[None]:
    """Run the threads of a worker on the bank's broker. Nothing rests to let a crowd grow: a test is none.

    As in the embedded bank's tests nothing is indexed: `tests/enquiries` looks into the index, on either engine.
    """
    known = {queue: one._replace(linger_seconds=0.0) for queue, one in without_index(consumers()).items()}
    rebuild.build_missing()
    runner = BrokerRunner(get_settings().events_broker_url, known)
    runner.start()
    try:
        yield
    finally:
        with unit_of_work() as session:  # heard in a moment: the relay stops as soon as it is woken
            runner.stop(0)
            session.execute(text("NOTIFY outbox"))
        runner.stop()


@contextmanager
def own_engines(folder: Path) -> Iterator[dict[str, str]]:
    """Make a migrated database, a virtual host, and names of one's own on the run's engines; the bank's settings for them."""
    name = f"acceptance_{os.getpid()}"
    with own_database(name) as url, own_vhost(folder) as vhost:
        settings = {
            "url": url,
            "rabbitmq_url": vhost,
            "redis_url": url_of("redis").rstrip("/") + f"/{_redis_number()}",
            "search_url": url_of("elasticsearch"),
            "search_prefix": f"{name}-",
        }
        migrate(**settings)
        yield settings


def _redis_number() -> int:
    """Each of the run's processes has a database of Redis to itself: sessions of two banks may have the same ids."""
    return 1 + int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
