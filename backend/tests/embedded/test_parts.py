from __future__ import annotations

import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import cast

import pytest

from app.embedded import child as child_module
from app.embedded import logs, network, schema
from app.embedded.child import Backoff, Child, Lifeline
from app.embedded.errors import HomeError, PostgresError, StartRefused
from app.embedded.home import Home
from app.embedded.logs import LogPump
from app.embedded.postgres import EmbeddedPostgres
from app.embedded.signals import StopSignals
from app.embedded.supervisor import Plan, Supervisor
from tests.embedded.bank import eventually

BACKEND = Path(__file__).parents[2]
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(BACKEND)}


def ignore(_: str) -> None:
    pass


class TestRequireFree:
    def test_a_free_port_is_fine(self) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        network.require_free("127.0.0.1", port)

    def test_a_taken_port_names_one_that_is_free(self) -> None:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = taken.getsockname()[1]
            with pytest.raises(StartRefused, match=f"Port {port} is taken") as refused:
                network.require_free("127.0.0.1", port)
            suggested = int(str(refused.value).rsplit("--port ", 1)[1].rstrip("`."))
            network.require_free("127.0.0.1", suggested)

    def test_somebody_else_s_address_is_one_sentence(self) -> None:
        with pytest.raises(StartRefused, match="can't listen on 192"):
            network.require_free("192.0.2.1", 8000)  # TEST-NET: nobody has it

    def test_a_name_that_doesn_t_exist_is_one_sentence(self) -> None:
        with pytest.raises(StartRefused, match="can't listen on no-such-host"):
            network.require_free("no-such-host.invalid", 8000)

    def test_a_name_that_can_t_be_is_one_sentence(self) -> None:
        with pytest.raises(StartRefused, match=r"can't listen on aaa.*: choose an address of this machine with --host"):
            network.require_free("a" * 70 + ".example", 8000)


class TestListen:
    def test_a_port_is_one_bank_s_from_the_start(self) -> None:
        with network.listen("127.0.0.1", 0) as listener:
            port = listener.getsockname()[1]
            with pytest.raises(StartRefused, match=f"Port {port} is taken"):
                network.listen("127.0.0.1", port)

    def test_no_answer_waits_for_an_acknowledgement(self) -> None:
        """Uvicorn leaves it unset on a socket that it inherits; a client then waited 40 ms for an answer's second piece."""
        with network.listen("127.0.0.1", 0) as listener, socket.create_connection(listener.getsockname()):
            taken, _ = listener.accept()
            with taken:
                assert taken.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) == 1


class TestSchema:
    @pytest.fixture
    def versions(self, tmp_path: Path) -> Path:
        (tmp_path / "0001_first.py").write_text('revision = "0001"\ndown_revision = None\n')
        (tmp_path / "0002_second.py").write_text('revision: str = "0002"\ndown_revision: str | None = "0001"\n')
        return tmp_path

    @pytest.mark.parametrize(("installed", "current"), [("", False), ("0001", False), ("0002", True)])
    def test_only_the_newest_is_current(self, versions: Path, installed: str, current: bool) -> None:
        assert schema.is_current(versions, installed) is current

    def test_an_unknown_one_is_a_newer_program_s(self, versions: Path) -> None:
        with pytest.raises(PostgresError, match="belongs to a newer version of Nyord"):
            schema.is_current(versions, "0003")

    def test_the_bank_s_own_migrations_have_one_head(self) -> None:
        from alembic.config import Config
        from alembic.script import ScriptDirectory

        head = ScriptDirectory.from_config(Config(str(BACKEND / "alembic.ini"))).get_current_head()
        assert head is not None
        assert schema.is_current(BACKEND / "migrations" / "versions", head)


class TestLogs:
    def test_a_large_log_is_emptied_while_its_writer_goes_on(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(logs, "LOG_BYTES_MAX", 10)
        log = tmp_path / "x.log"
        with log.open("ab", buffering=0) as writer:
            for text in (b"first  line\n", b"second line\n", b"third  line\n", b"fourth line\n", b"fifth  line\n"):
                writer.write(text)
                logs.trim(log)
            writer.write(b"now\n")
        assert log.read_bytes() == b"now\n"
        assert [path.name for path in sorted(tmp_path.iterdir())] == ["x.log", "x.log.1", "x.log.2", "x.log.3"]
        assert (tmp_path / "x.log.1").read_bytes() == b"fifth  line\n"

    def test_the_pump_keeps_everything_turns_files_and_rings_for_errors(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(logs, "LOG_BYTES_MAX", 200)
        rung: list[str] = []
        read_end, write_end = os.pipe()
        pump = LogPump(os.fdopen(read_end, "rb"), tmp_path / "x.log", rung.append)
        with os.fdopen(write_end, "wb", buffering=0) as writer:
            for number in range(20):
                writer.write(b'{"event":"line %d","level":"info"}\n' % number)
                time.sleep(0.005)
            writer.write(b'{"event":"the books do not hold","level":"critical"}\n')
        assert pump.last_words() == "the books do not hold"
        assert rung == ["the books do not hold"]
        assert (tmp_path / "x.log.1").exists()

    def test_a_log_that_can_t_be_written_stops_nobody(self, tmp_path: Path) -> None:
        read_end, write_end = os.pipe()
        pump = LogPump(os.fdopen(read_end, "rb"), tmp_path / "no such folder" / "x.log", ignore)
        with os.fdopen(write_end, "wb", buffering=0) as writer:
            for _ in range(100):
                writer.write(b"x" * 4_096)
            writer.write(b"\nValueError: too long\n")
        assert pump.last_words() == "too long"


class TestBackoff:
    def test_longer_each_time_up_to_a_limit(self) -> None:
        backoff = Backoff()
        backoff.started()
        delays = [backoff.failed() for _ in range(12)]
        assert delays[:4] == [0.2, 0.4, 0.8, 1.6]
        assert delays[-1] == 10.0

    def test_what_never_came_up_is_given_up_soon(self) -> None:
        backoff = Backoff()
        for hopeless in (False, False, True):
            backoff.started()
            backoff.failed()
            assert backoff.is_hopeless() is hopeless

    def test_a_steady_run_forgives(self, monkeypatch: pytest.MonkeyPatch) -> None:
        backoff = Backoff()
        backoff.started()
        assert [backoff.failed() for _ in range(3)] == [0.2, 0.4, 0.8]
        monkeypatch.setattr(child_module, "STEADY_SECONDS", -1.0)
        assert backoff.failed() == 0.2
        assert not backoff.is_hopeless()


class TestStopSignals:
    def test_sleep_ends_early_and_requests_are_counted(self) -> None:
        with StopSignals() as signals:
            threading.Timer(0.1, os.kill, (os.getpid(), signal.SIGTERM)).start()
            started = time.monotonic()
            signals.sleep(20)
            assert time.monotonic() - started < 10
            assert signals.stopping() and not signals.in_a_hurry()
            os.kill(os.getpid(), signal.SIGINT)
            assert signals.in_a_hurry()

    def test_handlers_are_given_back(self) -> None:
        before = signal.getsignal(signal.SIGINT)
        with StopSignals():
            assert signal.getsignal(signal.SIGINT) != before
        assert signal.getsignal(signal.SIGINT) == before


POLITE = (
    "import signal, time; signal.signal(signal.SIGTERM, lambda *_: exit(0)); print('ready', flush=True); time.sleep(60)"
)
STUBBORN = POLITE.replace("lambda *_: exit(0)", "signal.SIG_IGN")
WATCHING = "from app.embedded.lifeline import watch; watch(); " + POLITE
WATCHING_STUBBORN = "from app.embedded.lifeline import watch; watch(); " + STUBBORN


class TestChild:
    def started(self, program: str, log: Path) -> Child:
        child = Child("test", [sys.executable, "-P", "-c", program], log, ignore)
        lifeline = Lifeline()
        try:
            child.start(ENVIRONMENT, BACKEND, lifeline)
            assert eventually(lambda: log.exists() and b"ready" in log.read_bytes())
        finally:
            if "watch()" not in program:
                lifeline.close()
        self.lifeline = lifeline
        return child

    def test_stopped_politely(self, tmp_path: Path) -> None:
        child = self.started(POLITE, tmp_path / "x.log")
        assert child.pid is not None
        child.stop(10, hurry=lambda: False)
        assert child.pid is None

    def test_who_doesn_t_listen_is_ended(self, tmp_path: Path) -> None:
        child = self.started(STUBBORN, tmp_path / "x.log")
        started = time.monotonic()
        child.stop(0.5, hurry=lambda: False)
        assert child.pid is None
        assert 0.5 <= time.monotonic() - started < 10

    def test_a_hurry_ends_the_patience(self, tmp_path: Path) -> None:
        child = self.started(STUBBORN, tmp_path / "x.log")
        child.stop(60, hurry=lambda: True)
        assert child.pid is None

    def test_it_ends_by_itself_when_the_lifeline_ends(self, tmp_path: Path) -> None:
        child = self.started(WATCHING, tmp_path / "x.log")
        assert child.pid is not None
        self.lifeline.close()
        assert eventually(lambda: child.pid is None, 5)

    @pytest.mark.slow
    def test_even_one_that_ignores_signals_ends_with_the_lifeline(self, tmp_path: Path) -> None:
        child = self.started(WATCHING_STUBBORN, tmp_path / "x.log")
        self.lifeline.close()
        assert eventually(lambda: child.pid is None, 15)

    def test_its_last_words_explain_its_end(self, tmp_path: Path) -> None:
        child = self.started(
            "print('ready'); raise SystemExit('app.config.ConfigurationError: set X')", tmp_path / "x.log"
        )
        assert eventually(lambda: child.pid is None)
        assert child.why() == "set X"
        assert not child.was_killed()

    @pytest.mark.parametrize(
        ("number", "name"),
        [(int(signal.SIGKILL), "SIGKILL"), (int(signal.SIGRTMIN) + 1, f"signal {signal.SIGRTMIN + 1}")],
    )
    def test_who_was_killed_has_no_last_words(self, tmp_path: Path, number: int, name: str) -> None:
        child = self.started(POLITE, tmp_path / "x.log")
        assert child.pid is not None
        os.kill(child.pid, number)
        assert eventually(lambda: child.pid is None)
        assert child.why() == f"killed by {name}"
        assert child.was_killed()


class FullForAMoment:
    """A PostgreSQL that finds the disk full when it is started for the first time."""

    url = "postgresql://nyord@/nyord"
    starts = 0

    def start(self, cancelled: Callable[[], bool]) -> None:
        self.starts += 1
        if self.starts == 1:
            raise HomeError("The disk is full.")


class TestHealing:
    def test_a_disk_that_was_full_for_a_moment_ends_no_bank(self, home: Home) -> None:
        postgres = FullForAMoment()
        supervisor = Supervisor(home, Plan("127.0.0.1", 1, demo=False, environment={}, embedded=True))
        with home.owned(), supervisor._signals:
            supervisor._heal_postgres(cast(EmbeddedPostgres, postgres))
        assert postgres.starts == 2
