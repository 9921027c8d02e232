"""What a process that wants to be seen does while it runs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from app.telemetry import port, spans


@contextmanager
def watched(role: str) -> Iterator[None]:
    """Export spans and serve figures inside the block, where the settings ask for it."""
    with spans.exporting(role), port.serving(role):
        yield
