"""TLS to Redis, Elasticsearch and PostgreSQL: verified unless the address says otherwise, and told in a sentence (S177)."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from app.core.tls import tls_of
from app.operations import dependencies
from tests.engines import tls
from tests.engines.asking import EXPIRED, NOT_TLS, NOT_TRUSTED, WRONG_NAME, findings, one, told
from tests.engines.certificates import Authority, Certificate

pytestmark = pytest.mark.slow

OTHER_HOST = 'server certificate for "elsewhere.example" (and 1 other name) does not match host name "127.0.0.1".'
# Elasticsearch's client has words of its own.
UNKNOWN_ISSUER = NOT_TRUSTED.replace(
    "self-signed certificate in certificate chain", "unable to get local issuer certificate"
)
NO_MATCH = "its certificate isn't accepted (hostname '127.0.0.1' doesn't match 'elsewhere.example')."


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory, good: Certificate, authority: Authority) -> Iterator[str]:
    """The address of a Redis with a good certificate."""
    with tls.redis_server(tmp_path_factory.mktemp("redis"), good, authority) as address:
        yield address


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tls.Postgres]:
    """A PostgreSQL that shows whatever it is given."""
    with tls.postgres(tmp_path_factory.mktemp("postgres")) as running:
        yield running


class TestOptions:
    def test_without_any_all_is_verified(self) -> None:
        found = tls_of({})
        assert (found.is_verified, found.is_named, found.ca_certs, found.certfile, found.keyfile) == (
            (True, True) + (None,) * 3
        )

    def test_who_takes_any_certificate_takes_any_name(self) -> None:
        found = tls_of({"ssl_cert_reqs": "none", "ssl_check_hostname": "true"})
        assert (found.is_verified, found.is_named) == (False, False)

    @pytest.mark.parametrize(
        "options",
        [
            {"ssl_cert_reqs": "nome"},
            {"ssl_cert_reqs": ""},
            {"ssl_check_hostname": "no"},
            {"ssl_cacerts": "x"},
            {"ssl_ca_certs": ""},
            {"ssl_keyfile": "x"},  # of no certificate
        ],
    )
    def test_what_is_none(self, options: dict[str, str]) -> None:
        with pytest.raises(ValueError, match="an option about TLS"):
            tls_of(options)


class TestRedis:
    def test_usable(self, url: str, authority: Authority) -> None:
        assert findings(redis_url=f"{url}?ssl_ca_certs={authority.file}") == []

    def test_not_trusted(self, url: str, another: Authority) -> None:
        for options in ("", f"?ssl_ca_certs={another.file}"):
            found = one(redis_url=url + options)
            assert told(found, NOT_TRUSTED)
            assert not found.may_pass

    @pytest.mark.parametrize(("certificate", "sentence"), [("elsewhere", WRONG_NAME), ("expired", EXPIRED)])
    def test_wrong(
        self, authority: Authority, certificate: str, sentence: str, tmp_path: Path, request: pytest.FixtureRequest
    ) -> None:
        with tls.redis_server(tmp_path, request.getfixturevalue(certificate), authority) as address:
            assert told(one(redis_url=f"{address}?ssl_ca_certs={authority.file}"), sentence)

    def test_a_certificate_of_the_client_s(self, authority: Authority, good: Certificate, tmp_path: Path) -> None:
        with tls.redis_server(tmp_path, good, authority, asks_for_certificates=True) as address:
            trusting = f"{address}?ssl_ca_certs={authority.file}"
            assert findings(redis_url=f"{trusting}&ssl_certfile={good.file}&ssl_keyfile={good.key}") == []
            assert one(redis_url=trusting)

    @pytest.mark.parametrize(("path", "sentence"), [("", "which can't be read"), ("%00", "isn't the name of a file.")])
    def test_a_file_that_is_none(self, path: str, sentence: str) -> None:
        found = one(redis_url=f"rediss://127.0.0.1:1?ssl_ca_certs={path}")
        assert sentence in found.text
        assert not found.may_pass

    def test_on_one_side_only(self, url: str, redis_url: str) -> None:
        found = one(redis_url=url.replace("rediss:", "redis:"))
        assert told(found, "it speaks TLS, and the address doesn't begin with rediss://.")
        found = one(redis_url=redis_url.replace("redis:", "rediss:"))
        assert told(found, "there was no answer, and TLS may have a port of its own.")


class TestElasticsearch:
    def test_usable(self, search_url: str, good: Certificate, authority: Authority) -> None:
        with tls.front(search_url, good) as url:
            trusting = f"{url}?ssl_ca_certs={authority.file}"
            assert findings(search_url=trusting) == []
            with pytest.warns(Warning, match="insecure|Unverified"):
                assert findings(search_url=f"{url}?ssl_cert_reqs=none") == []
            dependencies._ask_search(trusting)

    def test_not_trusted(self, search_url: str, good: Certificate, another: Authority) -> None:
        with tls.front(search_url, good) as url:
            for options in ("", f"?ssl_ca_certs={another.file}"):
                found = one(search_url=url + options)
                assert told(found, UNKNOWN_ISSUER)
                assert not found.may_pass

    @pytest.mark.parametrize(("certificate", "sentence"), [("elsewhere", NO_MATCH), ("expired", EXPIRED)])
    def test_wrong(
        self, search_url: str, authority: Authority, certificate: str, sentence: str, request: pytest.FixtureRequest
    ) -> None:
        with tls.front(search_url, request.getfixturevalue(certificate)) as url:
            assert told(one(search_url=f"{url}?ssl_ca_certs={authority.file}"), sentence)

    def test_a_certificate_of_the_client_s(self, search_url: str, authority: Authority, good: Certificate) -> None:
        with tls.front(search_url, good, authority) as url:
            trusting = f"{url}?ssl_ca_certs={authority.file}"
            assert findings(search_url=f"{trusting}&ssl_certfile={good.file}&ssl_keyfile={good.key}") == []
            assert one(search_url=trusting)

    def test_on_one_side_only(self, search_url: str, good: Certificate) -> None:
        assert told(one(search_url=search_url.replace("http:", "https:")), NOT_TLS)
        with tls.front(search_url, good) as url:
            found = one(search_url=url.replace("https:", "http:"))
        assert told(found, "it speaks TLS, and the address doesn't begin with https://.")

    def test_hung_up_in_the_middle_it_is_waited_for(self) -> None:
        """As by a proxy that is started anew: nothing is wrong with a certificate that nobody has seen."""
        with socket.create_server(("127.0.0.1", 0)) as listener:

            def hang_up() -> None:
                with suppress(OSError):
                    while True:
                        listener.accept()[0].close()

            threading.Thread(target=hang_up, daemon=True).start()
            found = one(search_url=f"https://127.0.0.1:{listener.getsockname()[1]}")
            listener.shutdown(socket.SHUT_RDWR)
        assert found.may_pass, found.text
        assert "certificate" not in found.text

    def test_an_option_that_is_none(self, search_url: str) -> None:
        for address in (f"{search_url}?ssl_cert_reqs=none", search_url + "/?verify_certs=false"):
            assert not one(search_url=address).may_pass


class TestPostgreSQL:
    """libpq's own words: sslmode=verify-full and sslrootcert."""

    def test_usable(self, server: tls.Postgres, good: Certificate, authority: Authority) -> None:
        server.show(good)
        url = f"{server.plain}?sslmode=verify-full&sslrootcert={authority.file}"
        assert findings(database_url=url) == []

    @pytest.mark.parametrize(
        ("certificate", "trusted", "sentence"),
        [
            ("good", "another", "SSL error: certificate verify failed."),
            ("expired", "authority", "SSL error: certificate verify failed."),
            ("elsewhere", "authority", OTHER_HOST),
        ],
    )
    def test_wrong(
        self, server: tls.Postgres, certificate: str, trusted: str, sentence: str, request: pytest.FixtureRequest
    ) -> None:
        server.show(request.getfixturevalue(certificate))
        file = request.getfixturevalue(trusted).file
        found = one(database_url=f"{server.plain}?sslmode=verify-full&sslrootcert={file}")
        assert told(found, sentence)
        assert not found.may_pass

    def test_no_tls_there(self, server: tls.Postgres, authority: Authority) -> None:
        server.show(None)
        found = one(database_url=f"{server.plain}?sslmode=verify-full&sslrootcert={authority.file}")
        assert told(found, "server does not support SSL, but SSL was required.")
        assert not found.may_pass

    def test_an_authority_that_nobody_would_ask(
        self, server: tls.Postgres, another: Authority, good: Certificate
    ) -> None:
        """libpq goes on without TLS then, and says nothing."""
        server.show(good)
        found = one(database_url=f"{server.plain}?sslrootcert={another.file}")
        assert told(found, "sslrootcert means nothing without sslmode=verify-full beside it.")
