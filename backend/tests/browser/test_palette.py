"""Ctrl-K before the palette is here: what is typed meanwhile is kept."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import OpenVisit
from tests.browser.people import People, Person

PALETTE = re.compile(r"/assets/CommandPalette-.*\.js")


@pytest.fixture
def meera(people: People) -> Person:
    return people.customer("Meera Nair", rupees=100)


def held_back(page: Page) -> list[Route]:
    """Keep the palette's code from coming until a test lets it."""
    held: list[Route] = []
    page.route(PALETTE, lambda route: held.append(route))  # noqa: PLW0108  (Playwright marks its handlers)
    return held


def let_go(page: Page, held: list[Route]) -> None:
    """Let the code come that was kept."""
    while not held:
        page.wait_for_timeout(20)
    for route in held:
        route.continue_()


class TestTypedAhead:
    """Who types at once is understood, however slow the connection."""

    def test_letters_stand_in_the_field_and_are_looked_for(self, open_visit: OpenVisit, meera: Person) -> None:
        page = open_visit(meera).go("/")
        held = held_back(page)
        page.keyboard.press("Control+k")
        page.keyboard.type("pays")
        page.keyboard.press("Backspace")
        let_go(page, held)
        field = page.get_by_role("dialog", name="Search").get_by_role("combobox")
        expect(field).to_be_focused()
        page.keyboard.type(" in")
        expect(field).to_have_value("pay in")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="Pay in")).to_be_focused()
        page.keyboard.press("Control+k")
        expect(field).to_have_value("")

    def test_they_are_no_keys_of_the_page(self, open_visit: OpenVisit, people: People) -> None:
        """Staff's pages have keys of one letter: "j" would walk through the list, Enter open what one stands on."""
        page = open_visit(people.admin).go("/admin/payments")
        held = held_back(page)
        page.keyboard.press("j")
        row = page.locator("tbody tr").first
        expect(row).to_be_focused()
        page.keyboard.press("Control+k")
        page.keyboard.type("j?")
        page.keyboard.press("Enter")
        let_go(page, held)
        palette = page.get_by_role("dialog", name="Search")
        expect(palette.get_by_role("combobox")).to_have_value("j?")
        expect(page.get_by_role("dialog")).to_have_count(1)
        page.keyboard.press("Escape")
        page.keyboard.press("Escape")
        expect(palette).to_have_count(0)
        expect(row).to_be_focused()

    def test_escape_calls_it_off(self, open_visit: OpenVisit, meera: Person) -> None:
        page = open_visit(meera).go("/")
        held = held_back(page)
        page.keyboard.press("Control+k")
        page.keyboard.type("pa")
        page.keyboard.press("Escape")
        let_go(page, held)
        page.wait_for_timeout(300)
        expect(page.get_by_role("dialog")).to_have_count(0)
