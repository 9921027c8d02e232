"""How often: limits of use per person and per address, counted in memory and shared by all gateways through Redis.

Without Redis (`REDIS_URL`), or while it is away, each gateway counts for itself, so with N gateways a client gets up to N times
as much. What must be exact (wrong passwords, transactions a minute) is counted in PostgreSQL.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from math import ceil
from typing import Literal

from fastapi import Request
from limits import parse

from app.cache.circuit import shared
from app.cache.counts import Counts, Limit, Sharing
from app.config import get_settings
from app.core.errors import TooMany

LimitName = Literal["rate_limit_per_user", "rate_limit_anonymous", "rate_limit_login", "rate_limit_register"]


class TooManyRequests(TooMany):
    """More requests than a limit of use allows."""

    code = "rate_limited"


@lru_cache(maxsize=1)
def _counts() -> Counts:
    return Counts()


@lru_cache(maxsize=32)
def _parsed(rate: str) -> Limit:
    item = parse(rate)
    return Limit(item.amount, item.get_expiry())


def hit(name: LimitName, who: str) -> None:
    """Count one use of a limit (a setting such as `600/minute`) by a person or an address. Waits for nothing.

    Raises:
        TooManyRequests: the limit is used up; the error says when to try again.
    """
    settings = get_settings()
    if not settings.rate_limit_enabled:
        return
    wait_seconds = _counts().hit(f"{name}:{who}", _parsed(getattr(settings, name)), time.time())
    if wait_seconds:
        seconds = ceil(wait_seconds)
        raise TooManyRequests(f"That was too often. Try again in {_spoken(seconds)}.", retry_after_seconds=seconds)


@contextmanager
def shared_counts() -> Iterator[None]:
    """While the block lasts, count together with the other gateways, if the bank has a Redis."""
    circuit = shared()
    if circuit is None:
        yield
        return
    with Sharing(_counts(), circuit):
        yield


def per_address(name: LimitName) -> Callable[[Request], Awaitable[None]]:
    """Return a route's dependency that counts its requests per address: `dependencies=[Depends(per_address(...))]`."""

    async def count(request: Request) -> None:
        hit(name, address_of(request))

    return count


def address_of(request: Request) -> str:
    """Return the client's network address (behind a proxy: what uvicorn's proxy headers made of it)."""
    return request.client.host[:45] if request.client else "unknown"


def forget_all() -> None:
    """Start counting afresh (for tests)."""
    _counts.cache_clear()


def _spoken(seconds: int) -> str:
    if seconds < 90:
        return f"{seconds} seconds"
    return f"{ceil(seconds / 60)} minutes"
