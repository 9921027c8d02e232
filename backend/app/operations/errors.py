"""What can be refused to an operator."""

from __future__ import annotations

from app.core.errors import Conflict, NotFound, Unavailable


class DeadLetterNotFound(NotFound):
    """There is no dead letter with this number."""

    code = "dead_letter_not_found"

    def __init__(self, letter_id: int) -> None:
        super().__init__(f"There is no dead letter {letter_id}. Reload the list.", dead_letter_id=letter_id)


class AlreadyDecided(Conflict):
    """Somebody decided otherwise about this dead letter."""

    code = "dead_letter_already_decided"

    def __init__(self, letter_id: int, status: str) -> None:
        was = {"replayed": "put back into its queue", "given_up": "given up"}[status]
        super().__init__(
            f"Dead letter {letter_id} was {was} already, so nothing was changed. Reload the list.",
            dead_letter_id=letter_id,
            status=status,
        )


class NotOurs(Conflict):
    """A foreign program published this, and the bank would refuse it again."""

    code = "dead_letter_not_ours"

    def __init__(self, letter_id: int) -> None:
        super().__init__(
            f"Dead letter {letter_id} came from a foreign program and names nothing that the bank accepted. Give it up, and "
            "have its sender use the API.",
            dead_letter_id=letter_id,
        )


class NotReady(Unavailable):
    """This process can't serve yet: the database is away, or its tables aren't those of this version."""

    code = "not_ready"

    def __init__(self) -> None:
        super().__init__("The bank isn't ready yet. Try again in a moment.")
