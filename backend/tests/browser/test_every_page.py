"""What is true of every page, in a real browser: nothing breaks, and everybody can use it."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from playwright.sync_api import Browser, Page
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from tests.browser.axe import assert_accessible
from tests.browser.people import People, Person
from tests.browser.places import PLACES, Place
from tests.browser.visit import DEVICES, Visit, faces, session_of, visit

# 320 is what 1280 pixels are at 400 % zoom, where WCAG wants a page to reflow.
WIDTHS = (320, 360, 768, 1440)
AXE_AT = (360, 1440)
STICKING_OUT = """width => [...document.querySelectorAll('body *')]
    .filter((one) => one.getBoundingClientRect().right > width + 1).slice(0, 3)
    .map((one) => one.outerHTML.slice(0, 200))"""

EVERY_PLACE = pytest.mark.parametrize("place", PLACES, ids=lambda place: place.name)


def look_at(page: Page) -> None:
    """Look at the page as it is, and at every width. One load does for all of them."""
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


class Walk:
    """Goes from place to place in one visit as long as visitor and habits stay: a context for each would cost as much again."""

    def __init__(self, browser: Browser, address: str, people: People) -> None:
        self._open = functools.partial(visit, browser, address)
        self._people = people
        self._stack = ExitStack()
        self._as: tuple[Person | None, dict[str, str]] | None = None
        self._visit: Visit | None = None

    def go(self, place: Place, **habits: str) -> Page:
        """Load the place, as its visitor with these habits."""
        visitor = place.visitor(self._people)
        if self._visit is None or self._as != (visitor, habits):
            self.end()
            self._visit = self._stack.enter_context(self._open(session=session_of(self._people, visitor), **habits))  # type: ignore[arg-type]
            self._as = (visitor, habits)
        self._visit.page.set_viewport_size(DEVICES[habits["device"]]["viewport"])
        return self._visit.go(place.address(self._people))

    def problems(self) -> list[str]:
        """Return what happened since the last time that must not. After a problem the next place gets a visit of its own."""
        found = self._visit.unforgiven() if self._visit else []
        if found:
            self.end()
        return found

    def end(self) -> None:
        """Close the visit, if one is open."""
        self._stack.close()
        self._visit = None


@pytest.fixture(scope="module")
def whole_walk(browser: Browser, address: str, people: People) -> Iterator[Walk]:
    walk = Walk(browser, address, people)
    yield walk
    walk.end()


@pytest.fixture
def walk(whole_walk: Walk) -> Iterator[Walk]:
    """A walk on which nothing may happen that must not: a console error, a violation of the policy, a third party."""
    yield whole_walk
    assert whole_walk.problems() == []


@EVERY_PLACE
class TestEveryPage:
    """S2: every page in both themes and languages, at every width, by touch and by mouse."""

    def test_light_by_touch(self, walk: Walk, place: Place) -> None:
        look_at(walk.go(place, device="phone", theme="light"))

    def test_dark_by_mouse(self, walk: Walk, place: Place) -> None:
        page = walk.go(place, device="desktop", theme="dark")
        assert page.locator("html").get_attribute("data-theme") == "dark"
        look_at(page)

    def test_in_hindi(self, walk: Walk, place: Place) -> None:
        page = walk.go(place, device="phone", language="hi")
        assert page.locator("html").get_attribute("lang") == "hi"
        assert page.evaluate("/[\\u0900-\\u097f]{3}/.test(document.querySelector('main').innerText)")
        used = faces(page)
        assert "Noto Sans Devanagari" in used, "not every machine has a face for Hindi"
        assert all(face.startswith(("Figtree", "Noto Sans Devanagari")) for face in used), used
        look_at(page)
