"""axe: what of WCAG 2.2 AA a machine can see."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playwright.sync_api import Page

from app.web.build import FRONTEND

AXE = FRONTEND / "node_modules" / "axe-core" / "axe.min.js"
_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_RUN = """
async (tags) => (await axe.run(document, {
  runOnly: { type: 'tag', values: tags }, resultTypes: ['violations'],
})).violations
"""


def violations(page: Page) -> list[str]:
    """Return a line for each element of the page that breaks a rule."""
    if not page.evaluate("typeof window.axe === 'object'"):
        page.evaluate(Path(AXE).read_text())  # as the debugger: the page's policy would refuse a script tag
    found: list[dict[str, Any]] = page.evaluate(_RUN, _RULES)
    return [
        f"{violation['id']}: {violation['help']} — {node['html'][:160]} ({node['failureSummary'].splitlines()[-1].strip()})"
        for violation in found
        for node in violation["nodes"]
    ]


def assert_accessible(page: Page) -> None:
    """Assert that axe finds nothing on the page as it is now."""
    found = violations(page)
    assert not found, f"{page.url}\n" + "\n".join(found)
