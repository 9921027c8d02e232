"""docs/operations/settings.md says what `config.py` says, of every setting."""

from __future__ import annotations

from app.config import Settings
from tests import settings


class TestSettingsPage:
    """S177: whoever runs the bank finds every setting, its default and its reason."""

    def test_the_committed_page_is_up_to_date(self) -> None:
        assert settings.OUTPUT_FILE.read_text() == settings.render(), (
            "Run `python -m tests.settings` in backend/ and commit docs/operations/settings.md."
        )

    def test_every_setting_is_there_once_and_has_a_reason(self) -> None:
        found = [one for section in settings.sections().values() for one in section]
        assert sorted(one.name for one in found) == sorted(name.upper() for name in Settings.model_fields)
        assert [one.name for one in found if not one.reason] == []
