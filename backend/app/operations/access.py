"""Who may read the figures: staff, and whoever scrapes with METRICS_TOKEN."""

from __future__ import annotations

from secrets import compare_digest
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from app.config import get_settings
from app.identity.permissions import admin_user, current_user

_bearer = HTTPBearer(
    auto_error=False, scheme_name="Metrics", description="METRICS_TOKEN, or the `access_token` of a member of staff."
)


async def scraper(
    request: Request, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
) -> None:
    """Return for a scraper that knows METRICS_TOKEN, and for staff. The token works while PostgreSQL is away, too.

    Raises:
        SignInNeeded, TokenInvalid, SessionEnded, AdminOnly: it is neither.
    """
    token = get_settings().metrics_token.get_secret_value()
    if token and credentials and compare_digest(credentials.credentials.encode(), token.encode()):
        return
    await admin_user(await current_user(request, credentials))
