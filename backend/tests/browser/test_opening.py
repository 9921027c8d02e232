"""The first paint: it stands in the page itself, needs no script, and the app takes its place without a jump."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenVisit
from tests.browser.people import People
from tests.browser.visit import DEVICES, Visit

TITLES = {"en": "Opening Nyord", "hi": "Nyord खुल रहा है"}
DARK_MAX = 50  # of 255
_SHIFTS = """
() => new Promise((resolve) => {
  let sum = 0
  new PerformanceObserver((list) => list.getEntries().forEach((entry) => { sum += entry.value }))
    .observe({ type: 'layout-shift', buffered: true })
  setTimeout(() => resolve(sum), 300)
})
"""


def opening(visit: Visit, path: str) -> Page:
    """Open a page whose app never arrives, and return what stands there meanwhile."""
    visit.forgive("ERR_FAILED")
    visit.page.route("**/assets/*.js", lambda route: route.abort())
    visit.page.route("**/assets/*.css", lambda route: route.abort())
    visit.page.goto(visit.address + path)
    return visit.page


def brightness(page: Page) -> int:
    """Return how bright the ground is that was painted, from 0 to 255."""
    return int(
        page.evaluate("""
        () => {
          const paint = document.createElement('canvas').getContext('2d')
          paint.fillStyle = getComputedStyle(document.documentElement).backgroundColor
          paint.fillRect(0, 0, 1, 1)
          return paint.getImageData(0, 0, 1, 1).data[1]
        }
        """)
    )


class TestOpening:
    """Slow lines see a page after one answer: in their language and theme, with the bars if they are signed in."""

    @pytest.mark.parametrize("theme", ["light", "dark"])
    @pytest.mark.parametrize("language", ["en", "hi"])
    def test_it_needs_nothing_of_the_app(self, open_visit: OpenVisit, theme: str, language: str) -> None:
        page = opening(open_visit(theme=theme, language=language), "/sign-in")
        for name, title in TITLES.items():
            expect(page.get_by_text(title)).to_be_visible(visible=name == language)
        assert (brightness(page) < DARK_MAX) == (theme == "dark")
        assert page.evaluate("document.documentElement.lang") == language
        expect(page.locator(".opening-foot")).to_have_css("height", "0px")

    def test_who_chose_no_theme_gets_the_system_s(self, open_visit: OpenVisit) -> None:
        page = opening(open_visit(theme="", color_scheme="dark"), "/sign-in")
        assert brightness(page) < DARK_MAX

    @pytest.mark.parametrize(("locale", "language"), [("hi-IN", "hi"), ("en-IN", "en"), ("fil-PH", "en")])
    def test_who_chose_no_language_gets_the_system_s(self, open_visit: OpenVisit, locale: str, language: str) -> None:
        waiting = opening(open_visit(language="", locale=locale), "/sign-in")
        page = open_visit(language="", locale=locale).go("/sign-in")
        for one in (waiting, page):
            assert one.evaluate("document.documentElement.lang") == language
        heading = page.get_by_role("heading", level=1)
        assert bool(re.search("[\u0900-\u097f]", heading.inner_text())) == (language == "hi")

    def test_what_was_chosen_counts_before_the_system_s(self, open_visit: OpenVisit) -> None:
        page = open_visit(language="en", locale="hi-IN").go("/sign-in")
        assert page.evaluate("[navigator.language, document.documentElement.lang]") == ["hi-IN", "en"]

    def test_without_scripts_only_the_page_and_its_face_are_fetched(self, open_visit: OpenVisit) -> None:
        visit = open_visit(java_script_enabled=False)
        asked: list[str] = []
        visit.context.on("request", lambda request: asked.append(request.resource_type))
        visit.page.goto(visit.address)
        expect(visit.page.get_by_text(TITLES["en"])).to_be_visible()
        assert not {"script", "stylesheet", "fetch"} & set(asked)
        assert asked.count("font") == 1

    @pytest.mark.parametrize("device", DEVICES)
    @pytest.mark.parametrize("signed_in", [True, False])
    def test_the_app_takes_its_place(self, open_visit: OpenVisit, people: People, device: str, signed_in: bool) -> None:
        person, path = (people.asha, "/") if signed_in else (None, "/sign-in")
        before = opening(open_visit(person, device=device), path)
        visit = open_visit(person, device=device)
        after = visit.go(path)
        expect(after.locator("#opening")).to_be_hidden()
        mark = after.locator("#root svg[viewBox='0 0 64 64']:visible").first
        assert mark.bounding_box() == before.locator("#opening svg").bounding_box()
        if signed_in:
            title, word = after.locator("h1").bounding_box(), before.get_by_text(TITLES["en"]).bounding_box()
            assert title is not None
            assert word is not None
            assert (title["x"], title["y"]) == (word["x"], word["y"])
        assert after.evaluate(_SHIFTS) < 0.02

    def test_the_page_s_code_is_fetched_while_the_bank_is_asked_who_it_is(
        self, open_visit: OpenVisit, people: People
    ) -> None:
        visit = open_visit(people.asha)
        visit.page.route("**/auth/me", lambda route: None)  # never answered
        with visit.page.expect_request(re.compile("/assets/DashboardPage-")):
            visit.page.goto(visit.address)
