"""The engines as processes: started, killed, started again, and never mistaken for somebody else's."""

from __future__ import annotations

import json
import os
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import amqp
import psycopg
import pytest
import redis

from app.embedded.logs import LOG_BYTES_MAX
from app.engines import control
from app.engines.errors import EngineError
from app.engines.folder import Room, environment_file, read_environment
from app.engines.process import Record, started_at
from tests.embedded.bank import eventually, nyord, processes_naming


@pytest.fixture
def folder(tmp_path: Path, redis_url: str) -> Iterator[Path]:
    """An engines folder of one's own, with a space in its path. (`redis_url`: skipped where there are no engines.)"""
    path = tmp_path / "my engines"
    yield path
    for name in control.ENGINES:
        control.kill(path, name)
    assert processes_naming(str(path)) == []


def rewrite(folder: Path, name: str, **changes: object) -> None:
    path = folder / name / "engine.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def ping(url: str) -> bool:
    return bool(redis.Redis.from_url(url).ping())


class TestStart:
    def test_answers_with_the_password_only(self, folder: Path) -> None:
        url = control.start(folder, "redis")
        assert ping(url)
        with pytest.raises(redis.AuthenticationError):
            ping(url.replace(":" + str(urlsplit(url).password), ":wrong"))

    def test_one_that_runs_is_left_alone(self, folder: Path) -> None:
        said: list[str] = []
        first = control.start(folder, "redis")
        before = control.status(folder, "redis").pids
        assert control.start(folder, "redis", said.append) == first
        assert (control.status(folder, "redis").pids, said) == (before, [])

    def test_its_files_are_for_its_owner_alone(self, folder: Path) -> None:
        control.up(folder, ["redis"])
        private = [environment_file(folder), folder / "redis" / "engine.json", folder / "redis" / "redis.conf"]
        assert {stat.S_IMODE(path.stat().st_mode) for path in private} == {0o600}
        assert stat.S_IMODE((folder / "redis").stat().st_mode) == 0o700

    def test_no_password_stands_on_a_command_line(self, folder: Path) -> None:
        password = str(urlsplit(control.start(folder, "redis")).password)
        assert processes_naming(password) == []

    def test_a_log_that_has_grown_large_is_put_aside(self, folder: Path) -> None:
        control.start(folder, "redis")
        control.stop(folder, "redis")
        log = folder / "redis" / "log"
        with log.open("ab") as file:
            file.truncate(LOG_BYTES_MAX)
        control.start(folder, "redis")
        assert log.stat().st_size < 100_000
        assert log.with_name("log.1").stat().st_size == LOG_BYTES_MAX

    def test_a_port_that_somebody_took_is_replaced(self, folder: Path) -> None:
        first = control.start(folder, "redis")
        control.stop(folder, "redis")
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", urlsplit(first).port or 0))
            taken.listen()
            second = control.start(folder, "redis")
            assert urlsplit(second).port != urlsplit(first).port
            assert ping(second)

    def test_one_that_can_t_come_up_says_why_and_leaves_nothing(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("app.engines.redis._MEMORY", "much")
        with pytest.raises(EngineError, match=r"Redis doesn't come up: .*; see "):
            control.start(folder, "redis")
        assert processes_naming(str(folder)) == []

    def test_a_name_that_is_none_says_which_there_are(self, folder: Path) -> None:
        with pytest.raises(EngineError, match="no engine called 'mongodb': there are postgres, rabbitmq"):
            control.start(folder, "mongodb")

    def test_a_damaged_file_is_one_sentence(self, folder: Path) -> None:
        control.start(folder, "redis")
        control.stop(folder, "redis")
        (folder / "redis" / "engine.json").write_text("{")
        with pytest.raises(EngineError, match="is damaged"):
            control.start(folder, "redis")
        (folder / "redis" / "engine.json").unlink()


class TestStalePids:
    """A process id is somebody else's as soon as ours has ended."""

    @pytest.fixture
    def stranger(self) -> Iterator[subprocess.Popen[bytes]]:
        process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True)
        yield process
        process.kill()
        process.wait()

    def test_a_stranger_with_our_old_number_is_never_ended(
        self, folder: Path, stranger: subprocess.Popen[bytes]
    ) -> None:
        control.start(folder, "redis")
        control.stop(folder, "redis")
        rewrite(folder, "redis", processes=[{"pid": stranger.pid, "started": "another boot:1"}])
        assert not control.status(folder, "redis").running
        control.kill(folder, "redis")
        assert not control.stop(folder, "redis")
        assert ping(control.start(folder, "redis"))
        assert stranger.poll() is None

    def test_a_number_of_nobody_is_no_process(self) -> None:
        with subprocess.Popen(["true"]) as process:
            record = Record(process.pid, started_at(process.pid))
        assert not record.alive()
        assert record.members() == []
        record.kill()

    def test_what_an_ended_leader_left_is_found_and_ended(self, folder: Path) -> None:
        script = "import subprocess, sys; subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])"
        with subprocess.Popen([sys.executable, "-c", script], start_new_session=True) as leader:
            record = Record(leader.pid, started_at(leader.pid))
        assert not record.alive()
        assert len(record.members()) == 1
        record.kill()
        assert record.members() == []


class TestRedis:
    def test_killed_and_up_again_on_the_same_port(self, folder: Path) -> None:
        url = control.start(folder, "redis")
        (pid,) = control.status(folder, "redis").pids
        os.kill(pid, signal.SIGKILL)  # not by us: it is noticed all the same
        assert eventually(lambda: not control.status(folder, "redis").running)
        assert control.start(folder, "redis") == url
        assert ping(url)


@pytest.mark.slow
class TestPostgres:
    """S176: PostgreSQL 15 is the oldest that the bank supports."""

    def test_killed_under_write_and_up_again_with_all_that_was_committed(self, folder: Path) -> None:
        url = control.start(folder, "postgres")
        with psycopg.connect(url, autocommit=True) as connection:
            assert connection.info.server_version // 10_000 >= 15
            connection.execute("CREATE TABLE kept AS SELECT 15000 AS minor")
            control.kill(folder, "postgres")
        assert not control.status(folder, "postgres").running
        assert control.start(folder, "postgres") == url
        with psycopg.connect(url) as connection:
            assert connection.execute("SELECT minor FROM kept").fetchone() == (150_00,)
            assert connection.execute("SHOW data_checksums").fetchone() == ("on",)
            assert connection.execute("SHOW fsync").fetchone() == ("on",)
        assert control.stop(folder, "postgres")

    def test_only_by_password(self, folder: Path) -> None:
        url = control.start(folder, "postgres")
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(url.replace(":" + str(urlsplit(url).password), ":wrong"))

    def test_long_texts_are_compressed_by_lz4(self, postgres15_url: str) -> None:
        """What a bundle of events costs to write is mostly this."""
        with psycopg.connect(postgres15_url) as connection:
            connection.execute("CREATE TEMPORARY TABLE bundles (payload text)")
            connection.execute("INSERT INTO bundles SELECT string_agg(n::text, ',') FROM generate_series(1, 5000) n")
            used = connection.execute("SELECT pg_column_compression(payload) FROM bundles").fetchone()
        assert used == ("lz4",)


@pytest.mark.slow
class TestRabbit:
    """S135, S176: the broker's messages are on its disk."""

    def test_a_folder_that_it_can_t_run_in_is_one_sentence(self, redis_url: str, tmp_path: Path) -> None:
        with pytest.raises(EngineError, match=r"choose a folder without an apostrophe\.$"):
            control.start(tmp_path / "the bank's", "rabbitmq")

    def test_a_durable_message_survives_kill_9_and_no_process_is_left_after_stop(self, folder: Path) -> None:
        url = control.start(folder, "rabbitmq")
        with connected(url) as connection:
            channel = connection.channel()
            channel.confirm_select()
            channel.queue_declare("kept", durable=True, auto_delete=False, arguments={"x-queue-type": "quorum"})
            channel.basic_publish_confirm(amqp.Message("one", delivery_mode=2), routing_key="kept")
        # 3.10 writes down which quorum queues it has every half second; killed before that, it knows of none to recover.
        time.sleep(1.5)
        control.kill(folder, "rabbitmq")
        assert processes_naming(str(folder)) == []
        assert control.start(folder, "rabbitmq") == url
        with connected(url) as connection:
            message = connection.channel().basic_get("kept", no_ack=True)
            assert message is not None
            assert message.body == "one"
        mapper = str(Room(folder, "rabbitmq").state().ports["epmd"])
        assert processes_naming(f"-port {mapper}")
        assert control.stop(folder, "rabbitmq")
        assert processes_naming(f"-port {mapper}") == [], "its port mapper ends with it"


def connected(url: str) -> amqp.Connection:
    parts = urlsplit(url)
    connection = amqp.Connection(
        f"{parts.hostname}:{parts.port}", parts.username, str(parts.password), virtual_host=parts.path[1:]
    )
    connection.connect()
    return connection


@pytest.mark.slow
class TestElasticsearch:
    """What it needs for a moment lies in its own folder, and is gone with the next start."""

    def test_its_launcher_s_temporary_files_too(self, folder: Path) -> None:
        control.start(folder, "elasticsearch")
        temporary = folder / "elasticsearch" / "tmp"
        assert [path.name for path in temporary.glob("final-flags*")], "made by its launcher, and never removed"
        left = temporary / "left-behind"
        left.mkdir()
        control.kill(folder, "elasticsearch")
        control.start(folder, "elasticsearch")
        assert not left.exists()


@pytest.mark.slow
class TestCommands:
    """`nyord engines up | status | restart | down`, as its user types them."""

    def test_up_status_restart_down(self, folder: Path) -> None:
        up = nyord("engines", "up", "--data", folder, "--only", "redis", "--json")
        assert up.returncode == 0, up.stderr
        settings = json.loads(up.stdout)
        assert ping(settings["REDIS_URL"])
        assert read_environment(folder)["REDIS_URL"] == settings["REDIS_URL"]
        assert len(read_environment(folder)["JWT_SECRET"]) == 64
        last = nyord("engines", "up", "--data", folder, "--only", "redis").stdout.splitlines()[-1]
        shell = last.removeprefix("The bank on them: ").replace("nyord up --profile engines", 'echo "$REDIS_URL"')
        assert subprocess.check_output(["sh", "-c", shell], text=True).strip() == settings["REDIS_URL"]
        status = nyord("engines", "status", "--data", folder, "--json")
        assert status.returncode == 1, "not all of them run"
        assert json.loads(status.stdout)["redis"]["ready"]
        assert "is not running" in nyord("engines", "status", "--data", folder).stdout
        assert nyord("engines", "restart", "redis", "--data", folder).returncode == 0
        assert ping(settings["REDIS_URL"])
        down = nyord("engines", "down", "--data", folder)
        assert "Stopped: redis." in down.stdout
        assert not environment_file(folder).exists()
        assert "No engine was running" in nyord("engines", "down", "--data", folder).stdout

    def test_an_unknown_engine_is_one_sentence(self, folder: Path) -> None:
        done = nyord("engines", "up", "--data", folder, "--only", "kafka")
        assert (done.returncode, len(done.stderr.splitlines())) == (1, 1)
        assert "no engine called 'kafka'" in done.stderr
