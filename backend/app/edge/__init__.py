"""HTTP helpers that know no user: sessions, errors to status, exact numbers, pages, idempotency, limits, middleware."""
