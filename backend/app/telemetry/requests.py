"""What is noted of every request: how long it took and how it ended, and its span if spans are wanted."""

from __future__ import annotations

from typing import Final

from app.telemetry import spans
from app.telemetry.context import parent_span
from app.telemetry.figures import HTTP_SECONDS

# A client may invent methods; each would be a figure of its own.
_METHODS: Final = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"})
_ACCEPT: Final = "/transactions/initiate"


def answered(
    method: str, route: str | None, status: int | None, seconds: float, *, request_id: str, traceparent: bytes | None
) -> None:
    """Note a request that was answered just now. `route` is the template; None: no route was meant."""
    HTTP_SECONDS.add((method if method in _METHODS else "other", route or "none", status or 0), seconds)
    if spans.is_on():
        spans.record(
            "accept" if route == _ACCEPT else f"{method} {route or 'none'}",
            request_id,
            seconds=seconds,
            kind="SERVER",
            is_request=True,
            parent_span_id=parent_span(traceparent),
            attributes={
                "http.request.method": method, "http.route": route or "none",
                "http.response.status_code": status or 0, "nyord.request_id": request_id,
            },
        )  # fmt: skip
