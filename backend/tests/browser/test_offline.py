"""Without a line: the app itself is still there and says so, and shows no money that could be old."""

from __future__ import annotations

import json
import re

from playwright.sync_api import Page, expect

from app.web.build import DIST
from tests.browser.conftest import OpenVisit
from tests.browser.people import People

_KEPT = """
async () => {
  const kept = []
  for (const name of await caches.keys())
    for (const request of await (await caches.open(name)).keys()) kept.push(new URL(request.url).pathname)
  return kept
}
"""
# What may be kept: the page that carries the app, and the app's own files, named by their content.
_OWN_FILE = re.compile(r"/|/assets/[\w.-]+\.(js|css|woff2)")


def kept_by(page: Page) -> list[str]:
    """The paths of everything that the service worker keeps."""
    page.wait_for_function("() => navigator.serviceWorker.controller !== null")
    return list(page.evaluate(_KEPT))


class TestOffline:
    def test_the_app_opens_and_says_that_the_bank_is_out_of_reach(self, open_visit: OpenVisit, people: People) -> None:
        meera = people.customer("Meera Nair", rupees=54_321)
        visit = open_visit(meera, device="phone", service_workers="allow")
        visit.forgive("ERR_|WebSocket|Failed to load")
        page = visit.go("/")
        expect(page.locator("main")).to_contain_text("54,321")
        assert kept_by(page)
        visit.context.set_offline(True)
        page.reload()
        expect(page.get_by_role("heading", name="The bank can't be reached")).to_be_visible(timeout=20_000)
        expect(page.locator("body")).not_to_contain_text("54,321")
        visit.context.set_offline(False)
        expect(page.locator("main")).to_contain_text("54,321", timeout=30_000)

    def test_no_answer_of_the_bank_is_kept(self, open_visit: OpenVisit, people: People) -> None:
        visit = open_visit(people.asha, service_workers="allow")
        page = visit.go("/")
        paths = kept_by(page)
        for address in ("/activity", "/accounts", "/notifications"):
            visit.go(address)
        assert [path for path in kept_by(page) if not _OWN_FILE.fullmatch(path)] == []
        assert "/" in paths


class TestInstallable:
    def test_the_manifest_has_what_a_phone_asks_for(self) -> None:
        manifest = json.loads((DIST / "manifest.webmanifest").read_text())
        assert (manifest["start_url"], manifest["scope"], manifest["display"]) == ("/", "/", "standalone")
        sizes = {icon["sizes"] for icon in manifest["icons"] if icon["type"] == "image/png"}
        assert {"192x192", "512x512"} <= sizes
        assert any(icon.get("purpose") == "maskable" for icon in manifest["icons"])
        assert [icon["src"] for icon in manifest["icons"] if not (DIST / icon["src"][1:]).is_file()] == []
