"""One page of a tantivy index in a total order: by a number, then by id. tantivy itself orders by one number only."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import tantivy

from app.search.documents import ID, VERSION
from app.search.embedded_fields import SOURCE, tantivy_query
from app.search.query import TOTAL_MAX, Between, Condition, Found, Hit, Is, Query

_Rows = list[tuple[int, tantivy.DocAddress]]
_decode = msgspec.json.Decoder(dict).decode


def page(searcher: tantivy.Searcher, schema: tantivy.Schema, query: Query) -> Found:
    """Return the page of an index that a query asks for."""
    pager = _Pager(searcher, schema, query)
    rows = pager.rows()
    addresses = [address for _, address in rows]
    ids = [int(one or 0) for one in searcher.fast_field_values(ID, addresses)]
    places = [(number, one) for (number, _), one in zip(rows, ids, strict=True)]
    if not query.contents:
        return Found([Hit(one, 0, place, {}) for one, place in zip(ids, places, strict=True)], pager.total())
    versions = searcher.fast_field_values(VERSION, addresses)
    hits = [
        Hit(one, int(version or 0), place, _decode(_source(searcher, address)))
        for one, version, place, address in zip(ids, versions, places, addresses, strict=True)
    ]
    return Found(hits, pager.total())


def counted(searcher: tantivy.Searcher, query: tantivy.Query) -> int:
    """Return how many documents a query finds."""
    return searcher.search(query, 1, True).count or 0  # type: ignore[attr-defined]  # its types forgot it


def _source(searcher: tantivy.Searcher, address: tantivy.DocAddress) -> bytes:
    return bytes(searcher.doc(address).get_first(SOURCE) or b"{}")


class _Pager:
    """The rows of a page. Where several documents have the same number, a second question puts them in order of id."""

    def __init__(self, searcher: tantivy.Searcher, schema: tantivy.Schema, query: Query) -> None:
        self._searcher = searcher
        self._schema = schema
        self._query = query
        self._total: int | None = None
        self._order = tantivy.Order.Desc if query.descending else tantivy.Order.Asc

    def rows(self) -> _Rows:
        """Return the page's numbers and documents, in order."""
        query = self._query
        if query.sort == ID:
            after = [] if query.after is None else [self._beyond(ID, query.after[1])]
            return self._search(after, ID, query.limit)
        rows: _Rows = []
        beyond: list[Condition] = []
        if query.after is not None:
            number, last_id = query.after
            rows = self._ties(number, [self._beyond(ID, last_id)], query.limit)
            beyond = [self._beyond(query.sort, number)]
        if len(rows) < query.limit:
            rows += self._ordered(self._search(beyond, query.sort, query.limit - len(rows)))
        return rows

    def _ordered(self, rows: _Rows) -> _Rows:
        """Put equal numbers in order of id. The last number may go on beyond the page, so its rows are asked for."""
        if not rows:
            return rows
        last = rows[-1][0]
        certain = [row for row in rows if row[0] != last]
        ids = self._searcher.fast_field_values(ID, [address for _, address in certain])
        sign = -1 if self._query.descending else 1
        in_order = sorted(zip(certain, ids, strict=True), key=lambda one: (sign * one[0][0], sign * int(one[1] or 0)))
        return [row for row, _ in in_order] + self._ties(last, [], len(rows) - len(certain))

    def _ties(self, number: int, more: Sequence[Condition], limit: int) -> _Rows:
        found = self._search([Is(self._query.sort, (number,)), *more], ID, limit)
        return [(number, address) for _, address in found]

    def _beyond(self, field: str, number: int) -> Between:
        return Between(field, below=number) if self._query.descending else Between(field, at_least=number + 1)

    def total(self) -> int:
        """Return how many documents meet the conditions; on a first page the search has counted them already."""
        if not self._query.counted:
            return 0
        if self._total is None:
            self._total = counted(self._searcher, tantivy_query(self._schema, self._query.conditions))
        return min(TOTAL_MAX, self._total)

    def _search(self, more: Sequence[Condition], order_by: str, limit: int) -> _Rows:
        asked = tantivy_query(self._schema, (*self._query.conditions, *more))
        counts = self._query.counted and not more
        found = self._searcher.search(asked, limit, counts, order_by, order=self._order)
        if counts:
            self._total = found.count  # type: ignore[attr-defined]  # its types forgot it
        return list(found.hits)
