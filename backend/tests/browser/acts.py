"""What staff do in more than one test."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect


def confirm(page: Page, verb: str, reason: str = "") -> None:
    """Say why, look that it is said what will be written, and do it."""
    dialog = page.get_by_role("dialog").last
    expect(dialog.get_by_text("This will be written")).to_be_visible()
    if reason:
        dialog.get_by_label(re.compile("^Reason")).fill(reason)
    dialog.get_by_role("button", name=verb).click()
