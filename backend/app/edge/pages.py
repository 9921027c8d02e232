"""Lists come in pages: newest first, at most `PAGE_SIZE_MAX` items, with an opaque cursor to the next page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Annotated, Generic, TypeVar

from fastapi import Depends, Query
from pydantic import AfterValidator, BaseModel, Field

from app.core import cursors
from app.core.cursors import PAGE_SIZE_DEFAULT, PAGE_SIZE_MAX

T = TypeVar("T")
Row = TypeVar("Row")


class Page(BaseModel, Generic[T]):
    """Some items of a list, and the cursor that continues it (null: this was the last page)."""

    items: list[T]
    next_cursor: str | None = Field(description="Give this as `cursor` to get the next page; null on the last one.")

    @classmethod
    def of(cls, rows: Sequence[Row], ask: PageAsk, *, out: Callable[[Row], T], row_id: Callable[[Row], int]) -> Page[T]:
        """Return the page made of `rows`, which hold one more row than `ask.limit` if there is a next page."""
        shown = rows[: ask.limit]
        more = len(rows) > ask.limit
        return cls(items=[out(row) for row in shown], next_cursor=cursors.encode(row_id(shown[-1])) if more else None)


class PageAsk:
    """Which page the client wants: `limit` items after the row `after_id` (None: from the start)."""

    __slots__ = ("after_id", "limit")

    def __init__(self, limit: int = PAGE_SIZE_DEFAULT, after_id: int | None = None) -> None:
        self.limit = limit
        self.after_id = after_id

    @property
    def fetch(self) -> int:
        """How many rows to read: one more than is shown, which tells whether there is a next page."""
        return self.limit + 1


def _page_ask(
    limit: Annotated[int, Query(ge=1, le=PAGE_SIZE_MAX, description="How many items a page has.")] = PAGE_SIZE_DEFAULT,
    cursor: Annotated[str | None, Query(max_length=64, description="`next_cursor` of the page before.")] = None,
) -> PageAsk:
    return PageAsk(limit, cursors.decode(cursor))


PageQuery = Annotated[PageAsk, Depends(_page_ask)]
"""`limit` and `cursor` of the query string, checked and decoded."""


def _with_zone(instant: datetime) -> datetime:
    if instant.tzinfo is None:
        raise ValueError("Say the time with its zone, such as 2026-01-31T09:00:00Z.")
    return instant


Instant = Annotated[datetime, AfterValidator(_with_zone)]
"""A time in a query. Without a zone it could be one of two dozen."""

Since = Annotated[Instant | None, Query(alias="from", description="From this instant on.")]
Until = Annotated[Instant | None, Query(alias="to", description="Before this instant.")]
