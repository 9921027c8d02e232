"""Spans on their way to a collector. Loading this takes most of a second, so only a process that exports does (see `spans`)."""

from __future__ import annotations

import random
import time
from collections.abc import Mapping
from typing import Literal

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import SpanContext, SpanKind, TraceFlags

from app import __version__
from app.telemetry.context import Context

Kind = Literal["SERVER", "PRODUCER", "CONSUMER"]
Attributes = Mapping[str, str | int | float]

_TRACES_PATH = "/v1/traces"
_LOW_64_BITS = (1 << 64) - 1
_FLUSH_MILLISECONDS_MAX = 3_000
_SAMPLED = TraceFlags(TraceFlags.SAMPLED)


class Exporter:
    """Makes the spans of one process. The SDK sends them from a thread of its own, and drops what is too much for it.

    `share` of the traces is kept, the same ones in every process.
    """

    def __init__(self, endpoint: str, role: str, share: float) -> None:
        self._resource = Resource.create({"service.name": f"nyord-{role}", "service.version": __version__})
        self._processor = BatchSpanProcessor(OTLPSpanExporter(endpoint=endpoint.rstrip("/") + _TRACES_PATH))
        self._kept_below = int(share * (_LOW_64_BITS + 1))

    def record(
        self, name: str, context: Context, seconds: float, kind: Kind, attributes: Attributes, *,
        is_request: bool, parent_span_id: int | None,
    ) -> None:  # fmt: skip
        """Hand over a span that ends now, if its trace is among those that are kept."""
        # The SDK's own rule for a share of the traces; the caller's wish goes before it.
        if not context.is_sampled or context.trace_id & _LOW_64_BITS >= self._kept_below:
            return
        if is_request:
            span_id, above = context.span_id, parent_span_id
        else:
            span_id, above = random.getrandbits(64) or 1, context.span_id
        ended = time.time_ns()
        self._processor.on_end(
            ReadableSpan(
                name,
                context=SpanContext(context.trace_id, span_id, is_remote=False, trace_flags=_SAMPLED),
                parent=SpanContext(context.trace_id, above, is_remote=True, trace_flags=_SAMPLED) if above else None,
                resource=self._resource,
                attributes=dict(attributes),
                kind=SpanKind[kind],
                start_time=ended - max(0, int(seconds * 1e9)),
                end_time=ended,
            )
        )

    def close(self) -> None:
        """Send what is left, within limits."""
        self._processor.force_flush(_FLUSH_MILLISECONDS_MAX)
        self._processor.shutdown()  # type: ignore[no-untyped-call]
