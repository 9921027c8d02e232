"""Coming in: becoming a customer, signing in, and what one sees first."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenVisit
from tests.browser.people import PASSWORD, People


class TestSignUp:
    """S90, S141.4, S181.1: whoever registers is signed in, with the token in localStorage."""

    def test_a_newcomer_is_in_at_once_and_is_told_what_comes_next(self, open_visit: OpenVisit) -> None:
        page = open_visit(device="phone").go("/sign-up")
        page.get_by_label("Full name").fill("Kavita Rao")
        page.get_by_label("Username").fill("kavita.rao")
        page.get_by_label("E-mail").fill("kavita@example.in")
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="Continue").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("Kavita")
        expect(page.get_by_text("Your identity is being confirmed")).to_be_visible()
        assert page.evaluate("localStorage.getItem('token')")

    def test_without_an_account_the_first_page_says_what_comes_first(
        self, open_visit: OpenVisit, people: People
    ) -> None:
        page = open_visit(people.newcomer("Nila Rao"), device="phone").go("/")
        first = page.get_by_text("Your identity is being confirmed").bounding_box()
        balance = page.get_by_text("Available to you").bounding_box()
        assert first is not None
        assert balance is not None
        assert first["y"] < balance["y"]
        for dead in ("Pay in", "Take out"):
            expect(page.get_by_role("main").get_by_role("link", name=dead)).to_have_count(0)

    @pytest.mark.parametrize(("path", "past"), [("/deposit", "What you paid in"), ("/withdraw", "What you took out")])
    def test_without_an_account_cash_says_what_it_needs(
        self, open_visit: OpenVisit, people: People, path: str, past: str
    ) -> None:
        page = open_visit(people.newcomer("Nila Rao"), device="phone").go(path)
        said = "As soon as the bank has approved one, you can pay in and take out here."
        expect(page.get_by_text(said)).to_be_visible()
        expect(page.get_by_role("heading", name=past)).to_have_count(0)

    def test_a_name_that_is_taken_is_said_at_its_field(self, open_visit: OpenVisit, people: People) -> None:
        visit = open_visit()
        visit.forgive("status of 409")
        page = visit.go("/sign-up")
        page.get_by_label("Full name").fill("Asha Again")
        page.get_by_label("Username").fill(people.asha.username)
        page.get_by_label("E-mail").fill("again@example.in")
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="Continue").click()
        username = page.get_by_label("Username")
        expect(username).to_have_attribute("aria-invalid", "true")
        expect(username).to_be_focused()
        expect(page.get_by_label("Full name")).to_have_value("Asha Again")

    def test_what_the_bank_says_of_a_field_is_said_in_hindi(self, open_visit: OpenVisit) -> None:
        """An address that looks like one, and is longer than the bank keeps."""
        visit = open_visit(language="hi", device="phone")
        visit.forgive("status of 422")
        page = visit.go("/sign-up")
        page.get_by_label("पूरा नाम").fill("Kavita Rao")
        page.get_by_label("यूज़रनेम").fill("kavita.long")
        page.get_by_label("ई-मेल").fill("kavita@" + ".".join(["example-" * 7] * 5) + ".in")
        page.locator("input[autocomplete='new-password']").fill(PASSWORD)
        page.get_by_role("button", name="आगे बढ़ें").click()
        expect(page.get_by_text("ज़्यादा से ज़्यादा 254 अक्षर लिखें।")).to_be_visible()
        expect(page.get_by_label("ई-मेल")).to_have_attribute("aria-invalid", "true")

    def test_what_was_wrong_is_told_in_the_language_chosen_since(self, open_visit: OpenVisit) -> None:
        page = open_visit(device="phone").go("/sign-up")
        page.get_by_role("button", name="Continue").click()
        expect(page.get_by_text("Use at least twelve characters.")).to_be_visible()
        page.get_by_role("button", name="हिन्दी").click()
        expect(page.get_by_label("पूरा नाम")).to_have_accessible_description(re.compile("[अ-ह]"))
        for name in ("full_name", "username", "email", "password"):
            field = page.locator(f"input[name={name}]")
            expect(field).to_have_attribute("aria-invalid", "true")
            expect(field).not_to_have_accessible_description(re.compile("Use|Enter"))


class TestSignIn:
    """S181.1, S180: signing in leads on to the page that was asked for."""

    def test_by_keyboard_alone_and_on_to_the_page_that_was_asked_for(
        self, open_visit: OpenVisit, people: People
    ) -> None:
        visit = open_visit()
        page = visit.page
        page.goto(f"{visit.address}/?from=a-link")
        expect(page).to_have_url(re.compile("/sign-in"))
        page.get_by_label("Username or e-mail").focus()
        page.keyboard.type(people.asha.username)
        page.keyboard.press("Tab")
        page.keyboard.type(people.asha.password)
        page.keyboard.press("Enter")
        expect(page.get_by_text("Available to you")).to_be_visible()
        assert page.url.startswith(f"{visit.address}/")
        assert "/sign-in" not in page.url

    def test_a_wrong_password_is_said_and_nothing_is_lost(self, open_visit: OpenVisit, people: People) -> None:
        visit = open_visit()
        visit.forgive("status of 401")
        page = visit.go("/sign-in")
        page.get_by_label("Username or e-mail").fill(people.asha.username)
        page.get_by_label("Password", exact=True).fill("not the password at all")
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("alert")).to_be_visible()
        expect(page.get_by_label("Username or e-mail")).to_have_value(people.asha.username)
        assert page.evaluate("localStorage.getItem('token')") is None

    def test_a_reload_keeps_one_signed_in(self, open_visit: OpenVisit, people: People) -> None:
        visit = open_visit(people.asha)
        page = visit.go("/")
        page.reload()
        visit.settle()
        expect(page.get_by_text("Available to you")).to_be_visible()

    def test_another_language_leaves_the_focus_where_it_is(self, open_visit: OpenVisit) -> None:
        page = open_visit().go("/sign-in")
        page.get_by_role("button", name="हिन्दी").focus()
        page.keyboard.press("Enter")
        expect(page.get_by_role("button", name="English")).to_be_focused()


class TestSignOut:
    """S80: it ends here and in every other tab, and leaves nothing to whoever comes next."""

    def test_the_next_one_begins_at_home(self, open_visit: OpenVisit, people: People) -> None:
        page = open_visit(people.admin).go("/admin/held")
        page.get_by_role("complementary").get_by_role("button").click()
        page.get_by_role("dialog").get_by_role("button", name="Sign out").click()
        expect(page.get_by_text("Welcome back.")).to_be_visible()
        assert page.url.endswith("/sign-in")
        page.get_by_label("Username or e-mail").fill(people.rohan.username)
        page.get_by_label("Password", exact=True).fill(people.rohan.password)
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_text("Available to you")).to_be_visible()

    def test_the_tab_that_signed_in_hears_of_it_from_another(self, open_visit: OpenVisit, people: People) -> None:
        """With the bank out of reach, too; and what was under way there goes on after signing in."""
        visit = open_visit()
        visit.forgive("ERR_|Failed to load|status of 401")
        page = visit.go("/sign-in?next=/accounts")
        page.get_by_label("Username or e-mail").fill(people.asha.username)
        page.get_by_label("Password", exact=True).fill(people.asha.password)
        page.get_by_role("button", name="Sign in").click()
        expect(page).to_have_url(re.compile("/accounts$"))
        visit.context.route("**/auth/logout", lambda route: route.abort())
        other = visit.context.new_page()
        other.goto(visit.address)
        other.get_by_role("complementary").get_by_role("button").click()
        other.get_by_role("dialog").get_by_role("button", name="Sign out").click()
        expect(other).to_have_url(re.compile("/sign-in$"))
        expect(page).to_have_url(re.compile(r"/sign-in\?next=%2Faccounts$"))
        expect(page.get_by_text("Sign in to go on where you were.")).to_be_visible()


class TestDashboard:
    """S85: what one has, hidden with a tap."""

    def test_a_payment_arrives_without_a_reload(self, open_visit: OpenVisit, people: People) -> None:
        """S181.5: the balance is the new one while the page stays open."""
        meera, rohan = people.customer("Meera Nair", rupees=5_000), people.customer("Rohan Gupta", rupees=5_000)
        page = open_visit(meera).go("/")
        expect(page.locator("main")).to_contain_text("5,000")
        people.pay(rohan, meera, 1_250.50)
        expect(page.locator("main")).to_contain_text("6,250.50")

    def test_amounts_hide_with_one_press_and_stay_hidden(self, open_visit: OpenVisit, people: People) -> None:
        meera = people.customer("Meera Nair", rupees=77_777)
        visit = open_visit(meera)
        page = visit.go("/")
        expect(page.locator("main")).to_contain_text("77,777")
        page.get_by_role("button", name="Hide amounts").click()
        expect(page.locator("main")).not_to_contain_text("77,777")
        page.reload()
        visit.settle()
        expect(page.locator("main")).not_to_contain_text("77,777")
