"""The schema is what the migrations make of an empty database, and nothing else."""

from __future__ import annotations

from alembic import command
from alembic.config import Config
from sqlalchemy import inspect
from sqlalchemy.orm import Session

from app.models import Base
from tests.conftest import BACKEND


class TestMigrations:
    """S3.10, S40: Alembic makes every table; S7, S8: one Base, one list of models."""

    def test_upgrade_from_empty_leaves_nothing_for_autogenerate(self, database: str) -> None:
        command.check(Config(BACKEND / "alembic.ini"))  # raises if a model and its table differ

    def test_every_model_has_its_table(self, session: Session) -> None:
        tables = set(inspect(session.connection()).get_table_names())
        assert set(Base.metadata.tables) == tables - {"alembic_version"}
