"""The transaction of a request, as a type in the route's signature.

A route that takes `Write` commits when its function returns and before the answer leaves (`scope="function"`): if the
commit fails, the client gets an error and never a 200. Any error rolls everything back.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from fastapi import Depends
from sqlalchemy.orm import Session

from app.database import new_session, unit_of_work


def _reading() -> Iterator[Session]:
    with new_session() as session:
        yield session


def _writing() -> Iterator[Session]:
    with unit_of_work() as session:
        yield session


Read = Annotated[Session, Depends(_reading, scope="function")]
"""A session that is never committed."""

Write = Annotated[Session, Depends(_writing, scope="function")]
"""A session that is committed once, before the answer leaves."""
