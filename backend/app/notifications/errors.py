"""What can be refused about a notification."""

from __future__ import annotations

from app.core.errors import NotFound


class NotificationNotFound(NotFound):
    """There is no such notification, or it is somebody else's."""

    code = "notification_not_found"

    def __init__(self) -> None:
        super().__init__("This notification doesn't exist. It may have been deleted; reload the list.")
