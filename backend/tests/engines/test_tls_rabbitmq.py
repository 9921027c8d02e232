"""TLS to RabbitMQ: the same address means the same to everybody who connects, and certificates are verified (S177)."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from celery import Celery

from app.broker import kombu_tls  # noqa: F401  (as celery_app has it)
from app.broker.connection import connected
from app.config import Settings
from tests.conftest import BACKEND, JWT_SECRET
from tests.embedded.bank import environment
from tests.engines import tls
from tests.engines.asking import EXPIRED, NOT_TLS, NOT_TRUSTED, WRONG_NAME, findings, one, told
from tests.engines.certificates import Authority, Certificate

pytestmark = pytest.mark.slow

Rabbit = Callable[..., AbstractContextManager[str]]


def celery_connects(url: str) -> None:
    with Celery(broker=url, set_as_current=False).connection_for_write() as connection:
        connection.transport.close_connection(connection.transport.establish_connection())


def events_connect(url: str) -> None:
    with connected(url, "test"):
        pass


@pytest.fixture
def rabbit(rabbitmq_url: str, engines_folder: Path, authority: Authority) -> Rabbit:
    """Lend a way with TLS to the run's RabbitMQ, on which it shows this certificate."""
    return lambda certificate, **how: tls.rabbit(rabbitmq_url, engines_folder, certificate, authority, **how)


@pytest.mark.parametrize("connect", [events_connect, celery_connects])
class TestRabbitConnections:
    """The same address means the same to the bank's own connections and to Celery."""

    def test_of_an_authority_of_one_s_own(
        self,
        connect: Callable[[str], None],
        rabbit: Rabbit,
        authority: Authority,
        good: Certificate,
    ) -> None:
        with rabbit(good) as url:
            connect(f"{url}?ssl_ca_certs={authority.file}")
            connect(f"{url}?ssl_cert_reqs=none")
            with pytest.raises(OSError, match="self-signed certificate in certificate chain"):
                connect(url)

    def test_of_an_authority_that_the_machine_trusts(
        self,
        connect: Callable[[str], None],
        rabbit: Rabbit,
        authority: Authority,
        good: Certificate,
        elsewhere: Certificate,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
        with rabbit(good) as url:
            connect(url)
        with rabbit(elsewhere) as url:
            with pytest.raises(OSError, match=r"certificate is not valid for '127\.0\.0\.1'"):
                connect(url)
            connect(f"{url}?ssl_check_hostname=false")

    def test_the_name_is_the_one_that_the_address_has(
        self, connect: Callable[[str], None], rabbit: Rabbit, authority: Authority
    ) -> None:
        only_name = authority.certificate("DNS:localhost")
        with rabbit(only_name) as url:
            connect(f"{url}?ssl_ca_certs={authority.file}".replace("127.0.0.1", "localhost"))

    @pytest.mark.parametrize("certificate", ["elsewhere", "expired"])
    def test_wrong(
        self,
        connect: Callable[[str], None],
        rabbit: Rabbit,
        authority: Authority,
        another: Authority,
        certificate: str,
        request: pytest.FixtureRequest,
    ) -> None:
        shown: Certificate = request.getfixturevalue(certificate)
        with rabbit(shown) as url:
            for trusted in (authority, another):
                with pytest.raises(OSError, match="certificate verify failed"):
                    connect(f"{url}?ssl_ca_certs={trusted.file}")

    def test_a_certificate_of_the_client_s(
        self,
        connect: Callable[[str], None],
        rabbit: Rabbit,
        authority: Authority,
        good: Certificate,
    ) -> None:
        with rabbit(good, asks_for_certificates=True) as url:
            trusting = f"{url}?ssl_ca_certs={authority.file}"
            connect(f"{trusting}&ssl_certfile={good.file}&ssl_keyfile={good.key}")
            with pytest.raises(OSError, match=r"CERTIFICATE_REQUIRED|EOF occurred|closed|reset"):  # what comes first
                connect(trusting)


class TestCelery:
    def test_its_process_reads_the_address_the_same_way(
        self, database: str, rabbit: Rabbit, authority: Authority, good: Certificate
    ) -> None:
        with rabbit(good) as url:
            done = subprocess.run(
                [sys.executable, "-c", "from app.celery_app import celery; celery.connection_for_write().connect()"],
                cwd=BACKEND,
                env=environment(
                    DATABASE_URL=database, JWT_SECRET=JWT_SECRET, RABBITMQ_URL=f"{url}?ssl_ca_certs={authority.file}"
                ),
                capture_output=True,
                text=True,
                check=False,
            )
        assert done.returncode == 0, done.stderr


class TestRabbitCluster:
    def test_each_node_is_asked_for_its_own_name(self, rabbit: Rabbit, authority: Authority) -> None:
        """S139: Celery goes on to the next node, whose certificate has another name."""
        named, numbered = (authority.certificate(name) for name in ("DNS:localhost", "IP:127.0.0.1"))
        options = f"?ssl_ca_certs={authority.file}"
        with rabbit(numbered) as second:
            with rabbit(named) as first:
                url = f"{first.replace('127.0.0.1', 'localhost')}{options};{second}{options}"
                with Celery(broker=url, set_as_current=False).connection_for_write() as connection:
                    connection.ensure_connection(max_retries=1)
                    assert connection.hostname == "localhost"
                    others = connection.clone()
            with connection, others:
                for tried in (connection, others):
                    tried.ensure_connection(max_retries=2, interval_start=0)
                    assert tried.hostname == "127.0.0.1"
            events_connect(url)

    def test_options_that_differ_are_refused(self) -> None:
        """kombu would use the first's for the others, too."""
        with pytest.raises(ValueError, match="each of its addresses must have the same options"):
            Settings(rabbitmq_url="amqps://a?ssl_ca_certs=/a;amqps://b")
        assert Settings(rabbitmq_url="amqps://a?ssl_ca_certs=/a;amqps://b?ssl_ca_certs=/a").events_broker_url


class TestRabbitFindings:
    @pytest.mark.parametrize(
        ("certificate", "sentence", "may_pass"),
        [("good", NOT_TRUSTED, False), ("elsewhere", WRONG_NAME, False), ("expired", EXPIRED, True)],
    )
    def test_a_certificate_that_is_not_accepted(
        self,
        rabbit: Rabbit,
        authority: Authority,
        another: Authority,
        certificate: str,
        sentence: str,
        may_pass: bool,
        request: pytest.FixtureRequest,
    ) -> None:
        trusted = another if certificate == "good" else authority
        with rabbit(request.getfixturevalue(certificate)) as url:
            found = one(rabbitmq_url=f"{url}?ssl_ca_certs={trusted.file}")
        assert told(found, sentence)
        assert found.may_pass == may_pass

    def test_usable(self, rabbit: Rabbit, authority: Authority, good: Certificate) -> None:
        with rabbit(good) as url:
            assert findings(rabbitmq_url=f"{url}?ssl_ca_certs={authority.file}") == []

    def test_on_one_side_only(self, rabbit: Rabbit, rabbitmq_url: str, good: Certificate) -> None:
        assert told(one(rabbitmq_url=rabbitmq_url.replace("amqp:", "amqps:")), NOT_TLS)
        with rabbit(good) as url:
            found = one(rabbitmq_url=url.replace("amqps:", "amqp:"))
        assert told(found, "it speaks TLS, and the address doesn't begin with amqps://.")

    def test_files_that_are_none(self, rabbit: Rabbit, good: Certificate) -> None:
        with rabbit(good) as url:
            absent = one(rabbitmq_url=f"{url}?ssl_ca_certs=/nowhere/ca.pem")
            empty = one(rabbitmq_url=f"{url}?ssl_ca_certs=/dev/null")
        assert told(absent, "ssl_ca_certs names /nowhere/ca.pem, which can't be read (No such file or directory).")
        assert told(empty, "TLS with it isn't possible (no certificate or crl found).")

    def test_options_without_tls(self, rabbitmq_url: str, authority: Authority) -> None:
        found = one(rabbitmq_url=f"{rabbitmq_url}?ssl_ca_certs={authority.file}")
        assert told(found, "the address has an option that RabbitMQ's client doesn't know.")
