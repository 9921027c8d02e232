"""Real engines for any test that asks: started once per run, shared by all of its processes, stopped at its end.

`rabbitmq_url`, `redis_url`, `search_url`, `postgres15_url`, or `engines` for all four; `rabbitmq_vhost` for a broker that
nobody else has used. Where an engine can't be had the test is skipped, and the run says how many were and why; with
CI=true it fails instead. NYORD_TEST_ENGINES=DIR uses an engines folder of yours and leaves it running.
"""

from __future__ import annotations

import itertools
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from app.engines import control
from app.engines.errors import NotHere
from app.engines.folder import Room
from app.engines.process import Record, started_at
from tests.engines.certificates import Certificate

FOLDER_VARIABLE = "NYORD_TEST_ENGINES"
_PREFIX = "nyord-test-engines-"
_REASON = "no engine: "
_ENGINES = {"rabbitmq_url", "rabbitmq_vhost", "redis_url", "search_url", "postgres15_url", "engines"}

_numbers = itertools.count(1)
_evaluations = itertools.count(1)
_made: list[Path] = []  # the folder of this run, in the process that leads it


def pytest_configure(config: pytest.Config) -> None:
    """Name the run's engines folder, for its other processes too; end what a killed run left behind."""
    if hasattr(config, "workerinput") or FOLDER_VARIABLE in os.environ:
        return
    end_left_overs()
    folder = Path(tempfile.gettempdir()) / f"{_PREFIX}{os.getpid()}"
    _made.append(folder)
    os.environ[FOLDER_VARIABLE] = str(folder)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the run's engines: the other processes have ended by now."""
    while _made:
        end(_made.pop())
        os.environ.pop(FOLDER_VARIABLE, None)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how many tests had no engine, and why."""
    reasons = [report.longrepr[2] for report in terminalreporter.stats.get("skipped", []) if report.longrepr]
    missing = [reason.split(_REASON, 1)[1] for reason in reasons if _REASON in reason]
    for reason in sorted(set(missing)):
        terminalreporter.write_line(f"{missing.count(reason)} tests skipped for want of an engine: {reason}")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A test that asks for an engine is slow; said once, before `-m` is looked at. Who asks later says so itself."""
    for item in items:
        if _ENGINES & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.slow)


def end_left_overs() -> None:
    """Stop the engines of runs that were killed before they could."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        pid = folder.name.removeprefix(_PREFIX)
        if pid.isdigit() and os.access(folder, os.W_OK) and not _owner_lives(folder):
            end(folder)


def end(folder: Path) -> None:
    """Stop the engines of a folder and remove it."""
    if folder.exists():
        for name in control.ENGINES:
            control.kill(folder, name)  # nobody needs this data again: a crash is quicker than a shutdown
        shutil.rmtree(folder, ignore_errors=True)


def _owner_lives(folder: Path) -> bool:
    found = Room(folder, "run").state().processes
    return any(record.alive() for record in found)


def _claim(folder: Path) -> None:
    """Write down which process leads the run, so that the next run knows whether it still does."""
    if not folder.exists() and folder.name.startswith(_PREFIX):
        pid = int(folder.name.removeprefix(_PREFIX))
        room = Room(folder, "run")
        with room.owned():
            state = room.state()
            state.processes = [Record(pid, started_at(pid))]
            room.keep(state)


def url_of(name: str) -> str:
    """Return the URL of an engine of this run, started if it doesn't run; skip the test if it can't be had."""
    folder = Path(os.environ[FOLDER_VARIABLE])
    try:
        _claim(folder)
        return control.start(folder, name)
    except NotHere as error:
        if os.environ.get("CI", "").lower() in ("true", "1"):
            pytest.fail(str(error))
        pytest.skip(_REASON + str(error))


@pytest.fixture(scope="session")
def engines_folder() -> Path:
    """The run's engines folder, for `app.engines.control`. Who stops or kills an engine there starts it again."""
    return Path(os.environ[FOLDER_VARIABLE])


@pytest.fixture
def postgres15_url() -> str:
    """The address of an empty database on the oldest PostgreSQL that the bank supports; make others beside it."""
    return url_of("postgres")


@pytest.fixture
def rabbitmq_url() -> str:
    """The address of RabbitMQ, on a virtual host that the whole run shares."""
    return url_of("rabbitmq")


@pytest.fixture
def redis_url() -> str:
    """The address of Redis, on a database that the whole run shares: use keys of your own."""
    return url_of("redis")


@pytest.fixture
def search_url() -> str:
    """The address of Elasticsearch, which the whole run shares: use index names of your own."""
    return url_of("elasticsearch")


@pytest.fixture
def engines() -> dict[str, str]:
    """All four, as the environment variables that the bank reads."""
    return {engine.setting: url_of(name) for name, engine in control.ENGINES.items()}


@pytest.fixture
def rabbitmq_vhost(engines_folder: Path) -> Iterator[str]:
    """The address of a virtual host of one's own, empty, and gone after the test."""
    with own_vhost(engines_folder) as address:
        yield address


@contextmanager
def own_database(name: str) -> Iterator[str]:
    """Make an empty database on the run's PostgreSQL, and drop it at the end; its address."""
    server = url_of("postgres")
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
        yield server.rpartition("/")[0] + f"/{name}"
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


@contextmanager
def own_vhost(folder: Path) -> Iterator[str]:
    """Lend an empty virtual host on the run's RabbitMQ; nobody gets it again. Its address."""
    address = url_of("rabbitmq")
    name = f"test_{os.getpid()}_{next(_numbers)}"
    with vhost(folder, name):
        yield address.rpartition("/")[0] + f"/{name}"


@contextmanager
def vhost(folder: Path, name: str) -> Iterator[None]:
    """Make a virtual host on the run's RabbitMQ, and delete it at the end."""
    everything = '<<".*">>, <<".*">>, <<".*">>'
    grant = f'rabbit_auth_backend_internal:set_permissions(<<"nyord">>, <<"{name}">>, {everything}, <<"test">>)'
    _evaluate(folder, f'rabbit_vhost:add(<<"{name}">>, <<"test">>), {grant}')
    yield
    _evaluate(folder, f'rabbit_vhost:delete(<<"{name}">>, <<"test">>)')


@contextmanager
def tls_listener(
    folder: Path, port: int, certificate: Certificate, authority: Path, *, asks_for_certificates: bool = False
) -> Iterator[None]:
    """Have the run's RabbitMQ listen with TLS, too, on this port; at the end whoever is connected to it is cut off."""
    wanted = ", {fail_if_no_peer_cert, true}" if asks_for_certificates else ""
    options = f'{{certfile, "{certificate.file}"}}, {{keyfile, "{certificate.key}"}}, {{cacertfile, "{authority}"}}'
    place = f'{{"127.0.0.1", {port}, inet}}'
    start = f"rabbit_networking:start_ssl_listener({place}, [{options}, {{verify, verify_peer}}{wanted}], 1)"
    _evaluate(folder, f"{{ok, _}} = application:ensure_all_started(ssl), ok = {start}")
    yield
    _evaluate(folder, f"ok = rabbit_networking:stop_tcp_listener({place})")


def _name_for_erlang() -> str:
    return f"test_{os.getpid()}_{next(_evaluations)}"


def _evaluate(folder: Path, expression: str) -> None:
    """Have the run's RabbitMQ evaluate Erlang: `rabbitmqctl eval` does the same, and takes a second.

    Under a name of its own each time: who comes with the name of somebody who is still there is turned away.
    """
    room = Room(folder, "rabbitmq")
    node = f"localhost:{room.state().ports['distribution']}"
    cookie = (room.path / ".erlang.cookie").read_text()
    done = subprocess.run(
        ["erl_call", "-address", node, "-c", cookie, "-h", _name_for_erlang(), "-e"],
        input=f"{expression}.\n",
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.startswith("{ok, "), done.stdout + done.stderr
