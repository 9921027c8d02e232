"""The embedded engine's own troubles: its folder, its one writer, and its disk."""

from __future__ import annotations

import resource
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from app.search.embedded import EmbeddedSearch
from app.search.port import IndexMissing, SearchAway
from app.search.query import Query
from tests.search.conftest import BOOKS
from tests.search.test_port import book

BACKEND = Path(__file__).parents[2]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of an engine that has one book."""
    engine = EmbeddedSearch(tmp_path / "search")
    engine.promote(BOOKS, engine.create(BOOKS))
    engine.write(BOOKS, [book(1)])
    engine.close()
    return tmp_path / "search"


def count(engine: EmbeddedSearch) -> int:
    return len(engine.find(BOOKS, Query()).hits)


class TestProcesses:
    """C17: one process writes, any number read."""

    def test_readers_see_what_another_engine_committed(self, folder: Path) -> None:
        writer, reader = EmbeddedSearch(folder), EmbeddedSearch(folder)
        assert count(reader) == 1
        writer.write(BOOKS, [book(2)])
        assert count(reader) == 2

    def test_readers_follow_to_a_new_generation(self, folder: Path) -> None:
        writer, reader = EmbeddedSearch(folder), EmbeddedSearch(folder)
        assert count(reader) == 1
        writer.promote(BOOKS, writer.create(BOOKS))
        assert count(reader) == 0

    def test_a_second_writer_waits_until_the_first_has_closed(self, folder: Path) -> None:
        first, second = EmbeddedSearch(folder), EmbeddedSearch(folder)
        first.write(BOOKS, [book(2)])
        with pytest.raises(SearchAway, match="LockBusy"):
            second.write(BOOKS, [book(3)])
        assert count(second) == 2
        first.close()
        second.write(BOOKS, [book(3)])
        assert count(second) == 3

    def test_a_killed_writer_leaves_what_it_committed_and_no_lock(self, folder: Path) -> None:
        program = (
            "import sys, time\nfrom pathlib import Path\nfrom app.search.embedded import EmbeddedSearch\n"
            "from tests.search.test_port import BOOKS, book\nengine = EmbeddedSearch(Path(sys.argv[1]))\n"
            "engine.write(BOOKS, [book(2)])\nprint('written', flush=True)\ntime.sleep(60)\n"
        )
        child = subprocess.Popen([sys.executable, "-c", program, str(folder)], cwd=BACKEND, stdout=subprocess.PIPE)
        assert child.stdout is not None
        assert child.stdout.readline() == b"written\n"
        child.send_signal(signal.SIGKILL)
        child.wait(10)
        child.stdout.close()
        engine = EmbeddedSearch(folder)
        engine.write(BOOKS, [book(3)])
        assert count(engine) == 3

    def test_reading_while_writing(self, folder: Path) -> None:
        engine = EmbeddedSearch(folder)
        seen: list[int] = []
        done = threading.Event()

        def read() -> None:
            while not done.is_set():
                seen.append(count(engine))
                time.sleep(0.001)

        thread = threading.Thread(target=read)
        thread.start()
        for number in range(2, 22):
            engine.write(BOOKS, [book(number)])
        done.set()
        thread.join()
        assert seen == sorted(seen)
        assert count(engine) == 21


class TestFolder:
    """S168: the index may be lost at any moment."""

    def test_deleted_while_open_is_missing_for_readers_and_writers(self, folder: Path) -> None:
        engine = EmbeddedSearch(folder)
        engine.write(BOOKS, [book(2)])
        shutil.rmtree(folder)
        for ask in (lambda: count(engine), lambda: engine.write(BOOKS, [book(3)]), lambda: engine.ensure_there(BOOKS)):
            with pytest.raises(IndexMissing):
                ask()
        engine.promote(BOOKS, engine.create(BOOKS))
        engine.write(BOOKS, [book(4)])
        assert count(engine) == 1

    def test_damaged_files_are_away_and_never_a_crash(self, folder: Path) -> None:
        for path in folder.rglob("*"):
            if path.is_file() and path.name != "live":
                path.write_bytes(b"not an index")
        with pytest.raises(SearchAway):
            count(EmbeddedSearch(folder))

    def test_a_folder_that_cannot_be_made_is_away(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("in the way")
        with pytest.raises(SearchAway):
            EmbeddedSearch(tmp_path / "file").create(BOOKS)

    def test_a_full_disk_is_away_and_heals(self, folder: Path) -> None:
        engine = EmbeddedSearch(folder)
        with _no_file_grows(), pytest.raises(SearchAway):
            engine.write(BOOKS, [book(number, f"word{number} " * 20) for number in range(2, 3_000)])
        assert count(engine) == 1
        engine.write(BOOKS, [book(2)])
        assert count(engine) == 2


@contextmanager
def _no_file_grows() -> Iterator[None]:
    """Let no file of this process become larger than a few bytes: a write fails as on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (64, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, ignored)
