"""The back office: what staff decide, seen at once by the person it is about."""

from __future__ import annotations

import re

import psycopg
from playwright.sync_api import Page, Route, expect

from tests.browser.acts import confirm
from tests.browser.axe import assert_accessible
from tests.browser.conftest import OpenVisit
from tests.browser.people import People, Person
from tests.embedded.bank import Bank

TRAIL_MS_MAX = 30_000  # the trail is written from events, and a bank that was just made has a year of them to work off
HELD_RUPEES = 60_000  # more than the bank lets pass unseen


def held_payment(people: People) -> tuple[Person, Person, int]:
    """Return a sender, a recipient and the id of the payment that is held between them."""
    sender, recipient = people.customer("Kiran Desai", rupees=100_000), people.customer("Leela Menon")
    people.pay(sender, recipient, HELD_RUPEES)
    for _ in range(100):
        newest = people.call(sender, "GET", "/transactions/me?limit=1")["items"][0]
        if newest["status"] == "UNDER_REVIEW":
            return sender, recipient, int(newest["id"])
    raise AssertionError("the payment was not held")


class TestOverview:
    """S89.1, S146: what the index has of the bank's events is what staff see, and what waits is a step away."""

    def test_figures_and_what_waits(self, open_visit: OpenVisit, people: People) -> None:
        def growth() -> int:
            answer = people.call(people.admin, "GET", "/admin/analytics/user-growth")
            return -1 if answer["degraded"] else int(answer["total"])

        def shown(page: Page, name: str) -> int:
            figure = page.get_by_role("figure", name=name).or_(page.locator("figure", has_text=name)).first
            return int(figure.locator("p").first.inner_text().replace(",", ""))

        page = open_visit(people.admin).go("/admin")
        before = shown(page, "New customers")
        nobody = people.newcomer("Omar Sheikh")
        for _ in range(300):
            if growth() > before:
                break
            page.wait_for_timeout(100)
        page = open_visit(people.admin).go("/admin")
        assert shown(page, "New customers") == growth() > before
        for path, name in (("fraud-alerts", "Holds and suspicions"), ("errors", "Errors in the logs")):
            assert shown(page, name) == people.call(people.admin, "GET", f"/admin/analytics/{path}")["total"]
        expect(page.get_by_role("heading", name="Payments over time")).to_be_visible()
        page.get_by_role("link", name=re.compile("Identities to confirm")).click()
        expect(page.locator("tbody tr", has_text=nobody.username)).to_be_visible()

    def test_a_queue_that_is_behind_fits_on_a_small_phone(self, open_visit: OpenVisit, people: People) -> None:
        visit = open_visit(people.admin, device="phone", language="hi")

        def behind(route: Route) -> None:
            queues = route.fetch().json()
            queue = queues["queues"][0] | {"waiting": 1_234_567, "retrying": 89, "oldest_seconds": 98_765}
            route.fulfill(json=queues | {"unsent_bundles": 1_234_567, "queues": [queue]})

        visit.page.route(re.compile("/admin/queues"), behind)
        page = visit.go("/admin")
        expect(page.get_by_text("1234567").first).to_be_visible()
        page.set_viewport_size({"width": 320, "height": 900})
        page.wait_for_function("() => document.documentElement.scrollWidth <= 320")

    def test_staff_have_quick_transfers_too(self, open_visit: OpenVisit, people: People) -> None:
        """S91: the panel of the dashboard is beside the overview, with the people whom this member of staff paid."""
        clerk, friend = people.customer("Gita Clerk", rupees=500), people.customer("Hari Friend")
        people.pay(clerk, friend, 5)
        me = people.call(clerk, "GET", "/auth/me")["id"]
        people.call(people.admin, "PUT", f"/admin/users/{me}", role="admin")
        page = open_visit(clerk).go("/admin")
        panel = page.get_by_role("region", name="Quick transfers")
        expect(panel.get_by_role("link", name="Send money", exact=True)).to_have_attribute("href", "/transfer")
        panel.get_by_role("link", name=re.compile("Hari Friend")).click()
        expect(page.get_by_role("heading", name="How much?")).to_be_visible()


class TestApprovals:
    """S56, S60, S89.2, S181.6: the pending list loads, and a decision reaches the person at once."""

    def test_an_identity_is_confirmed_and_its_owner_told(self, open_visit: OpenVisit, people: People) -> None:
        nobody = people.newcomer("Tara Bose")
        theirs = open_visit(nobody).go("/")
        expect(theirs.get_by_text("Your identity is being confirmed")).to_be_visible()
        page = open_visit(people.admin).go("/admin/approvals")
        page.locator("tbody tr", has_text=nobody.username).click()
        assert_accessible(page)
        page.get_by_role("dialog").get_by_role("button", name="Approve").click()
        confirm(page, "Approve", "passport seen")
        expect(page.locator("tbody tr", has_text=nobody.username)).to_have_count(0)
        expect(theirs.get_by_text("Identity confirmed")).to_be_visible()
        expect(theirs.get_by_text("Your identity is being confirmed")).to_have_count(0)
        assert people.call(nobody, "GET", "/auth/me")["kyc_approved"] is True

    def test_an_account_is_opened_by_keyboard_alone(self, open_visit: OpenVisit, people: People) -> None:
        """S45, S181.3: j to walk, a to approve, Ctrl+Enter to confirm, and the focus stays in the list."""
        uma = people.customer("Uma Pillai", accounts=0)
        for kind in ("savings", "current"):
            people.call(uma, "POST", "/accounts/create", account_type=kind)
        page = open_visit(people.admin).go("/admin/approvals?tab=accounts")
        rows = page.locator("tbody tr", has_text=uma.username)
        expect(rows).to_have_count(2)
        page.keyboard.press("j")
        expect(page.locator("tbody tr").first).to_be_focused()
        page.keyboard.press("j")
        expect(page.locator("tbody tr").nth(1)).to_be_focused()
        page.keyboard.press("k")
        page.keyboard.press("a")
        expect(page.get_by_role("dialog").get_by_label(re.compile("^Reason"))).to_be_focused()
        page.keyboard.type("ajar")  # a and r are letters here, not acts
        page.keyboard.press("Control+Enter")
        expect(rows).to_have_count(1)
        expect(page.locator("tbody tr").first).to_be_focused()
        statuses = sorted(account["status"] for account in people.call(uma, "GET", "/accounts/me"))
        assert statuses == ["approved", "pending"]

    def test_a_refusal_needs_a_reason(self, open_visit: OpenVisit, people: People) -> None:
        """S46: without a word nothing is sent."""
        nobody = people.newcomer("Vasu Rao")
        page = open_visit(people.admin).go("/admin/approvals")
        page.locator("tbody tr", has_text=nobody.username).focus()
        page.keyboard.press("r")
        confirm(page, "Refuse")
        expect(page.get_by_text("Say why, in a few words.")).to_be_visible()
        confirm(page, "Refuse", "the photo is of a cat")
        expect(page.locator("tbody tr", has_text=nobody.username)).to_have_count(0)


class TestHeld:
    """S89, S155: a held payment is cleared or given back, and both sides see it live."""

    def test_cleared_and_both_windows_know(self, open_visit: OpenVisit, people: People) -> None:
        _, recipient, payment = held_payment(people)
        theirs = open_visit(recipient).go("/")
        mine, colleague = open_visit(people.admin).go("/admin/held"), open_visit(people.admin).go("/admin/held")
        expect(colleague.locator("tbody tr", has_text=recipient.full_name)).not_to_have_count(0)
        before = colleague.locator("tbody tr").count()
        mine.goto(f"{mine.url}?open={payment}")
        sheet = mine.get_by_role("dialog")
        expect(sheet.get_by_text("Large amount")).to_be_visible()
        expect(sheet.get_by_text("Recent payments: Kiran Desai")).to_be_visible()
        assert_accessible(mine)
        mine.keyboard.press("a")
        confirm(mine, "Clear", "called the customer")
        expect(sheet).to_have_count(0)
        expect(theirs.locator("main")).to_contain_text("60,000")
        expect(colleague.locator("tbody tr")).to_have_count(before - 1)

    def test_rejected_the_money_is_available_again(self, open_visit: OpenVisit, people: People) -> None:
        sender, _, payment = held_payment(people)
        theirs = open_visit(sender).go("/")
        page = open_visit(people.admin).go(f"/admin/held?open={payment}")
        page.get_by_role("dialog").get_by_role("button", name="Reject").click()
        confirm(page, "Reject", "the customer denies it")
        expect(page.get_by_role("dialog")).to_have_count(0)
        expect(theirs.locator("main")).to_contain_text("1,00,000")
        assert people.call(sender, "GET", f"/transactions/{payment}")["status"] == "FAILED"


class TestCorrections:
    """S58, S59, S71, S89.5: corrections are movements, shown before they are made."""

    def test_a_balance_is_adjusted_with_both_sides_shown(self, open_visit: OpenVisit, people: People) -> None:
        meera = people.customer("Meera Nair", rupees=1_000)
        theirs = open_visit(meera).go("/")
        page = open_visit(people.admin).go(f"/admin/bank-accounts?open={meera.account}")
        page.get_by_role("button", name="Adjust balance").click()
        dialog = page.get_by_role("dialog").last
        dialog.get_by_label("Amount").fill("250.50")
        preview = dialog.get_by_role("table", name="Movements")
        expect(preview).to_contain_text("Suspense")
        expect(preview).to_contain_text("1,250.50")
        assert_accessible(page)
        confirm(page, "Credit ₹250.50", "interest was missing")
        expect(page.get_by_role("dialog")).to_have_count(1)
        expect(page.get_by_role("dialog")).to_contain_text("1,250")
        expect(theirs.locator("main")).to_contain_text("1,250.50")

    def test_more_than_there_is_cannot_be_taken(self, open_visit: OpenVisit, people: People) -> None:
        meera = people.customer("Meera Nair", rupees=100)
        page = open_visit(people.admin).go(f"/admin/bank-accounts?open={meera.account}")
        page.get_by_role("button", name="Adjust balance").click()
        dialog = page.get_by_role("dialog").last
        dialog.get_by_label("Debit").check()
        dialog.get_by_label("Amount").fill("100.01")
        confirm(page, "Debit ₹100.01", "too much")
        expect(dialog.get_by_role("alert")).to_contain_text("Only ₹100.00 is available")
        assert people.call(meera, "GET", f"/accounts/{meera.account}")["balance"] == 100

    def test_a_transfer_is_refunded_once(self, open_visit: OpenVisit, people: People) -> None:
        meera, rohan = people.customer("Meera Nair", rupees=900), people.customer("Rohan Gupta")
        people.pay(meera, rohan, 300)
        theirs = open_visit(meera).go("/")
        payment = people.call(meera, "GET", "/transactions/me?limit=1")["items"][0]["id"]
        page = open_visit(people.admin).go(f"/admin/payments?open={payment}")
        page.get_by_role("button", name="Refund").click()
        confirm(page, "Refund", "paid twice")
        sheet = page.get_by_role("dialog")
        expect(sheet.get_by_text("Given back by")).to_be_visible()
        expect(sheet.get_by_role("button", name="Refund")).to_have_count(0)
        expect(theirs.locator("main")).to_contain_text("900")

    def test_an_account_is_switched_off_and_on(self, open_visit: OpenVisit, people: People) -> None:
        meera = people.customer("Meera Nair", rupees=10)
        page = open_visit(people.admin).go(f"/admin/bank-accounts?open={meera.account}")
        page.get_by_role("button", name="Switch off").click()
        confirm(page, "Switch off", "reported stolen")
        expect(page.get_by_role("button", name="Switch on")).to_be_visible()
        assert people.call(meera, "GET", f"/accounts/{meera.account}")["is_active"] is False
        expect(page.get_by_role("dialog").get_by_text("reported stolen")).to_be_visible(timeout=TRAIL_MS_MAX)
        page.get_by_role("button", name="Switch on").click()
        confirm(page, "Switch on", "found again")
        expect(page.get_by_role("button", name="Switch off")).to_be_visible()
        assert people.call(meera, "GET", f"/accounts/{meera.account}")["is_active"] is True


class TestAccess:
    """S55: what staff change about a person is asked why, and the trail tells it."""

    def test_access_is_switched_off_with_a_reason_that_the_trail_shows(
        self, open_visit: OpenVisit, people: People
    ) -> None:
        omkar = people.newcomer("Omkar Joshi")
        me = people.call(omkar, "GET", "/auth/me")["id"]
        page = open_visit(people.admin).go(f"/admin/customers/{me}")
        page.get_by_role("button", name="Switch off access").click()
        confirm(page, "Switch off access")
        expect(page.get_by_text("Say why, in a few words.")).to_be_visible()
        confirm(page, "Switch off access", "phone stolen")
        expect(page.get_by_role("button", name="Switch on access")).to_be_visible()
        history = page.get_by_role("region", name="History")
        expect(history.get_by_text("Access switched off")).to_be_visible(timeout=TRAIL_MS_MAX)
        expect(history).to_contain_text("phone stolen")
        page.goto(page.url.split("/admin")[0] + f"/admin/trail?type=user&subject={me}")
        expect(page.locator("tbody tr", has_text="Access switched off")).to_contain_text("phone stolen")

    def test_a_name_is_changed_after_it_was_checked(self, open_visit: OpenVisit, people: People) -> None:
        mary = people.customer("Mary Joshi", accounts=0)
        me = people.call(mary, "GET", "/auth/me")["id"]
        page = open_visit(people.admin).go(f"/admin/customers/{me}")
        page.get_by_role("button", name="Change name").click()
        assert_accessible(page)
        page.get_by_role("dialog").get_by_label("New name").fill("Mary Joshi Iyer")
        confirm(page, "Change name", "married")
        expect(page.get_by_role("heading", level=1)).to_have_text("Mary Joshi Iyer")
        assert people.call(mary, "GET", "/auth/me")["full_name"] == "Mary Joshi Iyer"

    def test_who_is_locked_out_is_let_in_again(self, open_visit: OpenVisit, people: People, running_bank: Bank) -> None:
        locked = people.newcomer("Lata Joshi")
        me = people.call(locked, "GET", "/auth/me")["id"]
        with psycopg.connect(running_bank.run_info()["database_url"]) as connection:
            connection.execute("UPDATE users SET locked_until = now() + interval '1 hour' WHERE id = %s", (me,))
        page = open_visit(people.admin).go(f"/admin/customers/{me}")
        page.get_by_role("button", name="Unlock").click()
        confirm(page, "Unlock", "she called")
        expect(page.get_by_role("button", name="Unlock")).to_have_count(0)
        people.sign_in(locked)
        history = page.get_by_role("region", name="History")
        expect(history.get_by_text("Unlocked")).to_be_visible(timeout=TRAIL_MS_MAX)


class TestUndelivered:
    """S126: an event that failed after every retry is seen, replayed or given up with a reason."""

    def test_replayed_and_given_up(self, open_visit: OpenVisit, people: People, running_bank: Bank) -> None:
        with psycopg.connect(running_bank.run_info()["database_url"]) as connection:
            for number in (1, 2):
                connection.execute(
                    "INSERT INTO dead_letters (queue, outbox_id, position, topic, error, attempts)"
                    " SELECT 'banking.notifications', max(id), 0, 'test.event', %s, 8 FROM outbox",
                    (f"ValueError: number {number}",),
                )
        page = open_visit(people.admin).go("/admin/undelivered?state=waiting")
        rows = page.locator("tbody tr", has_text="test.event")
        expect(rows).to_have_count(2)
        rows.first.click()
        expect(page.get_by_role("region", name="What it says")).to_be_visible()
        assert_accessible(page)
        page.get_by_role("dialog").get_by_role("button", name="Replay").click()
        confirm(page, "Replay")
        expect(rows).to_have_count(1)
        page.keyboard.press("Escape")
        rows.first.focus()
        page.keyboard.press("g")
        confirm(page, "Give up", "a test of long ago")
        expect(rows).to_have_count(0)
