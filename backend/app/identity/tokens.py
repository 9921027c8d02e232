"""Access tokens (signed, short-lived, name their session) and refresh tokens (opaque, one use). No database here.

The rules of RFC 8725 and 9700: one algorithm, from the settings and never from the token's header; every claim checked;
a token of another type is no access token.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import jwt

from app.config import get_settings
from app.core import clock
from app.identity.errors import TokenExpired, TokenInvalid

ISSUER = "nyord"
AUDIENCE = "nyord-api"
ACCESS = "access"

# Gateways agree on the time to within this; a token may come from one whose clock is a little ahead.
CLOCK_SKEW_SECONDS = 5
# Verifying a token costs some 40 µs, remembering it 1. Bounded: 10,000 tokens are about 10 MB.
REMEMBERED_MAX = 10_000
TOKEN_CHARACTERS_MAX = 4_096

_REQUIRED = ["user_id", "role", "permissions", "auth_time", "iat", "nbf", "exp", "jti", "session", "iss", "aud", "typ"]
_remembered: dict[str, Claims] = {}


@dataclass(frozen=True, slots=True)
class Claims:
    """What a verified access token says. Times are Unix seconds. The role is what it was then; the database decides."""

    user_id: int
    session_id: int
    role: str
    permissions: tuple[str, ...]
    auth_time: int
    not_before: int
    expires_at: int
    token_id: str


def issue(*, user_id: int, role: str, permissions: list[str], session_id: int, auth_time: datetime) -> str:
    """Return a signed access token for this session, good for `access_token_seconds`."""
    settings = get_settings()
    issued_at = int(clock.now().timestamp())
    claims: dict[str, Any] = {
        "typ": ACCESS,
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": str(user_id),
        "user_id": user_id,
        "role": role,
        "permissions": permissions,
        "session": session_id,
        "auth_time": int(auth_time.timestamp()),
        "iat": issued_at,
        "nbf": issued_at,
        "exp": issued_at + settings.access_token_seconds,
        "jti": secrets.token_urlsafe(12),
    }
    return jwt.encode(claims, settings.jwt_secret.get_secret_value(), settings.jwt_algorithm)


def verified(token: str) -> Claims:
    """Return the claims of one of our access tokens. Signatures are checked once and remembered, expiry every time.

    Whether the session still lives is for the database to say; see `permissions.current_user`.

    Raises:
        TokenInvalid: not signed by us with our algorithm, not an access token, or not valid yet.
        TokenExpired: it was good once.
    """
    claims = _remembered.get(token)
    if claims is None:
        claims = _checked(token)
        if len(_remembered) >= REMEMBERED_MAX:
            _remembered.clear()  # rarer than hourly at our size, and much cheaper than keeping an order of use
        _remembered[token] = claims
    now = clock.now().timestamp()
    if now >= claims.expires_at:
        _remembered.pop(token, None)
        raise TokenExpired
    if now < claims.not_before - CLOCK_SKEW_SECONDS:
        raise TokenInvalid
    return claims


def forget_verified() -> None:
    """Forget every remembered token (after the secret changed, in tests)."""
    _remembered.clear()


def _checked(token: str) -> Claims:
    if len(token) > TOKEN_CHARACTERS_MAX:
        raise TokenInvalid
    settings = get_settings()
    try:
        payload = jwt.decode(
            token,
            settings.jwt_secret.get_secret_value(),
            algorithms=[settings.jwt_algorithm],
            audience=AUDIENCE,
            issuer=ISSUER,
            # Times are compared by `verified`, with the bank's own clock and on every call.
            options={"require": _REQUIRED, "verify_exp": False, "verify_nbf": False, "verify_iat": False},
        )
    except jwt.InvalidTokenError:
        raise TokenInvalid from None
    if payload["typ"] != ACCESS:
        raise TokenInvalid
    return Claims(
        user_id=payload["user_id"],
        session_id=payload["session"],
        role=payload["role"],
        permissions=tuple(payload["permissions"]),
        auth_time=payload["auth_time"],
        not_before=payload["nbf"],
        expires_at=payload["exp"],
        token_id=payload["jti"],
    )


def new_refresh_token() -> str:
    """Return the first refresh token of a session: 256 random bits."""
    return secrets.token_urlsafe(32)


def successor_of(refresh_token: str) -> str:
    """Return the refresh token that this one is exchanged for.

    Derived with the bank's key, so two tabs that refresh at once get the same successor and no token has to be stored;
    without the key nobody can walk from a stolen token to the next.
    """
    key = hmac.digest(get_settings().jwt_secret.get_secret_value().encode(), b"nyord refresh successor", "sha256")
    return urlsafe_b64encode(hmac.digest(key, refresh_token.encode(), "sha256")).decode().rstrip("=")


def hash_of(refresh_token: str) -> bytes:
    """Return what is stored of a refresh token. A plain hash is enough: nobody guesses 256 random bits."""
    return hashlib.sha256(refresh_token.encode()).digest()
