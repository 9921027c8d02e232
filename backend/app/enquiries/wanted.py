"""What somebody looks for among transactions, and where in the answer they are."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from app.core.cursors import InvalidCursor
from app.enquiries.documents import milliseconds
from app.search.query import Begins, Between, Condition, Is, Query
from app.search.words import query_words


class Order(StrEnum):
    """How found transactions are ordered."""

    NEWEST = "newest"
    OLDEST = "oldest"
    LARGEST = "largest"
    SMALLEST = "smallest"

    @property
    def field(self) -> str:
        """The number that the order is by: ids are given in order of time."""
        return "id" if self in (Order.NEWEST, Order.OLDEST) else "amount_minor"

    @property
    def descending(self) -> bool:
        """Whether the larger number comes first."""
        return self in (Order.NEWEST, Order.LARGEST)


Place = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which transactions; None or nothing: any. `seen_by` is the customer who asks; None is staff."""

    seen_by: int | None = None
    text: str = ""
    party: str = ""
    kinds: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    account_id: int | None = None
    amount_minor_min: int | None = None
    amount_minor_max: int | None = None
    since: datetime | None = None
    until: datetime | None = None
    order: Order = Order.NEWEST
    after: Place | None = None
    limit: int = 50

    @property
    def words(self) -> tuple[str, ...]:
        """The words asked for anywhere."""
        return query_words(self.text)

    @property
    def party_words(self) -> tuple[str, ...]:
        """The words asked for in the names of either side."""
        return query_words(self.party)

    def as_seen_by(self, user_id: int) -> Wanted:
        """Return the same, of what this customer may see."""
        return replace(self, seen_by=user_id)

    def query(self) -> Query:
        """Return the question to the index, with one hit more than the page: it tells whether there is a next one."""
        return Query(
            tuple(self._conditions()),
            sort=self.order.field,
            descending=self.order.descending,
            after=self.after,
            limit=self.limit + 1,
            contents=False,
        )

    def _conditions(self) -> list[Condition]:
        found: list[Condition] = []
        if self.seen_by is not None:
            found.append(Is("user_ids", (self.seen_by,)))
        if self.words:
            found.append(Begins("text", self.words))
        if self.party_words:
            found.append(Begins("parties", self.party_words))
        if self.kinds:
            found.append(Is("kind", self.kinds))
        if self.statuses:
            found.append(Is("status", self.statuses))
        if self.account_id is not None:
            found.append(Is("account_ids", (self.account_id,)))
        if self.amount_minor_min is not None or self.amount_minor_max is not None:
            below = None if self.amount_minor_max is None else self.amount_minor_max + 1
            found.append(Between("amount_minor", self.amount_minor_min, below))
        if self.since is not None or self.until is not None:
            found.append(Between("at", milliseconds(self.since), milliseconds(self.until)))
        return found


def cursor_of(order: str, place: Place) -> str:
    """Return the cursor of the page that follows a place in an order."""
    return base64.urlsafe_b64encode(f"{order}:{place[0]}:{place[1]}".encode()).decode().rstrip("=")


def place_of(cursor: str | None, order: str) -> Place | None:
    """Return the place inside a cursor, or None for the first page.

    Raises:
        InvalidCursor: it isn't ours, or belongs to another order.
    """
    if cursor is None:
        return None
    try:
        text = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode("ascii")
        whose, *numbers = text.split(":")
        number, one = (int(part) for part in numbers)
        if whose != order or max(abs(number), abs(one)) > 2**53:
            raise ValueError(text)
    except (ValueError, binascii.Error):
        raise InvalidCursor("This cursor isn't valid here. Start again from the first page.") from None
    return number, one
