"""The engines folder: what each engine keeps, who may use it, and which processes run.

engines.env         while they run: the URLs, for a shell or `nyord up --profile engines`; 0600, for it has passwords
secrets.json        the key that signs the bank's tokens, made once; 0600
NAME/engine.json    ports and password, made once, and the processes while they run; 0600
NAME/lock           held (flock) by whoever starts or stops the engine
NAME/data NAME/log  the engine's own
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import socket
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Final

from app.embedded.errors import home_error
from app.embedded.home import default_path, write_private
from app.engines.errors import EngineError
from app.engines.process import Record

# Below the ports that the kernel gives to outgoing connections: nobody takes an engine's port while it restarts.
_PORT_FIRST: Final = 20_000
_PORT_LAST: Final = 32_000
_PORT_TRIES: Final = 200


def default_folder() -> Path:
    """Return where the engines live unless `--data` says otherwise: beside the user's bank."""
    return default_path().with_name("nyord-engines")


def chosen_folder(data: Path | None) -> Path:
    """Return where the engines live: what `--data` says, or the default."""
    return (data or default_folder()).expanduser().absolute()


@dataclass
class State:
    """What is remembered of one engine."""

    password: str
    ports: dict[str, int] = field(default_factory=dict)
    processes: list[Record] = field(default_factory=list)


class Room:
    """One engine's part of the engines folder."""

    def __init__(self, folder: Path, name: str) -> None:
        self.path = folder / name
        self.data = self.path / "data"
        self.log = self.path / "log"
        self._file = self.path / "engine.json"

    @contextmanager
    def owned(self) -> Iterator[None]:
        """Be the only one who starts or stops the engine, for as long as the block lasts.

        Raises:
            HomeError: the folder can't be written.
        """
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            lock = os.open(self.path / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise home_error(error, self.path) from None
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)

    def exists(self) -> bool:
        """Return whether the engine was ever started here."""
        return self._file.exists()

    def state(self) -> State:
        """Return what is known of the engine; of a new one, a password that was made just now.

        Raises:
            EngineError: somebody damaged the file.
        """
        if not self._file.exists():
            return State(password=secrets.token_urlsafe(24))
        try:
            found = json.loads(self._file.read_text())
            processes = [Record(**record) for record in found["processes"]]
            return State(password=str(found["password"]), ports=dict(found["ports"]), processes=processes)
        except (OSError, ValueError, TypeError, KeyError):
            raise EngineError(
                f"{self._file} is damaged: remove {self.path} to begin anew, or choose another folder with --data."
            ) from None

    def keep(self, state: State) -> None:
        """Remember the state, whole or not at all."""
        try:
            write_private(self._file, asdict(state))
        except OSError as error:
            raise home_error(error, self.path) from None


def is_free(port: int) -> bool:
    """Return whether a server could listen on this port of the loopback address."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def free_ports(names: Sequence[str], kept: Mapping[str, int]) -> dict[str, int]:
    """Return a free port for each name: the one it had, unless somebody else has taken it since.

    Raises:
        EngineError: there is none.
    """
    chosen: dict[str, int] = {}
    for name in names:
        port = kept.get(name, 0)
        tries = 0
        while not port or port in chosen.values() or not is_free(port):
            port = _PORT_FIRST + secrets.randbelow(_PORT_LAST - _PORT_FIRST)
            tries += 1
            if tries > _PORT_TRIES:
                raise EngineError(f"No port between {_PORT_FIRST} and {_PORT_LAST} is free on this machine.")
        chosen[name] = port
    return chosen


def environment_file(folder: Path) -> Path:
    """Return the path of the file with the URLs."""
    return folder / "engines.env"


def write_environment(folder: Path, values: Mapping[str, str]) -> None:
    """Write the file with the URLs, for its owner alone, whole or not at all."""
    path = environment_file(folder)
    temporary = path.with_name(path.name + ".new")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.writelines(f"{name}={value}\n" for name, value in values.items())
    temporary.replace(path)


def read_environment(folder: Path) -> dict[str, str]:
    """Return what the file with the URLs says.

    Raises:
        EngineError: it isn't there, so no engines were started.
    """
    path = environment_file(folder)
    try:
        lines = path.read_text().splitlines()
    except FileNotFoundError:
        sentence = (
            f"There is no {path}: start the engines with `nyord engines up`, or load the engines.env of their folder."
        )
        raise EngineError(sentence) from None
    except OSError as error:
        raise home_error(error, path) from None
    return dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))
