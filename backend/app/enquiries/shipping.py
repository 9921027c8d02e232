"""Logs on their way into the index, in the background: a log that can't be indexed is dropped and counted, never waited for.

With Elasticsearch every process ships its own lines. The embedded index has one writer, the worker, so there the worker
reads the files that `nyord up` keeps of all of its processes.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

import msgspec

from app.config import get_settings
from app.core import clock
from app.enquiries.indexes import LOGS
from app.enquiries.log_lines import of_line
from app.search.documents import Document
from app.search.engine import search_engine
from app.search.port import SearchAway

SHIP_SECONDS = 2.0
LINES_WAITING_MAX = 5_000
LINES_AT_ONCE = 1_000
TAIL_BYTES_AT_ONCE = 256 * 1_024
TAIL_BYTES_BEHIND_MAX = 4 * TAIL_BYTES_AT_ONCE  # beyond this the reader skips ahead: newer lines matter more

# Who takes part in indexing must not be indexed for it: each line would cause the next.
_OURSELVES = ("search", "elastic_transport", "elasticsearch", "urllib3")
_MONEY = b'"logger":"audit"'  # in the index by way of the events themselves


class LineSource(Protocol):
    """Where lines come from."""

    dropped: int  # lines or bytes that were skipped

    def take(self) -> list[Document]:
        """Return what there is to ship, at most `LINES_AT_ONCE` lines."""


class OwnLines(logging.Handler):
    """Collects the lines of this process. Full means that the oldest line goes."""

    def __init__(self) -> None:
        super().__init__()
        self.dropped = 0
        self._waiting: deque[dict[str, Any]] = deque(maxlen=LINES_WAITING_MAX)

    def emit(self, record: logging.LogRecord) -> None:
        """Remember a line; that is all that the thread which logs has to do with it."""
        if record.name.split(".", 1)[0] in _OURSELVES:
            return
        said = record.msg if isinstance(record.msg, dict) else {"event": record.getMessage(), "logger": record.name}
        self.dropped += len(self._waiting) == LINES_WAITING_MAX
        self._waiting.append({"timestamp": clock.now().isoformat(), "level": record.levelname.lower()} | said)

    def take(self) -> list[Document]:
        """Return the oldest lines that wait."""
        count = min(len(self._waiting), LINES_AT_ONCE)
        return _documents(self._waiting.popleft() for _ in range(count))


class TailedFiles:
    """Reads on in the log files of a folder, across their rotation."""

    def __init__(self, folder: Path) -> None:
        self.dropped = 0
        self._folder = folder
        self._places: dict[str, tuple[int, int]] = {}  # by file: its inode, and how far it was read

    def take(self) -> list[Document]:
        """Return the new lines of every file."""
        found: list[Document] = []
        for path in sorted(self._folder.glob("*.log")):
            try:
                found += _documents(_parsed(line) for line in self._new_lines(path))
            except OSError:
                continue  # it was rotated away under us; its successor comes next time
        return found

    def _new_lines(self, path: Path) -> Sequence[bytes]:
        state = path.stat()
        inode, place = self._places.get(path.name, (state.st_ino, max(0, state.st_size - TAIL_BYTES_AT_ONCE)))
        if inode != state.st_ino or place > state.st_size:
            place = 0
        if state.st_size - place > TAIL_BYTES_BEHIND_MAX:
            self.dropped += state.st_size - TAIL_BYTES_AT_ONCE - place
            place = state.st_size - TAIL_BYTES_AT_ONCE
        with path.open("rb") as file:
            file.seek(place)
            *lines, unfinished = file.read(TAIL_BYTES_AT_ONCE).split(b"\n")
        read = sum(len(line) + 1 for line in lines) or (len(unfinished) if len(unfinished) == TAIL_BYTES_AT_ONCE else 0)
        self._places[path.name] = (state.st_ino, place + read)
        return [line for line in lines if line.startswith(b"{") and _MONEY not in line]


def _parsed(line: bytes) -> dict[str, Any]:
    try:
        found = msgspec.json.decode(line)
    except msgspec.DecodeError:
        return {}
    return found if isinstance(found, dict) and found.get("logger") not in _OURSELVES else {}


def _documents(lines: Iterator[dict[str, Any]]) -> list[Document]:
    return [document for document in map(of_line, lines) if document is not None]


class Shipper:
    """A thread that writes what a source has into the index of logs, every two seconds."""

    def __init__(self, source: LineSource) -> None:
        self.source = source
        self.lost = 0  # lines that the engine didn't take
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="log-shipper", daemon=True)

    def start(self) -> None:
        """Begin to ship."""
        self._thread.start()

    def stop(self) -> None:
        """Ship what there is, and end."""
        self._stopping.set()
        self._thread.join(5)

    def ship(self) -> int:
        """Write what waits now, and return how many lines that was. What can't be written is lost, and counted."""
        documents = self.source.take()
        try:
            if documents:
                search_engine().write(LOGS, documents)
        except SearchAway:
            self.lost += len(documents)
            return 0
        return len(documents)

    def _run(self) -> None:
        while not self._stopping.wait(SHIP_SECONDS):
            self._ship_quietly()
        self._ship_quietly()

    def _ship_quietly(self) -> None:
        try:
            self.ship()
        except Exception:  # a line that can't be indexed must not end the thread
            logging.getLogger("search").exception("log lines not shipped")


def shipper_of(role: str) -> tuple[Shipper | None, Callable[[], None]]:
    """Return the shipper that a process of this role needs (None: another process ships for it), and how to detach it."""
    settings = get_settings()
    if settings.search_url:
        lines = OwnLines()
        root = logging.getLogger()
        root.addHandler(lines)
        return Shipper(lines), lambda: root.removeHandler(lines)
    if role == "worker" and settings.nyord_data:
        return Shipper(TailedFiles(Path(settings.nyord_data) / "logs")), lambda: None
    return None, lambda: None


@contextmanager
def shipping(role: str) -> Iterator[Shipper | None]:
    """Ship this process's logs while the block lasts, if it is the one to do it."""
    shipper, detach = shipper_of(role)
    if shipper is not None:
        shipper.start()
    try:
        yield shipper
    finally:
        detach()
        if shipper is not None:
            shipper.stop()
