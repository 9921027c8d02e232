from __future__ import annotations

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy.dialects import postgresql

from app.accounts.models import Account
from app.database import shared_alias
from app.identity.models import User
from app.transactions import queries
from app.transactions.models import Transaction

THREADS = 6
ALIASES = {"_src": Account, "_dest": Account, "_payer": User, "_payee": User, "_refund": Transaction}


@pytest.fixture
def threads_take_turns_often() -> Iterator[None]:
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


class TestSharedAlias:
    """A gateway's first requests come at once: what one of them is the first to need must not be spoilt by another."""

    @pytest.mark.usefixtures("threads_take_turns_often")
    def test_its_first_users_come_together(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def sql() -> str:
            return str(queries.listing().compile(dialect=postgresql.dialect()))  # type: ignore[no-untyped-call]

        def together(_: int) -> str:
            barrier.wait()
            return sql()

        wanted = sql()
        barrier = Barrier(THREADS)
        with ThreadPoolExecutor(THREADS) as pool:
            for _ in range(30):
                for name, model in ALIASES.items():
                    monkeypatch.setattr(queries, name, shared_alias(model))
                assert set(pool.map(together, range(THREADS))) == {wanted}
