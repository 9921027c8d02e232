from tests.embedded.conftest import folder, made

__all__ = ["folder", "made"]
