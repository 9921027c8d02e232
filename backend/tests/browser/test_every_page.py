"""What is true of every page, in a real browser: nothing breaks, and everybody can use it."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

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

# What can only be pressed and is seen: buttons, links that look like one, what leads elsewhere. A column's title may sort, and a
# question of the help unfolds.
PRESSABLE = """() => [...document.querySelectorAll('button, a, nav, aside, summary, [role=tab], [role=search]')]
    .filter((one) => one.checkVisibility() && one.getBoundingClientRect().height > 0 && !one.closest('th'))
    .filter((one) => one.localName !== 'a' || getComputedStyle(one).userSelect === 'none')
    .map((one) => one.outerHTML.slice(0, 120))"""
# Where a page of that measure begins and ends, and the room it stands in.
MARGINS = """() => {
  const [room, column] = [document.querySelector('main'), document.querySelector('main .column, main .column-list')]
  const [outer, inner] = [room, column].map((one) => one.getBoundingClientRect())
  return [inner.left - outer.left, outer.right - inner.right]
}"""
# A box that is a hair lower than what is in it: where scrollbars take room, as in Firefox, it has one.
SCROLLS_FOR_NOTHING = """[...document.querySelectorAll('main *')]
    .filter((one) => ['auto', 'scroll'].includes(getComputedStyle(one).overflowY))
    .filter((one) => one.scrollHeight > one.clientHeight && one.scrollHeight - one.clientHeight < 8)
    .map((one) => one.outerHTML.slice(0, 200))"""
# An iPhone magnifies the page around a smaller field as soon as one types in it, and leaves it so.
FIELDS_TOO_SMALL = """[...document.querySelectorAll('input:not([type=radio], [type=checkbox]), select, textarea')]
    .filter((one) => one.checkVisibility() && parseFloat(getComputedStyle(one).fontSize) < 16)
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
    """Goes from place to place in one visit as long as visitor and habits stay: a context for each would cost as much again.

    Nothing may happen in it that must not: a console error, a violation of the policy, a third party.
    """

    def __init__(self, browser: Browser, address: str, people: People) -> None:
        self._open = functools.partial(visit, browser, address)
        self._people = people
        self._stack = ExitStack()
        self._as: tuple[Person | None, dict[str, str]] | None = None
        self._visit: Visit | None = None

    @contextmanager
    def at(self, place: Place, **habits: str) -> Iterator[Page]:
        """Load the place, as its visitor with these habits. After a failure the next place gets a visit of its own."""
        visitor = place.visitor(self._people)
        try:
            if self._visit is None or self._as != (visitor, habits):
                self.end()
                opened = self._open(session=session_of(self._people, visitor), **habits)  # type: ignore[arg-type]
                self._visit = self._stack.enter_context(opened)
                self._as = (visitor, habits)
            self._visit.page.set_viewport_size(DEVICES[habits["device"]]["viewport"])
            yield self._visit.go(place.address(self._people))
            assert self._visit.unforgiven() == []
        except BaseException:
            self._close()
            raise

    def end(self) -> None:
        """Close the visit, if one is open, and see that nothing came after the last look."""
        problems = self._visit.unforgiven() if self._visit else []
        self._close()
        assert problems == []

    def _close(self) -> None:
        self._visit = None
        self._stack.close()


@pytest.fixture(scope="module")
def walk(browser: Browser, address: str, people: People) -> Iterator[Walk]:
    walk = Walk(browser, address, people)
    yield walk
    walk.end()


@EVERY_PLACE
class TestEveryPage:
    """S2: every page in both themes and languages, at every width, by touch and by mouse."""

    def test_light_by_touch(self, walk: Walk, place: Place) -> None:
        with walk.at(place, device="phone", theme="light") as page:
            assert page.evaluate(FIELDS_TOO_SMALL) == []
            assert page.evaluate(SCROLLS_FOR_NOTHING) == []
            look_at(page)

    def test_dark_by_mouse(self, walk: Walk, place: Place) -> None:
        with walk.at(place, device="desktop", theme="dark") as page:
            assert page.locator("html").get_attribute("data-theme") == "dark"
            look_at(page)

    def test_on_paper_there_is_nothing_to_press(self, walk: Walk, place: Place) -> None:
        with walk.at(place, device="desktop", theme="light") as page:
            page.emulate_media(media="print")
            found = page.evaluate(PRESSABLE)
            page.emulate_media(media="screen")
            assert [one for one in found if place.name != "help" or not one.startswith("<summary")] == []

    def test_in_hindi(self, walk: Walk, place: Place) -> None:
        with walk.at(place, device="phone", language="hi") as page:
            assert page.locator("html").get_attribute("lang") == "hi"
            assert page.evaluate("/[\\u0900-\\u097f]{3}/.test(document.querySelector('main').innerText)")
            used = faces(page)
            assert "Noto Sans Devanagari" in used, "not every machine has a face for Hindi"
            assert all(face.startswith(("Figtree", "Noto Sans Devanagari")) for face in used), used
            look_at(page)


NARROW = [place for place in PLACES if place.who == "customer" and place.name != "dashboard"]


@pytest.mark.parametrize("place", NARROW, ids=lambda place: place.name)
def test_what_is_not_wide_stands_in_the_middle(walk: Walk, place: Place) -> None:
    """On a large screen no page of a customer leaves a third of it empty on one side."""
    with walk.at(place, device="desktop", theme="light") as page:
        left, right = page.evaluate(MARGINS)
        assert abs(left - right) <= 1
