"""Every engine that the port has, one after the other: what holds for one holds for all."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.search.documents import IndexSpec, Kind
from app.search.elastic import ElasticSearch
from app.search.embedded import EmbeddedSearch
from app.search.port import SearchIndex

BOOKS = IndexSpec(
    "books",
    {"kind": Kind.KEYWORD, "readers": Kind.INTEGER, "price": Kind.INTEGER, "at": Kind.INTEGER, "text": Kind.WORDS},
)


@pytest.fixture(params=["embedded", pytest.param("elasticsearch", marks=pytest.mark.slow)])
def empty_engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SearchIndex]:
    """An engine without any index."""
    if request.param == "embedded":
        made: SearchIndex = EmbeddedSearch(tmp_path / "search")
        yield made
        made.close()
        return
    elastic = ElasticSearch(request.getfixturevalue("search_url"), prefix=f"test-{secrets.token_hex(4)}-")
    yield elastic
    leftover = elastic._client.indices.get(index=f"{elastic._prefix}*", filter_path="*.aliases")
    for name in leftover:
        elastic.drop(BOOKS, name)
    elastic.close()


@pytest.fixture
def engine(empty_engine: SearchIndex) -> SearchIndex:
    """An engine with a live, empty index of books."""
    empty_engine.promote(BOOKS, empty_engine.create(BOOKS))
    return empty_engine
