"""Each engine that a setting names: usable, or one sentence that names the setting and what was found."""

from __future__ import annotations

import asyncio
import re
import signal
import socket
import subprocess
import sys
from collections.abc import MutableMapping
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from fastapi import FastAPI

from app import config
from app.config import ConfigurationError, Settings, get_settings
from app.engines import check
from app.engines.check import Finding, require_engines
from tests.conftest import BACKEND, JWT_SECRET
from tests.embedded.bank import environment, free_port, nyord
from tests.engines import old_servers
from tests.engines.asking import findings, one

pytestmark = pytest.mark.slow


def with_wrong_password(url: str) -> str:
    return url.replace(f":{urlsplit(url).password}@", ":wr0ng%40pass@")


def of_several_hosts(url: str) -> str:
    """Return libpq's own form for failing over, with a host before this one that is away."""
    return url.replace("@", "@127.0.0.1:1,") + "?target_session_attrs=read-write"


class TestNothingIsSet:
    def test_nothing_is_asked(self) -> None:
        assert findings() == []
        assert findings(broker_url="memory://") == []


class TestPostgres:
    def test_usable(self, postgres15_url: str) -> None:
        assert findings(database_url=postgres15_url) == []

    def test_wrong_password(self, postgres15_url: str) -> None:
        found = one(database_url=with_wrong_password(postgres15_url))
        assert "DATABASE_URL names 127.0.0.1:" in found.text
        assert "can't be used: password authentication failed" in found.text
        assert "wr0ng" not in found.text
        assert not found.may_pass

    def test_no_such_database(self, postgres15_url: str) -> None:
        assert (
            'database "nowhere" does not exist' in one(database_url=postgres15_url.rpartition("/")[0] + "/nowhere").text
        )

    def test_nobody_listens(self) -> None:
        found = one(database_url="postgresql://nyord:s3cret@127.0.0.1:1/nyord")
        assert found.text == "DATABASE_URL names 127.0.0.1:1, which can't be reached: Connection refused."
        assert found.may_pass

    def test_several_hosts_of_which_one_answers(self, postgres15_url: str) -> None:
        assert findings(database_url=of_several_hosts(postgres15_url)) == []

    def test_several_hosts_none_of_which_answers(self) -> None:
        found = one(database_url=of_several_hosts("postgresql://nyord:s3cret@127.0.0.1:2/nyord"))
        assert found.text == "DATABASE_URL names 127.0.0.1:1,127.0.0.1:2, which can't be reached: Connection refused."
        assert found.may_pass

    def test_several_hosts_of_which_one_has_a_port_that_is_none(self) -> None:
        found = one(database_url=of_several_hosts("postgresql://nyord:s3cret@127.0.0.1:x/nyord"))
        assert found.text.startswith("DATABASE_URL can't be read as an address: check its port")

    def test_too_old(self, postgres15_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
        """No older PostgreSQL is to be had here, so the bound is raised instead."""
        monkeypatch.setattr(check, "POSTGRESQL_MIN", (99,))
        found = one(database_url=postgres15_url)
        assert re.search(r"it is PostgreSQL 1\d\.\d+, and Nyord needs 99 or later", found.text)
        assert not found.may_pass


class TestRabbit:
    def test_usable(self, rabbitmq_url: str) -> None:
        assert findings(rabbitmq_url=rabbitmq_url) == []

    def test_wrong_password_names_the_setting_that_was_used(self, rabbitmq_url: str) -> None:
        found = one(broker_url=with_wrong_password(rabbitmq_url), rabbitmq_url=rabbitmq_url)
        assert re.fullmatch(r"BROKER_URL names .*, which can't be used: user or password is wrong\.", found.text)

    def test_wrong_virtual_host(self, rabbitmq_url: str) -> None:
        found = one(rabbitmq_url=rabbitmq_url + "-of-somebody")
        assert "its virtual host 'nyord-of-somebody' doesn't exist" in found.text
        assert not found.may_pass

    def test_a_virtual_host_of_one_s_own(self, rabbitmq_vhost: str) -> None:
        assert findings(rabbitmq_url=rabbitmq_vhost) == []

    def test_too_old(self) -> None:
        with old_servers.serving(old_servers.OldRabbit) as port:
            found = one(rabbitmq_url=f"amqp://guest:guest@127.0.0.1:{port}/")
        assert "it is RabbitMQ 3.8.9, and Nyord needs 3.10 or later" in found.text
        assert not found.may_pass

    def test_nobody_listens(self) -> None:
        assert one(rabbitmq_url="amqp://nyord:s3cret@127.0.0.1:1/").may_pass

    def test_several_addresses_of_which_one_answers(self, rabbitmq_url: str) -> None:
        assert findings(rabbitmq_url=f"amqp://nyord:s3cret@127.0.0.1:1/;{rabbitmq_url}") == []

    def test_several_addresses_none_of_which_answers(self) -> None:
        found = one(rabbitmq_url="amqp://nyord:s3cret@127.0.0.1:1/;amqp://nyord:s3cret@127.0.0.1:2/")
        assert found.text.startswith("RABBITMQ_URL names 127.0.0.1:1, which can't be reached")
        assert found.may_pass

    def test_several_addresses_of_which_one_is_wrong(self, rabbitmq_url: str) -> None:
        found = one(rabbitmq_url=f"{rabbitmq_url};{with_wrong_password(rabbitmq_url)}")
        assert "user or password is wrong" in found.text
        assert "wr0ng" not in found.text

    @pytest.mark.parametrize(
        ("scheme", "option"), [("amqps", "ssl_cert=x"), ("amqps", "ssl_cert_reqs=x"), ("amqp", "foo=1"), ("amqp", "heartbeat=x")]
    )  # fmt: skip
    def test_an_option_that_is_none(self, scheme: str, option: str) -> None:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port = listener.getsockname()[1]
            found = one(rabbitmq_url=f"{scheme}://nyord:s3cret@127.0.0.1:{port}/x?{option}")
        said = "which can't be used: the address has an option that RabbitMQ's client doesn't know."
        assert found.text == f"RABBITMQ_URL names 127.0.0.1:{port}, {said}"
        assert not found.may_pass


class TestRedis:
    def test_usable(self, redis_url: str) -> None:
        assert findings(redis_url=redis_url) == []

    def test_wrong_password(self, redis_url: str) -> None:
        found = one(redis_url=with_wrong_password(redis_url))
        assert "REDIS_URL names" in found.text
        assert "user or password is wrong" in found.text

    def test_no_such_database(self, redis_url: str) -> None:
        assert "DB index is out of range" in one(redis_url=redis_url.rpartition("/")[0] + "/4711").text

    def test_nobody_listens(self) -> None:
        found = one(redis_url="redis://:s3cret@127.0.0.1:1/0")
        assert found.may_pass
        assert "s3cret" not in found.text

    def test_an_option_that_is_none(self) -> None:
        found = one(redis_url="redis://:s3cret@127.0.0.1:1/0?foo=1")
        said = "which can't be used: the address has an option that Redis's client doesn't know."
        assert found.text == f"REDIS_URL names 127.0.0.1:1, {said}"
        assert not found.may_pass


class TestElasticsearch:
    def test_usable(self, search_url: str) -> None:
        assert findings(search_url=search_url) == []

    @pytest.mark.parametrize(
        ("server", "sentence"),
        [
            (old_servers.OldElasticsearch, "it is Elasticsearch 7.17.9, and Nyord needs 8 or later"),
            (old_servers.RefusingElasticsearch, "it is an Elasticsearch before 8, and Nyord needs 8 or later"),
            (old_servers.SomethingElse, "it isn't Elasticsearch 8 or 9"),
            (old_servers.Locked, "user or password is wrong"),
        ],
    )
    def test_too_old_something_else_or_locked(self, server: type[old_servers._Answer], sentence: str) -> None:
        with old_servers.serving(server) as port:
            found = one(search_url=f"http://elastic:s3cret@127.0.0.1:{port}")
        assert sentence in found.text
        assert "s3cret" not in found.text
        assert not found.may_pass

    def test_nobody_listens(self) -> None:
        assert one(search_url="http://127.0.0.1:1").may_pass

    @pytest.mark.parametrize(
        ("address", "meant"),
        [
            ("http://127.0.0.1", "http://127.0.0.1:80"),
            ("https://elastic:s3cret@[::1]/search", "https://elastic:s3cret@[::1]:443/search"),
            ("http://elastic.internal:9200", "http://elastic.internal:9200"),
        ],
    )
    def test_without_a_port_it_is_the_one_of_its_scheme(self, address: str, meant: str) -> None:
        assert Settings(search_url=address).search_url == meant

    def test_no_host(self) -> None:
        found = one(search_url="http://")
        assert found.text.startswith("SEARCH_URL names ")
        assert not found.may_pass


class TestRequireEngines:
    def test_what_may_pass_is_told_and_the_rest_refused(self, redis_url: str) -> None:
        away = Settings(redis_url="redis://127.0.0.1:1/0")
        assert [found.setting for found in require_engines(away)] == ["REDIS_URL"]
        with pytest.raises(ConfigurationError, match="user or password is wrong"):
            require_engines(Settings(redis_url=with_wrong_password(redis_url)))


class TestScheme:
    """A wrong scheme never gets as far as a connection, and the sentence never has the password."""

    @pytest.mark.parametrize(
        ("name", "url", "sentence"),
        [
            ("DATABASE_URL", "mysql://a:s3cret@h/x", "must begin with postgresql:// and begins with mysql://"),
            ("RABBITMQ_URL", "http://a:s3cret@h", "must begin with amqp:// and begins with http://"),
            ("BROKER_URL", "s3cret", "must begin with amqp:// and isn't an address"),
            ("RABBITMQ_URL", "amqp://a:s3cret@h;b", "must begin with amqp:// and isn't an address"),
            ("RABBITMQ_URL", "amqp://a:s3cret@h;http://b", "must begin with amqp:// and begins with http://"),
            ("REDIS_URL", "amqp://a:s3cret@h", "must begin with redis:// and begins with amqp://"),
            ("SEARCH_URL", "elastic://a:s3cret@h", "must begin with http:// and begins with elastic://"),
        ],
    )
    def test_one_sentence(self, name: str, url: str, sentence: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv(name, url)
        get_settings.cache_clear()
        try:
            with pytest.raises(ConfigurationError, match=f"{name} can't be used: it {sentence}") as refused:
                get_settings()
        finally:
            get_settings.cache_clear()
        assert "s3cret" not in str(refused.value)

    def test_a_port_that_is_none(self) -> None:
        found = one(database_url="postgresql://a:s3cret/x@127.0.0.1:99999/x")
        assert found.text.startswith("DATABASE_URL can't be read as an address")
        assert "s3cret" not in found.text


class TestFiles:
    """Secrets come into containers as files that a variable names."""

    def test_a_file_is_read_and_the_variable_goes_before_it(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "key").write_text("k" * 40 + "\n")
        monkeypatch.setenv("JWT_SECRET_FILE", str(tmp_path / "key"))
        monkeypatch.delenv("JWT_SECRET", raising=False)
        assert Settings().jwt_secret.get_secret_value() == "k" * 40
        monkeypatch.setenv("JWT_SECRET", "v" * 40)
        assert Settings().jwt_secret.get_secret_value() == "v" * 40

    def test_a_file_that_isn_t_there(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("DATABASE_URL", raising=False)
        monkeypatch.setenv("DATABASE_URL_FILE", "/nowhere/at/all")
        with pytest.raises(ConfigurationError, match=r"DATABASE_URL_FILE names /nowhere/at/all, which can't be read"):
            config.environment_value("DATABASE_URL")
        with pytest.raises(ConfigurationError, match="DATABASE_URL_FILE names"):
            Settings()


@pytest.mark.slow
class TestEntryPoints:
    """S6, S177: uvicorn, celery worker and celery beat end with the sentence; so do the commands."""

    @pytest.mark.parametrize(
        "command",
        [("uvicorn", "app.main:app"), ("celery", "-A", "app.celery_app", "worker"), ("celery", "-A", "app.celery_app", "beat")],
        ids=["gateway", "worker", "beat"],
    )  # fmt: skip
    def test_a_wrong_password(self, command: tuple[str, ...], database: str, redis_url: str) -> None:
        port = ("--port", str(free_port())) if command[0] == "uvicorn" else ()
        done = subprocess.run(
            [sys.executable, "-m", *command, *port],
            cwd=BACKEND,
            env=environment(DATABASE_URL=database, JWT_SECRET=JWT_SECRET, REDIS_URL=with_wrong_password(redis_url)),
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert done.returncode != 0
        said = done.stdout + done.stderr
        assert "REDIS_URL names" in said
        assert "user or password is wrong" in said
        assert "Traceback" not in said
        assert "wr0ng" not in said

    def test_what_nobody_foresaw_ends_the_gateway_too(self, gateway: FastAPI, monkeypatch: pytest.MonkeyPatch) -> None:
        """Not only with `--lifespan on`: without it, uvicorn would go on and answer every transfer with 500."""
        from app import main

        def fail(settings: Settings) -> list[Finding]:
            raise RuntimeError("the moon is full")

        async def receive() -> dict[str, str]:
            return {"type": "lifespan.startup"}

        async def send(message: MutableMapping[str, str]) -> None:
            sent.append(message)

        sent: list[MutableMapping[str, str]] = []
        monkeypatch.setattr(main, "require_engines", fail)
        asyncio.run(gateway({"type": "lifespan"}, receive, send))
        assert [message["type"] for message in sent] == ["lifespan.startup.failed"]
        assert "RuntimeError: the moon is full" in sent[0]["message"]

    def test_one_that_is_away_is_waited_for(self, database: str) -> None:
        from tests.embedded.bank import Bank, eventually

        port = free_port()
        with subprocess.Popen(
            [sys.executable, "-m", "uvicorn", "app.main:app", "--port", str(port)],
            cwd=BACKEND,
            env=environment(DATABASE_URL=database, JWT_SECRET=JWT_SECRET, REDIS_URL="redis://127.0.0.1:1/0"),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ) as gateway:
            assert eventually(Bank(Path(), port, gateway, Path()).answers, 30)
            gateway.send_signal(signal.SIGTERM)

    def test_up_and_status_say_what_is_away_too(self, database: str) -> None:
        away = {"DATABASE_URL": database, "JWT_SECRET": JWT_SECRET, "SEARCH_URL": "http://127.0.0.1:1"}
        for command in (("up", "--no-web", "--port", str(free_port())), ("status",)):
            done = nyord(*command, **away)
            assert done.returncode == 1
            assert "SEARCH_URL names 127.0.0.1:1, which can't be reached" in done.stdout + done.stderr
            assert "Traceback" not in done.stdout + done.stderr
