"""The search engine of a bank that has none: tantivy, in a folder beside the bank's other data.

    <folder>/<index>/live               the name of the live generation, replaced in one step
    <folder>/<index>/<fingerprint>-…/   a generation: tantivy's own files

Any process reads; the one that writes first is the writer until it closes (a lock file of tantivy's says so), which is the
worker. A damaged or deleted folder is no loss: the index is built again from PostgreSQL.
"""

from __future__ import annotations

import os
import shutil
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import tantivy

from app.search.documents import ID, VERSION, Document, IndexSpec
from app.search.embedded_fields import schema_of, tantivy_document, tantivy_query
from app.search.embedded_pages import counted, page
from app.search.port import IndexMissing, SearchAway
from app.search.query import Condition, Found, Is, Query

# The least that tantivy accepts for a thread; more would only make the idle bank larger.
WRITER_BYTES = 15_000_000
_IDS_AT_ONCE = 5_000


class _Generation:
    """One folder of tantivy's, opened for reading and, once somebody writes, for writing."""

    def __init__(self, path: Path, spec: IndexSpec) -> None:
        self.path = path
        self.schema = schema_of(spec)
        self._index = tantivy.Index.open(str(path))
        self._writer: tantivy.IndexWriter | None = None
        self._seen = self._state()

    def searcher(self) -> tantivy.Searcher:
        """Return the index as it was committed last, by whichever process."""
        state = self._state()
        if state != self._seen:
            self._index.reload()
            self._seen = state
        return self._index.searcher()

    def writer(self) -> tantivy.IndexWriter:
        """Return the writer, of which all processes together have one."""
        if self._writer is None:
            self._writer = self._index.writer(WRITER_BYTES, 1)
        return self._writer

    def forget_writer(self) -> None:
        """Let go of the writer, and of what it hasn't committed."""
        self._writer = None

    def _state(self) -> tuple[int, int]:
        """What changes with every commit: tantivy replaces this file. Without it there is no index any more."""
        found = (self.path / "meta.json").stat()
        return found.st_mtime_ns, found.st_ino


class EmbeddedSearch:
    """See `port.SearchIndex`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.RLock()
        self._open: dict[tuple[str, str], _Generation] = {}

    def write(self, spec: IndexSpec, documents: Sequence[Document], *, generation: str | None = None) -> None:
        """Write documents in one commit; what the index knows in a later version is left alone."""
        newest: dict[int, Document] = {}
        for document in documents:
            known = newest.get(document.id)
            if known is None or known.version <= document.version:
                newest[document.id] = document
        if newest:
            with self._writing(spec, generation) as opened:
                versions = _versions(opened, list(newest))
                writer = opened.writer()
                for document in newest.values():
                    version = versions.get(document.id)
                    if version is not None and version > document.version:
                        continue
                    if version is not None:
                        writer.delete_documents_by_term(ID, document.id)
                    writer.add_document(tantivy_document(spec, document))
                writer.commit()

    def delete(self, spec: IndexSpec, ids: Sequence[int], *, generation: str | None = None) -> None:
        """Remove documents in one commit."""
        with self._writing(spec, generation) as opened:
            writer = opened.writer()
            for one in ids:
                writer.delete_documents_by_term(ID, one)
            writer.commit()

    def find(self, spec: IndexSpec, query: Query, *, generation: str | None = None) -> Found:
        """Return a page of what meets the query."""
        with self._reading(spec, generation) as opened:
            return page(opened.searcher(), opened.schema, query)

    def aggregate(
        self, spec: IndexSpec, conditions: Sequence[Condition], aggregations: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Return figures about what meets the conditions."""
        with self._reading(spec) as opened:
            found: dict[str, Any] = opened.searcher().aggregate(
                tantivy_query(opened.schema, conditions), dict(aggregations)
            )
            return found

    def count(self, spec: IndexSpec, conditions: Sequence[Condition] = ()) -> int:
        """Return how many documents meet the conditions."""
        with self._reading(spec) as opened:
            return counted(opened.searcher(), tantivy_query(opened.schema, conditions))

    def refresh(self, spec: IndexSpec) -> None:
        """Nothing to do: every question looks whether there is a newer commit."""

    def create(self, spec: IndexSpec) -> str:
        """Begin a new generation: an empty folder of tantivy's."""
        name = f"{spec.fingerprint}-{time.time_ns():x}"
        with _in_our_terms(spec):
            path = self._folder / spec.name / name
            path.mkdir(mode=0o700, parents=True)
            tantivy.Index(schema_of(spec), path=str(path))
        return name

    def promote(self, spec: IndexSpec, generation: str) -> None:
        """Point at a generation, then remove the others."""
        with self._lock, _in_our_terms(spec):
            opened = self._open.pop((spec.name, generation), None)
            if opened is not None:
                opened.forget_writer()
            pointer = self._folder / spec.name / "live"
            fresh = pointer.with_name(f"live.{os.getpid()}")
            fresh.write_text(generation)
            fresh.replace(pointer)
            for other in (self._folder / spec.name).iterdir():
                if other.is_dir() and other.name != generation:
                    self.drop(spec, other.name)

    def drop(self, spec: IndexSpec, generation: str) -> None:
        """Remove a generation's folder. Who still reads it keeps what is open."""
        with self._lock:
            self._open.pop((spec.name, generation), None)
        shutil.rmtree(self._folder / spec.name / generation, ignore_errors=True)

    def ensure_there(self, spec: IndexSpec) -> None:
        """Return if the live generation is there and can be read."""
        with self._reading(spec) as opened:
            opened.searcher()

    def close(self) -> None:
        """Let go of the writers: another process may write then."""
        with self._lock:
            self._open.clear()

    @contextmanager
    def _reading(self, spec: IndexSpec, generation: str | None = None) -> Iterator[_Generation]:
        with _in_our_terms(spec), self._lock:
            opened = self._opened(spec, generation)
        with _in_our_terms(spec):
            yield opened

    @contextmanager
    def _writing(self, spec: IndexSpec, generation: str | None) -> Iterator[_Generation]:
        """Give a generation to one writing thread. A failed commit (a full disk, a lost folder) ends its writer."""
        with self._lock, _in_our_terms(spec):
            opened = self._opened(spec, generation)
            try:
                yield opened
            except BaseException:
                opened.forget_writer()
                self._open.pop((spec.name, opened.path.name), None)
                raise

    def _opened(self, spec: IndexSpec, generation: str | None) -> _Generation:
        name = generation or self._live(spec)
        key = (spec.name, name)
        opened = self._open.get(key)
        if opened is None:
            if generation is None:
                for other in [known for known in self._open if known[0] == spec.name]:
                    del self._open[other]  # no longer the live one
            opened = self._open[key] = _Generation(self._folder / spec.name / name, spec)
        return opened

    def _live(self, spec: IndexSpec) -> str:
        try:
            name = (self._folder / spec.name / "live").read_text()
        except FileNotFoundError:
            raise IndexMissing(spec.name) from None
        if not name.startswith(spec.fingerprint + "-"):
            raise IndexMissing(spec.name)
        return name


def _versions(opened: _Generation, ids: list[int]) -> dict[int, int]:
    """Return the versions that the index has of these documents. We are its only writer, so nobody can change them."""
    found: dict[int, int] = {}
    searcher = opened.searcher()
    for start in range(0, len(ids), _IDS_AT_ONCE):
        part = tuple(ids[start : start + _IDS_AT_ONCE])
        hits = searcher.search(tantivy_query(opened.schema, [Is(ID, part)]), len(part), False).hits
        addresses = [address for _, address in hits]
        versions = searcher.fast_field_values(VERSION, addresses)
        found.update(zip(searcher.fast_field_values(ID, addresses), versions, strict=True))  # type: ignore[arg-type]
    return found


@contextmanager
def _in_our_terms(spec: IndexSpec) -> Iterator[None]:
    """Say `SearchAway` for everything that goes wrong inside tantivy: it raises ValueError for a full disk, too."""
    try:
        yield
    except (SearchAway, GeneratorExit, KeyboardInterrupt):
        raise
    except FileNotFoundError:
        raise IndexMissing(spec.name) from None
    except (OSError, ValueError, RuntimeError) as error:
        text = next(iter(str(error).splitlines()), "")
        if "FileDoesNotExist" in text or "does not exist" in text:
            raise IndexMissing(spec.name) from None
        raise SearchAway(f"{type(error).__name__}: {text[:200]}") from error
