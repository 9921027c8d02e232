"""How often: limits of use per person and per address, counted in memory and shared by all gateways through Redis.

Without Redis (`REDIS_URL`), or while it is away, each gateway counts for itself, so with N gateways a client gets up to N times
as much. What must be exact (wrong passwords, transactions a minute) is counted in PostgreSQL.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from ipaddress import IPv6Address
from math import ceil

from fastapi import Request
from limits import parse
from starlette.requests import HTTPConnection

from app.cache.circuit import shared
from app.cache.counts import Counts, Limit, Sharing
from app.config import LimitName, get_settings
from app.core.errors import TooMany


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
        hit(name, visitor_of(request))

    return count


def address_of(connection: HTTPConnection) -> str:
    """Return the client's network address (behind a proxy: what uvicorn's proxy headers made of it)."""
    return connection.client.host[:45] if connection.client else "unknown"


def visitor_of(connection: HTTPConnection) -> str:
    """Return who is counted as one visitor: an address, or the 64 bits that an IPv6 address begins with.

    The other 64 are for the one household or machine to choose, which could count as somebody else with every request.
    """
    address = address_of(connection)
    try:
        whole = IPv6Address(address)
    except ValueError:
        return address  # as IPv4, or no address at all
    return str(whole.ipv4_mapped or f"{IPv6Address(int(whole) >> 64 << 64)}/64")


def forget_all() -> None:
    """Start counting afresh (for tests)."""
    _counts.cache_clear()


def _spoken(seconds: int) -> str:
    if seconds < 90:
        return f"{seconds} seconds"
    return f"{ceil(seconds / 60)} minutes"
