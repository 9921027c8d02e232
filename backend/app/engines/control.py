"""Start, stop, kill and look at the engines of one folder, each by its name: `postgres`, `rabbitmq`, `redis`, `elasticsearch`."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from app.embedded.errors import home_error
from app.embedded.home import write_private
from app.embedded.logs import trim
from app.engines.elasticsearch import ElasticsearchEngine
from app.engines.engine import Engine, Say
from app.engines.errors import EngineError
from app.engines.folder import Room, State, environment_file, free_ports, write_environment
from app.engines.postgres import PostgresEngine
from app.engines.process import spawn
from app.engines.rabbitmq import RabbitEngine
from app.engines.redis import RedisEngine

ENGINES: Final[dict[str, type[Engine]]] = {
    engine.name: engine for engine in (PostgresEngine, RabbitEngine, RedisEngine, ElasticsearchEngine)
}

_READY_POLL_SECONDS: Final = 0.05
_STARTS_MAX: Final = 3  # a port may be taken, and orphans may hold a folder, in the moment of a start
_LOG_TAIL_BYTES: Final = 65_536


@dataclass(frozen=True)
class Status:
    """What is known of one engine. `url` has the password, and is empty if the engine was never started here."""

    name: str
    running: bool
    ready: bool
    url: str
    pids: tuple[int, ...] = ()


def _silent(_: str) -> None:
    """Say nothing."""


def up(folder: Path, names: Sequence[str] = (), say: Say = _silent) -> dict[str, str]:
    """Start what doesn't run (all engines, unless some are named) and return the settings to reach them.

    The environment file of the folder then has the same settings, and those of engines that were started earlier.

    Raises:
        EngineError: one of them can't be installed or started here; the sentence has the reason.
    """
    for name in _known(names):  # one after the other: apt and Maven don't share
        if not status(folder, name).running:
            _engine(folder, name, say).require_programs()
    with ThreadPoolExecutor(len(ENGINES)) as together:
        started = [together.submit(start, folder, name, say) for name in _known(names)]
    for future in started:
        future.result()
    return _announce(folder)


def down(folder: Path, names: Sequence[str] = (), say: Say = _silent) -> list[str]:
    """Stop what runs (all engines, unless some are named) and return the names of those that ran."""
    stopped = [name for name in reversed(_known(names)) if stop(folder, name, say)]
    if not names:
        environment_file(folder).unlink(missing_ok=True)
    return stopped


def start(folder: Path, name: str, say: Say = _silent) -> str:
    """Start an engine and return its URL once it answers; one that runs is left alone.

    It keeps its port, password and data over restarts, unless another program has taken the port meanwhile.

    Raises:
        NotHere: its programs can't be brought to this machine.
        EngineError: it doesn't come up; the sentence has its own reason.
    """
    engine = _engine(folder, name, say)
    with engine.room.owned():
        state = engine.room.state()
        if _runs(state) and _comes_up(engine, state):
            return engine.url(state)
        engine.require_programs()
        say(f"Starting {engine.title}.")
        for attempt in range(1, _STARTS_MAX + 1):
            reason = _start(engine, state)
            if not reason:
                say(f"{engine.title} answers on port {state.ports['port']}.")
                return engine.url(state)
            if attempt < _STARTS_MAX:
                time.sleep(attempt)
    raise EngineError(f"{engine.title} doesn't come up: {reason}; see {engine.room.log}.")


def stop(folder: Path, name: str, say: Say = _silent) -> bool:
    """Stop an engine as it wishes to be stopped, firmly if it takes too long; return whether it ran."""
    engine = _engine(folder, name, say)
    if not engine.room.exists():
        return False
    with engine.room.owned():
        state = engine.room.state()
        ran = _runs(state)
        if ran:
            say(f"Stopping {engine.title}.")
            state.processes[-1].signal(engine.stop_signal)
            state.processes[-1].ends_within(engine.stop_seconds_max)
        _kill(engine, state)
    return ran


def kill(folder: Path, name: str) -> None:
    """End an engine as a power cut would: kill -9 for it and what it started. Its data stays as it is."""
    engine = _engine(folder, name, _silent)
    if engine.room.exists():
        # Without the lock: whoever is starting it must not be able to hold a crash up.
        state = engine.room.state()
        for record in state.processes:
            record.kill()


def status(folder: Path, name: str) -> Status:
    """Return whether an engine runs and answers. Nothing is started."""
    engine = _engine(folder, name, _silent)
    if not engine.room.exists():
        return Status(name, running=False, ready=False, url="")
    state = engine.room.state()
    running = _runs(state)
    url = engine.url(state) if state.ports else ""
    pids = tuple(record.pid for record in state.processes if record.alive())
    return Status(name, running=running, ready=running and engine.is_ready(state), url=url, pids=pids)


def _start(engine: Engine, state: State) -> str:
    """Try once. Return why it didn't come up; nothing, if it did. Whatever was left of an earlier run is ended first."""
    _kill(engine, state)
    state.ports = free_ports(engine.ports, state.ports)
    engine.room.keep(state)
    try:
        engine.prepare(state)
        trim(engine.room.log)
        log_start = engine.room.log.stat().st_size if engine.room.log.exists() else 0
        for launch in engine.launches(state):
            state.processes.append(spawn(launch.command, launch.environment, engine.room.path, engine.room.log))
            engine.room.keep(state)  # at once: killed now, we would not know whose processes these are
    except OSError as error:
        raise home_error(error, engine.room.path) from None
    if _comes_up(engine, state):
        return ""
    with engine.room.log.open("rb") as log:
        log.seek(log_start)
        reason = engine.complaint(log.read(_LOG_TAIL_BYTES).decode(errors="replace"))
    _kill(engine, state)
    return reason


def _comes_up(engine: Engine, state: State) -> bool:
    deadline = time.monotonic() + engine.ready_seconds_max
    while _runs(state) and time.monotonic() < deadline:
        if engine.is_ready(state):
            return True
        time.sleep(_READY_POLL_SECONDS)
    return False


def _kill(engine: Engine, state: State) -> None:
    for record in reversed(state.processes):
        record.kill()
    if state.processes:
        state.processes = []
        engine.room.keep(state)


def _runs(state: State) -> bool:
    """Return whether all processes of the engine run: half of one is none."""
    return bool(state.processes) and all(record.alive() for record in state.processes)


def _engine(folder: Path, name: str, say: Say) -> Engine:
    (known,) = _known([name])
    return ENGINES[known](Room(folder, known), say)


def _known(names: Sequence[str]) -> list[str]:
    """Return the engines that are meant, in the order in which they start.

    Raises:
        EngineError: there is no engine of that name.
    """
    if unknown := [name for name in names if name not in ENGINES]:
        raise EngineError(f"There is no engine called {unknown[0]!r}: there are {', '.join(ENGINES)}.")
    return [name for name in ENGINES if not names or name in names]


def _announce(folder: Path) -> dict[str, str]:
    """Write the environment file: the URLs, and the key that signs tokens, which is made once."""
    found = {ENGINES[name].setting: status(folder, name).url for name in ENGINES}
    values = {name: url for name, url in found.items() if url}
    key = folder / "secrets.json"
    if not key.exists():
        write_private(key, {"jwt_secret": secrets.token_hex(32)})
    values["JWT_SECRET"] = str(json.loads(key.read_text())["jwt_secret"])
    write_environment(folder, values)
    return values
