"""What is true of every page, in a real browser: nothing breaks, and everybody can use it."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from tests.browser.axe import assert_accessible
from tests.browser.conftest import OpenVisit
from tests.browser.people import People
from tests.browser.places import PLACES, Place
from tests.browser.visit import faces

# 320 is what 1280 pixels are at 400 % zoom, where WCAG wants a page to reflow.
WIDTHS = (320, 360, 768, 1440)
AXE_AT = (360, 1440)
STICKING_OUT = """width => [...document.querySelectorAll('body *')]
    .filter((one) => one.getBoundingClientRect().right > width + 1).slice(0, 3)
    .map((one) => one.outerHTML.slice(0, 200))"""

EVERY_PLACE = pytest.mark.parametrize("place", PLACES, ids=lambda place: place.name)


def look_at(page: Page) -> None:
    """Look at the page as it is, and at every width. One visit does for all of them: loading costs more than looking."""
    assert page.locator("h1:visible").count() == 1
    assert page.title().endswith("Nyord")
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        # A chart draws itself anew in its own time; what still sticks out after that is an error, and a timeout says so.
        try:
            page.wait_for_function("width => document.documentElement.scrollWidth <= width", arg=width, timeout=5_000)
        except PlaywrightTimeout:
            pytest.fail(f"at {width} pixels this sticks out: {page.evaluate(STICKING_OUT, width)}")
        if width in AXE_AT:
            assert_accessible(page)


@EVERY_PLACE
class TestEveryPage:
    """S2: every page in both themes and languages, at every width, by touch and by mouse."""

    def test_light_by_touch(self, open_visit: OpenVisit, people: People, place: Place) -> None:
        look_at(open_visit(place.visitor(people), device="phone", theme="light").go(place.address(people)))

    def test_dark_by_mouse(self, open_visit: OpenVisit, people: People, place: Place) -> None:
        page = open_visit(place.visitor(people), device="desktop", theme="dark").go(place.address(people))
        assert page.locator("html").get_attribute("data-theme") == "dark"
        look_at(page)

    def test_in_hindi(self, open_visit: OpenVisit, people: People, place: Place) -> None:
        page = open_visit(place.visitor(people), device="phone", language="hi").go(place.address(people))
        assert page.locator("html").get_attribute("lang") == "hi"
        assert page.evaluate("/[\\u0900-\\u097f]{3}/.test(document.querySelector('main').innerText)")
        used = faces(page)
        assert "Noto Sans Devanagari" in used, "not every machine has a face for Hindi"
        assert all(face.startswith(("Figtree", "Noto Sans Devanagari")) for face in used), used
        look_at(page)
