"""docs/requirements.md says what the tests say."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import requirements


class TestRequirements:
    def test_the_committed_file_is_up_to_date(self) -> None:
        assert requirements.OUTPUT_FILE.read_text() == requirements.render(), (
            "Run `python -m tests.requirements` in backend/ and commit docs/requirements.md."
        )

    def test_every_item_of_the_specification_is_there(self) -> None:
        items = [item for section in requirements.sections() for item in section.items]
        assert [item for item in items if "." not in item] == [f"S{number}" for number in range(1, 230)]
        assert sum("." in item for item in items) == 122

    @pytest.fixture
    def a_test(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        monkeypatch.setattr(requirements, "ROOT", tmp_path)
        monkeypatch.setattr(requirements, "TESTS", tmp_path)
        monkeypatch.setattr(requirements, "WEB", tmp_path)
        return tmp_path / "test_it.py"

    def test_items_parts_and_ranges_are_read_from_docstrings_alone(self, a_test: Path) -> None:
        a_test.write_text(
            '"""S1."""\n\n\nclass TestIt:\n    """S3-S5, S7.2-S7.3."""\n\n    def test_one(self):\n        """S9: HS256."""\n'
            '        name = "S8"  # S8\n\n    def helper(self):\n        """S8."""\n'
        )
        found = requirements.proofs(["S1", "S3", "S4", "S5", "S7.2", "S7.3", "S8", "S9"])
        assert found == {
            "S1": ["test_it.py"], "S3": ["test_it.py::TestIt"], "S4": ["test_it.py::TestIt"], "S5": ["test_it.py::TestIt"],
            "S7.2": ["test_it.py::TestIt"], "S7.3": ["test_it.py::TestIt"], "S8": [], "S9": ["test_it.py::TestIt::test_one"],
        }  # fmt: skip

    def test_the_web_app_s_tests_say_it_in_their_titles(self, a_test: Path) -> None:
        (a_test.parent / "src").mkdir()
        (a_test.parent / "src" / "a.test.tsx").write_text(
            "// S3\ndescribe('a wallet (S1)', () => {\n  it(\"isn't lost (S2.1-S2.2)\", () => {\n    say('S4')\n  })\n})\n"
        )
        found = requirements.proofs(["S1", "S2.1", "S2.2", "S3", "S4"])
        assert found == {
            "S1": ["src/a.test.tsx::a wallet (S1)"], "S2.1": ["src/a.test.tsx::isn't lost (S2.1-S2.2)"],
            "S2.2": ["src/a.test.tsx::isn't lost (S2.1-S2.2)"], "S3": [], "S4": [],
        }  # fmt: skip

    def test_a_number_that_nobody_asked_for_is_an_error(self, a_test: Path) -> None:
        a_test.write_text('"""S230."""\n')
        with pytest.raises(requirements.UnknownItem, match=r"test_it\.py names S230"):
            requirements.proofs(["S1"])

    def test_an_item_is_proved_when_all_its_parts_are_and_nothing_is_missing(self) -> None:
        proof = {"S1": ["a"], "S1.1": ["b"], "S1.2": []}
        assert not requirements.is_proved("S1", proof, {})
        assert requirements.is_proved("S1", proof | {"S1.2": ["c"]}, {})
        assert not requirements.is_proved("S1", proof | {"S1.2": ["c"]}, {"S1.2": "the page"})
        assert requirements.is_proved("S2", {"S2": ["a"]}, {})
        assert not requirements.is_proved("S2", {"S2": ["a"]}, {"S2": "the page"})
        assert not requirements.is_proved("S2", {"S2": []}, {})

    def test_only_known_items_are_said_to_miss_something(self) -> None:
        items = {item for section in requirements.sections() for item in section.items}
        assert requirements.still_open().keys() <= items
