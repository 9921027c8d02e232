"""Nyord: a retail bank. Start reading at `main.py`, `events/catalogue.py` and `ledger/`."""

import gc

__version__ = "0.1.0"

# Here, because it is for whatever is loaded next: half a million objects that stay, among which Python's collector of reference
# cycles would look for garbage after every 700 (a tenth of a start). Later a batch of 500 transfers makes ten thousand, none of
# them in a cycle. Every tenth look of the first kind is one of the second, every tenth of that goes through all not frozen.
gc.set_threshold(20_000, 10, 10)
