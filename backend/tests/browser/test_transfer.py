"""Sending money in a real browser: whole, by keyboard, refused, held, failed, interrupted. S86, S92, S97, S180, S181.4."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.axe import assert_accessible
from tests.browser.conftest import OpenVisit
from tests.browser.people import People, Person
from tests.browser.visit import Visit

LONG_NAME = "Venkatanarasimharajuvaripeta Subrahmanyam Lakshminarasimhan X"[:60]


@pytest.fixture
def meera(people: People) -> Person:
    """A customer with five thousand rupees."""
    return people.customer("Meera Nair", rupees=5_000)


@pytest.fixture
def rohan(people: People) -> Person:
    """Whom she pays."""
    return people.customer("Rohan Gupta")


def choose(page: Page, person: Person) -> None:
    """Look for somebody by username and choose them."""
    page.get_by_role("combobox", name="Name or username").fill(person.username)
    page.get_by_role("option", name=f"{person.full_name} @{person.username}", exact=True).click()
    expect(page.get_by_role("heading", name="How much?")).to_be_visible()


def to_review(page: Page, amount: str) -> None:
    """Say how much and go on to the review."""
    page.get_by_label("Amount").fill(amount)
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", name="Check and send")).to_be_visible()


def balance(people: People, person: Person) -> float:
    """What is on somebody's first account now."""
    return float(people.call(person, "GET", f"/accounts/{person.account}")["balance"])


def sent_by(people: People, person: Person) -> list[dict[str, object]]:
    """The transfers that somebody has sent."""
    mine = people.call(person, "GET", "/transactions/me?direction=out")["items"]
    return [one for one in mine if one["kind"] == "transfer"]


def prefilled(person: Person, people: People) -> str:
    """The address of the transfer page with somebody filled in, as Quick Transfers has it."""
    user = people.call(person, "GET", "/auth/me")["id"]
    return f"/transfer?to={user}&name=Whatever"


class TestToOthers:
    """S97: Transfer, "To other users", username, account, amount, confirm; S181.4: the transaction is recorded."""

    def test_the_whole_way(self, open_visit: OpenVisit, people: People, meera: Person, rohan: Person) -> None:
        page = open_visit(meera, device="phone").go("/transfer")
        expect(page.get_by_role("button", name="To other users")).to_have_attribute("aria-pressed", "true")
        choose(page, rohan)
        page.get_by_label("Amount").fill("1500.5")
        expect(page.get_by_label("Amount")).to_have_value("1,500.5")
        expect(page.get_by_text("one thousand five hundred rupees and fifty paise")).to_be_visible()
        expect(page.get_by_text("After this ₹3,499.50 stays in savings")).to_be_visible()
        page.get_by_label("Note").fill("Rent")
        page.get_by_role("button", name="Continue").click()
        expect(page.get_by_text("Meera Nair sends ₹1,500.50 to Rohan Gupta")).to_be_visible()
        assert_accessible(page)
        page.get_by_role("button", name="Send ₹1,500.50").click()
        expect(page.get_by_role("heading", name="Sent", exact=True)).to_be_visible()
        expect(page.get_by_text("Rohan Gupta has it.")).to_be_visible()
        assert_accessible(page)
        assert balance(people, meera) == 3_499.50
        assert balance(people, rohan) == 1_500.50

    def test_by_keyboard_alone(self, open_visit: OpenVisit, people: People, meera: Person, rohan: Person) -> None:
        page = open_visit(meera).go("/transfer")
        keyboard = page.keyboard
        page.get_by_role("combobox", name="Name or username").focus()
        keyboard.type(rohan.username)
        # Others may be called like this, too: she waits until only he is left.
        expect(page.get_by_role("option")).to_have_count(1)
        expect(page.get_by_role("option")).to_have_accessible_name(f"Rohan Gupta @{rohan.username}")
        keyboard.press("Enter")
        expect(page.get_by_role("heading", name="How much?")).to_be_focused()
        keyboard.press("Tab")
        keyboard.type("250")
        keyboard.press("Enter")
        expect(page.get_by_role("heading", name="Check and send")).to_be_focused()
        keyboard.press("Tab")
        if not page.get_by_role("button", name="Send ₹250.00").evaluate("one => one === document.activeElement"):
            keyboard.press("Tab")
        expect(page.get_by_role("button", name="Send ₹250.00")).to_be_focused()
        keyboard.press("Enter")
        expect(page.get_by_role("heading", name="Sent", exact=True)).to_be_focused()
        assert balance(people, rohan) == 250

    def test_which_of_several_accounts_is_asked(self, open_visit: OpenVisit, people: People, meera: Person) -> None:
        kavya = people.customer(LONG_NAME, accounts=2)
        page = open_visit(meera, device="phone").go(prefilled(kavya, people))
        expect(page.get_by_role("heading", name=re.compile("Which of"))).to_be_visible()
        page.get_by_role("radio").nth(1).check()
        page.get_by_role("button", name="Continue").click()
        to_review(page, "10")
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, "a name of sixty letters fits"
        page.get_by_role("button", name="Send ₹10.00").click()
        expect(page.get_by_role("heading", name="Sent", exact=True)).to_be_visible()
        second = people.call(kavya, "GET", f"/accounts/{kavya.accounts[1]}")
        assert second["balance"] == 10

    def test_the_name_is_the_bank_s_and_not_the_link_s(
        self, open_visit: OpenVisit, people: People, meera: Person, rohan: Person
    ) -> None:
        """S92: a link fills the person in, but can't call them by another name."""
        page = open_visit(meera).go(prefilled(rohan, people))
        expect(page.get_by_role("heading", name="How much?")).to_be_visible()
        expect(page.locator("main")).to_contain_text("Rohan Gupta")
        expect(page.locator("main")).not_to_contain_text("Whatever")

    def test_somebody_without_an_account(self, open_visit: OpenVisit, people: People, meera: Person) -> None:
        page = open_visit(meera).go(prefilled(people.customer("Nila Rao", accounts=0), people))
        expect(page.get_by_text("Nila Rao can't receive money yet")).to_be_visible()
        page.get_by_role("button", name="Choose someone else").click()
        expect(page.get_by_role("heading", name="Who do you want to pay?")).to_be_visible()

    def test_in_hindi(self, open_visit: OpenVisit, people: People, meera: Person, rohan: Person) -> None:
        page = open_visit(meera, device="phone", language="hi").go(prefilled(rohan, people))
        page.get_by_label("राशि").fill("150000.50")
        expect(page.get_by_text("एक लाख पचास हज़ार रुपये और पचास पैसे")).to_be_visible()
        page.get_by_label("राशि").fill("100")
        page.get_by_role("button", name="आगे बढ़ें").click()
        page.get_by_role("button", name="₹100.00 भेजें").click()
        expect(page.get_by_role("heading", name="भेज दिया गया")).to_be_visible()
        assert balance(people, rohan) == 100


class TestBetweenOwn:
    """S86: between one's own accounts."""

    def test_the_whole_way(self, open_visit: OpenVisit, people: People) -> None:
        two = people.customer("Asha Rao", rupees=900, accounts=2)
        page = open_visit(two).go("/transfer")
        page.get_by_role("button", name="Between your accounts").click()
        page.get_by_role("group", name="From which account?").get_by_role("radio").first.check()
        page.get_by_role("button", name="Continue").click()
        to_review(page, "400")
        page.get_by_role("button", name="Move ₹400.00").click()
        expect(page.get_by_role("heading", name="Moved")).to_be_visible()
        assert people.call(two, "GET", f"/accounts/{two.accounts[1]}")["balance"] == 400

    def test_with_one_account_the_next_step_is_said(self, open_visit: OpenVisit, meera: Person) -> None:
        page = open_visit(meera).go("/transfer")
        page.get_by_role("button", name="Between your accounts").click()
        expect(page.get_by_role("link", name="Go to your accounts")).to_be_visible()


class TestWhatGoesWrong:
    """Every state of a payment is a sentence and a next step. S95."""

    def test_more_than_there_is(self, open_visit: OpenVisit, people: People, meera: Person, rohan: Person) -> None:
        page = open_visit(meera).go(prefilled(rohan, people))
        page.get_by_label("Amount").fill("5000.01")
        expect(page.get_by_text("₹5,000.01 is more than the ₹5,000.00 available")).to_be_visible()
        page.get_by_role("button", name="Continue").click()
        expect(page.get_by_label("Amount")).to_be_focused()
        assert_accessible(page)

    def test_refused_by_the_bank(self, open_visit: OpenVisit, people: People, meera: Person, rohan: Person) -> None:
        """The money went elsewhere between the page and the button: the bank's word stands, with the way on."""
        visit = open_visit(meera)
        visit.forgive("status of 4")
        page = visit.go(prefilled(rohan, people))
        to_review(page, "4000")
        people.pay(meera, rohan, 3_000)
        people.wait_until_at_rest()  # until it is settled the bank would accept this one, too, and refuse it later
        page.get_by_role("button", name="Send ₹4,000.00").click()
        expect(page.get_by_role("alert")).to_contain_text("Nothing has left your account")
        page.get_by_role("button", name="Change the amount").click()
        expect(page.get_by_label("Amount")).to_have_value("4,000")

    def test_held_then_rejected(self, open_visit: OpenVisit, people: People, rohan: Person) -> None:
        """Held says why and that nothing is to do; refused after acceptance, the money is back and the input kept."""
        rich = people.customer("Ira Sen", rupees=90_000)
        page = open_visit(rich).go(prefilled(rohan, people))
        to_review(page, "60000")
        page.get_by_role("button", name="Send ₹60,000.00").click()
        expect(page.get_by_role("heading", name="Being checked")).to_be_visible()
        expect(page.get_by_text("₹60,000.00 is reserved meanwhile")).to_be_visible()
        assert_accessible(page)
        (held,) = sent_by(people, rich)
        people.call(
            people.admin, "POST", f"/admin/transactions/{held['id']}/review", action="reject", reason="unclear"
        )  # fmt: skip
        expect(page.get_by_role("heading", name="Not sent")).to_be_visible()
        expect(page.locator("main")).to_contain_text("The bank reviewed it and said no.")
        assert_accessible(page)
        page.get_by_role("button", name="Try again").click()
        expect(page.get_by_label("Amount")).to_have_value("60,000")
        assert balance(people, rich) == 90_000


MARKS_AT_ONCE = """
() => new MutationObserver(() => {
  window.marks = Math.max(window.marks ?? 0, document.querySelectorAll('[data-mark]').length)
}).observe(document.body, {childList: true, subtree: true})
"""


class TestTheMark:
    """S4.6: what became of a payment changes before one's eyes, and at once for those who want no motion."""

    @pytest.mark.parametrize(("motion", "at_once"), [("no-preference", 2), ("reduce", 1)])
    def test_the_one_goes_as_the_other_comes(
        self, open_visit: OpenVisit, people: People, rohan: Person, motion: str, at_once: int
    ) -> None:
        rich = people.customer("Ira Sen", rupees=90_000)
        visit = open_visit(rich, device="phone", reduced_motion=motion)
        page = visit.go(prefilled(rohan, people))
        assert fetched(visit) == 0, "nothing of it comes with the page"
        to_review(page, "60000")
        page.get_by_role("button", name="Send ₹60,000.00").click()
        expect(page.get_by_role("heading", name="Being checked")).to_be_visible()
        page.wait_for_load_state("networkidle")
        assert fetched(visit) == at_once - 1, "and to those who want none, not even then"

        expect(page.locator("[data-mark]")).to_have_count(1)
        page.evaluate(MARKS_AT_ONCE)
        (held,) = sent_by(people, rich)
        people.call(people.admin, "POST", f"/admin/transactions/{held['id']}/review", action="clear", reason="known")
        expect(page.get_by_role("heading", name="Sent", exact=True)).to_be_visible()
        expect(page.locator("[data-mark]")).to_have_count(1)
        expect(page.locator("[data-mark=good]")).to_be_visible()
        assert page.evaluate("window.marks") == at_once


def fetched(visit: Visit) -> int:
    """How many files of what moves the mark were asked for."""
    return len([path for path in visit.asked if path.startswith("/assets/Swap-")])


class TestOnlyOnce:
    """One intent is paid once: whatever is clicked, reloaded or cut off."""

    def test_a_double_click_pays_once(
        self, open_visit: OpenVisit, people: People, meera: Person, rohan: Person
    ) -> None:
        page = open_visit(meera).go(prefilled(rohan, people))
        to_review(page, "100")
        page.get_by_role("button", name="Send ₹100.00").dblclick()
        expect(page.get_by_role("heading", name="Sent", exact=True)).to_be_visible()
        assert len(sent_by(people, meera)) == 1

    def test_reload_and_back_at_every_step_keep_the_input(
        self, open_visit: OpenVisit, people: People, meera: Person, rohan: Person
    ) -> None:
        visit = open_visit(meera)
        page = visit.go("/transfer")
        choose(page, rohan)
        page.reload()
        expect(page.get_by_role("heading", name="How much?")).to_be_visible()
        page.get_by_label("Amount").fill("321")
        page.get_by_label("Note").fill("Books")
        page.reload()
        expect(page.get_by_label("Amount")).to_have_value("321")
        page.get_by_role("button", name="Continue").click()
        page.reload()
        expect(page.get_by_role("button", name="Send ₹321.00")).to_be_visible()
        page.go_back()
        expect(page.get_by_label("Note")).to_have_value("Books")
        page.go_forward()
        page.get_by_role("button", name="Send ₹321.00").click()
        expect(page.get_by_role("heading", name="Sent", exact=True)).to_be_visible()
        page.reload()
        expect(page.get_by_role("heading", name="Sent", exact=True)).to_be_visible()
        page.go_back()
        expect(page.get_by_role("button", name="Send ₹321.00")).to_have_count(0)
        assert len(sent_by(people, meera)) == 1

    def test_an_answer_that_was_lost(self, open_visit: OpenVisit, people: People, meera: Person, rohan: Person) -> None:
        """The bank took it, but the line broke before it could say so. A reload and a second try are the same payment."""
        visit = open_visit(meera)
        visit.forgive("ERR_|Failed to load")
        page = visit.go(prefilled(rohan, people))
        to_review(page, "777")

        def swallow(route: Route) -> None:
            route.fetch()
            route.abort()

        page.route("**/transactions/initiate", swallow)
        page.get_by_role("button", name="Send ₹777.00").click()
        expect(page.get_by_role("alert")).to_contain_text("the bank takes it only once")
        page.unroute("**/transactions/initiate")
        page.reload()
        page.get_by_role("button", name="Send ₹777.00").click()
        expect(page.get_by_role("heading", name="Sent", exact=True)).to_be_visible()
        assert len(sent_by(people, meera)) == 1
        assert balance(people, rohan) == 777

    def test_a_refusal_is_looked_at_again(
        self, open_visit: OpenVisit, people: People, meera: Person, rohan: Person
    ) -> None:
        """The bank would give the same key the same answer for ever; whoever presses again wants a new one."""
        visit = open_visit(meera)
        visit.forgive("status of 404")
        page = visit.go(prefilled(rohan, people))
        to_review(page, "88")
        switch = f"/admin/accounts/{rohan.account}/toggle-active"
        people.call(people.admin, "PUT", switch, active=False)
        page.get_by_role("button", name="Send ₹88.00").click()
        expect(page.get_by_role("alert")).to_contain_text("can't receive money")
        people.call(people.admin, "PUT", switch, active=True)
        page.get_by_role("button", name="Send ₹88.00").click()
        expect(page.get_by_role("heading", name="Sent", exact=True)).to_be_visible()
        assert len(sent_by(people, meera)) == 1
        assert balance(people, rohan) == 88


class TestInterruptions:
    """The token runs out, the line is slow or away: what was typed stays."""

    def test_a_token_that_ran_out_is_renewed_unseen(
        self, open_visit: OpenVisit, people: People, meera: Person, rohan: Person
    ) -> None:
        visit = open_visit(meera)
        visit.forgive("status of 401")
        page = visit.go(prefilled(rohan, people))
        to_review(page, "50")
        page.evaluate("localStorage.setItem('token', 'expired.' + localStorage.getItem('token'))")
        page.get_by_role("button", name="Send ₹50.00").click()
        expect(page.get_by_role("heading", name="Sent", exact=True)).to_be_visible()
        assert balance(people, rohan) == 50

    def test_signed_out_meanwhile_keeps_the_input(
        self, open_visit: OpenVisit, people: People, meera: Person, rohan: Person
    ) -> None:
        visit = open_visit(meera)
        visit.forgive("status of 401")
        page = visit.go(prefilled(rohan, people))
        to_review(page, "60")
        visit.context.clear_cookies()
        page.evaluate("localStorage.setItem('token', 'expired.' + localStorage.getItem('token'))")
        page.get_by_role("button", name="Send ₹60.00").click()
        page.get_by_label("Username or e-mail").fill(meera.username)
        page.get_by_label("Password", exact=True).fill(meera.password)
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("button", name="Send ₹60.00")).to_be_visible()
        page.get_by_role("button", name="Send ₹60.00").click()
        expect(page.get_by_role("heading", name="Sent", exact=True)).to_be_visible()
        assert balance(people, rohan) == 60

    def test_offline_and_back(self, open_visit: OpenVisit, people: People, meera: Person, rohan: Person) -> None:
        visit = open_visit(meera)
        visit.forgive("ERR_|WebSocket|Failed to load")
        page = visit.go(prefilled(rohan, people))
        to_review(page, "70")
        visit.context.set_offline(True)
        page.get_by_role("button", name="Send ₹70.00").click()
        expect(page.get_by_role("alert")).to_contain_text("didn't hear back")
        visit.context.set_offline(False)
        page.get_by_role("button", name="Send ₹70.00").click()
        expect(page.get_by_role("heading", name="Sent", exact=True)).to_be_visible()
        assert len(sent_by(people, meera)) == 1

    def test_a_slow_line_takes_no_second_order(
        self, open_visit: OpenVisit, people: People, meera: Person, rohan: Person
    ) -> None:
        visit = open_visit(meera)
        page = visit.go(prefilled(rohan, people))
        to_review(page, "80")
        slow_down(visit)
        send = page.get_by_role("button", name="Send ₹80.00")
        send.click()
        expect(send).to_have_attribute("aria-busy", "true")
        send.click(force=True)
        expect(page.get_by_role("heading", name="Sent", exact=True)).to_be_visible(timeout=20_000)
        assert len(sent_by(people, meera)) == 1


def slow_down(visit: Visit) -> None:
    """Make the line as slow as a train's."""
    session = visit.context.new_cdp_session(visit.page)
    session.send("Network.enable")
    session.send(
        "Network.emulateNetworkConditions",
        {"offline": False, "latency": 1_500, "downloadThroughput": 20_000, "uploadThroughput": 10_000},
    )
