"""Screenshots of every page, in both themes, on the phone and the desktop: `nyord screens`, or some pages by name.

They are of the demo bank, whose people and payments are the same each time; only the dates are today's. Beside them is a
page that shows them all.
"""

from __future__ import annotations

import base64
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from playwright.sync_api import Browser, sync_playwright

from app.cli_support import ROOT
from app.demo.service import CUSTOMERS
from app.web.build import bring_up_to_date
from app.web.errors import BuildFailed
from tests.browser import chromium
from tests.browser.people import People
from tests.browser.places import PLACES, Place
from tests.browser.visit import DEVICES, THEMES, Visit, session_of, visit
from tests.embedded.bank import bank

FOLDER: Final = ROOT / "docs" / "screens"
TAKEN_ON: Final = ("phone", "desktop")
BYTES_MAX: Final = 45_000  # of one: they are a hundred and more, in everybody's clone of the repository
SCREENS_MAX: Final = 2  # of a long page
_QUALITIES: Final = (80, 65, 50, 35)
WIDTHS: Final = {"phone": 120, "desktop": 320}
REVIEW: Final = Place("transfer-review", "/transfer", "customer")  # no address leads there: it is a step on the way


def take_all(names: Sequence[str] = ()) -> list[Path]:
    """Take the screenshots of the named places, by default of all, and return where they are.

    Raises:
        SystemExit: there is no Chromium, no built app, or no place of that name.
    """
    places = [place for place in (*PLACES, REVIEW) if not names or place.name in names]
    if unknown := set(names) - {place.name for place in places}:
        sys.exit(f"nyord: There is no page called {', '.join(sorted(unknown))}; see tests/browser/places.py.")
    path = chromium.find_chromium() or sys.exit(f"nyord: {chromium.NO_CHROMIUM}")
    try:
        bring_up_to_date(_say)
    except BuildFailed as error:
        sys.exit(f"nyord: {error}")
    FOLDER.mkdir(parents=True, exist_ok=True)
    os.environ["RATE_LIMIT_ENABLED"] = "false"  # each picture is a sign-in, and nobody signs in a hundred times
    with tempfile.TemporaryDirectory() as folder, bank(Path(folder) / "bank", "--demo") as running:
        address = f"http://127.0.0.1:{running.port}"
        people = People(address)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=path, args=chromium.arguments())
            taken = [
                _take(browser, address, people, place, device, theme)
                for place in places
                for device in TAKEN_ON
                for theme in THEMES
            ]
    (FOLDER / "README.md").write_text(_overview())
    return taken


def _take(browser: Browser, address: str, people: People, place: Place, device: str, theme: str) -> Path:
    path = FOLDER / f"{place.name}-{device}-{theme}.webp"
    session = session_of(people, place.visitor(people))
    with visit(browser, address, device=device, theme=theme, session=session, device_scale_factor=1) as opened:
        opened.go(place.address(people))
        if place is REVIEW:
            _go_to_the_review(opened)
        path.write_bytes(_picture(opened, DEVICES[device]["viewport"]))
    _say(f"{path.relative_to(ROOT)} {path.stat().st_size // 1000} kB")
    return path


def _go_to_the_review(opened: Visit) -> None:
    """Fill in a payment up to the step where it is checked. Nothing is sent."""
    page = opened.page
    page.get_by_role("combobox", name="Name or username").fill(CUSTOMERS[1])
    page.get_by_role("option").first.click()
    page.get_by_label("Amount").fill("1500")
    page.get_by_label("Note").fill("Rent")
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("heading", name="Check and send").wait_for()


def _overview() -> str:
    """Return docs/screens/README.md: all of them by page, small, each a link to the picture as it was taken."""
    head = "| " + " | ".join(f"{device}, {theme}" for device in TAKEN_ON for theme in THEMES) + " |"
    lines = ["# Every page, as it looks", "", "Made by `nyord screens`, of the demo bank."]
    for place in (*PLACES, REVIEW):
        names = [f"{place.name}-{device}-{theme}.webp" for device in TAKEN_ON for theme in THEMES]
        shown = [
            f'<a href="{name}"><img src="{name}" alt="" width="{WIDTHS[name.split("-")[-2]]}"></a>' for name in names
        ]
        lines += ["", f"## {place.name}", "", head, "| --- " * len(names) + "|", f"| {' | '.join(shown)} |"]
    return "\n".join(lines) + "\n"


def _picture(opened: Visit, viewport: dict[str, int]) -> bytes:
    """Return the whole page as WebP, which Playwright itself doesn't write, small enough for a repository."""
    for _ in range(2):  # what comes into a taller window may make the page taller once more
        tall = opened.page.evaluate("document.documentElement.scrollHeight")
        height = min(max(tall, viewport["height"]), SCREENS_MAX * viewport["height"])
        opened.page.set_viewport_size({"width": viewport["width"], "height": height})
        opened.settle()
    session = opened.context.new_cdp_session(opened.page)
    picture = b""
    for quality in _QUALITIES:
        answer = session.send("Page.captureScreenshot", {"format": "webp", "quality": quality})
        picture = base64.b64decode(answer["data"])
        if len(picture) <= BYTES_MAX:
            break
    return picture


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    take_all(sys.argv[1:])
