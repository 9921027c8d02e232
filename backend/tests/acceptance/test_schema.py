"""Guarantee: whatever a client sends, the answer is one that the document describes, and the books hold afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import APIOperation, Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from app.database import unit_of_work
from app.identity.models import User
from app.identity.sessions import open_session
from tests.acceptance.routes import ROUTES
from tests.acceptance.world import World
from tests.bank import HERE, Person
from tests.serving import serving

EXAMPLES_PER_OPERATION = 8  # of each kind, good and bad

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]

pytestmark = pytest.mark.slow


@pytest.fixture
def address(world: World, gateway: Any) -> Iterator[str]:
    with serving(world.bank, gateway) as found:
        yield found


def fresh_headers(person: Person | None) -> dict[str, str]:
    """A session of its own for every operation: one of them is to end a session, another to change the password."""
    if person is None:
        return {}
    with unit_of_work() as session:
        user = session.get_one(User, person.id)
        return {"Authorization": f"Bearer {open_session(session, user=user, device=HERE).access_token}"}


def real(world: World) -> dict[str, int]:
    """Ids that exist, by the names that paths and bodies call them: a made-up one only ever meets a 404."""
    return {
        "account_id": world.owner.account,
        "src_account": world.owner.account,
        "dest_account": world.stranger.account,
        "user_id": world.owner.id,
        "transaction_id": world.received,
        "notification_id": world.notification,
        "letter_id": world.letter,
    }


def aim(case: Case, ids: dict[str, int]) -> None:
    """Point a good request at things that exist."""
    case.path_parameters.update({name: ids[name] for name in case.path_parameters if name in ids})
    for body in case.body.get("transfers", [case.body]) if isinstance(case.body, dict) else []:
        body.update({name: ids[name] for name in body if name in ids})


def broken_promises(operation: APIOperation, mode: GenerationMode, world: World, person: Person | None) -> list[str]:
    """Try one operation with good or with bad requests, and return what was wrong with its answers."""
    headers, ids = fresh_headers(person), real(world)

    @settings(
        max_examples=EXAMPLES_PER_OPERATION, derandomize=True, database=None, deadline=None,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(case=operation.as_strategy(generation_mode=mode))
    def conforms(case: Case) -> None:
        if mode is GenerationMode.POSITIVE:
            aim(case, ids)
        case.call_and_validate(headers=headers, checks=CHECKS)

    try:
        conforms()
    except FailureGroup as group:
        return [f"{operation.label}: {failure}" for failure in group.exceptions]
    return []


class TestEveryAnswerIsDocumented:
    """S75, S29, S154.1: good and bad requests to every operation, as nobody, as a customer and as staff."""

    @pytest.mark.parametrize("role", ["anonymous", "customer", "admin"])
    @pytest.mark.parametrize("mode", list(GenerationMode))
    def test_as(self, world: World, address: str, role: str, mode: GenerationMode) -> None:
        person = {"anonymous": None, "customer": world.owner, "admin": world.admin}[role]
        schema = schemathesis.openapi.from_url(f"http://{address}/openapi.json")
        operations = [found.ok() for found in schema.get_all_operations()]
        assert len(operations) == len(ROUTES)
        if mode is GenerationMode.NEGATIVE:  # without an input there is nothing to be wrong
            operations = [one for one in operations if one.body or one.path_parameters or one.query]
        broken = [line for operation in operations for line in broken_promises(operation, mode, world, person)]
        assert broken == []
        world.bank.settle()
        assert world.bank.findings() == []
