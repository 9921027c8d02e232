"""A customer's own pages in a real browser: accounts, cash, notifications, profile, help, and coming back from a break."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.axe import assert_accessible
from tests.browser.conftest import OpenVisit
from tests.browser.people import PASSWORD, People, Person


@pytest.fixture
def meera(people: People) -> Person:
    """A customer with two thousand rupees."""
    return people.customer("Meera Nair", rupees=2_000)


class TestAccounts:
    """S87: the list in every state, and asking for one."""

    def test_without_a_confirmed_identity_nothing_dead_is_offered(self, open_visit: OpenVisit, people: People) -> None:
        page = open_visit(people.newcomer("Nila Rao"), device="phone").go("/accounts")
        expect(page.get_by_text("Your identity comes first")).to_be_visible()
        expect(page.get_by_role("button", name="Open an account")).to_have_count(0)
        assert_accessible(page)

    def test_asked_for_then_waiting_then_refused(self, open_visit: OpenVisit, people: People) -> None:
        nila = people.customer("Nila Rao", accounts=0)
        page = open_visit(nila).go("/accounts")
        page.get_by_role("button", name="Open an account").click()
        page.get_by_role("radio", name=re.compile("Current account")).check()
        page.get_by_role("button", name="Ask for it").click()
        expect(page.get_by_text("The bank is looking at it.")).to_be_visible()
        assert_accessible(page)
        (account,) = people.call(nila, "GET", "/accounts/me")
        people.call(
            people.admin, "POST", "/admin/accounts/approve", account_id=account["id"], action="reject", reason="name"
        )  # fmt: skip
        page.reload()
        expect(page.get_by_text("The bank said no.")).to_be_visible()
        assert_accessible(page)

    def test_paying_from_an_account_is_the_one_way_to_pay(
        self, open_visit: OpenVisit, people: People, meera: Person
    ) -> None:
        """S96, S188: the Accounts page leads to the Transfer page, and that to `createTransaction`; there is no other form."""
        rohan = people.customer("Rohan Gupta")
        visit = open_visit(meera)
        page = visit.go("/accounts")
        page.locator("main").get_by_role("link", name=re.compile("Savings")).click()
        expect(page).to_have_url(re.compile(rf"/accounts/{meera.account}$"))
        page.locator("main").get_by_role("link", name="Send money").click()
        page.get_by_role("combobox", name="Name or username").fill(rohan.username)
        page.get_by_role("option", name=re.compile(rohan.username)).click()
        page.get_by_label("Amount").fill("150")
        page.get_by_role("button", name="Continue").click()
        with page.expect_request(lambda request: request.method == "POST" and "ws/ticket" not in request.url) as asked:
            page.get_by_role("button", name="Send ₹150.00").click()
        assert asked.value.url == f"{visit.address}/transactions/initiate"
        assert asked.value.post_data_json["src_account"] == meera.account
        expect(page.get_by_role("heading", name="Sent", exact=True)).to_be_visible()
        assert not [path for path in visit.asked if "transfer-between-accounts" in path]
        assert people.call(rohan, "GET", f"/accounts/{rohan.account}")["balance"] == 150

    def test_a_year_of_balances_can_be_read_as_a_table(self, open_visit: OpenVisit, people: People) -> None:
        page = open_visit(people.asha).go(f"/accounts/{people.asha.account}")
        page.get_by_role("button", name="A year").click()
        expect(page).to_have_url(re.compile("days=365"))
        page.get_by_text("Show the figures").click()
        expect(page.get_by_role("table", name="Balance over time").get_by_role("row")).to_have_count(365)


class TestCash:
    """S67, S68, S142.1: paying in and taking out, followed until booked."""

    def test_paid_in(self, open_visit: OpenVisit, people: People, meera: Person) -> None:
        page = open_visit(meera, device="phone").go("/deposit")
        page.get_by_label("Amount").fill("1,250.50")
        expect(page.get_by_text("After this ₹3,250.50 is in savings")).to_be_visible()
        page.get_by_role("button", name="Pay in ₹1,250.50").dblclick()
        expect(page.locator("main").get_by_role("heading", name="Paid in", exact=True)).to_be_focused()
        expect(page.locator("main").get_by_text("Paid in", exact=True)).to_have_count(1)
        expect(page.get_by_text("Nothing paid in yet")).to_have_count(0)
        assert people.call(meera, "GET", f"/accounts/{meera.account}")["balance"] == 3_250.50

    def test_more_than_there_is_can_t_be_taken_out(self, open_visit: OpenVisit, meera: Person) -> None:
        page = open_visit(meera).go("/withdraw")
        page.get_by_label("Amount").fill("2000.01")
        expect(page.get_by_text("₹2,000.01 is more than the ₹2,000.00 available")).to_be_visible()
        page.get_by_label("Amount").fill("500")
        page.get_by_role("button", name="Take out ₹500.00").click()
        expect(page.locator("main").get_by_role("heading", name="Taken out", exact=True)).to_be_visible()


class TestNotifications:
    """S93, S181.5: the unread count, the list, reading and deleting; live."""

    def test_one_arrives_is_read_and_deleted(self, open_visit: OpenVisit, people: People, meera: Person) -> None:
        page = open_visit(meera).go("/notifications?show=unread")
        people.call(people.admin, "POST", f"/admin/accounts/{meera.account}/adjust-balance",
                    amount=5, direction="credit", reason="a gift")  # fmt: skip
        rows = page.get_by_role("list", name="Notifications, newest first").get_by_role("article")
        expect(rows.first).to_contain_text("5.00")
        page.get_by_role("button", name="Mark all as read").click()
        expect(page.get_by_text("Nothing unread")).to_be_visible()
        page.get_by_role("button", name="Show all").click()
        expect(rows.first).to_be_visible()
        before = rows.count()
        page.get_by_role("button", name=re.compile("^Delete")).first.click()
        expect(rows).to_have_count(before - 1)

    def test_by_keyboard_alone_one_stays_in_the_list(
        self, open_visit: OpenVisit, people: People, meera: Person
    ) -> None:
        people.fund(meera, 5)
        people.fund(meera, 6)
        page = open_visit(meera).go("/notifications")
        rows = page.get_by_role("article")
        rows.first.get_by_role("button", name=re.compile("^Mark as read")).focus()
        page.keyboard.press("Enter")
        expect(rows.first.get_by_role("button", name=re.compile("^Mark as read"))).to_have_count(0)
        expect(rows.first.get_by_role("link")).to_be_focused()
        before = rows.count()
        for step in (1, 2):
            rows.first.get_by_role("button", name=re.compile("^Delete")).focus()
            page.keyboard.press("Enter")
            expect(rows).to_have_count(before - step)
            expect(rows.first.get_by_role("link")).to_be_focused()
        rows.last.get_by_role("button", name=re.compile("^Delete")).focus()
        page.keyboard.press("Enter")
        expect(rows).to_have_count(before - 3)
        expect(rows.last.get_by_role("link")).to_be_focused()
        page.get_by_role("button", name="Unread").click()
        expect(page).to_have_url(re.compile("show=unread"))
        rows.first.get_by_role("button", name=re.compile("^Mark as read")).focus()
        page.keyboard.press("Enter")
        expect(rows).to_have_count(before - 4)
        expect(rows.first.get_by_role("link")).to_be_focused()
        page.get_by_role("button", name="Mark all as read").focus()
        page.keyboard.press("Enter")
        expect(page.get_by_text("Nothing unread")).to_be_visible()
        expect(page.get_by_role("heading", level=1)).to_be_focused()

    def test_what_another_window_deleted_goes_here_too(
        self, open_visit: OpenVisit, people: People, meera: Person
    ) -> None:
        visit = open_visit(meera)
        visit.forgive("status of 404")
        page = visit.go("/notifications")
        rows = page.get_by_role("article")
        before = rows.count()
        newest = people.call(meera, "GET", "/notifications")["items"][0]["id"]
        people.call(meera, "DELETE", f"/notifications/{newest}")
        page.get_by_role("button", name=re.compile("^Delete")).first.click()
        expect(rows).to_have_count(before - 1)

    def test_money_received_is_told_in_hindi(self, open_visit: OpenVisit, people: People, meera: Person) -> None:
        arjun = people.customer("Arjun Rao", rupees=500)
        page = open_visit(meera, language="hi", device="phone").go("/notifications")
        people.pay(arjun, meera, 150.5, "for the mangoes")
        sentence = "आपको Arjun Rao से ₹150.50 मिले: “for the mangoes”"
        toast = page.get_by_role("status").filter(has_text=sentence)
        expect(toast).to_contain_text("पैसे मिले")
        row = page.get_by_role("article").filter(has_text=sentence)
        expect(row.get_by_role("heading")).to_contain_text("पैसे मिले")
        adjusted = page.get_by_role("article").filter(has_text="बैंक ने आपके खाते में ₹2,000.00 जोड़े। कारण: for the test")
        expect(adjusted).to_have_count(1)
        in_english = page.get_by_role("article").filter(has_text=re.compile("account|money|you", re.IGNORECASE))
        expect(in_english).to_have_count(0)
        assert_accessible(page)

    def test_opening_one_leads_to_its_payment(self, open_visit: OpenVisit, meera: Person) -> None:
        page = open_visit(meera, device="phone").go("/notifications")
        page.get_by_role("link", name=re.compile("Balance adjusted")).first.click()
        expect(page.get_by_role("dialog", name="Payment")).to_be_visible()


class TestProfile:
    """Who one is, how one signs in, and where."""

    def test_a_new_name_is_kept(self, open_visit: OpenVisit, people: People) -> None:
        meera = people.newcomer("Meera Nair")
        page = open_visit(meera).go("/profile")
        page.get_by_label("Full name").fill("Meera Nair-Iyer")
        page.get_by_label("Phone").fill("not a number")
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_label("Phone")).to_have_attribute("aria-invalid", "true")
        page.get_by_label("Phone").fill("+91 98765 43210")
        page.get_by_role("button", name="Save").click()
        expect(page.locator("main").get_by_text("Meera Nair-Iyer")).to_be_visible()
        assert people.call(meera, "GET", "/auth/me")["phone"] == "+91 98765 43210"

    def test_a_name_that_was_checked_is_for_the_bank_to_change(
        self, open_visit: OpenVisit, people: People, meera: Person
    ) -> None:
        page = open_visit(meera).go("/profile")
        details = page.get_by_role("region", name="Your details")
        expect(details.get_by_text("Your name was checked with your identity.")).to_be_visible()
        expect(page.get_by_label("Full name")).to_have_count(0)
        page.get_by_label("Phone").fill("+91 98765 43210")
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_text("Saved", exact=True)).to_be_visible()
        me = people.call(meera, "GET", "/auth/me")
        assert (me["full_name"], me["phone"]) == ("Meera Nair", "+91 98765 43210")

    def test_a_wrong_password_is_said_at_its_field(self, open_visit: OpenVisit, meera: Person) -> None:
        visit = open_visit(meera)
        visit.forgive("status of 403")
        page = visit.go("/profile?part=security")
        page.get_by_label("Current password").fill("not this one")
        page.get_by_label("New password").fill("four other words here")
        page.get_by_role("button", name="Change password").click()
        expect(page.get_by_label("Current password")).to_have_attribute("aria-invalid", "true")
        page.get_by_label("Current password").fill(PASSWORD)
        page.get_by_role("button", name="Change password").click()
        expect(page.get_by_text("Password changed")).to_be_visible()

    def test_a_new_e_mail_takes_the_password_and_is_confirmed(
        self, open_visit: OpenVisit, people: People, meera: Person
    ) -> None:
        visit = open_visit(meera, device="phone")
        visit.forgive("status of 40[39]")
        page = visit.go("/profile")
        page.get_by_role("button", name="Change e-mail").click()
        dialog = page.get_by_role("dialog", name="Change your e-mail")
        expect(dialog.get_by_label("New e-mail")).to_be_focused()
        assert_accessible(page)
        dialog.get_by_label("New e-mail").fill("asha@example.com")
        dialog.get_by_label("Current password").fill("not this one")
        dialog.get_by_role("button", name="Change e-mail").click()
        expect(dialog.get_by_text("Your current password isn't right.")).to_be_visible()
        dialog.get_by_label("New e-mail").fill(people.call(people.asha, "GET", "/auth/me")["email"])
        dialog.get_by_label("Current password").fill(PASSWORD)
        page.keyboard.press("Enter")
        expect(dialog.get_by_text("This e-mail address is registered already.")).to_be_visible()
        dialog.get_by_label("New e-mail").fill(f"{meera.username}@example.in")
        page.keyboard.press("Enter")
        expect(page.get_by_text(f"From now on you sign in with {meera.username}@example.in.")).to_be_visible()
        expect(page.locator("main").get_by_text(f"{meera.username}@example.in")).to_be_visible()
        assert people.call(meera, "GET", "/auth/me")["email"] == f"{meera.username}@example.in"

    def test_a_refusal_is_read_in_one_s_own_language(self, open_visit: OpenVisit, meera: Person) -> None:
        visit = open_visit(meera, language="hi", device="phone")
        visit.forgive("status of 403")
        page = visit.go("/profile?part=security")
        page.locator("input[autocomplete='current-password']").fill("not this one")
        page.locator("input[autocomplete='new-password']").fill("four other words here")
        page.get_by_role("button", name="पासवर्ड बदलें").click()
        expect(page.get_by_text("आपका मौजूदा पासवर्ड सही नहीं है।")).to_be_visible()

    def test_another_device_can_be_signed_out(self, open_visit: OpenVisit, people: People, meera: Person) -> None:
        people.sign_in(meera)
        page = open_visit(meera).go("/profile?part=security")
        buttons = page.get_by_role("button", name=re.compile("^Sign out .+"))
        expect(buttons.first).to_be_visible()
        before = buttons.count()
        buttons.first.click()
        page.get_by_role("dialog").get_by_role("button", name="Sign out").click()
        expect(buttons).to_have_count(before - 1)

    def test_a_dialog_is_left_by_a_click_beside_it_and_not_by_marking_its_words(
        self, open_visit: OpenVisit, people: People, meera: Person
    ) -> None:
        people.sign_in(meera)
        page = open_visit(meera).go("/profile?part=security")
        page.get_by_role("button", name=re.compile("^Sign out .+")).first.click()
        dialog = page.get_by_role("dialog")
        dialog.get_by_text("has to sign in again").hover()
        page.mouse.down()
        page.mouse.move(5, 5)
        page.mouse.up()
        expect(dialog).to_be_visible()
        page.mouse.click(5, 5)
        expect(dialog).to_have_count(0)

    def test_the_browser_is_asked_only_on_a_press(self, open_visit: OpenVisit, meera: Person) -> None:
        """S82: no page asks by itself for the right to show notifications."""
        visit = open_visit(meera)
        visit.context.add_init_script(
            "window.asked = 0; Notification.requestPermission = async () => { window.asked += 1; return 'denied' };"
            "Object.defineProperty(Notification, 'permission', { get: () => 'default' })"
        )
        page = visit.go("/profile?part=app")
        assert page.evaluate("window.asked") == 0
        page.get_by_role("switch", name="Notifications outside the app").click()
        expect(page.get_by_text("Your browser blocks them")).to_be_visible()
        assert page.evaluate("window.asked") == 1

    def test_news_is_shown_outside_of_a_page_that_is_not_seen(
        self, open_visit: OpenVisit, people: People, meera: Person
    ) -> None:
        """S82: by the service worker, because on a phone the page itself may not. The tests' Chromium shows no notifications."""
        visit = open_visit(meera, device="phone", service_workers="allow")
        visit.context.add_init_script(
            "window.Notification = Object.assign(function () { throw new TypeError('Illegal constructor') },"
            " { permission: 'granted', requestPermission: async () => 'granted' });"
            "ServiceWorkerRegistration.prototype.showNotification = async (title, { body }) => { window.shown = { title, body } }"
        )
        page = visit.go("/profile?part=app")
        page.get_by_role("switch", name="Notifications outside the app").click()
        page.wait_for_function("() => navigator.serviceWorker.controller !== null")
        page.evaluate("Object.defineProperty(document, 'hidden', { get: () => true })")
        people.pay(people.asha, meera, 10)
        page.wait_for_function("() => window.shown?.title === 'Money received'")
        assert page.evaluate("window.shown.body") == "You received ₹10.00 from Asha Raman."


class TestHelp:
    """S97: how to send money, in the words of the page itself."""

    def test_an_answer_is_found_by_a_word(self, open_visit: OpenVisit, meera: Person) -> None:
        page = open_visit(meera, device="phone").go("/help")
        page.get_by_label("What is it about?").fill("twice")
        expect(page.get_by_text("Did I pay twice?")).to_be_visible()
        page.get_by_label("What is it about?").fill("recipient account")
        expect(page.get_by_text("stay on “To other users”")).to_be_visible()
        assert_accessible(page)


class TestComingBack:
    """A break of the line is said, and over it everything comes back by itself."""

    def test_a_page_that_could_not_be_read_comes_back(self, open_visit: OpenVisit, people: People) -> None:
        visit = open_visit(people.asha)
        visit.forgive("ERR_|WebSocket|Failed to load")
        page = visit.go("/")
        visit.page.route(re.compile(r"/accounts/me$"), lambda route: route.abort())
        page.get_by_role("navigation").get_by_role("link", name="Accounts").first.click()
        expect(page.get_by_text("This couldn't be loaded")).to_be_visible(timeout=20_000)
        visit.context.set_offline(True)
        visit.page.unroute(re.compile(r"/accounts/me$"))
        visit.context.set_offline(False)
        expect(page.get_by_role("link", name="Savings account")).to_be_visible(timeout=30_000)


class TestPalette:
    """Ctrl-K goes anywhere: to a page, to a person, and to a payment by its note, its name or its amount."""

    def test_a_payment_is_found_by_its_note_and_opened_by_keyboard(
        self, open_visit: OpenVisit, people: People, meera: Person
    ) -> None:
        rohan = people.customer("Rohan Gupta")
        for amount, note in ((1_250.5, "Harmonium repair"), (40, "Coffee")):
            people.pay(meera, rohan, amount, note)
        people.wait_until_found(meera, "harmonium")
        page = open_visit(meera).go("/")
        page.keyboard.press("Control+k")
        palette = page.get_by_role("dialog", name="Search")
        expect(palette.get_by_role("combobox")).to_be_focused()
        page.keyboard.type("harmon")
        payments = palette.get_by_role("group", name="Payments").get_by_role("option")
        expect(payments).to_have_count(1)
        expect(payments.first).to_have_attribute("aria-selected", "true")
        assert_accessible(page)
        palette.get_by_role("combobox").fill("1,250.50")
        expect(payments).to_have_count(1)
        expect(payments.first).to_contain_text("Harmonium repair")
        page.keyboard.press("Enter")
        expect(palette).to_have_count(0)
        expect(page.get_by_role("dialog", name="Payment")).to_contain_text("Harmonium repair")

    def test_paying_in_is_two_words_away(self, open_visit: OpenVisit, meera: Person) -> None:
        page = open_visit(meera).go("/")
        page.keyboard.press("Control+k")
        expect(page.get_by_role("dialog", name="Search").get_by_role("combobox")).to_be_focused()
        page.keyboard.type("pay in")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="Pay in")).to_be_focused()

    def test_left_again_the_focus_is_where_it_was(self, open_visit: OpenVisit, meera: Person) -> None:
        page = open_visit(meera).go("/")
        link = page.get_by_role("complementary").get_by_role("link", name="Accounts")
        link.focus()
        page.keyboard.press("Control+k")
        expect(page.get_by_role("dialog", name="Search").get_by_role("combobox")).to_be_focused()
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_have_count(0)
        expect(link).to_be_focused()

    def test_what_is_found_stands_in_groups(self, open_visit: OpenVisit, people: People) -> None:
        page = open_visit(people.asha, device="phone", theme="dark").go("/")
        page.get_by_role("button", name="Search").click()
        palette = page.get_by_role("dialog", name="Search")
        palette.get_by_role("combobox").fill("roh")
        expect(palette.get_by_role("group", name="People").get_by_role("option").first).to_contain_text("Rohan")
        expect(palette.get_by_role("group", name="Payments").get_by_role("option")).not_to_have_count(0)
        page.keyboard.press("End")
        for _ in range(8):
            page.keyboard.press("ArrowDown")
        expect(palette.get_by_role("option", selected=True)).to_be_in_viewport()
        assert_accessible(page)
