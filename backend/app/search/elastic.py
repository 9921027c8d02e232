"""Search by Elasticsearch 8 or 9 (`SEARCH_URL`).

An index of ours is an alias; its generations are indexes named after it. Versions are Elasticsearch's own external ones.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from elastic_transport import ApiError, TransportError
from elasticsearch import NotFoundError

from app.search.documents import Document, IndexSpec
from app.search.elastic_client import elastic_client
from app.search.elastic_fields import elastic_document, elastic_query, found, index_body, search_body
from app.search.port import IndexMissing, SearchAway
from app.search.query import Condition, Found, Query

# A line for every request isn't news.
logging.getLogger("elastic_transport").setLevel(logging.WARNING)

# A person waits for an answer, and has PostgreSQL's instead; a batch may take its time.
READ_SECONDS_MAX = 2.0
WRITE_SECONDS_MAX = 30.0
CONNECTIONS_MAX = 10
# Elasticsearch is comfortable with requests of a few megabytes.
DOCUMENTS_PER_REQUEST = 2_000
# A document that is there in a later version, or isn't there to be deleted: as wanted.
_FINE = {200, 201, 404, 409}


class ElasticSearch:
    """See `port.SearchIndex`. `prefix` keeps several banks apart on one cluster."""

    def __init__(self, url: str, *, prefix: str = "") -> None:
        self._prefix = prefix
        self._client = elastic_client(
            url,
            request_timeout=READ_SECONDS_MAX,
            max_retries=0,  # who asks has another way, and a batch comes again by itself
            connections_per_node=CONNECTIONS_MAX,
        )
        self._patient = self._client.options(request_timeout=WRITE_SECONDS_MAX)
        self._known: dict[str, str] = {}

    def write(self, spec: IndexSpec, documents: Sequence[Document], *, generation: str | None = None) -> None:
        """Write documents in bulk; Elasticsearch itself refuses an earlier version than it has."""
        operations: list[dict[str, Any]] = []
        # Of one id only the last is sent: within one request the order of equal versions isn't ours to say.
        newest: dict[int, Document] = {}
        for document in documents:
            known = newest.get(document.id)
            if known is None or known.version <= document.version:
                newest[document.id] = document
        for document in newest.values():
            action = {"_id": str(document.id), "version": document.version, "version_type": "external_gte"}
            operations += ({"index": action}, elastic_document(spec, document))
        self._bulk(spec, operations, 2 * DOCUMENTS_PER_REQUEST, generation)

    def delete(self, spec: IndexSpec, ids: Sequence[int], *, generation: str | None = None) -> None:
        """Remove documents in bulk."""
        operations = [{"delete": {"_id": str(one)}} for one in ids]
        self._bulk(spec, operations, DOCUMENTS_PER_REQUEST, generation)

    def _bulk(self, spec: IndexSpec, operations: list[dict[str, Any]], at_once: int, generation: str | None) -> None:
        with _in_our_terms(spec):
            target = generation or self._live(spec)
            for start in range(0, len(operations), at_once):
                answer = self._patient.bulk(
                    index=target,
                    operations=operations[start : start + at_once],
                    require_alias=generation is None,  # never let a missing index be made up with guessed fields
                )
                refused = [one for item in answer["items"] for one in item.values() if one["status"] not in _FINE]
                missing = [one for item in answer["items"] for one in item.values() if _is_missing(one)]
                if missing:
                    self._known.clear()
                    raise IndexMissing(spec.name)
                if refused:
                    raise SearchAway(f"{len(refused)} documents refused, the first: {refused[0].get('error')}"[:300])

    def find(self, spec: IndexSpec, query: Query, *, generation: str | None = None) -> Found:
        """Return a page of what meets the query."""
        with _in_our_terms(spec):
            return found(query, self._search(generation or self._live(spec), search_body(query)))

    def aggregate(
        self, spec: IndexSpec, conditions: Sequence[Condition], aggregations: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Return figures about what meets the conditions."""
        body = {"query": elastic_query(conditions), "size": 0, "track_total_hits": False, "aggs": aggregations}
        with _in_our_terms(spec):
            figures: dict[str, Any] = self._search(self._live(spec), body)["aggregations"]
            return figures

    def count(self, spec: IndexSpec, conditions: Sequence[Condition] = ()) -> int:
        """Return how many documents meet the conditions."""
        with _in_our_terms(spec):
            return int(self._client.count(index=self._live(spec), query=elastic_query(conditions))["count"])

    def refresh(self, spec: IndexSpec) -> None:
        """Make everything written so far searchable."""
        with _in_our_terms(spec):
            self._patient.indices.refresh(index=self._live(spec))

    def create(self, spec: IndexSpec) -> str:
        """Begin a new generation: an index without the alias."""
        name = f"{self._alias(spec)}-{spec.fingerprint}-{time.time_ns():x}"
        with _in_our_terms(spec):
            self._patient.indices.create(index=name, **index_body(spec))
        return name

    def promote(self, spec: IndexSpec, generation: str) -> None:
        """Move the alias in one request, then remove the other generations."""
        alias = self._alias(spec)
        with _in_our_terms(spec):
            self._patient.indices.refresh(index=generation)
            actions = [{"remove": {"index": f"{alias}-*", "alias": alias, "must_exist": False}}]
            actions += [{"add": {"index": generation, "alias": alias}}]
            self._patient.indices.update_aliases(actions=actions)
            self._known.pop(spec.name, None)
            for other in self._patient.indices.get(index=f"{alias}-*", filter_path="*.aliases"):
                if other != generation:
                    self.drop(spec, other)

    def drop(self, spec: IndexSpec, generation: str) -> None:
        """Delete a generation's index."""
        with _in_our_terms(spec):
            self._patient.indices.delete(index=generation, ignore_unavailable=True)

    def ensure_there(self, spec: IndexSpec) -> None:
        """Return if the alias leads to an index made for these fields."""
        self._known.pop(spec.name, None)
        with _in_our_terms(spec):
            self._live(spec)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _alias(self, spec: IndexSpec) -> str:
        return self._prefix + spec.name

    def _live(self, spec: IndexSpec) -> str:
        """Return the alias, once it is known to lead to an index for these fields."""
        alias = self._alias(spec)
        if spec.name not in self._known:
            try:
                targets = list(self._client.indices.get_alias(name=alias))
            except NotFoundError:
                raise IndexMissing(spec.name) from None
            if not any(target.startswith(f"{alias}-{spec.fingerprint}-") for target in targets):
                raise IndexMissing(spec.name)
            self._known[spec.name] = alias
        return alias

    def _search(self, target: str, body: dict[str, Any]) -> dict[str, Any]:
        try:
            return dict(self._client.search(index=target, allow_partial_search_results=False, **body).body)
        except NotFoundError:
            self._known.clear()
            raise


def _is_missing(result: dict[str, Any]) -> bool:
    return bool(result["status"] == 404 and result.get("error", {}).get("type") == "index_not_found_exception")


@contextmanager
def _in_our_terms(spec: IndexSpec) -> Iterator[None]:
    """Say `SearchAway` for whatever the client raises."""
    try:
        yield
    except NotFoundError:
        raise IndexMissing(spec.name) from None
    except (ApiError, TransportError) as error:
        raise SearchAway(f"{type(error).__name__}: {error}"[:300]) from error
