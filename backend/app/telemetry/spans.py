"""Spans for OpenTelemetry: sent if OTEL_EXPORTER_OTLP_ENDPOINT is set; otherwise nothing is loaded and nothing is done.

A span here is a sentence in the past tense: it ends now and lasted so long. Batches are why: five hundred transfers that settle
in one transaction have one beginning and one end, and each its own trace. Every span hangs from the one of the request that
began it all, which the request id names (see `context`).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from app.config import get_settings
from app.telemetry.context import context_of

if TYPE_CHECKING:
    from app.telemetry.otlp import Attributes, Exporter, Kind


class _Switch:
    """On while this process exports."""

    exporter: Exporter | None = None


def is_on() -> bool:
    """Whether anybody wants spans of this process. Whoever would have to work to make one asks this first."""
    return _Switch.exporter is not None


def record(
    name: str,
    request_id: str | None,
    *,
    seconds: float,
    kind: Kind,
    attributes: Attributes,
    is_request: bool = False,
    parent_span_id: int | None = None,
) -> None:
    """Record a span that ends now and lasted so long, in the trace of the request that this id names.

    `is_request`: it is that request itself; the caller's own span, if it said one, is `parent_span_id`. What no request
    began (None) has no trace.
    """
    exporter = _Switch.exporter
    if exporter is not None and request_id is not None:
        exporter.record(
            name, context_of(request_id), seconds, kind, attributes,
            is_request=is_request, parent_span_id=parent_span_id,
        )  # fmt: skip


@contextmanager
def exporting(role: str) -> Iterator[None]:
    """Export this process's spans inside the block, if the settings say where to."""
    settings = get_settings()
    if not settings.otel_exporter_otlp_endpoint:
        yield
        return
    from app.telemetry.otlp import Exporter  # noqa: PLC0415  (it is large; see there)

    exporter = _Switch.exporter = Exporter(settings.otel_exporter_otlp_endpoint, role, settings.otel_traces_sampler_arg)
    try:
        yield
    finally:
        _Switch.exporter = None
        exporter.close()
