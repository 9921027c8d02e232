"""Which pages may ask: the bank's own and those of `FRONTEND_URL`.

CORS keeps the answer from a foreign page, not the request from the bank; and for `SameSite` another port or a sibling's subdomain
is the same site, so that such a page's requests bring our cookies. Where a request alone does something, it is refused here.
"""

from __future__ import annotations

from fastapi import Request
from starlette.requests import HTTPConnection

from app.config import get_cors_origins
from app.core.errors import Forbidden


def is_own_page(connection: HTTPConnection) -> bool:
    """Return whether a page of ours asks, or no page at all.

    Browsers always say where a page comes from; who says nothing isn't a page, and has no cookies to abuse.
    """
    origin = connection.headers.get("origin")
    if origin is None or origin in get_cors_origins():
        return True
    return origin.partition("://")[2] == connection.headers.get("host")


async def own_pages(request: Request) -> None:
    """Refuse pages of other origins; a route's dependency: `dependencies=[Depends(own_pages)]`.

    Raises:
        Forbidden: the request comes from a page that isn't the bank's.
    """
    if not is_own_page(request):
        raise Forbidden("This page isn't one of the bank's. Open the bank's own page and sign in there.")
