"""Nyord: a retail bank. Start reading at `main.py`, `events/catalogue.py` and `ledger/`."""

__version__ = "0.1.0"
