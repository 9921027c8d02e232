"""A broker whose certificate isn't valid any more is away like any other: nothing is lost, and nobody goes on without TLS."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import structlog

from app.broker.runner import BrokerRunner
from app.events.consumer import Consumer
from tests.embedded.bank import free_port
from tests.engines import tls
from tests.engines.certificates import Authority
from tests.events.conftest import Effects, commit, count
from tests.events.test_runner import eventually


class TestExpired:
    """Events wait in the outbox until the certificate is renewed."""

    def test_while_the_bank_runs(
        self,
        queue: Consumer,
        effects: Effects,
        runners: Callable[..., BrokerRunner],
        rabbitmq_vhost: str,
        engines_folder: Path,
        tmp_path: Path,
    ) -> None:
        authority, port = Authority(tmp_path / "own"), free_port()

        with tls.rabbit(rabbitmq_vhost, engines_folder, authority.certificate(), authority, port=port) as url:
            runners(f"{url}?ssl_ca_certs={authority.file}")
            commit(1)
            assert eventually(lambda: effects.seen == [1] and count("outbox_unsent") == 0)

        expired = authority.certificate(days=-1)
        with (
            tls.rabbit(rabbitmq_vhost, engines_folder, expired, authority, port=port),
            structlog.testing.capture_logs() as lines,
        ):
            commit(2)
            assert eventually(lambda: any("certificate has expired" in str(line) for line in lines))
            time.sleep(1)
            assert (effects.seen, count("outbox_unsent")) == ([1], 1)

        with tls.rabbit(rabbitmq_vhost, engines_folder, authority.certificate(), authority, port=port):
            assert eventually(lambda: effects.seen == [1, 2], 30)
            assert eventually(lambda: count("outbox_unsent") == 0)
