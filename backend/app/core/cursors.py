"""Opaque page cursors. A cursor names the last row seen (keyset paging), so a page never shifts under the reader."""

from __future__ import annotations

import base64
import binascii

from app.core.errors import Invalid

PAGE_SIZE_DEFAULT = 50
PAGE_SIZE_MAX = 200
ROW_ID_MAX = 2**53 - 1  # JavaScript reads integers exactly up to here


class InvalidCursor(Invalid):
    """The cursor wasn't made by this API."""

    code = "invalid_cursor"


def encode(last_id: int) -> str:
    """Return the cursor for the page that follows the row `last_id`."""
    return base64.urlsafe_b64encode(f"id:{last_id}".encode()).decode().rstrip("=")


def decode(cursor: str | None) -> int | None:
    """Return the row id inside a cursor, or None for the first page.

    Raises:
        InvalidCursor: the text isn't one of our cursors.
    """
    if cursor is None:
        return None
    try:
        text = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode("ascii")
        prefix, _, number = text.partition(":")
        if prefix != "id" or not number.isascii() or not number.isdigit() or len(number) > 18:
            raise ValueError(text)
        return int(number)
    except (ValueError, binascii.Error):
        raise InvalidCursor("This cursor isn't valid. Start again from the first page.") from None
