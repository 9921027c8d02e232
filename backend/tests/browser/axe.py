"""axe: what of WCAG 2.2 AA a machine can see."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from playwright.sync_api import Page

from app.web.build import FRONTEND

AXE = FRONTEND / "node_modules" / "axe-core" / "axe.min.js"
_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_COLOURS = "color-contrast"
_RUN = """
async ([tags, colours, which]) => (await axe.run(document, {
  ...(which === 'colours'
    ? { runOnly: { type: 'rule', values: [colours] } }
    : { runOnly: { type: 'tag', values: tags }, rules: { [colours]: { enabled: which === 'all' } } }),
  resultTypes: ['violations'],
})).violations
"""

Rules = Literal["all", "colours", "all but colours"]


def violations(page: Page, rules: Rules = "all") -> list[str]:
    """Return a line for each element of the page that breaks one of these rules. Contrast takes two thirds of the time."""
    if not page.evaluate("typeof window.axe === 'object'"):
        page.evaluate(Path(AXE).read_text())  # as the debugger: the page's policy would refuse a script tag
    found: list[dict[str, Any]] = page.evaluate(_RUN, [_RULES, _COLOURS, rules])
    return [
        f"{violation['id']}: {violation['help']} — {node['html'][:160]} ({node['failureSummary'].splitlines()[-1].strip()})"
        for violation in found
        for node in violation["nodes"]
    ]


def assert_accessible(page: Page, rules: Rules = "all") -> None:
    """Assert that axe finds nothing on the page as it is now."""
    found = violations(page, rules)
    assert not found, f"{page.url}\n" + "\n".join(found)
