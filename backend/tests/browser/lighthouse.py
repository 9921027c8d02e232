"""Lighthouse on our own Node: mobile lab, against the real gateway, signed in where the page asks for it."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from subprocess import PIPE, Popen
from threading import Timer
from typing import Any, Final

from playwright.sync_api import Playwright

from app.web import node
from app.web.build import FRONTEND
from tests.browser import chromium
from tests.browser.people import People, Person

PROGRAM: Final = FRONTEND / "node_modules" / "lighthouse" / "core" / "index.js"
MANY_PAGES: Final = Path(__file__).with_suffix(".mjs")
SECONDS_MAX: Final = 120  # for one page
# The lab's phone is a desktop of Lighthouse's benchmark index 1500 slowed down fourfold. A slower machine is slowed
# down less, as Lighthouse's own guide to throttling asks, so that the phone stays the same.
SLOWDOWN_MAX: Final = 4.0
PHONE_INDEX: Final = 375

# Every page keeps these on every machine. What the clock says of blocking isn't among them: on a machine that has other things to
# do each of a page's tasks takes longer. So the blocking time, and the score of performance, count with the processor time of the
# page's own thread, and what Lighthouse itself says is shown beside them.
PERFORMANCE_MIN: Final = 95
SCORES_MIN: Final = {"accessibility": 100, "best-practices": 100, "seo": 100}
LARGEST_PAINT: Final = "largest-contentful-paint"
BLOCKING: Final = "total-blocking-time"
BUDGETS: Final = {LARGEST_PAINT: 1_500.0, "cumulative-layout-shift": 0.02}
BLOCKING_MS_MAX: Final = 100.0


@dataclass(frozen=True)
class Report:
    """What Lighthouse measured of one page."""

    url: str
    scores: dict[str, int]
    metrics: dict[str, float]
    own_blocking_ms: float  # the blocking time that is the page's own doing, by its processor time
    own_performance: int  # the score of performance with that blocking time
    script_bytes: int
    complaints: list[str]

    def misses(self) -> list[str]:
        """Return a line for each budget that the page doesn't keep."""
        scores = {**self.scores, "performance": self.own_performance}
        figures = {**self.metrics, BLOCKING: self.own_blocking_ms}
        least = {**SCORES_MIN, "performance": PERFORMANCE_MIN}
        most = {**BUDGETS, BLOCKING: BLOCKING_MS_MAX}
        return [
            *(f"{name} {scores[name]} < {budget}" for name, budget in least.items() if scores[name] < budget),
            *(f"{name} {figures[name]:.3g} > {budget:g}" for name, budget in most.items() if figures[name] > budget),
        ]

    def times(self) -> str:
        """Return what was measured in this run, for a person to read."""
        return (
            f"performance {self.own_performance} ({self.scores['performance']} by the clock), "
            f"largest paint {self.metrics[LARGEST_PAINT]:.0f} ms, "
            f"blocking {self.own_blocking_ms:.0f} ms ({self.metrics[BLOCKING]:.0f} by the clock), "
            f"{self.script_bytes / 1024:.0f} kB of script"
        )


class Lighthouse:
    """Measures pages, one after the other, in one Chromium and one Node."""

    def __init__(
        self, playwright: Playwright, port: int, node_process: Popen[str], address: str, people: People
    ) -> None:
        self._playwright = playwright
        self._port = port  # of Chromium's debugger
        self._node = node_process
        self._address = address
        self._people = people
        self._visitor: Person | None = None
        self._slowdown = SLOWDOWN_MAX

    def measure(self, path: str, visitor: Person | None) -> Report:
        """Measure a first load of the page, as the visitor."""
        if visitor != self._visitor:
            self._become(visitor)
        wanted = {
            "url": self._address + path,
            "onlyCategories": ["performance", *SCORES_MIN],
            "skipAudits": ["bf-cache"],  # leaves the page and comes back, for no score
            "disableFullPageScreenshot": True,
            "throttling": {"cpuSlowdownMultiplier": self._slowdown},
        }
        assert self._node.stdin is not None
        assert self._node.stdout is not None
        give_up = Timer(SECONDS_MAX, self._node.kill)
        give_up.start()
        self._node.stdin.write(json.dumps(wanted) + "\n")
        self._node.stdin.flush()
        line = self._node.stdout.readline()
        give_up.cancel()
        assert line, f"Lighthouse ended without a report of {path}; its last words are above."
        found = json.loads(line)
        self._slowdown = min(SLOWDOWN_MAX, max(1.0, round(found["environment"]["benchmarkIndex"] / PHONE_INDEX, 1)))
        return _read(found)

    def _become(self, visitor: Person | None) -> None:
        """Sign somebody in, and let go of the browser again."""
        browser = self._playwright.chromium.connect_over_cdp(f"http://127.0.0.1:{self._port}")
        (context,) = browser.contexts
        page = context.new_page()
        page.goto(f"{self._address}/icon.svg")  # our origin, and nothing of the app
        page.evaluate("localStorage.clear()")
        context.clear_cookies()
        if visitor is not None:
            token, cookies = self._people.sign_in(visitor)
            context.add_cookies(cookies)  # type: ignore[arg-type]
            page.evaluate("token => localStorage.setItem('token', token)", token)
        page.close()
        browser.close()  # of the connection only
        self._visitor = visitor


def _read(found: dict[str, Any]) -> Report:
    audits = found["audits"]
    scripts = [item for item in audits["resource-summary"]["details"]["items"] if item["resourceType"] == "script"]
    failed = [
        f"{audit['id']}: {audit['title']} {audit.get('displayValue', '')}".strip()
        for audit in audits.values()
        if audit["score"] is not None and audit["score"] < 1 and audit["scoreDisplayMode"] != "informative"
    ]
    return Report(
        url=found["finalDisplayedUrl"],
        scores={name: round(100 * category["score"]) for name, category in found["categories"].items()},
        metrics={name: float(audits[name]["numericValue"]) for name in (*BUDGETS, BLOCKING)},
        own_blocking_ms=float(found["ownBlockingMs"]),
        own_performance=round(100 * found["ownPerformance"]),
        script_bytes=sum(item["transferSize"] for item in scripts),
        complaints=failed,
    )


@contextmanager
def lighthouse(
    playwright: Playwright, chromium_path: str, folder: Path, address: str, people: People
) -> Iterator[Lighthouse]:  # fmt: skip
    """Start a Chromium of its own, and Lighthouse beside it."""
    profile = folder / "profile"
    profile.mkdir()
    node_process = Popen(
        [node.node(), MANY_PAGES, PROGRAM, chromium_path, profile, *chromium.arguments()],
        env={**node.environment(), "CI": "1"}, stdin=PIPE, stdout=PIPE, text=True,
    )  # fmt: skip
    chromium_group = None
    try:
        assert node_process.stdout is not None
        started = json.loads(node_process.stdout.readline())
        chromium_group = started["pid"]
        yield Lighthouse(playwright, started["port"], node_process, address, people)
    finally:
        node_process.kill()
        node_process.communicate()
        if chromium_group is not None:
            os.killpg(chromium_group, signal.SIGKILL)
