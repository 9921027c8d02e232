from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from app.embedded import binaries, postmaster
from app.embedded.errors import EmbeddedError, PostgresError
from app.embedded.home import Home
from app.embedded.postgres import EmbeddedPostgres
from tests.embedded.bank import eventually, processes_naming

pytestmark = pytest.mark.slow

SETTINGS = ("fsync", "synchronous_commit", "full_page_writes", "data_checksums", "server_encoding", "timezone")


def value(url: str, statement: str) -> object:
    with psycopg.connect(url) as connection:
        row = connection.execute(statement).fetchone()
    assert row is not None
    return row[0]


def write(url: str, text: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS kept (text text)")
        connection.execute("INSERT INTO kept VALUES (%s)", (text,))


class TestStart:
    def test_data_outlives_a_stop_and_no_process_does(self, home: Home) -> None:
        with EmbeddedPostgres(home) as postgres:
            write(postgres.url, "₹150")
        assert processes_naming(str(home.path)) == []
        with EmbeddedPostgres(home) as postgres:
            assert value(postgres.url, "SELECT text FROM kept") == "₹150"

    def test_nothing_of_durability_is_traded(self, home: Home) -> None:
        with EmbeddedPostgres(home) as postgres:
            found = {name: value(postgres.url, f"SHOW {name}") for name in SETTINGS}
        assert found == {
            "fsync": "on",
            "synchronous_commit": "on",
            "full_page_writes": "on",
            "data_checksums": "on",
            "server_encoding": "UTF8",
            "timezone": "UTC",
        }

    def test_the_log_says_what_went_wrong_and_not_with_whom(self, home: Home) -> None:
        with EmbeddedPostgres(home) as postgres:
            write(postgres.url, "asha@example.org")
            with psycopg.connect(postgres.url, autocommit=True) as connection:
                connection.execute("CREATE UNIQUE INDEX taken ON kept (lower(text))")
                with pytest.raises(psycopg.errors.UniqueViolation, match="asha@example"):  # the bank itself is told
                    connection.execute("INSERT INTO kept VALUES (%s)", ("Asha@Example.org",))
            written = postgres.log.read_text()
        assert 'duplicate key value violates unique constraint "taken"' in written
        assert "@example" not in written.lower()

    def test_without_the_password_nobody_gets_in(self, home: Home) -> None:
        with EmbeddedPostgres(home) as postgres:
            with pytest.raises(psycopg.OperationalError, match="password"):
                psycopg.connect(postgres.url.replace(home.secrets().database_password, "guess"))
            assert value(postgres.url, "SHOW listen_addresses") == ""

    def test_a_path_too_long_for_a_socket_works(self, tmp_path: Path) -> None:
        home = Home(tmp_path / ("a" * 60) / ("b" * 60))
        with EmbeddedPostgres(home) as postgres:
            assert value(postgres.url, "SELECT 1") == 1
            sockets = postgres.client_environment()["PGHOST"]
            assert len(f"{sockets}/.s.PGSQL.5432") <= 107
        assert not Path(sockets).exists()

    def test_a_path_with_commas_and_quotes_works(self, tmp_path: Path) -> None:
        with EmbeddedPostgres(Home(tmp_path / 'a, "b" & c%20d')) as postgres:
            assert value(postgres.url, "SELECT 1") == 1
            assert postgres.scalar("SELECT 'it''s ' || 1") == "it's 1"

    def test_the_user_s_own_postgresql_variables_are_ignored(self, home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PGPORT", "1")
        monkeypatch.setenv("PGDATA", "/nowhere")
        monkeypatch.setenv("PGOPTIONS", "-c nonsense=1")
        with EmbeddedPostgres(home) as postgres:
            assert postgres.scalar("SELECT 1") == "1"

    def test_a_start_that_was_cut_off_begins_anew(self, home: Home) -> None:
        with home.owned():
            (home.path / "postgres.new").mkdir()
            (home.path / "postgres.new" / "PG_VERSION").write_text("18\n")
        with EmbeddedPostgres(home) as postgres:
            assert value(postgres.url, "SELECT 1") == 1
        assert not (home.path / "postgres.new").exists()

    def test_a_data_folder_it_can_t_read_is_one_sentence_with_its_reason(self, home: Home) -> None:
        with EmbeddedPostgres(home):
            pass
        (home.postgres / "PG_VERSION").write_text("12\n")
        refused = pytest.raises(
            PostgresError, match="couldn't start: database files are incompatible with server; see "
        )
        with refused, EmbeddedPostgres(home):
            pass
        assert processes_naming(str(home.path)) == []

    def test_cancelled_is_not_a_failure(self, home: Home) -> None:
        postgres = EmbeddedPostgres(home)
        with home.owned():
            postgres.start(cancelled=lambda: True)
            postgres.stop()
        assert processes_naming(str(home.path)) == []


class TestScalar:
    def test_a_failing_statement_is_one_sentence(self, home: Home) -> None:
        with EmbeddedPostgres(home) as postgres, pytest.raises(PostgresError, match="syntax error"):
            postgres.scalar("SELEC 1")


class TestRecovery:
    """Killed at any moment: the next start waits for what is left of the old one, recovers, and has every commit."""

    def test_server_killed(self, home: Home) -> None:
        with EmbeddedPostgres(home) as postgres:
            write(postgres.url, "committed")
            assert postgres.process is not None
            postgres.process.kill()
            postgres.process.wait()
            postgres.start()
            assert value(postgres.url, "SELECT text FROM kept") == "committed"

    def test_everything_killed(self, home: Home) -> None:
        with EmbeddedPostgres(home) as postgres:
            write(postgres.url, "committed")
            assert postgres.process is not None
            children = Path(f"/proc/{postgres.process.pid}/task/{postgres.process.pid}/children").read_text().split()
            for pid in [postgres.process.pid, *map(int, children)]:
                os.kill(pid, signal.SIGKILL)
            postgres.process.wait()
        with EmbeddedPostgres(home) as postgres:
            assert value(postgres.url, "SELECT text FROM kept") == "committed"

    def test_a_server_that_an_earlier_run_left_is_stopped_first(
        self, home: Home, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(postmaster, "_BY_ITSELF_SECONDS", 0.2)
        left = EmbeddedPostgres(home)
        with home.owned():
            left.start()
            write(left.url, "committed")
        with EmbeddedPostgres(home) as postgres:
            assert left.process is not None
            assert left.process.wait(5) == 0, "it was asked, not killed"
            assert value(postgres.url, "SELECT text FROM kept") == "committed"

    def test_a_process_number_that_is_somebody_else_s_now_is_left_alone(self, home: Home) -> None:
        with EmbeddedPostgres(home):
            pass
        bystander = subprocess.Popen(["sleep", "60"])
        try:
            (home.postgres / "postmaster.pid").write_text(f"{bystander.pid}\n{home.postgres}\n")
            with EmbeddedPostgres(home) as postgres:
                assert value(postgres.url, "SELECT 1") == 1
            assert bystander.poll() is None
        finally:
            bystander.kill()
            bystander.wait()


class TestWithoutRoot:
    @pytest.mark.skipif(os.geteuid() != 0, reason="only root has rights to lose")
    def test_as_root_the_server_is_in_a_user_namespace(self, home: Home) -> None:
        with EmbeddedPostgres(home) as postgres:
            assert postgres.process is not None
            assert Path(f"/proc/{postgres.process.pid}/uid_map").read_text().split() == ["1000", "0", "1"]

    @pytest.mark.skipif(os.geteuid() != 0, reason="only root is refused")
    def test_without_user_namespaces_it_says_what_to_do(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        refusing = tmp_path / "unshare"
        refusing.write_text("#!/bin/sh\nexit 1\n")
        refusing.chmod(0o755)
        monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
        binaries._own_user.cache_clear()
        try:
            with pytest.raises(EmbeddedError, match=r"run \./nyord as an ordinary user, or set DATABASE_URL"):
                binaries.without_root(["true"])
        finally:
            binaries._own_user.cache_clear()

    def test_a_platform_without_the_wheel_is_told_of_database_url(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(binaries.importlib.util, "find_spec", lambda name: None)
        binaries._folder.cache_clear()
        try:
            with pytest.raises(PostgresError, match="set DATABASE_URL"):
                binaries.binary("postgres")
        finally:
            binaries._folder.cache_clear()


class TestEndsWithParent:
    @pytest.mark.skipif(not shutil.which("setpriv"), reason="needs util-linux")
    def test_kill_9_of_the_parent_stops_the_server_in_order(self, home: Home) -> None:
        starter = subprocess.Popen(
            [sys.executable, "-P", "-c", STARTER, str(home.path)],
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
            stdout=subprocess.PIPE,
        )
        assert starter.stdout is not None
        with starter.stdout:
            assert starter.stdout.readline() == b"up\n"
            starter.kill()
            starter.wait()
        assert eventually(lambda: processes_naming(str(home.path)) == [])
        assert "database system is shut down" in (home.logs / "postgres.log").read_text()


STARTER = """
import sys, time
from app.embedded.home import Home
from app.embedded.postgres import EmbeddedPostgres
with EmbeddedPostgres(Home(sys.argv[1])):
    print("up", flush=True)
    time.sleep(60)
"""
