"""Python's collector of reference cycles, told what a server knows: what was loaded at the start stays for good."""

from __future__ import annotations

import gc


def freeze() -> None:
    """Take everything loaded so far out of the collector's rounds. Once per process, at its start.

    Going through the half a million objects of our libraries stops every thread for tens of milliseconds; it was a fifth of
    the Python of settling. It isn't done a last time before: that takes a tenth of a second, and loading leaves nothing to find.
    How often the collector looks is said in `app/__init__.py`.
    """
    gc.freeze()
