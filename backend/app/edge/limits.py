"""How often: limits of use per person and per address, counted in this process's memory.

Each gateway counts for itself, so with N gateways a client gets up to N times as much; that is the accepted price of
needing nothing beside PostgreSQL. What must be exact (wrong passwords, transactions a minute) is counted in PostgreSQL.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from functools import lru_cache
from math import ceil
from typing import Literal

from fastapi import Request
from limits import RateLimitItem, parse
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter

from app.config import get_settings
from app.core.errors import TooMany

LimitName = Literal["rate_limit_per_user", "rate_limit_anonymous", "rate_limit_login", "rate_limit_register"]


class TooManyRequests(TooMany):
    """More requests than a limit of use allows."""

    code = "rate_limited"


@lru_cache(maxsize=1)
def _limiter() -> SlidingWindowCounterRateLimiter:
    return SlidingWindowCounterRateLimiter(MemoryStorage())


@lru_cache(maxsize=32)
def _parsed(rate: str) -> RateLimitItem:
    return parse(rate)


def hit(name: LimitName, who: str) -> None:
    """Count one use of a limit (a setting such as `600/minute`) by a person or an address.

    Raises:
        TooManyRequests: the limit is used up; the error says when to try again.
    """
    settings = get_settings()
    if not settings.rate_limit_enabled:
        return
    item = _parsed(getattr(settings, name))
    if _limiter().hit(item, name, who):
        return
    seconds = max(1, ceil(_limiter().get_window_stats(item, name, who).reset_time - time.time()))
    raise TooManyRequests(f"That was too often. Try again in {_spoken(seconds)}.", retry_after_seconds=seconds)


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
    _limiter.cache_clear()


def _spoken(seconds: int) -> str:
    if seconds < 90:
        return f"{seconds} seconds"
    return f"{ceil(seconds / 60)} minutes"
