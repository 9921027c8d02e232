"""Our fields, documents and questions in Elasticsearch's terms. Core modules only: no analyzers, no scripts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from app.search.documents import ID, VERSION, Document, IndexSpec, Kind
from app.search.query import TOTAL_MAX, Begins, Between, Condition, Found, Hit, Is, Query

# How long a written document may stay unseen. Set, so that an index nobody searches doesn't stop refreshing.
REFRESH_INTERVAL = "500ms"

_TYPES: dict[Kind, dict[str, Any]] = {
    Kind.INTEGER: {"type": "long"},
    Kind.KEYWORD: {"type": "keyword"},
    Kind.WORDS: {"type": "keyword", "doc_values": False},
}


def index_body(spec: IndexSpec) -> dict[str, Any]:
    """Return the settings and mappings of an index. What a document says beside its fields is kept, and not indexed."""
    properties = {name: _TYPES[kind] for name, kind in spec.fields.items()}
    words = [name for name, kind in spec.fields.items() if kind is Kind.WORDS]
    return {
        "settings": {
            "number_of_shards": 1,
            "auto_expand_replicas": "0-1",
            "refresh_interval": REFRESH_INTERVAL,
        },
        "mappings": {"dynamic": False, "_source": {"excludes": words}, "properties": properties},
    }


def elastic_document(spec: IndexSpec, document: Document) -> dict[str, Any]:
    """Return a document's source."""
    return {**document.content, **document.words, ID: document.id, VERSION: document.version}


def elastic_query(conditions: Sequence[Condition]) -> dict[str, Any]:
    """Return the query for all of these conditions, as filters: nothing is scored, so nothing is in a surprising order."""
    parts = [part for condition in conditions for part in _parts(condition)]
    return {"bool": {"filter": parts}} if parts else {"match_all": {}}


def _parts(condition: Condition) -> Iterator[dict[str, Any]]:
    match condition:
        case Is(name, values):
            yield {"terms": {name: list(values)}}
        case Between(name, at_least, below):
            bounds = {"gte": at_least, "lt": below}
            yield {"range": {name: {sign: bound for sign, bound in bounds.items() if bound is not None}}}
        case Begins(name, words):
            for word in words:
                yield {"prefix": {name: {"value": word}}}


def search_body(query: Query) -> dict[str, Any]:
    """Return the request for a page."""
    direction = "desc" if query.descending else "asc"
    by_id = query.sort == ID
    body: dict[str, Any] = {
        "query": elastic_query(query.conditions),
        "sort": [{ID: direction}] if by_id else [{query.sort: direction}, {ID: direction}],
        "size": query.limit,
        "track_total_hits": TOTAL_MAX if query.counted else False,
    }
    if not query.contents:
        body["_source"] = False
    if query.after is not None:
        body["search_after"] = [query.after[1]] if by_id else list(query.after)
    return body


def found(query: Query, answer: dict[str, Any]) -> Found:
    """Return the page that an answer holds."""
    total = answer["hits"]["total"]["value"] if query.counted else 0
    return Found([_hit(row) for row in answer["hits"]["hits"]], min(total, TOTAL_MAX))


def _hit(row: dict[str, Any]) -> Hit:
    content, sorted_by = row.get("_source", {}), row["sort"]
    content.pop(ID, None)
    return Hit(sorted_by[-1], content.pop(VERSION, 0), (sorted_by[0], sorted_by[-1]), content)
