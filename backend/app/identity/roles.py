"""What each role may do, as the token and `/auth/me` tell the web app. The routes' signatures are what is enforced."""

from __future__ import annotations

from app.identity.models import Role

_CUSTOMER_PERMISSIONS = [
    "profile:read",
    "profile:write",
    "accounts:read",
    "accounts:request",
    "transactions:read",
    "transactions:create",
    "notifications:read",
]
_STAFF_PERMISSIONS = [
    "users:read",
    "users:write",
    "kyc:decide",
    "accounts:decide",
    "accounts:adjust",
    "transactions:review",
    "transactions:refund",
    "audit:read",
    "operations:write",
]
PERMISSIONS: dict[str, list[str]] = {
    Role.CUSTOMER: _CUSTOMER_PERMISSIONS,
    Role.ADMIN: _CUSTOMER_PERMISSIONS + _STAFF_PERMISSIONS,
}
