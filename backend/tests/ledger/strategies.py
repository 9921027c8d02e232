"""What Hypothesis may ask of a ledger: small worlds in which everything collides."""

from __future__ import annotations

from hypothesis import strategies as st

from app.ledger.decide import Action, Group, Leg
from tests.ledger.oracle import NaiveAccount

CASH, ASHA, RAVI, MEENA, FROZEN, CLOSED, DOLLARS, UNKNOWN = range(1, 9)

WORLD = {
    CASH: NaiveAccount(kind="cash"),
    ASHA: NaiveAccount(),
    RAVI: NaiveAccount(),
    MEENA: NaiveAccount(limit=50),
    FROZEN: NaiveAccount(frozen=True),
    CLOSED: NaiveAccount(closed=True),
    DOLLARS: NaiveAccount(currency="USD"),
}

# Mostly the accounts that can move money, so that most groups get somewhere.
_accounts = st.sampled_from([CASH] * 4 + [ASHA, RAVI, MEENA] * 5 + [FROZEN, CLOSED, DOLLARS, UNKNOWN])
_amounts = st.one_of(st.integers(1, 120), st.sampled_from([1, 50, 51, 100, 0, -5, 2**62, 2**61]))
_legs = st.builds(
    Leg,
    debit=_accounts,
    credit=_accounts,
    amount_minor=_amounts,
    currency=st.sampled_from(["INR"] * 9 + ["USD"]),
    kind=st.just("transfer"),
)
_actions = st.sampled_from(
    [Action.POST] * 5 + [Action.HOLD] * 4 + [Action.POST_HOLD] * 2 + [Action.VOID_HOLD, Action.EXPIRE_HOLD]
)
# Few ids: duplicates and resolutions of earlier holds happen all the time.
_groups = st.builds(
    Group,
    id=st.integers(1, 12),
    legs=st.lists(_legs, min_size=1, max_size=3).map(tuple),
    action=_actions,
)
# Everybody begins with a little money, or most groups would be refused for want of it.
OPENING = Group(900, tuple(Leg(CASH, who, 200, "INR", "deposit") for who in (ASHA, RAVI, MEENA)))
_batch = st.lists(_groups, min_size=3, max_size=12)
batches = st.lists(_batch, min_size=1, max_size=4).map(lambda asked: [[OPENING], *asked])
