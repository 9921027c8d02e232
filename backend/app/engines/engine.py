"""What every engine has in common: programs, ports, commands to start, and a question that tells whether it is ready."""

from __future__ import annotations

import os
import signal
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

from app.engines import install
from app.engines.folder import Room, State

Say = Callable[[str], None]


@dataclass(frozen=True)
class Launch:
    """One process to start: the last of an engine's is the one that is the engine."""

    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)


class Engine(ABC):
    """One engine on one room of the engines folder. It describes; `control` starts and stops."""

    name: ClassVar[str]
    title: ClassVar[str]
    setting: ClassVar[str]  # the variable that takes its URL
    ports: ClassVar[tuple[str, ...]]
    ready_seconds_max: ClassVar[float] = 120.0  # a busy machine takes its time; one that ends is noticed at once
    stop_signal: ClassVar[signal.Signals] = signal.SIGTERM
    stop_seconds_max: ClassVar[float] = 30.0

    def __init__(self, room: Room, say: Say) -> None:
        self.room = room
        self.say = say

    def require_programs(self) -> None:
        """See that its programs are on this machine, and bring what is missing.

        Raises:
            NotHere: they can't be brought here.
        """
        if missing := self.missing_packages():
            install.packages(missing, self.say)

    @abstractmethod
    def missing_packages(self) -> list[str]:
        """Return the Debian packages that have to be installed first."""

    @abstractmethod
    def prepare(self, state: State) -> None:
        """Make or renew its files before a start; the room is ours and no process of it runs."""

    @abstractmethod
    def launches(self, state: State) -> list[Launch]:
        """Return the processes to start, in this order."""

    @abstractmethod
    def is_ready(self, state: State) -> bool:
        """Return whether it answers."""

    @abstractmethod
    def url(self, state: State) -> str:
        """Return its address with the password, as the bank's setting wants it."""

    def complaint(self, output: str) -> str:
        """Return what it says of why it ended: the last line of its log, unless an engine knows better."""
        lines = [line for line in output.splitlines() if line.strip()]
        return lines[-1].strip().rstrip(".") if lines else "it said nothing"


def environment(**more: str) -> dict[str, str]:
    """Return our environment without what would reach into an engine (a user's PGDATA, another node's name), and more."""
    foreign = ("PG", "RABBITMQ_", "ERL_", "ES_", "JAVA_", "REDIS_")
    ours = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
    return {**ours, **more}


def write_file(path: Path, content: str) -> None:
    """Write a configuration file that only its owner may read: it may hold a password."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(content)
