"""People for the browser's tests, made through the API: quicker than by clicking, and the same bank afterwards."""

from __future__ import annotations

import itertools
import time
from dataclasses import dataclass, field
from typing import Any, Final

import httpx2

from app.demo.service import ADMIN, CUSTOMERS, DEMO_PASSWORD

PASSWORD = "calm water under the bridge"
FOUND_SECONDS_MAX = 60
REST_SECONDS_MAX = 120
TOKEN_SECONDS = 600.0  # of the fifteen minutes that a token lasts

NO_TLS: Final = False  # as httpx's `verify`: to read all the world's certificates takes longer than to sign in

_numbers = itertools.count(1)
_payments = itertools.count(1)


@dataclass
class Person:
    """Somebody who can sign in; `accounts` are their approved ones, by id."""

    username: str
    password: str
    full_name: str = ""
    accounts: list[int] = field(default_factory=list)

    @property
    def account(self) -> int:
        """Their first account."""
        return self.accounts[0]


class People:
    """Makes customers of one running bank. The demo bank's admin does what staff do."""

    def __init__(self, address: str) -> None:
        self._api = httpx2.Client(base_url=address, timeout=20, verify=NO_TLS)
        self._tokens: dict[str, tuple[str, float]] = {}
        self.admin = Person(ADMIN, DEMO_PASSWORD)
        self.asha = Person(CUSTOMERS[0], DEMO_PASSWORD)
        self.rohan = Person(CUSTOMERS[1], DEMO_PASSWORD)
        self.asha.accounts = [account["id"] for account in self.call(self.asha, "GET", "/accounts/me")]
        self.rohan.accounts = [account["id"] for account in self.call(self.rohan, "GET", "/accounts/me")]

    def close(self) -> None:
        """Let go of the connections."""
        self._api.close()

    def customer(
        self, full_name: str = "Meera Nair", *, rupees: int = 0, accounts: int = 1, kyc: bool = True
    ) -> Person:
        """Return a new customer with approved accounts, the first of which holds the rupees."""
        person = self.newcomer(full_name)
        me = self.call(person, "GET", "/auth/me")["id"]
        if kyc:
            self.call(self.admin, "POST", "/admin/approve-kyc", user_id=me, action="approve")
        for _ in range(accounts if kyc else 0):
            account = self.call(person, "POST", "/accounts/create", account_type="savings")["id"]
            self.call(self.admin, "POST", "/admin/accounts/approve", account_id=account, action="approve")
            person.accounts.append(account)
        if rupees:
            self.fund(person, rupees)
        return person

    def newcomer(self, full_name: str = "Meera Nair") -> Person:
        """Return somebody who has just registered: not verified, without an account."""
        # All of one length, so that none is the beginning of another when somebody looks for them.
        username = f"{full_name.split(maxsplit=1)[0].lower()}{next(_numbers):04}"
        body = {"username": username, "email": f"{username}@example.com", "password": PASSWORD, "full_name": full_name}
        answer = self._api.post("/auth/register", json=body)
        assert answer.status_code == 201, answer.text
        return Person(username, PASSWORD, full_name)

    def fund(self, person: Person, rupees: int) -> None:
        """Put rupees on somebody's first account."""
        path = f"/admin/accounts/{person.account}/adjust-balance"
        self.call(self.admin, "POST", path, amount=rupees, direction="credit", reason="for the test")

    def pay(self, payer: Person, payee: Person, amount: float, note: str = "") -> None:
        """Send rupees from somebody's first account to somebody else's."""
        self.call(
            payer, "POST", "/transactions/initiate",
            src_account=payer.account, dest_account=payee.account, amount=amount, note=note,
            idempotency_key=f"{payer.username}-{next(_payments)}",
        )  # fmt: skip

    def sign_in(self, person: Person) -> tuple[str, list[dict[str, Any]]]:
        """Open a session of one's own for a browser; return its token and its cookies as Playwright wants them."""
        with httpx2.Client(base_url=self._api.base_url, verify=NO_TLS) as fresh:
            answer = fresh.post("/auth/login", json={"username": person.username, "password": person.password})
            assert answer.status_code == 200, answer.text
            cookies = [
                {
                    "name": cookie.name, "value": cookie.value or "", "domain": "127.0.0.1", "path": cookie.path,
                    "expires": cookie.expires or -1, "httpOnly": True, "secure": False, "sameSite": "Strict",
                }
                for cookie in fresh.cookies.jar
            ]  # fmt: skip
            return str(answer.json()["access_token"]), cookies

    def call(self, person: Person, method: str, path: str, **body: Any) -> Any:
        """Call the API as somebody and return its answer, which must be a good one."""
        headers = {"Authorization": f"Bearer {self._token(person)}"}
        answer = self._api.request(method, path, json=body or None, headers=headers)
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    def wait_until_found(self, person: Person, words: str) -> None:
        """Wait until the search knows what has just happened: a page asks for what was typed once."""
        deadline = time.monotonic() + FOUND_SECONDS_MAX
        while not self.call(person, "GET", f"/search?q={words}")["items"]:
            assert time.monotonic() < deadline, f"{words} is not found"
            time.sleep(0.2)

    def wait_until_at_rest(self) -> None:
        """Wait until the bank has done all that can be done now: what was put off may wait for minutes."""
        deadline = time.monotonic() + REST_SECONDS_MAX
        while any(
            queue["waiting"] > queue["retrying"] for queue in self.call(self.admin, "GET", "/admin/queues")["queues"]
        ):
            assert time.monotonic() < deadline, "the bank doesn't come to rest"
            time.sleep(0.2)

    def _token(self, person: Person) -> str:
        """Return a token of theirs, used again while it is fresh: a password takes its time to check."""
        token, made_at = self._tokens.get(person.username, ("", 0.0))
        if not token or time.monotonic() - made_at > TOKEN_SECONDS:
            token, _ = self.sign_in(person)
            self._tokens[person.username] = (token, time.monotonic())
        return token
