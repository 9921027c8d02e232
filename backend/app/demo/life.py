"""A year of payments, pure: from one random seed and one day the same list every time. Amounts are paise."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from enum import Enum
from random import Random
from typing import NamedTuple

from app.core.clock import INDIA
from app.demo.people import CLOTHES, GROCERS, METRO, PHONE, POWER, RESIDENTS, RESTAURANTS, SWEETS, Resident

SEED = 20_251_206  # the day of the specification's last entry; any number would do, as long as it stays

# Festivals as month and day, near enough for presents to be bought: what, and how much more is spent.
FESTIVALS = {
    (1, 14): "Makar Sankranti sweets",
    (3, 14): "Holi colours",
    (3, 31): "Eid presents",
    (8, 9): "Raksha Bandhan gift",
    (8, 27): "Ganesh Chaturthi",
    (9, 5): "Onam sadya",
    (10, 2): "Durga Puja clothes",
    (10, 20): "Diwali gifts",
    (12, 25): "Christmas cake",
}
FRIENDS_NOTES = (
    "Dinner split",
    "Movie tickets",
    "Cab share",
    "Birthday gift",
    "Cricket turf",
    "Trip to Goa",
    "Thank you!",
)


class Act(Enum):
    """How money is asked for."""

    TRANSFER = "transfer"
    WITHDRAWAL = "withdrawal"


class Payment(NamedTuple):
    """Somebody pays somebody (a username; None: takes cash) at an instant."""

    at: datetime
    payer: str
    payee: str | None
    amount_minor: int
    note: str
    act: Act = Act.TRANSFER


def year_of_life(today: date) -> list[Payment]:
    """Return every payment of the twelve months before `today`, in order of time."""
    random = Random(SEED)  # noqa: S311  (a story, not a secret)
    first = today - timedelta(days=365)
    payments = [
        payment for offset in range((today - first).days) for payment in _day(random, first + timedelta(days=offset))
    ]
    return sorted(payments, key=lambda payment: payment.at)


def instants(payments: list[Payment]) -> Iterator[tuple[datetime, list[Payment]]]:
    """Group payments that happen together: one batch for the bank, one instant for everybody in it."""
    group: list[Payment] = []
    for payment in payments:
        if group and payment.at != group[0].at:
            yield group[0].at, group
            group = []
        group.append(payment)
    if group:
        yield group[0].at, group


def _day(random: Random, day: date) -> Iterator[Payment]:
    at = _at(random, day, *random.choice(((8, 12), (16, 21))))  # one instant a day: one batch for the bank
    for person in RESIDENTS:
        yield from _monthly(random, person, day, at)
        yield from _daily(random, person, at)
        festival = FESTIVALS.get((day.month, day.day))
        if festival and random.random() < 0.7:
            shop = random.choice((SWEETS, CLOTHES))
            yield Payment(at, person.username, shop.username, _rupees(random, 350, 3_200), festival)


def _monthly(random: Random, person: Resident, day: date, at: datetime) -> Iterator[Payment]:
    if day.day == 1:
        # One after the other: six payments within a minute would make the bank suspicious of the employer.
        paid_at = at + timedelta(minutes=2 * RESIDENTS.index(person))
        yield Payment(paid_at, person.employer, person.username, person.salary * 100, f"Salary {day:%B %Y}")
    if day.day == 3:
        yield Payment(at, person.username, person.landlord, person.rent * 100, f"Rent {day:%B}")
    if day.day == 7:
        yield Payment(at, person.username, POWER.username, _rupees(random, 600, 2_400), f"Electricity {day:%B}")
    if day.day == 11:
        yield Payment(at, person.username, PHONE.username, random.choice((239_00, 299_00, 479_00)), "Mobile recharge")
    if day.day == 15:
        cash = random.choice((1_000, 2_000, 3_000)) * 100
        yield Payment(at, person.username, None, cash, "Cash machine", Act.WITHDRAWAL)


def _daily(random: Random, person: Resident, at: datetime) -> Iterator[Payment]:
    chance = random.random()
    if chance < 0.22:
        yield Payment(at, person.username, random.choice(GROCERS).username, _rupees(random, 120, 1_450), "Groceries")
    elif chance < 0.36:
        yield Payment(at, person.username, random.choice(RESTAURANTS).username, _rupees(random, 40, 620), "Eating out")
    elif chance < 0.44:
        yield Payment(at, person.username, METRO.username, random.choice((100_00, 200_00, 300_00)), "Metro top-up")
    elif chance < 0.50:
        friend = random.choice([other for other in RESIDENTS if other is not person])
        amount = _rupees(random, 80, 1_800)
        yield Payment(at, person.username, friend.username, amount, random.choice(FRIENDS_NOTES))


def _at(random: Random, day: date, earliest_hour: int, latest_hour: int) -> datetime:
    seconds = random.randrange(earliest_hour * 3_600, latest_hour * 3_600)
    return datetime(day.year, day.month, day.day, tzinfo=INDIA) + timedelta(seconds=seconds)


def _rupees(random: Random, least: int, most: int) -> int:
    """Return an amount as a price tag shows it: mostly whole rupees, sometimes with paise."""
    rupees = random.randint(least, most)
    return rupees * 100 + (random.choice((0, 25, 50, 75, 90)) if random.random() < 0.3 else 0)
