from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
from pathlib import Path

import psycopg
import pytest

from tests.embedded.bank import (
    Bank,
    bank,
    command,
    environment,
    eventually,
    free_port,
    nyord,
    processes_naming,
)
from tests.priorities import niceness, session_niceness

ROOT_ONLY = pytest.mark.skipif(os.geteuid() != 0, reason="needs root to make the sad machine")


def pids(running: Bank) -> list[int]:
    return [running.process.pid, *running.processes().values()]


def alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


@pytest.mark.slow
class TestUp:
    """S178: the whole bank from one command, and its end."""

    def test_ctrl_c_stops_all_in_order_and_the_next_start_goes_on(self, folder: Path) -> None:
        with bank(folder) as running:
            # The gateway answers as soon as it can; on a busy machine the worker is not there yet.
            assert eventually(lambda: set(running.processes()) == {"gateway", "worker", "postgres"})
            with psycopg.connect(running.run_info()["database_url"]) as connection:
                connection.execute("CREATE TABLE kept AS SELECT 150_00 AS minor")
            status = nyord("status", "--data", folder, "--json")
            assert (status.returncode, json.loads(status.stdout)["healthy"]) == (0, True)
            worker, gateway = running.processes()["worker"], running.processes()["gateway"]
            assert eventually(lambda: niceness(worker) > niceness(gateway)), "who waits for an answer goes first"
            assert eventually(lambda: session_niceness(worker) in (niceness(worker), None))
            assert session_niceness(gateway) in (niceness(gateway), None)
            secrets = (folder / "secrets.json").read_text()
            assert running.stop() == 0
            assert running.left_over() == []
            assert "Stopped. Everything is kept" in running.said()
            assert len(running.said().splitlines()) <= 8, "a calm console"
            assert not (folder / "run.json").exists()
        log = (folder / "logs" / "postgres.log").read_text()
        assert log.rstrip().endswith("database system is shut down")
        with bank(folder) as running:
            kept = nyord("psql", "--data", folder, "-Atc", "SELECT minor FROM kept")
            assert kept.stdout == "15000\n"
            assert (folder / "secrets.json").read_text() == secrets, "made once"
            assert running.stop(signal.SIGTERM) == 0
            assert "Making a new bank" not in running.said()

    def test_a_new_bank_from_nothing_and_a_closed_terminal(self, tmp_path: Path) -> None:
        with bank(tmp_path / "new bank") as running:
            assert "Making a new bank" in running.said()
            assert nyord("verify", "--data", running.folder).returncode == 0
            assert running.stop(signal.SIGHUP) == 0
            assert running.left_over() == []


@pytest.mark.slow
class TestKilled:
    """Whatever is killed with -9, nothing stays behind and nothing stays down."""

    def test_the_supervisor_leaves_no_process_and_the_next_start_recovers(self, folder: Path) -> None:
        with bank(folder) as running:
            everyone = pids(running)
            with psycopg.connect(running.run_info()["database_url"]) as connection:
                connection.execute("CREATE TABLE kept AS SELECT 1 AS one")
            running.process.kill()
            running.process.wait()
            with bank(folder) as following:  # at once: the old database may still be stopping
                assert nyord("psql", "--data", folder, "-Atc", "SELECT one FROM kept").stdout == "1\n"
                assert eventually(lambda: not any(alive(pid) for pid in everyone), 15)
                following.process.kill()
                following.process.wait()
            assert eventually(lambda: following.left_over() == [], 15)

    def test_each_part_is_started_again(self, folder: Path) -> None:
        with bank(folder) as running:
            for part in ("gateway", "worker", "postgres"):
                before = running.processes()
                os.kill(before[part], signal.SIGKILL)
                if part == "gateway":
                    assert running.asked("/health/live", 30) == 200, "who comes meanwhile waits for the next one"
                assert eventually(lambda: running.processes().get(part, before[part]) != before[part], 30)  # noqa: B023
                assert eventually(running.answers, 30)
            assert running.said().count("ended unexpectedly") == 3
            assert eventually(lambda: nyord("psql", "--data", folder, "-Atc", "SELECT 1").stdout == "1\n", 30)
            assert running.stop() == 0
            assert running.left_over() == []


@pytest.mark.slow
class TestRefused:
    """One clear sentence each, never a traceback, and nothing is left running."""

    def refused(self, *arguments: str | Path, **more: str) -> str:
        done = nyord("up", "--no-demo", *arguments, **more)
        assert done.returncode == 1
        assert "Traceback" not in done.stdout + done.stderr
        assert len(done.stderr.strip().splitlines()) == 1
        return done.stderr

    def test_port_taken_is_said_before_anything_starts(self, tmp_path: Path) -> None:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = str(taken.getsockname()[1])
            assert f"Port {port} is taken" in self.refused("--data", tmp_path / "bank", "--port", port)
        assert not (tmp_path / "bank").exists()

    def test_two_banks_at_once_on_one_port(self, folder: Path, tmp_path: Path) -> None:
        """Only one of them is ever announced: `status` says nothing of the other."""
        port = str(free_port())
        ups = [
            subprocess.Popen(
                command("up", "--no-demo", "--data", data, "--port", port), env=environment(),
                stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
            )
            for data in (folder, tmp_path / "other")
        ]  # fmt: skip
        try:
            assert eventually(lambda: any(up.poll() is not None for up in ups), 60)
            (loser,) = (up for up in ups if up.poll() is not None)
            assert loser.stderr is not None
            assert f"Port {port} is taken" in loser.stderr.read()
            other = (folder, tmp_path / "other")[ups.index(loser)]
            assert not (other / "run.json").exists()
            assert not (other / "postgres").exists() or other == folder, "nothing was begun"
        finally:
            for up in ups:
                up.send_signal(signal.SIGINT) if up.poll() is None else None
            assert all(up.wait(60) is not None for up in ups)

    def test_a_second_bank_on_one_folder(self, folder: Path) -> None:
        with bank(folder) as running:
            sentence = self.refused("--data", folder, "--port", str(free_port()))
            assert f"A bank already runs on {folder} at http://127.0.0.1:{running.port}" in sentence
            assert running.answers()

    def test_a_newer_version_s_folder(self, folder: Path) -> None:
        (folder / "version").write_text('{"format": 99, "postgresql": 18}')
        assert "newer version of Nyord" in self.refused("--data", folder, "--port", str(free_port()))

    def test_a_newer_version_s_tables(self, folder: Path) -> None:
        assert nyord("psql", "--data", folder, "-c", "UPDATE alembic_version SET version_num = 'later'").returncode == 0
        assert "newer version of Nyord" in self.refused("--data", folder, "--port", str(free_port()))
        assert processes_naming(str(folder)) == []

    @ROOT_ONLY
    def test_disk_full(self, tmp_path: Path) -> None:
        folder = tmp_path / "bank"
        folder.mkdir()
        script = 'mount -t tmpfs -o size=20m none "$1" && shift && exec "$@"'
        done = subprocess.run(
            ["unshare", "--mount", "sh", "-c", script, "sh", folder, *command("up", "--no-demo", "--data", folder)],
            env=environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 1
        assert done.stderr.startswith(f"nyord: The disk under {folder} is full: 20 MB are free")
        assert len(done.stderr.splitlines()) == 1

    @ROOT_ONLY
    def test_no_user_namespaces(self, folder: Path) -> None:
        script = 'echo 0 > /proc/sys/user/max_user_namespaces && exec "$@"'
        done = subprocess.run(
            ["unshare", "--user", "--map-root-user", "sh", "-c", script, "sh", *command("up", "--data", folder)],
            env=environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 1
        assert "run ./nyord as an ordinary user, or set DATABASE_URL" in done.stderr
        assert len(done.stderr.splitlines()) == 1

    def test_a_database_of_one_s_own_without_a_secret(self, folder: Path) -> None:
        sentence = self.refused("--port", str(free_port()), DATABASE_URL="postgresql://nobody@127.0.0.1:1/x")
        assert "JWT_SECRET must have 32 bytes or more" in sentence

    def test_a_database_of_one_s_own_that_is_away(self, folder: Path) -> None:
        sentence = self.refused(
            "--port",
            str(free_port()),
            DATABASE_URL="postgresql://nobody@127.0.0.1:1/x",
            JWT_SECRET="s" * 32,
            XDG_DATA_HOME=str(folder.parent),
        )
        assert "can't be reached" in sentence


@ROOT_ONLY
@pytest.mark.slow
class TestAsAnOrdinaryUser:
    """S176: no rights are needed, and a folder without rights is one sentence."""

    @pytest.fixture
    def ordinary(self) -> list[str]:
        if subprocess.run(
            ["setpriv", "--reuid=65534", "--clear-groups", *command("--help")],
            env=environment(),
            check=False,
            capture_output=True,
        ).returncode:
            pytest.skip("this interpreter isn't readable for other users")
        return ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]

    def test_a_folder_that_isn_t_theirs(self, ordinary: list[str], tmp_path: Path) -> None:
        done = subprocess.run(
            [*ordinary, *command("up", "--data", tmp_path / "bank")],
            env=environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 1
        assert "can't be written to" in done.stderr
        assert len(done.stderr.splitlines()) == 1
