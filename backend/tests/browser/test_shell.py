"""What surrounds every page, and the first one: where somebody can go from here, by who they are."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import OpenVisit
from tests.browser.people import People

# What an iPhone takes of its window, on its side and upright, and what must not be there.
ON_ITS_SIDE = {"left": 59, "right": 59, "bottom": 21}
UPRIGHT = {"top": 59, "bottom": 34}
SAYS_OR_DOES = "a, button, input, h1, h2, h3, p, svg"

CUSTOMERS_OWN = ["Home", "Send money", "Accounts", "Activity"]


def names_in(page: Page, region: str) -> list[str]:
    """The links of a region, as they are read aloud, without their counts."""
    links = page.get_by_role(region).first.get_by_role("navigation").get_by_role("link")  # type: ignore[arg-type]
    return [re.sub(r"\s*\d+ unread$", "", text.replace("\n", " ").strip()) for text in links.all_inner_texts()]


class TestNavigation:
    """S83, S84: always there on a wide screen, by role; on a phone at the thumb."""

    def test_a_customer_s_sidebar_leads_to_what_is_theirs_alone(self, open_visit: OpenVisit, people: People) -> None:
        page = open_visit(people.asha).go("/")
        sidebar = page.get_by_role("complementary").first
        for name in CUSTOMERS_OWN:
            expect(sidebar.get_by_role("link", name=name, exact=True)).to_be_visible()
        expect(sidebar.get_by_role("link", name="Approvals")).to_have_count(0)
        sidebar.get_by_role("link", name="Activity").click()
        expect(page).to_have_url(re.compile(r"/activity$"))
        expect(sidebar.get_by_role("link", name="Activity")).to_have_attribute("aria-current", "page")

    def test_staff_find_theirs_first(self, open_visit: OpenVisit, people: People) -> None:
        page = open_visit(people.admin).go("/admin")
        names = names_in(page, "complementary")
        assert names[:3] == ["Overview", "Approvals", "Held payments"]
        assert [name for name in names if name in CUSTOMERS_OWN] == CUSTOMERS_OWN

    def test_on_a_phone_it_is_at_the_bottom(self, open_visit: OpenVisit, people: People) -> None:
        page = open_visit(people.asha, device="phone").go("/")
        expect(page.get_by_role("complementary")).to_have_count(0)
        bar = page.get_by_role("navigation", name="Main")
        box = bar.bounding_box()
        assert box is not None and box["y"] + box["height"] >= 738
        bar.get_by_role("link", name="Accounts").click()
        expect(page).to_have_url(re.compile(r"/accounts$"))

    def test_on_a_phone_the_page_one_is_on_is_a_step_away_as_well(self, open_visit: OpenVisit, people: People) -> None:
        page = open_visit(people.asha, device="phone").go("/profile")
        page.get_by_role("button", name="You: settings and sign out").click()
        sheet = page.get_by_role("dialog")
        sheet.get_by_role("link", name="Profile").click()
        expect(sheet).to_have_count(0)


class TestLargestZoom:
    """At 400 % a window is 320 × 256: what would stay on the screen leaves with the rest, and a dialog is read to its end."""

    def test_nothing_stands_before_the_page(self, open_visit: OpenVisit, people: People) -> None:
        page = open_visit(people.asha, device="phone", viewport={"width": 320, "height": 256}).go("/help")
        expect(page.get_by_role("banner")).to_be_in_viewport()
        page.evaluate("window.scrollTo(0, 400)")
        expect(page.get_by_role("banner")).not_to_be_in_viewport()
        expect(page.get_by_role("navigation", name="Main")).not_to_be_in_viewport()
        page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
        expect(page.get_by_role("navigation", name="Main")).to_be_in_viewport(ratio=1)

    def test_a_dialog_scrolls_as_a_whole(self, open_visit: OpenVisit, people: People) -> None:
        meera = people.customer("Meera Nair")
        people.sign_in(meera)
        visit = open_visit(meera, viewport={"width": 320, "height": 256})
        page = visit.go("/profile?part=security")
        page.get_by_role("button", name=re.compile("^Sign out .+")).first.click()
        dialog = page.get_by_role("dialog")
        title, act = dialog.get_by_role("heading"), dialog.get_by_role("button", name="Sign out")
        expect(title).to_be_in_viewport(ratio=1)
        dialog.hover(position={"x": 100, "y": 100})
        page.mouse.wheel(0, 2_000)
        expect(act).to_be_in_viewport(ratio=1)


# How far left and right each reaches, as far as it isn't cut off by a row that scrolls.
SEEN = """(all) => all.map((one) => {
  let { left, right } = one.getBoundingClientRect()
  for (let box = one.parentElement; box !== null; box = box.parentElement) {
    if (getComputedStyle(box).overflowX === 'visible') continue
    const edge = box.getBoundingClientRect()
    left = Math.max(left, edge.left)
    right = Math.min(right, edge.right)
  }
  return [left, right]
})"""


class TestRoundedScreens:
    """An iPhone's camera and its line for swiping take a part of the window: what one reads and presses stays clear of them."""

    def edges(self, region: Locator) -> tuple[float, float]:
        """How far left and right something to read or to press in the region reaches."""
        seen = region.locator(SAYS_OR_DOES).filter(visible=True).evaluate_all(SEEN)
        wide = [(left, right) for left, right in seen if right - left > 1]  # the rest is for screen readers
        return min(left for left, _ in wide), max(right for _, right in wide)

    def insets(self, page: Page, insets: dict[str, int]) -> None:
        session = page.context.new_cdp_session(page)
        session.send("Emulation.setSafeAreaInsetsOverride", {"insets": insets})

    @pytest.mark.parametrize("path", ["/sign-in", "/", "/activity"])
    def test_nothing_lies_under_the_camera(self, open_visit: OpenVisit, people: People, path: str) -> None:
        who = None if path == "/sign-in" else people.asha
        visit = open_visit(who, device="phone", viewport={"width": 844, "height": 390})
        self.insets(visit.page, ON_ITS_SIDE)
        page = visit.go(path)
        left, right = self.edges(page.locator("#root"))
        assert left >= 59
        assert right <= 844 - 59

    def test_nor_does_a_sheet(self, open_visit: OpenVisit, people: People) -> None:
        visit = open_visit(people.asha, device="phone", viewport={"width": 844, "height": 390})
        self.insets(visit.page, ON_ITS_SIDE)
        page = visit.go("/")
        page.get_by_role("button", name="You: settings and sign out").click()
        expect(page.get_by_role("dialog").get_by_role("button", name="Sign out")).to_be_visible()
        left, right = self.edges(page.get_by_role("dialog"))
        assert left >= 59
        assert right <= 844 - 59

    def test_a_sheet_ends_above_the_line_for_swiping(self, open_visit: OpenVisit, people: People) -> None:
        visit = open_visit(people.asha, device="phone")
        self.insets(visit.page, UPRIGHT)
        page = visit.go("/")
        page.get_by_role("button", name="You: settings and sign out").click()
        act = page.get_by_role("dialog").get_by_role("button", name="Sign out")
        act.scroll_into_view_if_needed()
        box = act.bounding_box()
        assert box is not None
        assert box["y"] + box["height"] <= 740 - 34


class TestBell:
    """S81: how much is unread stands on the bell's corner, and the bell stays to be seen, on the smallest phone, too."""

    @pytest.mark.parametrize("unread", [1, 42, 1_500])
    def test_the_number_leaves_the_bell_to_be_seen(self, open_visit: OpenVisit, people: People, unread: int) -> None:
        visit = open_visit(people.asha, device="phone")
        stats = {"unread": unread, "total": 2_000}
        visit.page.route("**/notifications/stats", lambda route: route.fulfill(json=stats))
        page = visit.go("/")
        bell = page.get_by_role("link", name=f"Notifications, {unread} unread")
        badge, icon, link = bell.locator("span").bounding_box(), bell.locator("svg").bounding_box(), bell.bounding_box()
        face = page.get_by_role("button", name="You: settings and sign out").locator("span").first.bounding_box()
        assert badge and icon and link and face
        middle = icon["x"] + icon["width"] / 2, icon["y"] + icon["height"] / 2
        assert badge["x"] > middle[0], "the left half of the bell is free"
        assert badge["y"] + badge["height"] < middle[1], "and so is the lower half"
        assert badge["x"] < icon["x"] + icon["width"], "the number touches the bell that it belongs to"
        assert badge["y"] >= link["y"]
        assert badge["x"] + badge["width"] <= face["x"], "and nothing beside it"


class TestTheme:
    """S17: light, dark or as the system says, chosen once."""

    def test_chosen_in_the_profile_and_kept(self, open_visit: OpenVisit, people: People) -> None:
        visit = open_visit(people.customer("Meera Nair"))
        page = visit.go("/profile?part=app")
        assert page.locator("html").get_attribute("data-theme") == "light"
        page.get_by_role("button", name="Dark").click()
        expect(page.locator("html")).to_have_attribute("data-theme", "dark")
        page.goto(f"{visit.address}/accounts")
        expect(page.locator("html")).to_have_attribute("data-theme", "dark")


class TestFirstPage:
    """S85.2-S85.5, S91: people to pay again, what just happened, what went where, in one answer of the bank."""

    def test_it_is_made_of_one_answer(self, open_visit: OpenVisit, people: People) -> None:
        visit = open_visit(people.asha)
        page = visit.go("/")
        for region in ("Quick transfers", "Recent activity", "Spending"):
            expect(page.get_by_role("region", name=region)).to_be_visible()
        assert [path for path in visit.asked if path.startswith(("/accounts", "/transactions", "/dashboard"))] == [
            "/dashboard/summary"
        ]

    def test_who_was_paid_before_is_one_press_away(self, open_visit: OpenVisit, people: People) -> None:
        """S92: the recipient is chosen, and asked for is only how much."""
        page = open_visit(people.asha).go("/")
        recent = page.get_by_role("region", name="Quick transfers").get_by_role("listitem").first.get_by_role("link")
        who = (recent.get_attribute("aria-label") or recent.inner_text()).removeprefix("Send money to ").strip()
        recent.click()
        expect(page).to_have_url(re.compile(r"/transfer\?"))
        expect(page.locator("main")).to_contain_text(who.split()[0])
        expect(page.get_by_role("textbox", name=re.compile("amount|how much", re.IGNORECASE))).to_be_visible()

    def test_on_a_phone_it_is_in_a_thumbs_reach(self, open_visit: OpenVisit, people: People) -> None:
        """Without scrolling, above the bar at the bottom; and the way back to it is by key as by thumb."""
        page = open_visit(people.asha, device="phone").go("/")
        recent = page.get_by_role("region", name="Quick transfers").get_by_role("link")
        bar = page.get_by_role("navigation", name="Main").bounding_box()
        box = recent.first.bounding_box()
        assert bar and box
        assert box["y"] + box["height"] <= bar["y"]
        last = recent.last
        last.focus()
        expect(last).to_be_in_viewport(ratio=1)
        expect(page.get_by_role("region", name="Quick transfers")).to_have_count(1)

    def test_one_figure_is_said_once(self, open_visit: OpenVisit, people: People) -> None:
        """Who has one account reads what is in it once, and the account is a press away; with two each has its own."""
        meera = people.customer("Meera Nair", rupees=1_234)
        page = open_visit(meera).go("/")
        main = page.locator("main")
        expect(main.locator(".sr-only", has_text=re.compile(r"^₹1,234\.00$"))).to_have_count(1)
        number = people.call(meera, "GET", f"/accounts/{meera.account}")["account_number"]
        main.get_by_role("link", name=re.compile(number[-4:])).click()
        expect(page).to_have_url(re.compile(f"/accounts/{meera.account}$"))

        tara = people.customer("Tara Bose", rupees=55, accounts=2)
        page = open_visit(tara).go("/")
        main = page.locator("main")
        cards = main.get_by_role("listitem").filter(has=page.get_by_role("link", name=re.compile("Savings ••••")))
        expect(cards).to_have_count(2)
        expect(cards.filter(has_text="₹55.00")).to_have_count(1)
