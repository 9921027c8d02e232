"""What can keep an engine from running here. Each text is one sentence for a person, with the next step."""

from __future__ import annotations

from app.embedded.errors import EmbeddedError


class EngineError(EmbeddedError):
    """An engine can't be installed, started or stopped here."""


class NotHere(EngineError):
    """This machine isn't one on which we install engines."""

    def __init__(self, why: str) -> None:
        super().__init__(f"{why}: deploy/compose.yaml runs the same engines in containers (see deploy/README.md).")
