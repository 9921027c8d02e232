"""What a browser prints in a real browser: a statement, a payment. S88."""

from __future__ import annotations

import re
from typing import Any, Final

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.browser.conftest import OpenVisit
from tests.browser.people import People, Person
from tests.browser.test_history import ROWS_MANY, page_of_many, statement
from tests.browser.visit import Visit

# A printer that holds the page as it is on paper; AFTER_PRINTING gives it back.
PRINTER: Final = """
window.print = () => { window.printed = (window.printed ?? 0) + 1; window.dispatchEvent(new Event('beforeprint')) }
"""
AFTER_PRINTING: Final = "dispatchEvent(new Event('afterprint'))"
GROUNDS: Final = """
() => ['html', 'main .card'].map((name) => {
  const canvas = new OffscreenCanvas(1, 1).getContext('2d')
  canvas.fillStyle = getComputedStyle(document.querySelector(name)).backgroundColor
  canvas.fillRect(0, 0, 1, 1)
  return [...canvas.getImageData(0, 0, 1, 1).data]
})
"""
WHITE: Final = [255, 255, 255, 255]


@pytest.fixture
def meera(people: People) -> Person:
    """A customer with a thousand rupees who has paid a rent."""
    person = people.customer("Meera Nair", rupees=1_000)
    people.pay(person, people.customer("Rohan Gupta"), 600, "Rent")
    return person


@pytest.fixture
def sample(people: People, meera: Person) -> dict[str, Any]:
    """A payment of hers, as the bank tells it."""
    found = people.call(meera, "GET", f"/transactions/me?account_id={meera.account}&limit=1")["items"][0]
    return dict(found)


def with_payments(visit: Visit, sample: dict[str, Any], count: int) -> Visit:
    """Have a visit find so many payments like this one, and a printer that counts."""
    visit.page.add_init_script(PRINTER)
    visit.page.route(re.compile("/transactions/me"), lambda route: page_of_many(route, sample, count=count))
    return visit


def head(page: Page) -> Locator:
    """What the paper says of itself."""
    return page.locator("dl", has_text="Account holder")


class TestStatement:
    """S88: a statement on paper is black on white, says whose it is and of when, and whether it is all of it."""

    def test_it_is_white_whatever_the_theme(self, open_visit: OpenVisit, meera: Person) -> None:
        page = open_visit(meera, theme="dark").go(statement(meera))
        assert WHITE not in page.evaluate(GROUNDS)
        page.emulate_media(media="print")
        assert page.evaluate(GROUNDS) == [WHITE, WHITE]
        assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "light"

    def test_it_says_whose_it_is_and_of_when(self, open_visit: OpenVisit, people: People, meera: Person) -> None:
        number = people.call(meera, "GET", f"/accounts/{meera.account}")["account_number"]
        page = open_visit(meera).go(statement(meera))
        expect(head(page)).to_be_hidden()
        page.emulate_media(media="print")
        for said in ("Meera Nair", f"Savings {number}", "All of it until today", "Printed"):
            expect(head(page)).to_contain_text(said)
        expect(head(page)).not_to_contain_text("Only")

    def test_it_says_what_was_left_out(self, open_visit: OpenVisit, meera: Person) -> None:
        page = open_visit(meera).go(f"{statement(meera)}?direction=out&status=SUCCESS&from=2026-01-01&to=2099-01-31")
        page.emulate_media(media="print")
        for said in ("1 Jan 2026 to 31 Jan 2099", "Only", "Money out, Done"):
            expect(head(page)).to_contain_text(said)

    def test_a_day_is_told_whole(self, open_visit: OpenVisit, meera: Person) -> None:
        page = open_visit(meera).go(statement(meera))
        expect(page.get_by_role("heading", name="Today", exact=True)).to_be_visible()
        page.emulate_media(media="print")
        expect(page.get_by_role("heading", name="Today", exact=True)).to_have_count(0)
        expect(page.get_by_role("heading", name=re.compile(r"day,? \d+ \w+ \d{4}$"))).to_have_count(1)

    def test_what_is_missing_is_said_and_the_button_reads_it(
        self, open_visit: OpenVisit, meera: Person, sample: dict[str, Any]
    ) -> None:
        page = with_payments(open_visit(meera), sample, 3_000).go(statement(meera))
        page.get_by_text("the newest 2,100 payments", exact=True).wait_for()
        missing = page.get_by_text("This paper has the 2,100 newest payments only.")
        expect(missing).to_be_hidden()
        page.emulate_media(media="print")
        expect(missing).to_be_visible()
        page.emulate_media(media="screen")

        page.get_by_role("button", name="Print or save").click()
        page.wait_for_function("() => window.printed === 1")
        page.emulate_media(media="print")
        expect(page.get_by_role("list", name="Payments, newest first").get_by_role("link")).to_have_count(3_000)
        expect(page.get_by_text("3,000 payments", exact=True)).to_be_visible()
        expect(page.get_by_text("This paper has")).to_have_count(0)
        page.evaluate(AFTER_PRINTING)
        page.wait_for_timeout(300)
        assert page.evaluate("window.printed") == 1

    def test_more_than_a_pile_of_paper_is_printed_by_days(
        self, open_visit: OpenVisit, meera: Person, sample: dict[str, Any]
    ) -> None:
        page = with_payments(open_visit(meera), sample, ROWS_MANY).go(statement(meera))
        page.get_by_role("button", name="Print or save").click()
        page.wait_for_function("() => window.printed === 1")
        page.emulate_media(media="print")
        expect(page.get_by_text("This paper has the 4,900 newest payments only.")).to_be_visible()

    def test_who_opens_a_payment_meanwhile_gets_no_paper_instead(
        self, open_visit: OpenVisit, meera: Person, sample: dict[str, Any]
    ) -> None:
        visit = with_payments(open_visit(meera), sample, 2_300)
        visit.forgive("404")  # the payment that is opened is made up
        page = visit.go(statement(meera))
        page.get_by_text("the newest 2,100 payments", exact=True).wait_for()
        held: list[Route] = []
        page.unroute_all()
        page.route(re.compile("/transactions/me"), lambda route: held.append(route))  # noqa: PLW0108  (Playwright marks its handlers)
        page.get_by_role("button", name="Print or save").click()
        page.get_by_role("list", name="Payments, newest first").get_by_role("link").first.click()
        expect(page.get_by_role("dialog")).to_be_visible()
        page_of_many(held[0], sample, count=2_300)
        page.get_by_text("2,300 payments", exact=True).wait_for(state="attached")
        page.wait_for_timeout(300)
        assert page.evaluate("window.printed ?? 0") == 0


class TestPayment:
    """One payment on paper is its receipt: no list, nothing to press."""

    def test_it_is_alone_on_one_sheet(self, open_visit: OpenVisit, people: People) -> None:
        page = open_visit(people.asha, theme="dark").go("/activity")
        page.get_by_role("list", name="Payments, newest first").get_by_role("link").first.click()
        expect(page.get_by_role("dialog").get_by_text("What happened")).to_be_visible()
        assert len(re.findall(rb"/Type /Page\b", page.pdf(format="A4"))) == 1
        page.emulate_media(media="print")
        expect(page.get_by_role("heading", name="Activity")).to_have_count(0)
        for role in ("button", "link"):
            expect(page.get_by_role(role)).to_have_count(0)
        expect(page.get_by_text("Payment number")).to_be_visible()


class TestToast:
    """Short news at the edge of the screen is no part of a page."""

    def test_it_is_not_printed(self, open_visit: OpenVisit, people: People, meera: Person) -> None:
        page = open_visit(meera).go("/profile")
        people.pay(people.customer("Rohan Gupta", rupees=50), meera, 5)
        toast = page.get_by_role("status").get_by_text("Money received")
        expect(toast).to_be_visible()
        page.emulate_media(media="print")
        expect(toast).to_be_hidden()
