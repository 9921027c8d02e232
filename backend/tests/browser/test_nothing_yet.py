"""Who has nothing in the account is told so before a form is filled in, and how something comes in."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.axe import assert_accessible
from tests.browser.conftest import OpenVisit
from tests.browser.people import People, Person

NOTHING = "There is nothing in your account"


@pytest.fixture
def tara(people: People) -> Person:
    """A customer with an open account and nothing in it."""
    return people.customer("Tara Bose")


def fill_in(page: Page, payee: Person) -> None:
    """Go on to the last step of sending ₹40."""
    page.get_by_role("combobox", name="Name or username").fill(payee.username)
    page.get_by_role("option").first.click()
    page.get_by_label("Amount").fill("40")
    page.get_by_role("button", name="Continue").click()


class TestNothingThereYet:
    """S86, S180: no form that would be refused at its end."""

    @pytest.mark.parametrize("path", ["/transfer", "/withdraw"])
    def test_it_is_said_at_the_start_with_the_way_to_pay_in(
        self, open_visit: OpenVisit, tara: Person, path: str
    ) -> None:
        page = open_visit(tara, device="phone").go(path)
        expect(page.get_by_text(NOTHING)).to_be_visible()
        expect(page.locator("main").get_by_role("textbox")).to_have_count(0)
        assert_accessible(page)
        page.locator("main").get_by_role("link", name="Pay in").click()
        expect(page.get_by_role("heading", level=1, name="Pay in")).to_be_visible()
        expect(page.get_by_label("Amount")).to_be_visible()

    def test_what_comes_in_meanwhile_is_noticed(self, open_visit: OpenVisit, people: People, tara: Person) -> None:
        page = open_visit(tara).go("/transfer")
        expect(page.get_by_text(NOTHING)).to_be_visible()
        people.pay(people.customer("Meera Nair", rupees=100), tara, 20)
        expect(page.get_by_role("combobox", name="Name or username")).to_be_visible()

    def test_all_there_is_can_be_sent_and_is_followed(
        self, open_visit: OpenVisit, people: People, tara: Person
    ) -> None:
        """The form that empties the account isn't taken away for that."""
        people.fund(tara, 40)
        meera = people.customer("Meera Nair")
        page = open_visit(tara).go("/transfer")
        fill_in(page, meera)
        page.get_by_role("button", name="Send ₹40.00").click()
        expect(page.get_by_role("heading", name="Sent", exact=True)).to_be_visible()
        expect(page.get_by_text(NOTHING)).to_have_count(0)

    def test_a_form_whose_answer_was_lost_is_there_after_a_reload(
        self, open_visit: OpenVisit, people: People, tara: Person
    ) -> None:
        """It holds the key that makes sending again harmless, though the money has gone already."""
        people.fund(tara, 40)
        meera = people.customer("Meera Nair")
        page = open_visit(tara).go("/transfer")
        fill_in(page, meera)
        expect(page.get_by_role("button", name="Send ₹40.00")).to_be_visible()
        people.pay(tara, meera, 40)
        page.reload()
        expect(page.get_by_role("button", name="Send ₹40.00")).to_be_visible()
        expect(page.get_by_text(NOTHING)).to_have_count(0)

    def test_reserved_is_not_nothing(self, open_visit: OpenVisit, people: People) -> None:
        rich = people.customer("Ira Sen", rupees=60_000)
        people.pay(rich, people.customer("Meera Nair"), 60_000)
        page = open_visit(rich).go("/transfer")
        expect(page.get_by_text("All of your money is reserved")).to_be_visible()


class TestHome:
    """S85: what can be done first stands out; with nothing in the account that is to pay in."""

    def test_paying_in_stands_out_until_something_is_there(
        self, open_visit: OpenVisit, people: People, tara: Person
    ) -> None:
        page = open_visit(tara, device="phone").go("/")
        main = page.locator("main")
        pay_in, send = (main.get_by_role("link", name=name, exact=True) for name in ("Pay in", "Send money"))
        ground = "(element) => getComputedStyle(element).backgroundColor"
        main_act = pay_in.evaluate(ground)
        assert send.first.evaluate(ground) != main_act
        people.fund(tara, 10)
        expect(send.first).to_have_css("background-color", main_act)
        expect(pay_in).not_to_have_css("background-color", main_act)
