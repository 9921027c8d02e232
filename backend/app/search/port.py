"""What a search engine must be able to do. Two can: see `embedded.py` and `elastic.py`, under one contract test suite."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from app.core.errors import Unavailable
from app.search.documents import Document, IndexSpec
from app.search.query import Condition, Found, Query


class SearchAway(Unavailable):
    """The engine doesn't answer, or can't write now. Nothing is lost: PostgreSQL has it all."""

    code = "search_away"

    def __init__(self, reason: str) -> None:
        super().__init__("Search isn't available at the moment. Try again in a moment.")
        self.reason = reason

    def __str__(self) -> str:
        return f"search away: {self.reason}"


class IndexMissing(SearchAway):
    """There is no such index, or it was made for other fields: it has to be built."""

    code = "search_index_missing"

    def __init__(self, name: str) -> None:
        super().__init__(f"there is no index {name} for this version's fields")
        self.index = name


class SearchIndex(Protocol):
    """An engine with its indexes. Every method raises `SearchAway` when the engine can't do it now.

    An index has one live generation, which is asked and written, and for a while another one that is being built beside
    it. Documents of the live one are searchable within a second of being written.
    """

    def write(self, spec: IndexSpec, documents: Sequence[Document], *, generation: str | None = None) -> None:
        """Write documents, durably, in any order and as often as you like: the highest version of each id stays.

        Raises:
            IndexMissing: nothing was built yet.
        """

    def delete(self, spec: IndexSpec, ids: Sequence[int], *, generation: str | None = None) -> None:
        """Remove documents, whatever their version."""

    def find(self, spec: IndexSpec, query: Query, *, generation: str | None = None) -> Found:
        """Return a page of what meets the query.

        Raises:
            IndexMissing: nothing was built yet.
        """

    def aggregate(
        self, spec: IndexSpec, conditions: Sequence[Condition], aggregations: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Return figures about what meets the conditions, asked for and answered in Elasticsearch's JSON.

        Kept to `terms`, `range`, `sum`, `max` and what nests of them, which both engines answer alike.
        """

    def count(self, spec: IndexSpec, conditions: Sequence[Condition] = ()) -> int:
        """Return exactly how many documents meet the conditions."""

    def refresh(self, spec: IndexSpec) -> None:
        """Make everything written so far searchable, now."""

    def create(self, spec: IndexSpec) -> str:
        """Begin a new, empty generation beside the live one and return its name."""

    def promote(self, spec: IndexSpec, generation: str) -> None:
        """Make a generation the live one, in one step, and drop every other."""

    def drop(self, spec: IndexSpec, generation: str) -> None:
        """Throw a generation away."""

    def ensure_there(self, spec: IndexSpec) -> None:
        """Return if the index is there for these fields.

        Raises:
            IndexMissing: it isn't.
        """

    def close(self) -> None:
        """Let go of files and connections."""
