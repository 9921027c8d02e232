"""Every sentence of a notification by its code: in English here, in Hindi in the web app (`locales/hi/notices.ts`).

`{name}` is filled with a fact of that name, `{amount}` with `amount_minor` and `currency`. What stands in brackets has one
gap and is said if there is something to fill it with; what stands behind a bar is said if there isn't.
"""

from __future__ import annotations

import itertools
import re
from typing import NamedTuple

from app.core.money import format_money

Facts = dict[str, str | int]
"""What a sentence tells, so that it can be said in another language; a fact that there is not is an empty text."""

NONE: Facts = {}

_PART = re.compile(r"\[([^]|]*)\|?([^]]*)\]")
_GAP = re.compile(r"\{(\w+)\}")


class Sentence(NamedTuple):
    """What is said.

    `optional` are the gaps of what stands in brackets; `forms` is the message for each choice of those that are filled,
    in the order of binary numbers, as Python's `%` wants it.
    """

    title: str
    message: str
    optional: tuple[str, ...]
    forms: tuple[str, ...]


def _sentence(title: str, message: str) -> Sentence:
    optional = tuple(_GAP.findall(part)[0] for part, _ in _PART.findall(message))
    choices = itertools.product((False, True), repeat=len(optional))
    return Sentence(title, message, optional, tuple(_form(message, filled) for filled in choices))


def _form(message: str, filled: tuple[bool, ...]) -> str:
    each = iter(filled)
    said = _PART.sub(lambda part: part[1] if next(each) else part[2], message)
    return _GAP.sub(r"%(\1)s", said.replace("%", "%%"))


_HELD = (
    " is waiting for our review. The money is set aside and moves only once we approve it. "
    "You don't have to do anything; we tell you what we decide."
)
_CLEARED = " passed our review and goes ahead."
_BECAUSE = "[ Reason: {reason}]"
_ACCOUNT = "Your {account_type} account {account_number}"

SENTENCES: dict[str, Sentence] = {
    # money that moved
    "transfer.sent": _sentence("Money sent", "You sent {amount} to {name}[: “{note}”|.]"),
    "transfer.received": _sentence("Money received", "You received {amount} from {name}[: “{note}”|.]"),
    "transfer.moved": _sentence("Money moved", "You moved {amount} between your accounts."),
    "deposit.completed": _sentence("Deposit booked", "{amount} was paid into your account."),
    "withdrawal.completed": _sentence("Withdrawal paid", "{amount} was paid out of your account."),
    # money that didn't move: `detail` is the bank's sentence about why, `reason_code` its code
    "transfer.failed": _sentence(
        "Transfer not sent", "{amount} to {name} was not sent.[ {detail}] Nothing has left your account."
    ),
    "withdrawal.failed": _sentence(
        "Withdrawal not paid", "Your withdrawal of {amount} was not paid.[ {detail}] Nothing has left your account."
    ),
    "deposit.failed": _sentence(
        "Deposit not booked", "Your deposit of {amount} was not booked.[ {detail}] Nothing has reached your account."
    ),
    # money that waits
    "transfer.held": _sentence("Payment under review", "{amount} to {name}" + _HELD),
    "withdrawal.held": _sentence("Payment under review", "Your withdrawal of {amount}" + _HELD),
    "deposit.held": _sentence("Payment under review", "Your deposit of {amount}" + _HELD),
    "transfer.cleared": _sentence("Review passed", "{amount} to {name}" + _CLEARED),
    "withdrawal.cleared": _sentence("Review passed", "Your withdrawal of {amount}" + _CLEARED),
    "deposit.cleared": _sentence("Review passed", "Your deposit of {amount}" + _CLEARED),
    # corrections
    "transfer.moved_back": _sentence(
        "Transaction reversed", "{amount} between your accounts was moved back." + _BECAUSE
    ),
    "transfer.given_back": _sentence(
        "Transaction reversed", "{amount} that you had received was given back[ to {name}]." + _BECAUSE
    ),
    "transfer.returned": _sentence("Money returned", "{amount} was given back to you[ by {name}]." + _BECAUSE),
    "balance.taken": _sentence("Balance adjusted", "The bank took {amount} from your account." + _BECAUSE),
    "balance.added": _sentence("Balance adjusted", "The bank added {amount} to your account." + _BECAUSE),
    # people and accounts
    "kyc.approved": _sentence(
        "Identity confirmed", "We have confirmed your identity. You can open accounts and send larger amounts now."
    ),
    "kyc.rejected": _sentence(
        "Identity not confirmed",
        "We couldn't confirm your identity. Hand in your documents again." + _BECAUSE,
    ),
    "user.email_changed": _sentence(
        "E-mail address changed",
        "You sign in with the new address from now on. If it wasn't you, change your password and call the bank.",
    ),
    "account.requested": _sentence(
        "Account requested", _ACCOUNT + " is waiting for the bank's approval. We tell you what we decide."
    ),
    "account.approved": _sentence("Account approved", _ACCOUNT + " is open. You can pay in and send money now."),
    "account.rejected": _sentence(
        "Account not approved", _ACCOUNT + " was not approved. You can ask for another one." + _BECAUSE
    ),
    "account.switched_on": _sentence("Account switched on", _ACCOUNT + " is in use again."),
    "account.switched_off": _sentence(
        "Account switched off",
        _ACCOUNT + " was switched off: no money moves until the bank switches it on again." + _BECAUSE,
    ),
    # to the staff
    "fraud.suspected": _sentence(
        "Suspicious payment",
        "Payment {transaction_id} of customer {user_id} over {amount} is held: {reason_code}. "
        "Clear or reject it in Held payments.",
    ),
    "system.queue_overflow": _sentence(
        "A queue is too long",
        "{queue} holds {length} events, the oldest for {oldest_seconds} s. "
        "Start another worker, or look why it stands still.",
    ),
    "system.worker_failed": _sentence(
        "An event could not be handled",
        "{queue} could not handle an event ({error}). "
        "Replay dead letter {dead_letter_id}, or give it up with a reason.",
    ),
    "system.books_verified": _sentence(
        "The books do not hold",
        "The proof of the books found {findings} discrepancies, the first: {first_finding} "
        "Stop what moves money, and follow the runbook.",
    ),
}


def say(code: str, facts: Facts) -> tuple[str, str]:
    """Return a sentence's title and its message in English."""
    title, _, optional, forms = SENTENCES[code]
    choice = 0
    for gap in optional:
        choice = 2 * choice + (facts[gap] != "")
    if "amount_minor" in facts:
        facts = {"amount": format_money(int(facts["amount_minor"]), str(facts["currency"])), **facts}
    return title, forms[choice] % facts
