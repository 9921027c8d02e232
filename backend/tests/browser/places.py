"""Every page of the app, once. What is true of all of them is tested over this list; a new page is one more line.

`path` may name ids of who looks at it: `/accounts/{account}`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from tests.browser.people import People, Person

Who = Literal["anonymous", "customer", "admin"]


@dataclass(frozen=True)
class Place:
    """One page: how its screenshot is called, where it is, and who looks at it."""

    name: str
    path: str
    who: Who
    lighthouse: bool = True  # staff's pages are dense on purpose and are measured by eye

    def visitor(self, people: People) -> Person | None:
        """Return who looks at it in the demo bank: a customer with a year of life, or the admin."""
        return {"anonymous": None, "customer": people.asha, "admin": people.admin}[self.who]

    def address(self, people: People) -> str:
        """Return the path with the visitor's own ids in it."""
        visitor = self.visitor(people)
        account = visitor.account if visitor and visitor.accounts else ""
        payment = _latest_payment(people, visitor) if visitor and "{payment}" in self.path else ""
        return self.path.format(account=account, payment=payment)


def _latest_payment(people: People, visitor: Person) -> int:
    return int(people.call(visitor, "GET", "/transactions/me?limit=1")["items"][0]["id"])


PLACES: Final = (
    Place("sign-in", "/sign-in", "anonymous"),
    Place("sign-up", "/sign-up", "anonymous"),
    Place("dashboard", "/", "customer"),
    Place("transfer", "/transfer", "customer"),
    Place("accounts", "/accounts", "customer"),
    Place("account", "/accounts/{account}", "customer"),
    Place("statement", "/accounts/{account}/statement", "customer"),
    Place("activity", "/activity", "customer"),
    Place("payment", "/activity/{payment}", "customer"),
    Place("deposit", "/deposit", "customer"),
    Place("withdraw", "/withdraw", "customer"),
    Place("notifications", "/notifications", "customer"),
    Place("profile", "/profile", "customer"),
    Place("security", "/profile?part=security", "customer"),
    Place("help", "/help", "customer"),
    Place("admin", "/admin", "admin", lighthouse=False),
    Place("admin-approvals", "/admin/approvals", "admin", lighthouse=False),
    Place("admin-approvals-accounts", "/admin/approvals?tab=accounts", "admin", lighthouse=False),
    Place("admin-held", "/admin/held", "admin", lighthouse=False),
    Place("admin-customers", "/admin/customers", "admin", lighthouse=False),
    Place("admin-customer", "/admin/customers/2", "admin", lighthouse=False),
    Place("admin-accounts", "/admin/bank-accounts", "admin", lighthouse=False),
    Place("admin-account", "/admin/bank-accounts?open=1", "admin", lighthouse=False),
    Place("admin-payments", "/admin/payments", "admin", lighthouse=False),
    Place("admin-payment", "/admin/payments?open=1", "admin", lighthouse=False),
    Place("admin-undelivered", "/admin/undelivered", "admin", lighthouse=False),
    Place("admin-trail", "/admin/trail", "admin", lighthouse=False),
    Place("admin-search", "/admin/find?q=asha", "admin", lighthouse=False),
    Place("admin-logs", "/admin/find?tab=logs", "admin", lighthouse=False),
)
