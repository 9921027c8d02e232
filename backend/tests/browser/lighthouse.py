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

# What is the same on every machine is a budget. Times are not: they are measured and shown beside their goals (a score of 95,
# 1.5 s, 100 ms), and a machine that has other things to do can't fail the bank.
SCORES_MIN: Final = {"accessibility": 100, "best-practices": 100, "seo": 100}
BUDGETS: Final = {"cumulative-layout-shift": 0.02}
OWN_BLOCKING_MS_MAX: Final = 150.0  # half as much again as the goal: a processor's caches are shared, too
TIMES: Final = {"largest-contentful-paint": 1_500.0, "total-blocking-time": 100.0}  # milliseconds, goals


@dataclass(frozen=True)
class Report:
    """What Lighthouse measured of one page."""

    url: str
    scores: dict[str, int]
    metrics: dict[str, float]
    own_blocking_ms: float  # the blocking time that is the page's own doing, by its processor time
    script_bytes: int
    complaints: list[str]

    def misses(self) -> list[str]:
        """Return a line for each budget that the page doesn't keep."""
        return [
            *(
                f"{name} {self.scores[name]} < {least}"
                for name, least in SCORES_MIN.items()
                if self.scores[name] < least
            ),
            *(
                f"{name} {self.metrics[name]:.3g} > {most:g}"
                for name, most in BUDGETS.items()
                if self.metrics[name] > most
            ),
            *(
                [f"blocking time of its own {self.own_blocking_ms:.0f} ms > {OWN_BLOCKING_MS_MAX:.0f}"]
                if self.own_blocking_ms > OWN_BLOCKING_MS_MAX
                else []
            ),
        ]

    def times(self) -> str:
        """Return what was measured in this run, for a person to read."""
        shown = ", ".join(f"{name} {self.metrics[name]:.0f} ms (goal {most:.0f})" for name, most in TIMES.items())
        return (
            f"performance {self.scores['performance']} (goal 95), {shown}, of which {self.own_blocking_ms:.0f} ms its own, "
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
        metrics={name: float(audits[name]["numericValue"]) for name in (*BUDGETS, *TIMES)},
        own_blocking_ms=float(found["ownBlockingMs"]),
        script_bytes=sum(item["transferSize"] for item in scripts),
        complaints=failed,
    )


@contextmanager
def lighthouse(
    playwright: Playwright, chromium_path: str, folder: Path, address: str, people: People
) -> Iterator[Lighthouse]:  # fmt: skip
    """Start a Chromium of its own, without a desktop's browser around it where that can be had, and Lighthouse beside it."""
    profile = folder / "profile"
    profile.mkdir()
    node_process = Popen(
        [node.node(), MANY_PAGES, PROGRAM, chromium.find_headless_shell() or chromium_path, profile, *chromium.arguments()],
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
