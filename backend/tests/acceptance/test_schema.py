"""Guarantee: whatever a client sends, the answer is one that the document describes, and the books hold afterwards."""

from __future__ import annotations

import json
from collections.abc import Iterator
from copy import deepcopy
from functools import lru_cache
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
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


def aimed(made: Case, ids: dict[str, int]) -> Case:
    """Return the same good request, pointed at things that exist."""
    parameters = made.path_parameters | {name: ids[name] for name in made.path_parameters if name in ids}
    body = deepcopy(made.body) if isinstance(made.body, dict) else made.body
    for part in body.get("transfers", [body]) if isinstance(body, dict) else []:
        part.update({name: ids[name] for name in part if name in ids})
    return made.operation.Case(
        path_parameters=parameters, query=made.query, headers=made.headers, cookies=made.cookies, body=body,
        media_type=made.media_type,
    )  # fmt: skip


@lru_cache
def requests(mode: GenerationMode, document: str) -> list[list[Case]]:
    """Make good or bad requests to every operation of the document: the same ones for everybody who sends them.

    Making them takes most of the time, and `derandomize` would make the same ones again for each.
    """
    schema = schemathesis.openapi.from_dict(json.loads(document))
    operations = [found.ok() for found in schema.get_all_operations()]
    assert len(operations) == len(ROUTES)
    if mode is GenerationMode.NEGATIVE:  # without an input there is nothing to be wrong
        operations = [one for one in operations if one.body or one.path_parameters or one.query]
    return [examples(operation, mode) for operation in operations]


def examples(operation: APIOperation, mode: GenerationMode) -> list[Case]:
    made: list[Case] = []

    @settings(
        max_examples=EXAMPLES_PER_OPERATION, derandomize=True, database=None, deadline=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(case=operation.as_strategy(generation_mode=mode))
    def collect(case: Case) -> None:
        made.append(case)

    collect()
    return made


def broken_promises(cases: list[Case], address: str, headers: dict[str, str], ids: dict[str, int] | None) -> list[str]:
    """Send requests to one operation, aimed at these ids if there are any, and return what was wrong with the answers."""
    broken = []
    for made in cases:
        case = aimed(made, ids) if ids else made
        try:
            case.call_and_validate(base_url=f"http://{address}", headers=headers, checks=CHECKS)
        except FailureGroup as group:
            broken += [f"{case.operation.label}: {failure}" for failure in group.exceptions]
    return broken


class TestEveryAnswerIsDocumented:
    """S75, S29, S154.1: good and bad requests to every operation, as nobody, as a customer and as staff."""

    @pytest.mark.parametrize("role", ["anonymous", "customer", "admin"])
    @pytest.mark.parametrize("mode", list(GenerationMode))
    def test_as(self, world: World, address: str, role: str, mode: GenerationMode) -> None:
        person = {"anonymous": None, "customer": world.owner, "admin": world.admin}[role]
        document = world.bank.api.get("/openapi.json").text
        broken = []
        for cases in requests(mode, document):
            ids = real(world) if mode is GenerationMode.POSITIVE else None
            broken += broken_promises(cases, address, fresh_headers(person), ids)
        assert broken == []
        world.bank.settle()
        assert world.bank.findings() == []
