"""The manual checklist of the specification, step by step: two people and an admin, each in a window of their own."""

from __future__ import annotations

import re
import secrets

from playwright.sync_api import Page, expect

from tests.browser.acts import confirm
from tests.browser.conftest import OpenVisit
from tests.browser.people import PASSWORD, People

# Staff's list is a search: it finds a payment a moment after it was made, and looks again by itself.
SEARCH_MS_MAX = 30_000


def approve(staff: Page, username: str, *, tab: str, reason: str) -> None:
    """Open what waits of somebody in the list, and approve it."""
    staff.get_by_role("tab", name=re.compile(tab)).click()
    row = staff.locator("tbody tr", has_text=username)
    row.click()
    staff.get_by_role("dialog").get_by_role("button", name="Approve").click()
    confirm(staff, "Approve", reason)
    expect(row).to_have_count(0)


class TestChecklist:
    """S181: every window learns what the others did, and none of them is reloaded."""

    def test_from_signing_up_to_money_in_the_friend_s_window(self, open_visit: OpenVisit, people: People) -> None:
        surname = secrets.token_hex(3)  # another one when it is tried again
        zoya, her_name = f"zoya.{surname}", f"Zoya {surname}"
        friend = people.customer("Rohan Gupta", rupees=100)
        theirs = open_visit(friend, device="phone").go("/")
        staff = open_visit(people.admin).go("/admin/approvals")

        # S181.1: signing up signs in.
        page = open_visit().go("/sign-up")
        page.get_by_label("Full name").fill(her_name)
        page.get_by_label("Username").fill(zoya)
        page.get_by_label("E-mail").fill(f"{zoya}@example.in")
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="Continue").click()
        expect(page.get_by_text("Your identity is being confirmed")).to_be_visible()
        assert page.evaluate("localStorage.getItem('token')")

        # S181.6 and S181.2: staff's list has her, and what they decide reaches her window.
        approve(staff, zoya, tab="Identity", reason="passport seen")
        expect(page.get_by_text("Identity confirmed")).to_be_visible()
        expect(page.get_by_text("Your identity is being confirmed")).to_have_count(0)

        # S181.3: asked for, approved, there.
        page.get_by_role("navigation").get_by_role("link", name="Accounts").first.click()
        page.get_by_role("button", name="Open an account").click()
        page.get_by_role("radio", name=re.compile("Savings account")).check()
        page.get_by_role("button", name="Ask for it").click()
        expect(page.get_by_text("The bank is looking at it.")).to_be_visible()
        approve(staff, zoya, tab="Accounts", reason="first account")
        expect(page.get_by_text("The bank is looking at it.")).to_have_count(0)

        page.locator("main").get_by_role("link", name=re.compile("Savings")).click()
        page.locator("main").get_by_role("link", name="Pay in").click()
        page.get_by_label("Amount").fill("2,000")
        page.get_by_role("button", name="Pay in ₹2,000.00").click()
        expect(page.locator("main").get_by_role("heading", name="Paid in", exact=True)).to_be_visible()

        # S181.4: a friend is found, and the transfer is recorded.
        page.get_by_role("navigation").get_by_role("link", name="Send money").first.click()
        page.get_by_role("combobox", name="Name or username").fill(friend.username)
        page.get_by_role("option", name=re.compile(friend.username)).click()
        page.get_by_label("Amount").fill("150")
        page.get_by_label("Note").fill("Chai")
        page.get_by_role("button", name="Continue").click()
        page.get_by_role("button", name="Send ₹150.00").click()
        expect(page.get_by_role("heading", name="Sent", exact=True)).to_be_visible()

        # S181.5: both windows have it: the balance, the row, and one more that is unread.
        expect(theirs.locator("main")).to_contain_text("250.00")
        expect(theirs.locator("main")).to_contain_text(her_name)
        expect(theirs.get_by_role("link", name=re.compile("unread"))).to_be_visible()
        page.get_by_role("navigation").get_by_role("link", name="Home").first.click()
        expect(page.locator("main")).to_contain_text("1,850.00")
        expect(page.locator("main")).to_contain_text("Rohan Gupta")

        staff.keyboard.press("Escape")  # the sheet shows what was decided until it is closed
        staff.get_by_role("navigation").get_by_role("link", name="Payments", exact=True).first.click()
        paid = staff.locator("tbody tr", has_text=her_name).filter(has_text="150.00")
        expect(paid).to_be_visible(timeout=SEARCH_MS_MAX)
