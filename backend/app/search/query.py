"""A question to an index. The same question gets the same answer from every engine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from app.search.documents import ID

PAGE_MAX = 1_000
# Nobody pages through more; beyond it a total is "at least".
TOTAL_MAX = 10_000


@dataclass(frozen=True, slots=True)
class Is:
    """The field has one of these values."""

    field: str
    values: tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Between:
    """The number is at least one bound and less than the other; None: no bound on this side."""

    field: str
    at_least: int | None = None
    below: int | None = None


@dataclass(frozen=True, slots=True)
class Begins:
    """The field of words has, for each of these, a word that begins so."""

    field: str
    words: tuple[str, ...]


Condition = Is | Between | Begins


@dataclass(frozen=True, slots=True)
class Query:
    """Documents that meet every condition, ordered by a number and, where that is equal, by id in the same direction.

    `after` is the place (number, id) of the last document seen. Who reads the rest elsewhere asks for no contents: fetching
    them takes longer than finding them.
    """

    conditions: tuple[Condition, ...] = ()
    sort: str = ID
    descending: bool = True
    after: tuple[int, int] | None = None
    limit: int = 50
    counted: bool = True
    contents: bool = True

    def __post_init__(self) -> None:
        assert 1 <= self.limit <= PAGE_MAX, "a page is bounded"


@dataclass(frozen=True, slots=True)
class Hit:
    """A document that was found, and its place in the order asked for. Without contents its version is 0."""

    id: int
    version: int
    place: tuple[int, int]
    content: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Found:
    """A page of hits; `total` is how many there are in all, at most `TOTAL_MAX`, and 0 where nobody counted."""

    hits: Sequence[Hit]
    total: int
