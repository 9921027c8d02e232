"""Logs of the child processes: kept in the data folder, never larger than a few files of ten megabytes."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import threading
from collections.abc import Callable
from pathlib import Path
from typing import IO, Final

LOG_BYTES_MAX: Final = 10_000_000
LOGS_KEPT: Final = 3  # beside the current file
_LINE_BYTES_MAX: Final = 65_536
_ALARMS: Final = (b'"level":"error"', b'"level":"critical"')


def trim(path: Path) -> None:
    """Empty a log that has grown too large into `x.log.1`, while its writer (who must append) keeps it open."""
    if path.exists() and path.stat().st_size >= LOG_BYTES_MAX:
        _make_room(path)
        shutil.copyfile(path, _numbered(path, 1))
        os.truncate(path, 0)


def _numbered(path: Path, number: int) -> Path:
    return path.with_name(f"{path.name}.{number}")


def _make_room(path: Path) -> None:
    for number in range(LOGS_KEPT - 1, 0, -1):
        with contextlib.suppress(FileNotFoundError):
            _numbered(path, number).replace(_numbered(path, number + 1))


class LogPump:
    """Carries what a child writes into its log, in a thread of its own, so that nobody ever waits for the disk.

    A full disk costs log lines, not requests: the child writes into a pipe that is always emptied.
    """

    def __init__(self, source: IO[bytes], path: Path, alarm: Callable[[str], None]) -> None:
        self._source = source
        self._path = path
        self._alarm = alarm
        self._last = b""  # what explains a sudden end
        self._thread = threading.Thread(target=self._run, name=f"log-{path.stem}", daemon=True)
        self._thread.start()

    def last_words(self) -> str:
        """Return the last line that says something: the child's own reason, when it has just ended."""
        self._thread.join(timeout=1)
        lines = [line for line in self._last.decode(errors="replace").splitlines() if line.strip()]
        return _meaning(lines[-1]) if lines else "it said nothing"

    def _run(self) -> None:
        unfinished = b""
        with self._source:
            while chunk := os.read(self._source.fileno(), _LINE_BYTES_MAX):
                self._keep(chunk)
                *lines, unfinished = (unfinished + chunk).split(b"\n")
                unfinished = unfinished[-_LINE_BYTES_MAX:]
                self._last = next((line for line in (unfinished, *reversed(lines)) if line.strip()), self._last)
                if any(alarm in chunk for alarm in _ALARMS):
                    for line in lines:
                        if any(alarm in line for alarm in _ALARMS):
                            self._alarm(_meaning(line.decode(errors="replace")))

    def _keep(self, chunk: bytes) -> None:
        with contextlib.suppress(OSError):
            if self._path.exists() and self._path.stat().st_size >= LOG_BYTES_MAX:
                _make_room(self._path)
                self._path.replace(_numbered(self._path, 1))
            with self._path.open("ab") as log:
                log.write(chunk)


def _meaning(line: str) -> str:
    """Return what a log line says to a person: the event of a JSON line, or the line without the error's class name."""
    try:
        event = str(json.loads(line)["event"])
    except (ValueError, KeyError, TypeError):
        event = line
    head, separator, rest = event.strip().partition(": ")
    return rest if separator and head.replace(".", "").isidentifier() else event.strip()
