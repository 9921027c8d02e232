"""The load: people who send money alone and in bulk, pay cash in and out, ask for money back, and repeat themselves.

Whoever gets no answer asks again with the same key until there is one. Nobody gives up, so at the end of a cycle every
request has an answer, and every answer is in the memory.
"""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections import Counter
from typing import Any, Final

from app.torture.http import Answer, Line, Unanswered
from app.torture.memory import Memory, Promise, canonical
from app.torture.people import People

CALLERS: Final = 8
PATIENCE_SECONDS: Final = 240.0  # for one request, asked again and again: an engine may take its time to start
_AGAIN_SECONDS: Final = 0.1
_HELD_MINOR: Final = 60_000_00  # more than the bank lets go without a review
_STAFF_LOOKS_EVERY_SECONDS: Final = 0.5
_INITIATE: Final = "/transactions/initiate"
_BULK: Final = "/transactions/bulk"
_OK: Final = 200
_MADE: Final = 201
_CONFLICT: Final = 409
_UNAVAILABLE: Final = 503
# What a request may be refused with for a reason: the rules of the bank, spoken.
_REFUSALS: Final = {
    "insufficient_funds", "not_refundable", "account_not_usable", "not_under_review",
}  # fmt: skip


class Load:
    """The callers of a whole run. They wait between cycles, and go on in the next."""

    def __init__(self, port: int, people: People, memory: Memory, *, seed: int, per_second: float, bulk: int) -> None:
        self._port = port
        self._people = people
        self._number = {person.account_id: number for number, person in enumerate(people.customers)}
        self._memory = memory
        self._chance = random.Random(f"{seed}/load")
        self._per_second = per_second
        self._bulk = bulk
        self._may_go = asyncio.Event()
        self._busy = 0
        self._keys = 0
        self._free_at = 0.0
        self._refundable: list[tuple[float, int, int]] = []  # since when, transaction, who got it
        self.wrong: list[str] = []  # answers that no rule explains
        self.repeated = 0
        self.answers: Counter[str] = Counter()

    async def run(self) -> None:
        """Call for ever; cancel it to end."""
        async with asyncio.TaskGroup() as group:
            for _ in range(CALLERS):
                group.create_task(self._call_on())
            group.create_task(self._decide_on())

    def go(self) -> None:
        """Let everybody call."""
        self._free_at = time.monotonic()
        self._may_go.set()

    def stop(self) -> None:
        """Let nobody ask anything new."""
        self._may_go.clear()

    async def answered(self) -> None:
        """Return when everybody has the answer to what they have asked."""
        while self._busy:
            await asyncio.sleep(0.02)

    async def _call_on(self) -> None:
        line = Line(self._port)
        actions = (
            self._send_many,
            self._send,
            self._send_much,
            self._send_poor,
            self._cash,
            self._refund,
            self._repeat,
        )
        weights = (60, 14, 2, 6, 6, 5, 7)
        while True:
            await self._may_go.wait()
            (action,) = self._chance.choices(actions, weights)
            self._busy += 1
            try:
                await action(line)
            finally:
                self._busy -= 1

    # -- what they do --------------------------------------------------------------------------------------------------

    async def _send_many(self, line: Line) -> None:
        who = self._chance.randrange(self._people.rich)
        bodies = [self._transfer(who) for _ in range(self._chance.randint(2, self._bulk))]
        await self._pace(len(bodies))
        whole = json.dumps({"transfers": [json.loads(body) for _, body in bodies]})
        answer = await self._until_answered(line, who, "POST", _BULK, whole)
        if answer is None or answer.status != _OK:
            self._explain("bulk", answer)
            return
        for (key, body), one in zip(bodies, answer.body["results"], strict=True):
            self._keep("transfer", who, _INITIATE, key, body, one["http_status"], one["answer"])

    async def _send(self, line: Line) -> None:
        await self._transfer_alone(line, self._chance.randrange(self._people.rich), self._chance.randint(1, 500_00))

    async def _send_much(self, line: Line) -> None:
        await self._transfer_alone(
            line, self._chance.randrange(self._people.rich), _HELD_MINOR + self._chance.randint(0, 100_00)
        )

    async def _send_poor(self, line: Line) -> None:
        """More than they have, taken together: some are refused at the door and some by the worker."""
        who = self._chance.randrange(self._people.rich, len(self._people.customers))
        await self._transfer_alone(line, who, self._chance.randint(30_00, 90_00))

    async def _transfer_alone(self, line: Line, who: int, amount_minor: int) -> None:
        key, body = self._transfer(who, amount_minor)
        await self._pace(1)
        await self._ask(line, "transfer", who, _INITIATE, key, body)

    async def _cash(self, line: Line) -> None:
        who = self._chance.randrange(self._people.rich)
        what = self._chance.choice(("deposit", "withdrawal"))
        key = self._key()
        account = self._people.customers[who].account_id
        body = json.dumps({"account_id": account, "amount": self._chance.randint(1, 900), "idempotency_key": key})
        await self._pace(1)
        await self._ask(line, what, who, f"/transactions/{'deposit' if what == 'deposit' else 'withdraw'}", key, body)

    async def _refund(self, line: Line) -> None:
        """Give something back that came a while ago. If it hasn't succeeded, or was given back, the bank says so."""
        if not self._refundable or self._refundable[0][0] > time.monotonic():
            return
        _, transaction, who = self._refundable.pop(0)
        key = self._key()
        body = json.dumps({"reason": "sent by mistake", "idempotency_key": key})
        await self._ask(line, "refund", who, f"/transactions/{transaction}/refund", key, body)

    async def _repeat(self, line: Line) -> None:
        """The same again gets the first answer; another request under an old key is refused."""
        for promise in self._memory.some(1, self._chance):
            await self.repeat(line, promise)

    async def repeat(self, line: Line, promise: Promise) -> None:
        """Ask an old question again, sometimes with one word changed, and compare."""
        changed = self._chance.random() < 0.3
        facts = json.loads(promise.body)
        if changed:
            facts["note" if promise.what != "refund" else "reason"] = "something else"
        answer = await self._until_answered(line, promise.who, "POST", promise.path, json.dumps(facts))
        self.repeated += 1
        if answer is None:
            return
        if changed:
            expected = answer.status in (_CONFLICT, 422) and answer.body["code"] == "idempotency_key_reused"
        else:
            expected = (answer.status, canonical(answer.body)) == (promise.status, promise.answer)
        if not expected:
            self.wrong.append(f"key {promise.key} was answered {promise.status} {promise.answer}, then {answer}")

    # -- the staff -----------------------------------------------------------------------------------------------------

    async def _decide_on(self) -> None:
        line = Line(self._port)
        while True:
            await self._may_go.wait()
            self._busy += 1
            try:
                await self.decide(line)
            finally:
                self._busy -= 1
            await asyncio.sleep(_STAFF_LOOKS_EVERY_SECONDS)

    async def decide(self, line: Line | None = None) -> int:
        """Let the staff decide about what is held, and return how many that was."""
        line = line or Line(self._port)
        held = await self._until_answered(line, None, "GET", "/admin/transactions?status=UNDER_REVIEW&limit=50", "")
        if held is None or held.status != _OK:
            self._explain("list of reviews", held)
            return 0
        for one in held.body["items"]:
            action = self._chance.choice(("clear", "reject"))
            path = f"/admin/transactions/{one['id']}/review"
            body = json.dumps({"action": action, "reason": "looked at it"})
            answer = await self._until_answered(line, None, "POST", path, body)
            if answer is not None and answer.status == _OK:
                facts = {"transaction_id": one["id"], "action": action}
                self._memory.keep(Promise("review", -1, path, "", body, _OK, canonical(facts)))
            else:
                self._explain("review", answer)
        return len(held.body["items"])

    # -- asking --------------------------------------------------------------------------------------------------------

    async def _ask(self, line: Line, what: str, who: int, path: str, key: str, body: str) -> None:
        answer = await self._until_answered(line, who, "POST", path, body)
        if answer is not None:
            self._keep(what, who, path, key, body, answer.status, answer.body)

    async def _until_answered(self, line: Line, who: int | None, method: str, path: str, body: str) -> Answer | None:
        """Ask until the bank has made up its mind: no answer, "try again" and "still at it" aren't answers."""
        person = self._people.staff if who is None else self._people.customers[who]
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            try:
                answer = await line.ask(method, path, person.token, body)
            except Unanswered as error:
                self.answers[str(error)] += 1
            else:
                self.answers[str(answer.status)] += 1
                still_at_it = answer.status == _CONFLICT and answer.body.get("code") == "request_still_running"
                if answer.status != _UNAVAILABLE and not still_at_it:
                    return answer
                if "retry-after" not in answer.headers:
                    self.wrong.append(f"{path}: {answer.status} without Retry-After")
            await asyncio.sleep(_AGAIN_SECONDS)
        self.wrong.append(f"{method} {path} had no answer for {PATIENCE_SECONDS:.0f} seconds: {body[:200]}")
        return None

    def _keep(self, what: str, who: int, path: str, key: str, body: str, status: int, answer: Any) -> None:
        self._memory.keep(Promise(what, who, path, key, body, status, canonical(answer)))
        if status not in (_OK, _MADE):
            self._explain(what, Answer(status, {}, answer))
        elif what == "transfer" and len(self._refundable) < 500 and self._chance.random() < 0.2:
            receiver = self._number[json.loads(body)["dest_account"]]
            self._refundable.append((time.monotonic() + 3, int(answer["transaction_id"]), receiver))

    def _explain(self, what: str, answer: Answer | None) -> None:
        """A refusal must be one of the bank's rules; anything else is written down."""
        if answer is not None and (answer.status >= 500 or answer.body.get("code") not in _REFUSALS):
            self.wrong.append(f"{what}: {answer.status} {canonical(answer.body)[:300]}")

    def _transfer(self, who: int, amount_minor: int | None = None) -> tuple[str, str]:
        """Return a key and the body of a transfer from somebody to somebody else."""
        to = self._chance.randrange(len(self._people.customers) - 1)
        to += to >= who
        amount = amount_minor or self._chance.randint(1, 500_00)
        key = self._key()
        facts = {
            "src_account": self._people.customers[who].account_id,
            "dest_account": self._people.customers[to].account_id,
            "amount": amount / 100,
            "idempotency_key": key,
        }
        return key, json.dumps(facts)

    def _key(self) -> str:
        self._keys += 1
        return f"torture-{self._keys}"

    async def _pace(self, transfers: int) -> None:
        """Keep to the bound: so many transfers a second, all callers together."""
        now = time.monotonic()
        self._free_at = max(self._free_at, now - 0.5) + transfers / self._per_second
        await asyncio.sleep(max(0.0, self._free_at - now))
